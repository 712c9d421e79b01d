/** The figures of an iteration, with 95 % intervals clustered by seed prompt or behaviour: `<iteration>/scores.jsonl`. */
import { asked } from "../data/pairs.ts";
import { correctedBy, type JudgeQuality } from "../judges/quality.ts";
import { attackSuccess } from "../metrics/asr.ts";
import { textDiversity } from "../metrics/diversity.ts";
import { eloRatings } from "../metrics/elo.ts";
import type { Estimate } from "../metrics/estimate.ts";
import { classRate, refusing } from "../metrics/over-refusal.ts";
import { perplexity } from "../metrics/perplexity.ts";
import { createRandom } from "../random.ts";
import { AnswerClass, type Score } from "../records.ts";
import { artefactStage } from "../run/artefact.ts";
import { toLine, writeAtomic } from "../run/atomic.ts";
import type { Model } from "../seams.ts";
import type { Context } from "./context.ts";
import { type EvaluatedAnswer, evaluatedAnswers, type WrittenPrompt, writtenPrompts } from "./evaluated.ts";
import { knownJudges } from "./judge-quality.ts";

const interval = { seed: "scores" };

/**
 * Computes and keeps the scores of an iteration from its answers on file.
 *
 * @param target T_i, for what it is asked beside them
 */
export async function scoresStage(context: Context, iteration: number, target: Model): Promise<void> {
  const { run } = context;
  await artefactStage(run, {
    iteration,
    name: "scores",
    unit: "figures",
    async work() {
      // All answers of the R × T matrix so far, and all that was asked in this iteration.
      const games: EvaluatedAnswer[] = [];
      const rows: EvaluatedAnswer[] = [];
      for await (const row of evaluatedAnswers(run, iteration)) {
        if (row.suite === "cross-play") games.push(row);
        if (row.iteration === iteration) rows.push(row);
      }
      const known = await knownJudges(run);
      const scores = [
        ...attackScores(iteration, rows, known),
        ...ratings(iteration, games),
        ...classScores(iteration, rows),
        ...writingScores(iteration, await writtenPrompts(context, iteration)),
        ...(await abilityScores(context, iteration, target)),
        ...(iteration === 0 ? judgeScores(known) : []),
      ];
      await writeAtomic(run.path(`${iteration}`, "scores.jsonl"), scores.map(toLine).join(""));
      return { count: scores.length, files: [`${iteration}/scores.jsonl`] };
    },
  });
}

function score(
  iteration: number,
  suite: string,
  metric: string,
  { value, low, high, n }: Estimate,
  more: Partial<Score> = {},
): Score {
  return { iteration, suite, metric, value, low, high, n, ...more };
}

/** ASR of the test set and of each new cell of the matrix, by each judge, and corrected for its errors where they are known. */
function attackScores(iteration: number, all: readonly EvaluatedAnswer[], known: readonly JudgeQuality[]): Score[] {
  const judges = [...new Set(all.flatMap((row) => row.verdicts.map((v) => v.judge)))];
  const labelled = (rows: readonly EvaluatedAnswer[], judge: string) =>
    rows.map(({ clusterId, promptId, verdicts }) => ({
      clusterId,
      promptId,
      label: verdicts.find((v) => v.judge === judge)?.label ?? "unscored",
    }));
  /** Among them, answers whose verdict is worth less. */
  const foreign = (rows: readonly EvaluatedAnswer[], judge: string): Partial<Score> => {
    const of = rows.flatMap(({ verdicts }) => verdicts.find((v) => v.judge === judge) ?? []);
    const otherLanguage = of.filter((v) => v.language !== undefined && v.label !== "unscored").length;
    return otherLanguage === 0 ? {} : { otherLanguage };
  };
  return judges.flatMap((judge) => {
    const quality = known.find((k) => k.judge === judge);
    const both = (suite: string, seen: Estimate, more: Partial<Score>) => [
      score(iteration, suite, "asr", seen, more),
      ...(quality === undefined ? [] : [corrected(suite, correctedBy(quality, seen), more)]),
    ];
    const corrected = (
      suite: string,
      { belowErrorRate, ...share }: ReturnType<typeof correctedBy>,
      more: Partial<Score>,
    ) => score(iteration, suite, "asr-corrected", share, { ...more, ...(belowErrorRate && { belowErrorRate }) });
    const testRows = all.filter((r) => r.suite === "test");
    const test = attackSuccess(labelled(testRows, judge), interval);
    const on = { judge, target: iteration };
    const cells = [
      ...new Set(all.filter((r) => r.suite === "cross-play").map((r) => `${r.redTeam}/${r.target}`)),
    ].flatMap((cell) => {
      const rows = all.filter((r) => r.suite === "cross-play" && `${r.redTeam}/${r.target}` === cell);
      const { attempts, unscored } = attackSuccess(labelled(rows, judge), interval);
      return both("cross-play", attempts, {
        judge,
        redTeam: rows[0]!.redTeam!,
        target: rows[0]!.target,
        unscored,
        ...foreign(rows, judge),
      });
    });
    return [
      ...both("test", test.attempts, { ...on, unscored: test.unscored, ...foreign(testRows, judge) }),
      score(iteration, "test", "asr-any", test.prompts, { ...on, unscored: test.unscoredPrompts }),
      ...cells,
    ];
  });
}

