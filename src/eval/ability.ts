/**
 * What a model can do besides declining, without sampling and without a judge: multiple choice by log-likelihood, and perplexity of
 * given answers. The question is the user's turn and each choice an assistant's whole turn, its end included; choices are not listed
 * in the question. So figures compare models here, not with a leaderboard that asks in another form.
 *
 * A choice is likelier the shorter it is. `accuracy` takes the greatest log-probability, `accuracy-normalised` the greatest a
 * character, as EleutherAI's lm-evaluation-harness does (`acc`, `acc_norm`).
 */
import { asked } from "../data/pairs.ts";
import { SeasError } from "../errors.ts";
import { clusteredInterval, pairedDifference } from "../metrics/bootstrap.ts";
import type { Estimate } from "../metrics/estimate.ts";
import { perplexity, type TokenLogProb } from "../metrics/perplexity.ts";
import type { Score } from "../records.ts";
import type { Model } from "../seams.ts";
import type { AbilitySuite, Choice, Text } from "./ability-rows.ts";

/** Who is measured, under which name. */
interface Measured {
  readonly name: string;
  readonly model: Model;
  readonly iteration: number;
}

/** Whether each question was answered rightly, both ways; undefined where a choice had no log-probability. */
type Answered = { readonly plain: number; readonly normalised: number } | undefined;

const interval = { seed: "scores" };
/** Rows between two looks at the signal. */
const rowsAtOnce = 64;

/**
 * The figures of each suite and model; accuracy also beside the first model, on the same questions.
 *
 * @throws SeasError E_USAGE for a model that cannot tell log-probabilities; the signal's reason
 */
export async function abilityScores(
  models: readonly Measured[],
  suites: readonly AbilitySuite[],
  signal: AbortSignal,
): Promise<Score[]> {
  const scores: Score[] = [];
  for (const { name: suite, choices, texts } of suites) {
    let first: readonly Answered[] | undefined;
    for (const { name, model, iteration } of models) {
      const add = (metric: string, { value, low, high, n }: Estimate, more: Partial<Score> = {}) =>
        scores.push({ iteration, suite, metric, value, low, high, n, model: name, ...more });
      if (choices.length > 0) {
        const answered = await answer(name, model, choices, signal);
        const unscored = answered.filter((each) => each === undefined).length;
        add("accuracy-normalised", share(answered, "normalised"), { unscored });
        add("accuracy", share(answered, "plain"), { unscored });
        add("chance", { value: chance(choices), low: null, high: null, n: choices.length });
        if (first === undefined) first = answered;
        else add("accuracy-normalised-difference", difference(first, answered), { against: models[0]!.name });
      }
      if (texts.length > 0) {
        const told = await logProbs(name, model, texts, signal);
        add("perplexity", perplexity(told, interval));
      }
    }
  }
  return scores;
}

async function answer(name: string, model: Model, rows: readonly Choice[], signal: AbortSignal): Promise<Answered[]> {
  const texts = rows.flatMap(({ question, choices }) =>
    choices.map((choice) => ({ prompt: question, answer: choice })),
  );
  const told = await logProbs(name, model, texts, signal);
  let at = 0;
  return rows.map(({ choices, answer: right }) => {
    const own = choices.map(() => told[at++]!.logProb);
    if (!own.every(Number.isFinite)) return undefined;
    const perCharacter = own.map((logProb, i) => logProb / [...choices[i]!].length);
    return { plain: Number(isGreatest(own, right)), normalised: Number(isGreatest(perCharacter, right)) };
  });
}

async function logProbs(
  name: string,
  model: Model,
  texts: readonly Text[],
  signal: AbortSignal,
): Promise<TokenLogProb[]> {
  if (model.logProbs === undefined) {
    throw new SeasError("E_USAGE", `${name} does not tell log-probabilities, which --ability needs`);
  }
  const told: TokenLogProb[] = [];
  for (let first = 0; first < texts.length; first += rowsAtOnce) {
    signal.throwIfAborted();
    const examples = texts
      .slice(first, first + rowsAtOnce)
      .map(({ prompt, answer: completion }, i) => ({ id: `${first + i}`, prompt: asked(prompt), completion }));
    told.push(...(await model.logProbs(examples)));
  }
  return told;
}

/** A tie is no right answer: a model to which all is alike must not gain from where the right choice stands. */
function isGreatest(values: readonly number[], place: number): boolean {
  return values.every((value, i) => i === place || value < values[place]!);
}

function share(answered: readonly Answered[], how: "plain" | "normalised"): Estimate {
  return clusteredInterval(
    answered.map((each) => (each === undefined ? [] : [each[how]])),
    interval,
  );
}

function difference(before: readonly Answered[], after: readonly Answered[]): Estimate {
  const rows = after.flatMap((each, i) => {
    const old = before[i];
    return each === undefined || old === undefined
      ? []
      : [{ clusterId: `${i}`, before: old.normalised, after: each.normalised }];
  });
  return pairedDifference(rows, interval);
}

/** What guessing would bring. */
function chance(rows: readonly Choice[]): number {
  return rows.reduce((sum, { choices }) => sum + 1 / choices.length, 0) / rows.length;
}
