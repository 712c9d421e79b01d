/**
 * How often a model's answers are preferred to the first model's, on prompts that are to be answered: ability as people notice it. A
 * preference counts where the judge says the same in both orders; anything else is half a win for either.
 */
import { groupBy } from "../group-by.ts";
import { clusteredInterval } from "../metrics/bootstrap.ts";
import type { Estimate } from "../metrics/estimate.ts";
import type { Score } from "../records.ts";
import type { Model, Reporter } from "../seams.ts";
import { collect } from "../stages/attack.ts";
import type { EvalAttempt } from "./attempt.ts";
import { type Compared, type Comparison, comparisonId, comparisonMessages, preference, saidBy } from "./comparison.ts";
import type { EvalFolder } from "./folder.ts";
import { stageOf } from "./stage.ts";

/** Who compares. */
export interface Comparer {
  readonly name: string;
  readonly model: Model;
  readonly sha256: string;
}

/** Longest reply: a judge may reason before it says. */
const maxTokens = 512;

/**
 * Compares what is not on file yet.
 *
 * @param batchSize comparisons between two looks at the disk
 * @returns comparisons of each model but the first with the first, in the order of the attempts
 */
export async function compareAnswers(
  attempts: readonly EvalAttempt[],
  judge: Comparer,
  folder: EvalFolder,
  batchSize: number,
  report: Reporter,
  signal: AbortSignal,
): Promise<Comparison[]> {
  const all = comparedOf(attempts, judge);
  const ids = all.map(comparisonId);
  const known = folder.comparisons;
  const todo = all.filter((_, i) => !known.has(ids[i]!));
  const stage = stageOf("comparisons", all.length, report, all.length - todo.length);
  for (let first = 0; first < todo.length; first += batchSize) {
    signal.throwIfAborted();
    const batch = todo.slice(first, first + batchSize);
    const requests = batch.flatMap((each) =>
      [true, false].map((modelFirst) => ({
        id: `${comparisonId(each)}/${modelFirst}`,
        messages: comparisonMessages(each, modelFirst),
      })),
    );
    const options = { temperature: 0, topP: 1, maxTokens, seed: 0, signal, onTokens: stage.tokens };
    const replies = await collect(judge.model.generate(requests, options));
    await folder.keep(
      batch.map((each, i): Comparison => {
        const { answer, against } = each;
        const { suite, promptId, clusterId, sample, model } = answer;
        const said = [saidBy(replies[2 * i]!.text, true), saidBy(replies[2 * i + 1]!.text, false)] as const;
        return {
          id: comparisonId(each),
          ...{ suite, promptId, clusterId, sample, model },
          against: against.model,
          judge: judge.name,
          said: [...said],
        };
      }),
    );
    stage.done(batch.length);
  }
  stage.end();
  return ids.map((id) => known.get(id)!);
}

/** Answers to harmless prompts beside the first model's; one that is empty loses by itself and is compared all the same. */
function comparedOf(attempts: readonly EvalAttempt[], judge: Comparer): Compared[] {
  const harmless = attempts.filter(({ expected }) => expected === "answer");
  const first = harmless[0]?.model;
  const place = ({ suite, promptId, sample }: EvalAttempt) => `${suite}\n${promptId}\n${sample}`;
  const before = new Map(harmless.filter(({ model }) => model === first).map((each) => [place(each), each]));
  return harmless
    .filter(({ model }) => model !== first)
    .map((answer) => ({ answer, against: before.get(place(answer))!, judge }));
}

/** Of each suite and model: the share of wins, and how often the judge said the same in both orders. */
export function winRates(
  comparisons: readonly Comparison[],
  models: readonly { readonly name: string; readonly iteration: number }[],
): Score[] {
  const suites = [...new Set(comparisons.map(({ suite }) => suite))];
  return suites.flatMap((suite) =>
    models.flatMap(({ name: model, iteration }) => {
      const own = comparisons.filter((each) => each.suite === suite && each.model === model);
      if (own.length === 0) return [];
      const { against, judge } = own[0]!;
      const unscored = own.filter((each) => preference(each) === undefined).length;
      const score = (metric: string, { value, low, high, n }: Estimate): Score => {
        return { iteration, suite, metric, value, low, high, n, model, against, judge, unscored };
      };
      return [
        score("win-rate", meanOf(own, preference)),
        score(
          "win-consistency",
          meanOf(own, (each) => (preference(each) === undefined ? undefined : agrees(each))),
        ),
      ];
    }),
  );
}

function agrees({ said: [first, second] }: Comparison): number {
  return Number(first === second);
}

function meanOf(comparisons: readonly Comparison[], value: (each: Comparison) => number | undefined): Estimate {
  const clusters = groupBy(comparisons, ({ clusterId }) => clusterId);
  const known = (of: readonly Comparison[]) => of.map(value).filter((worth) => worth !== undefined);
  return clusteredInterval([...clusters.values()].map(known), { seed: "scores" });
}
