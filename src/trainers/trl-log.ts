/** Training figures out of the log of a TRL program: lines that are Python dictionaries of numbers, and the progress bar's total. */
import type { TrainStep } from "../seams.ts";

const entry = /['"]([\w/]{1,40})['"]: ['"]?(-?[\d.]+(?:e[+-]?\d+)?)['"]?/g;
/** `3/12` of a progress bar. */
const bar = /\b\d+\/(\d+) \[/g;

/** Steps in order; several lines of one step never are. */
export function stepsOf(log: string): { readonly steps: TrainStep[]; readonly total: number | undefined } {
  const steps: TrainStep[] = [];
  let total: number | undefined;
  for (const line of log.split(/[\r\n]/)) {
    if (line.length > 4000) continue;
    for (const [, of] of line.matchAll(bar)) total = Number(of);
    const from = line.indexOf("{");
    if (from < 0) continue;
    const figures = Object.fromEntries(
      [...line.slice(from).matchAll(entry)].map(([, key, value]) => [key!, Number(value)]),
    );
    const { loss, epoch, grad_norm, learning_rate } = figures;
    if (![loss, epoch, grad_norm, learning_rate].every(Number.isFinite)) continue;
    steps.push({
      ...figures,
      step: steps.length + 1,
      epoch: epoch!,
      loss: loss!,
      grad_norm: grad_norm!,
      learning_rate: learning_rate!,
    });
  }
  return { steps, total };
}
