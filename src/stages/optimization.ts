/**
 * Adversarial Optimization (paper section 4.3): DPO on both players with the verdicts as preferences; the reference is
 * the player that trained on, R_i or T_i. Pair rules are in data/pairs-*.ts; `preset: paper` follows the paper's.
 */

import { hashId } from "../data/ids.ts";
import { handWrittenPairs } from "../data/pairs-hand-written.ts";
import { generalPairs, lookAlikePairs, mixPairs, replayPairs } from "../data/pairs-mix.ts";
import { redTeamPairs } from "../data/pairs-red-team.ts";
import { targetPairs } from "../data/pairs-target.ts";
import { refusal, safeAnswer } from "../data/safe-answers.ts";
import type { SeedPrompt } from "../data/seed-prompts.ts";
import { groupBy } from "../group-by.ts";
import { createRandom } from "../random.ts";
import { type Attempt, Pair, type Prompt, type Role, type Verdict } from "../records.ts";
import { artefactStage } from "../run/artefact.ts";
import { toDocument, toLine, writeAtomic } from "../run/atomic.ts";
import { allRows } from "../run/rows.ts";
import type { TrainOptions } from "../seams.ts";
import { adapterStage, stepsOf } from "./adapter-stage.ts";
import { seedMessages } from "./attack.ts";
import { type Context, player, trainOptions } from "./context.ts";
import type { Players } from "./initialization.ts";
import { diversityLimit, overRefusalLimit } from "./step-limits.ts";

/** What an attack left. */
export interface Attacked {
  readonly seeds: readonly SeedPrompt[];
  /** What the Red Team wrote, dropped prompts included. */
  readonly prompts: readonly Prompt[];
  /** What was put to the Target. */
  readonly asked: readonly Prompt[];
  readonly attempts: readonly Attempt[];
  readonly verdicts: readonly Verdict[];
}

/**
 * R_i and T_i from R_{i−1}, T_{i−1} and the attack of iteration i = history.length.
 *
 * @param history R_0, T_0 … R_{i−1}, T_{i−1}
 */
export async function optimization(
  context: Context,
  history: readonly Players[],
  attacked: Attacked,
): Promise<Players> {
  const iteration = history.length;
  const players = history[iteration - 1]!;
  await artefactStage(context.run, {
    iteration,
    name: "pairs",
    unit: "pairs",
    async work() {
      const red = redTeam(context, iteration, attacked);
      const target = await targetMix(context, iteration, attacked);
      const write = (name: string, text: string) => writeAtomic(context.run.path(`${iteration}`, name), text);
      await write("pairs.red-team.jsonl", red.pairs.map(toLine).join(""));
      await write("pairs.target.jsonl", target.pairs.map(toLine).join(""));
      await write("pairs.json", toDocument({ redTeam: red.counts, target: target.counts }));
      const files = ["pairs.red-team.jsonl", "pairs.target.jsonl", "pairs.json"];
      return { count: red.pairs.length + target.pairs.length, files: files.map((file) => `${iteration}/${file}`) };
    },
  });
  const first = history[0]!;
  const limits = {
    redTeam: diversityLimit(context, iteration, first.redTeam),
    target: overRefusalLimit(context, iteration, first.target),
  };
  return {
    redTeam: await trained(context, "red-team", iteration, players.redTeam, limits.redTeam),
    target: await trained(context, "target", iteration, players.target, limits.target),
  };
}

/** The player after DPO on its pairs; unchanged when there are none. */
async function trained(
  context: Context,
  role: Role,
  iteration: number,
  adapter: Players["redTeam"],
  accept?: TrainOptions["accept"],
): Promise<Players["redTeam"]> {
  const { run, trainer, config } = context;
  const pairs = await allRows(run, iteration, `pairs.${role}`, Pair);
  if (pairs.length === 0) {
    run.report({ type: "warning", text: `iteration ${iteration}: no pairs for the ${role}; it stays as it was` });
    return adapter;
  }
  const settings = config.optimization[role === "red-team" ? "redTeam" : "target"];
  const next = await adapterStage(context, role, iteration, stepsOf(pairs.length, settings), () =>
    trainer.dpo(player(context, adapter), pairs, {
      ...trainOptions(context, role, iteration, settings),
      beta: settings.beta,
      sftWeight: settings.sftWeight,
      ...(accept === undefined ? {} : { accept }),
    }),
  );
  if (accept !== undefined && next.kept === undefined) {
    run.report({ type: "warning", text: `this trainer keeps whole steps: the limit on the ${role}'s has no effect` });
  }
  return next;
}

