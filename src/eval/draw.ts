/** Some prompts of a suite instead of all, so that a first look takes minutes: drawn from a seed, evenly over the clusters. */
import { groupBy } from "../group-by.ts";
import { createRandom } from "../random.ts";
import type { SuiteRow } from "../suites/suite-row.ts";

/**
 * At most `limit` rows, in the order of the suite. Rows are laid out by what is expected and then by cluster, clusters in random
 * order, and every k-th is taken: each row has the same chance, both sides of a suite have their share, and no cluster is
 * taken twice before its size asks for it.
 */
export function drawRows(rows: readonly SuiteRow[], limit: number, seed: number): readonly SuiteRow[] {
  if (limit >= rows.length) return rows;
  const random = createRandom(`eval draw/${seed}`);
  const laid = [...groupBy(rows, ({ expected }) => expected).values()].flatMap((side) =>
    random.shuffle([...groupBy(side, ({ clusterId }) => clusterId).values()]).flat(),
  );
  const step = laid.length / limit;
  const start = random.next() * step;
  const drawn = new Set(Array.from({ length: limit }, (_, i) => laid[Math.floor(start + i * step)]!));
  return rows.filter((row) => drawn.has(row));
}
