/**
 * Platt scaling (Platt 1999): a logit becomes a probability through two numbers, fitted on rows that trained nothing. With targets
 * drawn a little towards the middle as in his section 2.2, so that few rows, or rows that one line parts, give no certainty.
 */

/** Probability = 1 / (1 + exp(−(scale · logit + shift))). */
export interface Platt {
  readonly scale: number;
  readonly shift: number;
}

/** A logit with what was true. */
export interface Outcome {
  readonly logit: number;
  readonly yes: boolean;
}

export function calibrated({ scale, shift }: Platt, logit: number): number {
  return 1 / (1 + Math.exp(-(scale * logit + shift)));
}

/**
 * The most likely scaling, by Newton's method with steps halved until they help.
 *
 * @throws Error without outcomes of both kinds
 */
export function fitPlatt(outcomes: readonly Outcome[]): Platt {
  const yes = outcomes.filter((o) => o.yes).length;
  const no = outcomes.length - yes;
  if (yes === 0 || no === 0) throw new Error("a calibration needs answers of both kinds");
  const target = (o: Outcome) => (o.yes ? (yes + 1) / (yes + 2) : 1 / (no + 2));
  const loss = (platt: Platt) =>
    outcomes.reduce((sum, o) => {
      const z = platt.scale * o.logit + platt.shift;
      // log(1 + exp(z)) without overflow
      return sum + Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))) - target(o) * z;
    }, 0);
  let platt: Platt = { scale: 1, shift: 0 };
  for (let step = 0; step < 100; step++) {
    let [gs, gb, ss, sb, bb] = [0, 0, 1e-9, 0, 1e-9];
    for (const o of outcomes) {
      const p = calibrated(platt, o.logit);
      const error = p - target(o);
      const weight = p * (1 - p);
      gs += error * o.logit;
      gb += error;
      ss += weight * o.logit ** 2;
      sb += weight * o.logit;
      bb += weight;
    }
    const det = ss * bb - sb ** 2;
    if (!(det > 0)) break;
    const [ds, db] = [(bb * gs - sb * gb) / det, (ss * gb - sb * gs) / det];
    const before = loss(platt);
    let size = 1;
    const at = () => ({ scale: platt.scale - size * ds, shift: platt.shift - size * db });
    while (size > 1e-6 && !(loss(at()) <= before)) size /= 2;
    const next = at();
    const moved = Math.abs(next.scale - platt.scale) + Math.abs(next.shift - platt.shift);
    if (size > 1e-6) platt = next;
    if (size <= 1e-6 || moved < 1e-9) break;
  }
  return platt;
}

/** The threshold with the highest F1, in the middle between two probabilities; the least extreme of equals. */
export function bestThreshold(rows: readonly { readonly p: number; readonly yes: boolean }[]): number {
  const sorted = [...rows].sort((a, b) => b.p - a.p);
  const total = sorted.filter((row) => row.yes).length;
  let [hits, best, threshold] = [0, -1, 0.5];
  sorted.forEach((row, i) => {
    if (row.yes) hits++;
    const next = sorted[i + 1];
    if (next !== undefined && next.p === row.p) return;
    const f1 = (2 * hits) / (i + 1 + total);
    const between = next === undefined ? row.p / 2 : (row.p + next.p) / 2;
    if (f1 > best || (f1 === best && Math.abs(between - 0.5) < Math.abs(threshold - 0.5))) {
      best = f1;
      threshold = between;
    }
  });
  return threshold;
}