function redTeam({ config, run, data }: Context, iteration: number, { seeds, prompts, attempts, verdicts }: Attacked) {
  const answers = answersByPrompt(attempts, verdicts);
  const bySeed = groupBy(prompts, (prompt) => prompt.seedId ?? "");
  const { rules, redTeam: settings } = config.optimization;
  const rows = seeds.map((seed) => ({
    seedId: seed.id,
    category: seed.category,
    messages: seedMessages(seed),
    prompts: (bySeed.get(seed.id) ?? []).map((prompt) => ({
      prompt,
      verdicts: (answers.get(prompt.id) ?? []).map((a) => a.verdict),
    })),
  }));
  const made = redTeamPairs(
    rows,
    rules === "paper"
      ? { rules, maxPairs: settings.maxPairs }
      : { rules, maxPairs: settings.maxPairs, margin: settings.margin },
  );
  if (made.pairs.length === 0) run.report({ type: "note", text: `no Red Team pairs: ${JSON.stringify(made.counts)}` });
  const seed = `${config.seed}/${iteration}`;
  const known = handWrittenPairs(rows, data.train, {
    count: settings.handWrittenPairs,
    seed: `hand-written-pairs/${seed}`,
  });
  return { pairs: mixPairs([made.pairs, known], `mix/red-team/${seed}`), counts: made.counts };
}

/** Safety pairs of this iteration, with what keeps the Target useful and its memory long. */
async function targetMix(context: Context, iteration: number, { asked, attempts, verdicts }: Attacked) {
  const { run, config, data } = context;
  const { rules, target: settings } = config.optimization;
  const seed = `${config.seed}/${iteration}`;
  const answers = answersByPrompt(attempts, verdicts);
  const rows = asked.map((prompt) => ({ prompt, answers: answers.get(prompt.id) ?? [] }));
  const { maxPairs } = settings;
  const guided = ({ id, category }: Prompt) => {
    const text = safeAnswer(category, createRandom(`guided/${seed}/${id}`));
    return { id: hashId("guided", text), text };
  };
  const { pairs, counts } = targetPairs(rows, rules === "paper" ? { rules, maxPairs } : { rules, maxPairs, guided });
  const earlier: Pair[] = [];
  for (let i = 1; i < iteration; i++) earlier.push(...(await allRows(run, i, "pairs.target", Pair)));
  const general = settings.generalPairs[Math.min(iteration, settings.generalPairs.length) - 1]!;
  const random = createRandom(`refusals/${seed}`);
  const contrast = ({ id, text, answer }: { readonly id: string; readonly text: string; readonly answer: string }) => {
    const worse = refusal(random);
    return { prompt: text, better: { id, text: answer }, worse: { id: hashId("refusal", worse), text: worse } };
  };
  const replay = replayPairs(earlier, { count: settings.replayPairs, seed: `replay/${seed}` });
  const half = Math.ceil(settings.lookAlikePairs / 2);
  const lookAlikes = [
    ...lookAlikePairs(data.lookAlikes.wrapped.map(contrast), { count: half, seed: `wrapped/${seed}` }),
    ...lookAlikePairs(data.lookAlikes.train.map(contrast), {
      count: settings.lookAlikePairs - half,
      seed: `look-alikes/${seed}`,
    }),
  ];
  const ordinary = generalPairs(data.ordinary.train.map(contrast), { count: general, seed: `general/${seed}` });
  const asFarAsThereAre = (what: string, got: number, wanted: number) => {
    if (got < wanted)
      run.report({
        type: "note",
        text: `iteration ${iteration}: ${got} of ${wanted} ${what} pairs, all that there are`,
      });
  };
  asFarAsThereAre("look-alike", lookAlikes.length, settings.lookAlikePairs);
  asFarAsThereAre("general", ordinary.length, general);
  return { pairs: mixPairs([pairs, replay, lookAlikes, ordinary], `mix/${seed}`), counts };
}

/** Each prompt's answers with their verdicts, in order of sampling. */
function answersByPrompt(attempts: readonly Attempt[], verdicts: readonly Verdict[]) {
  return groupBy(
    attempts.map((attempt, i) => ({ attempt, verdict: verdicts[i]! })),
    ({ attempt }) => attempt.promptId,
  );
}
