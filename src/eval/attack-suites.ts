/**
 * A run's own attacks as suites, one for each author: `R_0`, `R_1`, … and `hand-written`. Put to the run's Targets they show
 * whether an old attack works again (replay); put to other models, how far attacks carry (the paper's Table 7).
 *
 * Departs from the paper: a Red Team's prompts are those that could be used, from the attack and from the matrix. Of the last
 * Red Team there are only the latter.
 */
import { basename } from "node:path";
import { handWrittenPrompts } from "../data/prompts.ts";
import { SeasError } from "../errors.ts";
import { groupBy } from "../group-by.ts";
import { hashOf } from "../judges/named.ts";
import type { Prompt } from "../records.ts";
import { attacksOf } from "../run/attacks.ts";
import type { RunInfo } from "../run/inspect.ts";
import type { Suite } from "../suites/open.ts";
import type { SuiteRow } from "../suites/suite-row.ts";

/** How a run's attacks become suites. */
export interface AttackSuiteOptions {
  /** Before the name of each suite, so that those of two runs can be told apart: `other-run/`. @default none */
  readonly prefix?: string;
  /** Hand-written attacks too, and each attack once in all, in the suite of who wrote it first. @default false */
  readonly replay?: boolean;
}

/**
 * Suites by author, R_0 first. Within a suite each text stands once. Intervals draw seed prompts, of hand-written attacks
 * behaviours.
 *
 * @throws SeasError E_USAGE when the run has no attack yet, E_RUN when a file of it is damaged
 */
export async function attackSuites(
  run: RunInfo,
  { prefix = "", replay = false }: AttackSuiteOptions,
): Promise<Suite[]> {
  const written: Prompt[] = [];
  for await (const prompt of attacksOf(
    run,
    replay ? ["prompts", "hand-written", "cross-play"] : ["prompts", "cross-play"],
  ))
    written.push(prompt);
  if (written.length === 0) {
    throw new SeasError("E_USAGE", `${run.dir} holds no attack that is through yet`, {
      hint: "an iteration's prompts count when all of them are written",
    });
  }
  const behaviours = replay
    ? new Map(handWrittenPrompts().map(({ prompt, behaviour }) => [prompt.id, behaviour.id]))
    : new Map<string, string>();
  const name = basename(run.dir);
  const everywhere = new Set<string>();
  const suites = [...groupBy(written, suiteName)].map(([author, prompts]) => {
    const seen = replay ? everywhere : new Set<string>();
    const source = `${author} of ${name}`;
    const rows = prompts.flatMap(({ id, text, category, style, seedId }): SuiteRow[] => {
      if (seen.has(text)) return [];
      seen.add(text);
      const clusterId = `${name}/${seedId ?? behaviours.get(id) ?? id}`;
      return [
        { id, prompt: text, expected: "any", category, ...(style !== undefined && { style }), clusterId, source },
      ];
    });
    const again = prompts.length - rows.length;
    return {
      name: `${prefix}${author}`,
      rows,
      files: [{ file: run.dir, sha256: hashOf(rows), origin: `run ${name}` }],
      passedOver: new Map(again > 0 ? [["prompt that came before", again]] : []),
      licence: undefined,
    };
  });
  return suites.filter(({ rows }) => rows.length > 0).sort((a, b) => order(a.name) - order(b.name));
}

/** `red-team-2` is R_2. */
function suiteName({ author }: Prompt): string {
  return author === "hand" ? "hand-written" : author.replace(/^red-team-/, "R_");
}

/** Red Teams by number, then the hand-written ones. */
function order(name: string): number {
  return Number(/R_(\d+)$/.exec(name)?.[1] ?? Number.POSITIVE_INFINITY);
}
