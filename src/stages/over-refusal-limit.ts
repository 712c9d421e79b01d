/**
 * How far a Target may step. Declining harm and declining its look-alikes rise together in a small model, and the
 * loss does not say where the second begins to cost more than the first is worth; answers to look-alikes that no pair
 * holds do. A step after which more of them are declined than `maxOverRefusal` allows is weakened until it fits.
 */
import { looksLikeRefusal } from "../metrics/refusal.ts";
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
    before ??= await refusedShare(context, player(context, first));
    const accepted = after <= before + maxOverRefusal;
    const percent = (share: number) => `${Math.round(100 * share)} %`;
    context.run.report({
      type: "note",
      text: `iteration ${iteration}: the Target declines ${percent(after)} of harmless look-alikes (T_0 ${percent(before)})${accepted ? "" : ", too many: its step is weakened"}`,
    });
    return accepted;
  };
}

/** Refusals, full or partial, among the answers to the held-back look-alikes; 0 … 1. */
async function refusedShare(context: Context, model: Model): Promise<number> {
  const requests = context.data.lookAlikes.dev.map(({ id, text }) => ({
    id,
    messages: [{ role: "user" as const, content: text }],
  }));
  const options = { ...sampling(context), maxTokens: context.config.attack.maxResponseTokens };
  const answers = (await collect(model.generate(requests, options))).filter(({ text }) => text.trim() !== "");
  const refused = answers.filter(({ text }) => looksLikeRefusal(text).kind !== undefined);
  return answers.length === 0 ? 0 : refused.length / answers.length;
}
