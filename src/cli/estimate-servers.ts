/**
 * What a configuration will ask of servers, before anything starts: requests, tokens and cost by role, under lengths that are
 * assumed and told (`assumptions`). Counts are the likely ones, without retries; a server that knows no `n` is asked more often.
 */

import type { JudgeDefinition } from "../config/judges.ts";
import type { Config } from "../config.ts";
import { summedUsage, type UsageByRole } from "../records.ts";
import { costed, type RoleUsage } from "../run/usage.ts";
import { askedOf } from "./estimate.ts";

/** Tokens of a guard's template and policy around what it judges, and of its reply. */
const guardFrame = 250;
const guardReply = 10;
/** Requests of a guard that is asked about each kind of harm by itself. */
const requestsOf: Partial<Record<string, number>> = { shieldgemma: 4 };

/** Requests and tokens by role; empty when nothing is asked of servers. Retries are none. */
export function estimateServers(config: Config): readonly RoleUsage[] {
  const asked = askedOf(config);
  let usage: UsageByRole = {};
  const add = (role: string, requests: number, promptTokens: number, completionTokens: number) => {
    const more = {
      requests: Math.round(requests),
      promptTokens: Math.round(promptTokens),
      completionTokens: Math.round(completionTokens),
      retries: 0,
    };
    usage = summedUsage(usage, { [role]: more });
  };
  if (config.model.server !== null) {
    for (const { role, requests, promptLength, answers, answerLength } of asked.players)
      add(role, requests, requests * promptLength, answers * answerLength);
  }
  for (const [judge, texts] of [
    [config.judge.train, asked.trainJudge],
    [config.judge.score, asked.scoreJudge],
  ] as const) {
    for (const [name, guard] of servedJudges(judge, config.judge.define)) {
      const requests = texts.count * (requestsOf[guard] ?? 1);
      add(`judge ${name}`, requests, requests * (texts.length + guardFrame), requests * guardReply);
    }
  }
  return costed(usage, config);
}

/** One line that says what the estimate takes for given. */
export function assumptions(config: Config): string {
  const { promptLength, answerLength, writtenLength, keptShare } = askedOf(config).assumed;
  const kept =
    keptShare === 1 ? "no prompt dropped" : `${Math.round(100 * keptShare)} % of the Red Team's prompts asked`;
  return `an estimate: prompts of ${promptLength} tokens, written ones of ${writtenLength}, answers of ${Math.round(answerLength)}, ${guardFrame} tokens around what a guard judges, ${kept}, no retries`;
}

/** The judges on servers behind a name, with their guard: itself, or members of an ensemble. */
function servedJudges(
  name: string,
  defined: Readonly<Record<string, JudgeDefinition>>,
  within: readonly string[] = [],
): (readonly [name: string, guard: string])[] {
  const definition = Object.hasOwn(defined, name) ? defined[name] : undefined;
  if (definition === undefined || "file" in definition || within.includes(name)) return [];
  if ("of" in definition) return definition.of.flatMap((member) => servedJudges(member, defined, [...within, name]));
  return [[name, definition.guard]];
}

/** Whether a judge, or all members of it, are on servers: then this machine reads nothing for it. */
export function isServed(name: string, defined: Readonly<Record<string, JudgeDefinition>>): boolean {
  const definition = Object.hasOwn(defined, name) ? defined[name] : undefined;
  if (definition === undefined || "file" in definition) return false;
  return "of" in definition ? definition.of.every((member) => member !== name && isServed(member, defined)) : true;
}
