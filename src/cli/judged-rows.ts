/** A judge's verdicts on rows of a file, with progress, kept as they come. */
import type { Verdict } from "../records.ts";
import type { Judge } from "../seams.ts";
import { count, counted } from "./format.ts";
import type { PartialVerdicts } from "./partial-verdicts.ts";
import type { Progress } from "./progress.ts";

/** Rows judged at once. */
const batchSize = 64;

/** Verdicts that are kept nowhere. */
export const keptNowhere: Pick<PartialVerdicts, "known" | "keep"> = { known: new Map(), keep: async () => {} };

/** One verdict for each row, in order; those that are known are not asked for. */
export async function judgedRows(
  judge: Judge,
  rows: readonly { readonly prompt: string; readonly response: string }[],
  kept: Pick<PartialVerdicts, "known" | "keep">,
  { reporter, line }: Pick<Progress, "reporter" | "line">,
  signal: AbortSignal,
): Promise<Verdict[]> {
  const stage = { iteration: 0, stage: "judging" };
  const start = performance.now();
  const all = new Map(kept.known);
  const todo = [...rows.keys()].filter((row) => !all.has(row));
  if (all.size > 0) line(`going on: ${count(all.size)} of ${counted(rows.length, "row")} judged before`);
  reporter({ type: "stage-start", ...stage, total: rows.length, unit: "rows" });
  const done = () => reporter({ type: "progress", ...stage, done: all.size, total: rows.length, tokens: 0 });
  done();
  for (let first = 0; first < todo.length; first += batchSize) {
    signal.throwIfAborted();
    const batch = todo.slice(first, first + batchSize);
    const inputs = batch.map((row) => {
      const { prompt, response } = rows[row]!;
      return { attemptId: `${row}`, prompt, response, category: "" };
    });
    let at = 0;
    for await (const verdict of judge.score(inputs, { signal })) {
      const row = batch[at++];
      if (verdict.attemptId !== `${row}`) throw new Error(`judge ${judge.name}: a verdict on another row than ${row}`);
      await kept.keep(row!, verdict);
      all.set(row!, verdict);
      done();
    }
    if (at < batch.length) throw new Error(`judge ${judge.name}: ${at} verdicts on ${batch.length} rows`);
  }
  reporter({
    type: "stage-end",
    ...stage,
    seconds: (performance.now() - start) / 1000,
    resumed: todo.length < rows.length,
  });
  return [...rows.keys()].map((row) => all.get(row)!);
}
