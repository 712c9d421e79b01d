/**
 * Which cells of the category × style grid a set of prompts reaches, and how evenly: a Red Team that has fallen back on
 * one wrapper shows here before its ASR does.
 */

/** A prompt's place. */
export interface CoverageRow {
  readonly category: string;
  /** Absent when unknown (a model wrote the prompt): such rows stand outside the grid. */
  readonly style?: string | undefined;
}

/** How a grid is filled. */
export interface Coverage {
  /** Cells with at least one prompt. */
  readonly covered: number;
  /** Cells of the grid. */
  readonly total: number;
  /** covered / total; `null` for an empty grid. */
  readonly share: number | null;
  /** Entropy over the grid / its greatest, 0 (one cell) … 1 (all alike); `null` without prompts or with fewer than two cells. */
  readonly evenness: number | null;
  /** Prompts whose category or style is not in the grid. */
  readonly outside: number;
  /** Prompts a cell, shape (categories, styles). */
  readonly counts: readonly (readonly number[])[];
}

/** Counts of a set of prompts over the grid of these categories and styles. */
export function cellCoverage(
  rows: readonly CoverageRow[],
  categories: readonly string[],
  styles: readonly string[],
): Coverage {
  const counts = categories.map(() => styles.map(() => 0));
  let outside = 0;
  for (const { category, style } of rows) {
    const row = categories.indexOf(category);
    const column = style === undefined ? -1 : styles.indexOf(style);
    if (row < 0 || column < 0) outside++;
    else counts[row]![column]!++;
  }
  const cells = counts.flat();
  const inside = rows.length - outside;
  const covered = cells.filter((count) => count > 0).length;
  return {
    covered,
    total: cells.length,
    share: cells.length === 0 ? null : covered / cells.length,
    evenness: inside === 0 || cells.length < 2 ? null : entropy(cells, inside) / Math.log(cells.length),
    outside,
    counts,
  };
}

function entropy(counts: readonly number[], total: number): number {
  return counts.reduce((sum, count) => (count === 0 ? sum : sum - (count / total) * Math.log(count / total)), 0);
}