/** How strong each player of the matrix is, by each judge. */
function ratings(iteration: number, rows: readonly EvaluatedAnswer[]): Score[] {
  const judges = [...new Set(rows.flatMap((row) => row.verdicts.map((v) => v.judge)))];
  return judges.flatMap((judge) => {
    const games = rows.map(({ clusterId, promptId, redTeam, target, verdicts }) => ({
      ...{ clusterId, promptId, redTeam: redTeam!, target },
      label: verdicts.find((v) => v.judge === judge)?.label ?? "unscored",
    }));
    return eloRatings(games, interval).map(({ role, index, ...rating }) =>
      score(iteration, "cross-play", "elo", rating, {
        judge,
        ...(role === "red-team" ? { redTeam: index } : { target: index }),
      }),
    );
  });
}

/** How often the Target declines, wanted on the test set and not wanted on look-alikes; and each class of answers. */
function classScores(iteration: number, all: readonly EvaluatedAnswer[]): Score[] {
  return (["test", "look-alikes"] as const).flatMap((suite) => {
    const rows = all.filter((row) => row.suite === suite);
    const of = (metric: string, counted: readonly AnswerClass[]) => {
      const { unscored, ...rate } = classRate(rows, counted, interval);
      return score(iteration, suite, metric, rate, { target: iteration, unscored });
    };
    return [
      of(suite === "test" ? "refusal-rate" : "over-refusal", refusing),
      ...AnswerClass.options.map((one) => of(`answers:${one}`, [one])),
    ];
  });
}

/** What R_i writes: how varied it is, and how much of it could be used. */
function writingScores(iteration: number, written: readonly WrittenPrompt[]): Score[] {
  if (written.length === 0) return [];
  const texts = written.filter((p) => p.text !== "");
  const { diversity, distinct2, selfBleu } = textDiversity(texts, interval);
  const kept = written.filter((p) => !p.dropped).length / written.length;
  const plain = (value: number | null, n: number): Estimate => ({ value, low: null, high: null, n });
  const by = { redTeam: iteration };
  return [
    score(iteration, "prompts", "diversity", diversity, by),
    score(iteration, "prompts", "distinct-2", plain(distinct2, texts.length), by),
    score(iteration, "prompts", "self-bleu", plain(selfBleu, texts.length), by),
    score(iteration, "prompts", "kept", plain(kept, written.length), by),
  ];
}

/** Perplexity of ordinary answers that training never saw. */
async function abilityScores({ config, data }: Context, iteration: number, target: Model): Promise<Score[]> {
  if (target.logProbs === undefined) return [];
  const { test } = data.ordinary;
  const rows = createRandom("ordinary").sample(test, Math.min(test.length, config.evaluation.ordinary));
  const examples = rows.map(({ id, text, answer }) => ({ id, prompt: asked(text), completion: answer }));
  return [
    score(iteration, "ordinary", "perplexity", perplexity(await target.logProbs(examples), interval), {
      target: iteration,
    }),
  ];
}

/** How far each judge agrees with labels. */
function judgeScores(known: readonly JudgeQuality[]): Score[] {
  return known.flatMap(({ judge, figures, unscored }) =>
    Object.entries(figures).map(([metric, value]) =>
      score(0, "judge", metric, value, { judge, unscored: unscored.safe + unscored.unsafe }),
    ),
  );
}
