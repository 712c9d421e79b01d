/** Which category × style cells the prompts of a suite reach, and the names of those that they do not. */
import { styles } from "../data/styles.ts";
import { domains } from "../data/taxonomy.ts";
import { cellCoverage } from "../metrics/coverage.ts";
import type { SuiteRow } from "../suites/suite-row.ts";

/** How a suite fills its grid. */
export interface Cells {
  readonly filled: number;
  readonly of: number;
  /** 0 (one cell) … 1 (all alike); null with fewer than two cells. */
  readonly evenness: number | null;
  /** Prompts without a category or style that the grid has. */
  readonly outside: number;
  /** Cells without a prompt: `weapons × role-play`, or `weapons` where no prompt has a style. */
  readonly empty: readonly string[];
}

/** More cells than anybody reads: the columns hold something else than categories and styles. */
const mostCells = 10_000;

/**
 * The grid is our taxonomy's where all of a suite's categories (or styles) are from it, so that one which a Red Team no
 * longer writes about shows as empty; else what the suite has itself. Where no prompt has a style, which is so with all that
 * a model wrote, categories alone are cells.
 *
 * @returns undefined where the suite names neither, or too many for a grid
 */
export function suiteCells(rows: readonly Pick<SuiteRow, "category" | "style">[]): Cells | undefined {
  const categories = axis(
    rows.map(({ category }) => category),
    domains.map(({ id }) => id),
  );
  const kinds = axis(
    rows.map(({ style = "" }) => style),
    styles,
  );
  if (categories.length + kinds.length === 0 || categories.length * kinds.length > mostCells) return undefined;
  // An axis that no prompt has a value on is one column, in which all stand.
  const [down, across] = [categories.length === 0 ? [""] : categories, kinds.length === 0 ? [""] : kinds];
  const placed = rows.map(({ category, style = "" }) => ({ category, style }));
  const { covered, total, evenness, outside, counts } = cellCoverage(placed, down, across);
  const empty = down.flatMap((category, i) =>
    across.flatMap((style, j) =>
      counts[i]![j] === 0 ? [[category, style].filter((name) => name !== "").join(" × ")] : [],
    ),
  );
  return { filled: covered, of: total, evenness, outside, empty };
}

function axis(values: readonly string[], known: readonly string[]): readonly string[] {
  const own = [...new Set(values)].filter((value) => value !== "");
  return own.length > 0 && own.every((value) => known.includes(value)) ? known : own.sort();
}
