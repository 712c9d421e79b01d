/**
 * Evaluation after each iteration: T_i on the held-out test prompts and on harmless look-alikes, the new cells of the
 * R × T matrix, and what R_i writes. Prompts and seeds are the same after every iteration, so that before and after
 * can be laid side by side. Both judges see every answer; only the scoring judge, which never trains, is believed.
 */
import { hashId } from "../data/ids.ts";
import { asked } from "../data/pairs.ts";
import { takePrompts } from "../data/prompts.ts";
import { drawSeedPrompts } from "../data/seed-prompts.ts";
import { classOf } from "../metrics/answer-class.ts";
import { createRandom } from "../random.ts";
import { EvaluationRow, Prompt, type Verdict } from "../records.ts";
import { type Streamed, streamed } from "../run/inputs.ts";
import { readRows } from "../run/rows.ts";
import { rowStage } from "../run/stage.ts";
import type { Judge, JudgeInput } from "../seams.ts";
import { collect, sampling, writePrompts } from "./attack.ts";
import { type Context, player } from "./context.ts";
import { crossPlayFile } from "./evaluated.ts";
import type { Players } from "./initialization.ts";
import { judgeAll } from "./judgement.ts";
import { scoresStage } from "./scores.ts";
import { watchedJudge } from "./unscored.ts";

/** One prompt to be put to one Target. */
type Question = Pick<
  EvaluationRow,
  "suite" | "promptId" | "clusterId" | "target" | "redTeam" | "prompt" | "category" | "style"
>;

/**
 * Evaluates the players after iteration `i` = history.length − 1.
 *
 * @param history R_0, T_0 … R_i, T_i
 */
export async function evaluation(context: Context, history: readonly Players[]): Promise<void> {
  const { run, config, signal, trainJudge, scoreJudge } = context;
  const iteration = history.length - 1;
  const watch = { where: `evaluation of iteration ${iteration}` };
  const judges = [trainJudge, scoreJudge].map((judge) => watchedJudge(judge, run.report, watch));
  await crossPlayPrompts(context, iteration, history[iteration]!);
  const questions = await questionsOf(context, iteration);
  const models = history.map(({ target }) => player(context, target));
  const { samples } = config.evaluation;
  await rowStage(run, {
    iteration,
    name: "evaluation",
    schema: EvaluationRow,
    inputs: questions,
    rowsPerInput: samples,
    batchSize: Math.max(1, Math.floor(config.attack.batchSize / samples)),
    unit: "answers",
    signal,
    sample: (row) => ({
      type: "sample",
      iteration,
      stage: "evaluation",
      prompt: row.prompt,
      response: row.response,
      label: row.verdicts.at(-1)?.label ?? "unscored",
    }),
    async work(batch, { onTokens }) {
      const answers: EvaluationRow[] = [];
      // Questions lie by Target, so most batches have one.
      for (const target of new Set(batch.map((q) => q.target))) {
        const group = batch.filter((q) => q.target === target);
        const requests = group.map((q) => ({ id: q.promptId, messages: asked(q.prompt) }));
        const options = { ...sampling(context, onTokens), n: samples, maxTokens: config.attack.maxResponseTokens };
        const completions = await collect(models[target]!.generate(requests, options));
        completions.forEach(({ sample, text, finishReason }, at) => {
          const question = group[Math.floor(at / samples)]!;
          const id = hashId("evaluation", question.suite, question.promptId, target, sample, text);
          answers.push({
            id,
            ...question,
            sample,
            response: text,
            finishReason,
            // Known when the scoring judge has read it.
            answerClass: "unscored",
            verdicts: [],
          });
        });
      }
      const inputs = answers.map((a) => ({
        attemptId: a.id,
        prompt: a.prompt,
        response: a.response,
        category: a.category,
      }));
      const verdicts = await verdictsOf(judges, inputs, context);
      return answers.map((answer, at) => ({
        ...answer,
        answerClass: classOf(answer.response, verdicts[at]!.at(-1)),
        verdicts: verdicts[at]!.map(({ attemptId: _, categories: __, ...verdict }) => verdict),
      }));
    },
  });
  await scoresStage(context, iteration, models[iteration]!);
}

/** Each judge's verdicts on each input; in batches of a judge. */
async function verdictsOf(judges: readonly Judge[], inputs: readonly JudgeInput[], { config, signal }: Context) {
  const verdicts: Verdict[][] = [];
  for (let first = 0; first < inputs.length; first += config.judge.batchSize) {
    const batch = inputs.slice(first, first + config.judge.batchSize);
    const said: Verdict[][] = [];
    for (const judge of judges) said.push(await judgeAll(judge, batch, signal));
    verdicts.push(...batch.map((_, i) => said.map((all) => all[i]!)));
  }
  return verdicts;
}

/** What is asked in this iteration; prompts of the matrix are read from file as they are needed. */
function questionsOf(context: Context, iteration: number): Promise<Streamed<Question>> {
  return streamed(async function* () {
    yield* suites(context, iteration);
    yield* newCells(context, iteration);
  });
}

/** Held-out attacks and harmless look-alikes, for the newest Target. */
function suites({ config, data }: Context, target: number): Question[] {
  const test = takePrompts(data.test, Math.min(data.test.length, config.evaluation.testPrompts), "test").map((p) => ({
    suite: "test" as const,
    promptId: p.id,
    clusterId: data.clusterOf(p.id),
    target,
    prompt: p.text,
    category: p.category,
    ...(p.style === undefined ? {} : { style: p.style }),
  }));
  const { test: pool } = data.lookAlikes;
  const harmless = createRandom("look-alikes")
    .sample(pool, Math.min(pool.length, config.evaluation.lookAlikes))
    .map((row) => ({
      suite: "look-alikes" as const,
      promptId: row.id,
      clusterId: row.cluster,
      target,
      prompt: row.text,
      category: "harmless",
      style: row.style,
    }));
  return [...test, ...harmless];
}

/** R_i's prompts for the matrix: from the same seed prompts after every iteration. */
async function crossPlayPrompts(context: Context, iteration: number, { redTeam }: Players): Promise<void> {
  const { config, data } = context;
  const { crossPlaySeeds: count, crossPlayPrompts: promptsPerSeed } = config.evaluation;
  if (count === 0) return;
  const seeds = drawSeedPrompts(data.train, {
    count,
    examplesPerSeed: config.attack.examplesPerSeed,
    seed: 0,
    iteration: -1,
  });
  await writePrompts(context, player(context, redTeam), {
    iteration,
    name: crossPlayFile,
    redTeam: iteration,
    seeds,
    promptsPerSeed,
  });
}

/** Cells that this iteration adds: R_0 … R_i on T_i, after what else T_i is asked, and R_i on T_0 … T_{i−1}. */
async function* newCells({ run, config }: Context, iteration: number): AsyncGenerator<Question> {
  if (config.evaluation.crossPlaySeeds === 0) return;
  const ask = async function* (redTeam: number, target: number): AsyncGenerator<Question> {
    for await (const p of readRows(run, redTeam, crossPlayFile, Prompt)) {
      // What R_i wrote counts as it stands, copies included; only empty and cut-off prompts cannot be asked.
      if (p.dropped === "empty" || p.dropped === "too-long") continue;
      const { id: promptId, seedId, text: prompt, category } = p;
      yield { suite: "cross-play", promptId, clusterId: seedId!, target, redTeam, prompt, category };
    }
  };
  for (let redTeam = 0; redTeam < iteration; redTeam++) yield* ask(redTeam, iteration);
  for (let target = iteration; target >= 0; target--) yield* ask(iteration, target);
}
