/** Judges by the name that a configuration gives them: `embedded:NAME`, or one of its `judge.define`. */
import { createHash } from "node:crypto";
import type { JudgeDefinition } from "../config/judges.ts";
import { SeasError } from "../errors.ts";
import { nearest } from "../nearest.ts";
import type { Judge } from "../seams.ts";
import { ensembleJudge } from "./ensemble.ts";
import { guardFormats } from "./guards/formats.ts";
import { type GuardServer, guardJudge, moderationJudge } from "./guards/guard-judge.ts";
import { shippedJudge } from "./shipped.ts";

/** A judge with what it is made of. */
export interface NamedJudge {
  readonly judge: Judge;
  /** Of all that decides its verdicts: a calibration belongs to one of these, and a run goes on with no other. */
  readonly sha256: string;
  /** For the manifest and the report. */
  readonly card: unknown;
}

/** How a judge in this process is opened from its file. */
export type OpenEmbedded = (name: string, file: string) => Promise<NamedJudge>;

/**
 * The judge of a name.
 *
 * @param environment where keys of servers are looked up
 * @throws SeasError E_CONFIG for an unknown name, one that leads back to itself, or a key that is not set
 */
export async function namedJudge(
  name: string,
  defined: Readonly<Record<string, JudgeDefinition>>,
  openEmbedded: OpenEmbedded,
  environment: Readonly<Record<string, string | undefined>>,
  within: readonly string[] = [],
): Promise<NamedJudge> {
  if (name.startsWith("embedded:")) return openEmbedded(name, await shippedJudge(name.slice("embedded:".length)));
  const definition = Object.hasOwn(defined, name) ? defined[name] : undefined;
  if (definition === undefined) throw unknownJudge(name, Object.keys(defined));
  if ("file" in definition) return openEmbedded(name, definition.file);
  if ("of" in definition) {
    if (within.includes(name))
      throw new SeasError("E_CONFIG", `judge \`${name}\` is made of itself: ${[...within, name].join(" → ")}`);
    const members: NamedJudge[] = [];
    for (const member of definition.of)
      members.push(await namedJudge(member, defined, openEmbedded, environment, [...within, name]));
    return {
      judge: ensembleJudge(
        name,
        members.map(({ judge }) => judge),
        definition.rule,
      ),
      sha256: hashOf([definition.rule, ...members.map(({ sha256 }) => sha256)]),
      card: { rule: definition.rule, of: members.map(({ judge, card }) => ({ name: judge.name, card })) },
    };
  }
  const { guard, url, model, apiKeyEnv, concurrency, timeoutSeconds } = definition;
  const apiKey = apiKeyEnv === undefined ? undefined : environment[apiKeyEnv];
  if (apiKeyEnv !== undefined && !apiKey) {
    throw new SeasError("E_CONFIG", `judge \`${name}\`: ${apiKeyEnv} is not set`, { hint: `export ${apiKeyEnv}=…` });
  }
  const server: GuardServer = { name, baseURL: url, model, apiKey, concurrency, timeout: 1000 * timeoutSeconds };
  return {
    judge: guard === "moderation" ? moderationJudge(server) : guardJudge(server, guardFormats[guard]),
    // Where it is served decides nothing.
    sha256: hashOf([guard, model]),
    card: { guard, model, url },
  };
}

function unknownJudge(name: string, known: readonly string[]): SeasError {
  const near = nearest(name, known);
  const hint = near === undefined ? "embedded:NAME, or a name under `judge.define`" : `did you mean \`${near}\`?`;
  return new SeasError("E_CONFIG", `judge \`${name}\` is not known`, { hint });
}

/** SHA-256 of whatever decides verdicts. */
export function hashOf(parts: readonly unknown[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}
