/**
 * Perplexity of known good answers under a model: exp of the mean negative log-probability a token. The figure that
 * shows whether a Target trained for safety still speaks as it did; compare it only on the same examples and tokenizer.
 */
import { bootstrapInterval, ratio } from "./bootstrap.ts";
import { type Estimate, type IntervalOptions, nothing } from "./estimate.ts";

/** Sum of natural log-probabilities of an answer's tokens, and how many there are. */
export interface TokenLogProb {
  readonly logProb: number;
  readonly tokens: number;
}

/**
 * exp(−Σ logProb / Σ tokens), ≥ 1, with an interval by drawing examples; n = examples with tokens.
 * One example has no interval. An infinite figure (a probability of 0) is `null`.
 */
export function perplexity(examples: readonly TokenLogProb[], options: IntervalOptions): Estimate {
  const used = examples.filter((example) => example.tokens > 0);
  if (used.length === 0) return nothing;
  const logProbs = used.map((example) => example.logProb);
  const tokens = used.map((example) => example.tokens);
  const of = (weights: Int32Array): number | null => {
    const mean = ratio(weights, logProbs, tokens);
    const value = mean === null ? Number.NaN : Math.exp(-mean);
    return Number.isFinite(value) ? value : null;
  };
  const value = of(new Int32Array(used.length).fill(1));
  const { low, high } = value === null ? nothing : bootstrapInterval(used.length, of, options);
  return { value, low, high, n: used.length };
}
