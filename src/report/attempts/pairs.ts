/** What became of prompts and answers in training: every pair of a run, looked up by the id of what stands on its sides. */
import { Pair } from "../../records.ts";
import { type RunFiles, readRows } from "../files.ts";
import type { PairUse } from "./types.ts";

/** Id of a prompt or an attempt → the pairs that it is a side of, in the order of iterations. */
export async function readPairUses(
  files: RunFiles,
  iterations: readonly number[],
): Promise<ReadonlyMap<string, readonly PairUse[]>> {
  const uses = new Map<string, PairUse[]>();
  const Row = Pair.pick({ role: true, kind: true, from: true });
  for (const iteration of iterations) {
    for (const name of ["pairs.red-team", "pairs.target"]) {
      for await (const { role, kind, from } of readRows(files, `${iteration}/${name}.jsonl`, Row)) {
        for (const [id, side] of [
          [from[0], "chosen"],
          [from[1], "rejected"],
        ] as const)
          uses.set(id, [...(uses.get(id) ?? []), { role, iteration, kind, side }]);
      }
    }
  }
  return uses;
}
