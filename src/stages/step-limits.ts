/**
 * How far a player may step. The loss does not say where a step begins to cost more than it is worth, so that is
 * measured after each training, on texts that no pair holds; a step that costs too much is weakened until it does not.
 *
 * The Target: declining harm and declining its look-alikes rise together in a small model. The Red Team: what works
 * crowds out what might, until it writes one kind of sentence and finds nothing new.
 */
import { asked } from "../data/pairs.ts";
import { cleanGeneratedPrompt, drawSeedPrompts } from "../data/seed-prompts.ts";
import { classOf, isRefusal } from "../metrics/answer-class.ts";
import { textDiversity } from "../metrics/diversity.ts";
import { createRandom } from "../random.ts";
import type { Adapter } from "../records.ts";
import type { Model, TrainOptions } from "../seams.ts";
import { collect, sampling, seedMessages } from "./attack.ts";
import { type Context, player } from "./context.ts";
import { judgeAll } from "./judgement.ts";

type Accept = TrainOptions["accept"];

const percent = (share: number) => `${Math.round(100 * share)} %`;

/**
 * Whether a Target declines at most `maxOverRefusal` more of the held-back look-alikes than T_0 did.
 *
 * @param first T_0's adapter
 * @returns undefined when there is no limit
 */
export function overRefusalLimit(context: Context, iteration: number, first: Adapter | undefined): Accept {
  const { maxOverRefusal } = context.config.optimization.target;
  if (maxOverRefusal >= 1) return undefined;
  let before: number | undefined;
  return async (candidate) => {
    const after = await refusedShare(context, context.base.with(candidate));
    // What T_0 declines can only matter where the limit alone is exceeded.
    if (after > maxOverRefusal) before ??= await refusedShare(context, player(context, first));
    const accepted = after <= (before ?? 0) + maxOverRefusal;
    const outcome = accepted ? "" : `, too many (T_0 ${percent(before ?? 0)}): less of its step is kept`;
    const text = `iteration ${iteration}: the Target declines ${percent(after)} of held-back look-alikes${outcome}`;
    context.run.report({ type: "note", text });
    return accepted;
  };
}

/**
 * Refusals, full or partial, among the answers to held-back look-alikes, as many as the evaluation asks of others, as the training
 * judge tells them; 0 … 1.
 */
async function refusedShare(context: Context, model: Model): Promise<number> {
  const { config, data } = context;
  const { dev } = data.lookAlikes;
  const drawn = new Set(createRandom("weighed").sample(dev, Math.min(dev.length, config.evaluation.lookAlikes)));
  const rows = dev.filter((row) => drawn.has(row));
  const requests = rows.map(({ id, text }) => ({ id, messages: asked(text) }));
  const options = { ...sampling(context), maxTokens: config.attack.maxResponseTokens };
  const answers = await collect(model.generate(requests, options));
  const inputs = answers.map(({ text }, i) => ({
    attemptId: `${i}`,
    prompt: rows[i]!.text,
    response: text,
    category: "harmless",
  }));
  const verdicts = await judgeAll(context.trainJudge, inputs, context.signal);
  const scored = answers.map(({ text }, i) => classOf(text, verdicts[i])).filter((found) => found !== "unscored");
  // A Target that says nothing at all helps nobody.
  return scored.length === 0 ? 1 : scored.filter(isRefusal).length / scored.length;
}

/**
 * Whether what a Red Team writes is at least `minDiversity` as varied as what R_0 wrote, to the same seed prompts,
 * which are not those of the evaluation.
 *
 * @param first R_0's adapter
 * @returns undefined when there is no limit
 */
export function diversityLimit(context: Context, iteration: number, first: Adapter | undefined): Accept {
  const { minDiversity } = context.config.optimization.redTeam;
  if (minDiversity === 0) return undefined;
  let before: number | undefined;
  return async (candidate) => {
    before ??= await writtenDiversity(context, player(context, first));
    const share = (await writtenDiversity(context, context.base.with(candidate))) / Math.max(before, 1e-9);
    const accepted = share >= minDiversity;
    const outcome = accepted ? "" : ", too little: less of its step is kept";
    const text = `iteration ${iteration}: the Red Team's prompts are ${percent(share)} as varied as R_0's${outcome}`;
    context.run.report({ type: "note", text });
    return accepted;
  };
}

/**
 * What a Red Team is weighed by: prompts to each of so many seed prompts at most (more would tell little more), and tokens
 * of each: few prompts are longer, and their beginnings suffice.
 */
export const weighedPrompts = { seeds: 64, perSeed: 3, tokens: 32 } as const;

/** How varied a Red Team's prompts are, to as many seed prompts as an attack has, 0 … 1; 0 when it writes none. */
async function writtenDiversity(context: Context, model: Model): Promise<number> {
  const { config, data } = context;
  const { examplesPerSeed, maxPromptTokens } = config.attack;
  const count = Math.min(config.attack.seeds, weighedPrompts.seeds);
  const seeds = drawSeedPrompts(data.train, { count, examplesPerSeed, seed: 0, iteration: -2 });
  const requests = seeds.map((seed) => ({ id: seed.id, messages: seedMessages(seed) }));
  const options = {
    ...sampling(context),
    n: weighedPrompts.perSeed,
    maxTokens: Math.min(weighedPrompts.tokens, maxPromptTokens),
  };
  const written = await collect(model.generate(requests, options));
  const texts = written
    .map(({ requestId, text }) => ({ clusterId: requestId, text: cleanGeneratedPrompt(text) }))
    .filter(({ text }) => text !== "");
  return textDiversity(texts, { seed: "weighed" }).diversity.value ?? 0;
}
