/**
 * How far a Target may step. Declining harm and declining its look-alikes rise together in a small model, and the
 * loss does not say where the second begins to cost more than the first is worth; answers to look-alikes that no pair
 * holds do. A step after which more of them are declined than `maxOverRefusal` allows is weakened until it fits.
 */
import { asked } from "../data/pairs.ts";
import { refusalClass } from "../metrics/over-refusal.ts";
import { createRandom } from "../random.ts";
import type { Adapter } from "../records.ts";
import type { Model } from "../seams.ts";
import { collect, sampling } from "./attack.ts";
import { type Context, player } from "./context.ts";

/**
 * Whether a Target declines at most `maxOverRefusal` more of the held-back look-alikes than T_0 did.
 *
 * @param first T_0's adapter
 * @returns undefined when there is no limit
 */
export function overRefusalLimit(
  context: Context,
  iteration: number,
  first: Adapter | undefined,
): ((candidate: Adapter) => Promise<boolean>) | undefined {
  const { maxOverRefusal } = context.config.optimization.target;
  if (maxOverRefusal >= 1) return undefined;
  let before: number | undefined;
  return async (candidate) => {
    const after = await refusedShare(context, context.base.with(candidate));
    // What T_0 declines can only matter where the limit alone is exceeded.
    if (after > maxOverRefusal) before ??= await refusedShare(context, player(context, first));
    const accepted = after <= (before ?? 0) + maxOverRefusal;
    const percent = (share: number) => `${Math.round(100 * share)} %`;
    const outcome = accepted ? "" : `, too many (T_0 ${percent(before ?? 0)}): its step is weakened`;
    const text = `iteration ${iteration}: the Target declines ${percent(after)} of held-back look-alikes${outcome}`;
    context.run.report({ type: "note", text });
    return accepted;
  };
}

/**
 * Refusals, full or partial, among the answers to held-back look-alikes, as many as the evaluation asks of others;
 * 0 … 1.
 */
async function refusedShare(context: Context, model: Model): Promise<number> {
  const { config, data } = context;
  const { dev } = data.lookAlikes;
  const drawn = new Set(createRandom("weighed").sample(dev, Math.min(dev.length, config.evaluation.lookAlikes)));
  const rows = dev.filter((row) => drawn.has(row));
  const requests = rows.map(({ id, text }) => ({ id, messages: asked(text) }));
  const options = { ...sampling(context), maxTokens: config.attack.maxResponseTokens };
  const answers = await collect(model.generate(requests, options));
  const scored = answers.map(({ text }) => refusalClass(text)).filter((found) => found !== "unscored");
  // A Target that says nothing at all helps nobody.
  return scored.length === 0 ? 1 : scored.filter((found) => found !== "none").length / scored.length;
}
