/**
 * Krippendorff's alpha for labels without an order (Krippendorff, Content Analysis, chapter 12): how far raters agree
 * beyond chance, where some may have left out some answers. 1 = always, 0 = as if they had guessed.
 */
import { bootstrapInterval, widened } from "./bootstrap.ts";
import { type Estimate, type IntervalOptions, nothing } from "./estimate.ts";

/** The labels that one answer was given, in any order; answers with fewer than two say nothing. */
export type Ratings = readonly string[];

/**
 * Alpha with an interval over answers; n = answers with at least two labels. `null` where there is none, or where all labels
 * are the same and chance cannot be told from agreement.
 */
export function krippendorffAlpha(answers: readonly Ratings[], options: IntervalOptions): Estimate {
  const rated = answers.filter((labels) => labels.length >= 2);
  const value = alpha(rated, new Int32Array(rated.length).fill(1));
  if (value === null) return { ...nothing, n: rated.length };
  const drawn = bootstrapInterval(rated.length, (weights) => alpha(rated, weights), options);
  return { value, ...widened(value, drawn, rated.length, options.level), n: rated.length };
}

function alpha(answers: readonly Ratings[], weights: Int32Array): number | null {
  const totals = new Map<string, number>();
  let [agreeing, n] = [0, 0];
  answers.forEach((labels, i) => {
    const counts = new Map<string, number>();
    for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
    for (const [label, count] of counts) {
      totals.set(label, (totals.get(label) ?? 0) + weights[i]! * count);
      agreeing += (weights[i]! * count * (count - 1)) / (labels.length - 1);
    }
    n += weights[i]! * labels.length;
  });
  // Pairs of the same label that chance would make out of all n labels.
  const byChance = [...totals.values()].reduce((sum, total) => sum + total * (total - 1), 0);
  const expected = n * (n - 1) - byChance;
  return expected <= 0 ? null : 1 - ((n - 1) * (n - agreeing)) / expected;
}
