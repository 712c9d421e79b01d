/**
 * Adversarial Optimization (paper section 4.3): DPO on both players with the verdicts as preferences; the reference is
 * the player that trained on, R_i or T_i. Pair rules are in data/pairs-*.ts; `preset: paper` follows the paper's.
 */

import { hashId } from "../data/ids.ts";
import { handWrittenPairs } from "../data/pairs-hand-written.ts";
import { generalPairs, isReplayed, lookAlikePairs, mixPairs, replayPairs } from "../data/pairs-mix.ts";
import { type RedTeamSeed, redTeamPairs } from "../data/pairs-red-team.ts";
import { type TargetRow, targetPairs } from "../data/pairs-target.ts";
import { refusal, safeAnswer } from "../data/safe-answers.ts";
import type { SeedPrompt } from "../data/seed-prompts.ts";
import { createRandom } from "../random.ts";
import { Pair, type Prompt, type Role } from "../records.ts";
import { artefactStage } from "../run/artefact.ts";
import { toDocument, toLine, writeAtomic } from "../run/atomic.ts";
import { allRows, readRows } from "../run/rows.ts";
import type { TrainOptions } from "../seams.ts";
import { adapterStage, stepsOf } from "./adapter-stage.ts";
import { seedMessages } from "./attack.ts";
import { attackPrompts, judgedPrompts } from "./attacked.ts";
import { type Context, player, trainOptions } from "./context.ts";
import type { Players } from "./initialization.ts";
import { diversityLimit, overRefusalLimit } from "./step-limits.ts";

/**
 * R_i and T_i from R_{i−1}, T_{i−1} and the attack of iteration i = history.length.
 *
 * @param history R_0, T_0 … R_{i−1}, T_{i−1}
 * @param seeds of the attack, in the order of its prompts
 */
export async function optimization(
  context: Context,
  history: readonly Players[],
  seeds: readonly SeedPrompt[],
): Promise<Players> {
  const iteration = history.length;
  const players = history[iteration - 1]!;
  await artefactStage(context.run, {
    iteration,
    name: "pairs",
    unit: "pairs",
    async work() {
      const red = await redTeam(context, iteration, seeds);
      const target = await targetMix(context, iteration);
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

async function redTeam(context: Context, iteration: number, seeds: readonly SeedPrompt[]) {
  const { config, run, data } = context;
  const { rules, redTeam: settings } = config.optimization;
  const rows = () => seedRows(context, iteration, seeds);
  const made = await redTeamPairs(
    rows(),
    rules === "paper"
      ? { rules, maxPairs: settings.maxPairs }
      : { rules, maxPairs: settings.maxPairs, margin: settings.margin },
  );
  if (made.pairs.length === 0) run.report({ type: "note", text: `no Red Team pairs: ${JSON.stringify(made.counts)}` });
  const seed = `${config.seed}/${iteration}`;
  const known = await handWrittenPairs(rows(), data.train, {
    of: seeds.length,
    count: settings.handWrittenPairs,
    seed: `hand-written-pairs/${seed}`,
  });
  return { pairs: mixPairs([made.pairs, known], `mix/red-team/${seed}`), counts: made.counts };
}

/** Safety pairs of this iteration, with what keeps the Target useful and its memory long. */
async function targetMix(context: Context, iteration: number) {
  const { run, config, data } = context;
  const { rules, target: settings } = config.optimization;
  const seed = `${config.seed}/${iteration}`;
  const { maxPairs } = settings;
  const guided = ({ id, category }: Prompt) => {
    const text = safeAnswer(category, createRandom(`guided/${seed}/${id}`));
    return { id: hashId("guided", text), text };
  };
  const { pairs, counts } = await targetPairs(
    answeredPrompts(context, iteration),
    rules === "paper" ? { rules, maxPairs } : { rules, maxPairs, guided },
    await repeatedTexts(context, iteration),
  );
  const earlier: Pair[] = [];
  for (let i = 1; i < iteration && settings.replayPairs > 0; i++)
    for await (const pair of readRows(run, i, "pairs.target", Pair)) if (isReplayed(pair)) earlier.push(pair);
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

/** Each seed prompt with what was written from it and the verdicts on the answers, in their order. */
async function* seedRows(context: Context, iteration: number, seeds: readonly SeedPrompt[]) {
  const judged = judgedPrompts(context, iteration);
  for (const seed of seeds) {
    const prompts: RedTeamSeed["prompts"][number][] = [];
    while (prompts.length < context.config.attack.promptsPerSeed) {
      const { done, value } = await judged.next();
      if (done || value.prompt.seedId !== seed.id) throw new Error(`iteration ${iteration}: prompts in another order`);
      prompts.push({ prompt: value.prompt, verdicts: value.answers.map(({ verdict }) => verdict) });
    }
    yield { seedId: seed.id, category: seed.category, messages: seedMessages(seed), prompts };
  }
  await judged.return(undefined);
}

async function* answeredPrompts(context: Context, iteration: number): AsyncGenerator<TargetRow> {
  for await (const row of judgedPrompts(context, iteration)) if (row.prompt.dropped === undefined) yield row;
}

/** Whether a text was put to the Target more than once; of each only a hash is held. */
async function repeatedTexts(context: Context, iteration: number): Promise<(text: string) => boolean> {
  const [seen, again] = [new Set<string>(), new Set<string>()];
  for await (const { text, dropped } of attackPrompts(context, iteration)) {
    const hash = hashId(text.trim());
    if (dropped === undefined) (seen.has(hash) ? again : seen).add(hash);
  }
  return (text) => again.has(hashId(text.trim()));
}
