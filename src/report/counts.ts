/**
 * What an iteration's attack and training left: prompts written, used and dropped by reason, verdicts, pairs by kind,
 * training curves, time. Files are streamed and counted; memory does not grow with them.
 */
import { z } from "zod";
import { Adapter, Attempt, DropReason, type Label, Pair, Prompt, Role, Verdict } from "../records.ts";
import { Done } from "../run/done.ts";
import { exists, type RunFiles, readJson, readRows } from "./files.ts";
import type { AttackCounts, StageTime, Training } from "./types.ts";

/** Most points of a training curve. */
export const mostSteps = 300;

const roles = Role.options;
const Losses = z.record(z.string(), z.number());
const PairLosses = z.object({ redTeam: Losses, target: Losses });
const Step = z.looseObject({ step: z.number() });

/** Counts one iteration's attack. */
export async function countAttack(files: RunFiles, iteration: number): Promise<AttackCounts> {
  const lost = await readJson(files, `${iteration}/pairs.json`, PairLosses);
  return {
    iteration,
    prompts: await countPrompts(files, `${iteration}/prompts.jsonl`),
    attempts: await tally(files, `${iteration}/attempts.jsonl`, Attempt, (row) => row.finishReason),
    verdicts: await countVerdicts(files, `${iteration}/verdicts.jsonl`),
    pairs: {
      "red-team": await tally(files, `${iteration}/pairs.red-team.jsonl`, Pair, (row) => row.kind),
      target: await tally(files, `${iteration}/pairs.target.jsonl`, Pair, (row) => row.kind),
    },
    pairLosses: { "red-team": lost?.redTeam ?? null, target: lost?.target ?? null },
  };
}

/** The training curves of an iteration; one that has not begun is left out. */
export async function readTraining(files: RunFiles, iteration: number): Promise<Training[]> {
  const curves: Training[] = [];
  for (const role of roles) {
    const steps: Record<string, number>[] = [];
    for await (const row of readRows(files, `${iteration}/adapters/${role}/train.jsonl`, Step)) {
      const numbers = Object.entries(row).filter(([, value]) => typeof value === "number" && Number.isFinite(value));
      steps.push(Object.fromEntries(numbers) as Record<string, number>);
    }
    const adapter = await readJson(files, `${iteration}/adapters/${role}/adapter.json`, Adapter);
    const kept = adapter?.kept ?? null;
    if (steps.length > 0) curves.push({ role, iteration, total: steps.length, steps: thin(steps), kept });
  }
  return curves;
}

/** Time and tokens of the finished stages among `names` (paths relative to the run folder). */
export async function readTimes(files: RunFiles, names: readonly string[]): Promise<StageTime[]> {
  const times: StageTime[] = [];
  for (const name of names) {
    const [, iteration, stage] = /^(\d+)\/(.+)\.done$/.exec(name) ?? [];
    const done = stage === undefined ? null : await readJson(files, name, Done);
    if (done === null) continue;
    const { count, seconds, usage } = done;
    times.push({ iteration: Number(iteration), stage: stage!, count, seconds, tokens: usage.tokens });
  }
  return times;
}

async function countPrompts(files: RunFiles, name: string): Promise<AttackCounts["prompts"]> {
  const dropped: Record<string, number> = {};
  let [written, used] = [0, 0];
  if (!(await exists(files, name))) return null;
  // A reason that a later version adds still counts as a drop.
  const Row = Prompt.pick({ id: true }).extend({ dropped: DropReason.or(z.string()).optional() });
  for await (const row of readRows(files, name, Row)) {
    written++;
    if (row.dropped === undefined) used++;
    else dropped[row.dropped] = (dropped[row.dropped] ?? 0) + 1;
  }
  return { written, used, dropped };
}

async function countVerdicts(files: RunFiles, name: string): Promise<AttackCounts["verdicts"]> {
  if (!(await exists(files, name))) return null;
  const byJudge: Record<string, Record<Label, number>> = {};
  for await (const { judge, label } of readRows(files, name, Verdict)) {
    byJudge[judge] ??= { safe: 0, unsafe: 0, unscored: 0 };
    byJudge[judge][label]++;
  }
  return byJudge;
}

async function tally<T>(
  files: RunFiles,
  name: string,
  schema: z.ZodType<T>,
  key: (row: T) => string,
): Promise<Record<string, number> | null> {
  if (!(await exists(files, name))) return null;
  const counts: Record<string, number> = {};
  for await (const row of readRows(files, name, schema)) counts[key(row)] = (counts[key(row)] ?? 0) + 1;
  return counts;
}

/** At most `mostSteps` steps: means over equal runs of neighbours. */
function thin(steps: readonly Record<string, number>[]): Record<string, number>[] {
  const size = Math.ceil(steps.length / mostSteps);
  if (size <= 1) return [...steps];
  return Array.from({ length: Math.ceil(steps.length / size) }, (_, i) => {
    const group = steps.slice(i * size, (i + 1) * size);
    const keys = [...new Set(group.flatMap((step) => Object.keys(step)))];
    return Object.fromEntries(
      keys.map((key) => {
        const values = group.flatMap((step) => step[key] ?? []);
        return [key, values.reduce((sum, v) => sum + v, 0) / values.length];
      }),
    );
  });
}
