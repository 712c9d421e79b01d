/**
 * The work `price`: what rounding the frozen matrices to 8 bits, the head among them as in sampling, does to the
 * distributions of the next token. On the held-out ordinary answers, at each of their tokens.
 */
import { ordinary } from "../../src/data/ordinary.ts";
import { byTokens, collate, type Fork, forkLength } from "../../src/engine/collate.ts";
import * as o from "../../src/engine/graph/ops.ts";
import { openSession } from "../../src/engine/graph/session.ts";
import { int8IsExact, prepareInt8 } from "../../src/engine/int8.ts";
import { decoder } from "../../src/engine/nets/decoder.ts";
import type { Precision } from "../../src/engine/nets/linear.ts";
import type { Bench, Figures } from "./common.ts";

/** Padded tokens at once: the logits of two models for most of them are in memory. */
const tokenBudget = 512;

/** @param share of the answers */
export async function price({ engine }: Bench, share: number): Promise<Figures> {
  const { base, threads } = engine;
  if (!(await int8IsExact(threads))) throw new Error("this processor has no exact 8-bit products: nothing has a price");
  const test = ordinary().test;
  const rows = test.slice(0, Math.ceil(share * test.length)).map(
    ({ text, answer }): Fork => ({
      prompt: base.tokenizer.chat([{ role: "user", content: text }], { addGenerationPrompt: true }),
      completions: [base.tokenizer.encode(answer)],
    }),
  );
  const open = (precision: Precision, weights: Awaited<ReturnType<typeof prepareInt8>>) => {
    const { hidden, norm, head } = decoder(base.config, { precision, trainable: "none" });
    const states = norm(o.gatherRows(hidden, o.input("at", ["N"], "int64")));
    return openSession({ logits: head(states, precision) }, { threads, weights });
  };
  const exact = await open("float32", [base.weights]);
  const int8 = await open("int8", await prepareInt8(base, { threads }));
  const sums = { tokens: 0, divergence: 0, exact: 0, int8: 0, same: 0 };
  for (const part of byTokens(rows, forkLength, tokenBudget)) {
    const { targets, sum: _, ...feeds } = collate(part, base.config).feeds;
    const read = async (session: typeof exact) => (await session.run(feeds)).logits!.data as Float32Array;
    const [p, q] = [await read(exact), await read(int8)];
    const vocabulary = base.config.vocabSize;
    targets!.data.forEach((target, i) => {
      const row = (logits: Float32Array) => logProbs(logits.subarray(i * vocabulary, (i + 1) * vocabulary));
      const [a, b] = [row(p), row(q)];
      sums.tokens++;
      sums.divergence += a.values.reduce((kl, x, v) => kl + Math.exp(x) * (x - b.values[v]!), 0);
      sums.exact += a.values[Number(target)]!;
      sums.int8 += b.values[Number(target)]!;
      if (a.best === b.best) sums.same++;
    });
  }
  await exact.close();
  await int8.close();
  return {
    answers: rows.length,
    tokens: sums.tokens,
    divergence: sums.divergence / sums.tokens,
    perplexity: { exact: Math.exp(-sums.exact / sums.tokens), int8: Math.exp(-sums.int8 / sums.tokens) },
    same_best: sums.same / sums.tokens,
  };
}

/** Log-probabilities of a row of logits, and where the largest is. */
function logProbs(logits: Float32Array): { readonly values: Float32Array; readonly best: number } {
  let best = 0;
  for (let v = 1; v < logits.length; v++) if (logits[v]! > logits[best]!) best = v;
  let mass = 0;
  for (const x of logits) mass += Math.exp(x - logits[best]!);
  const logSum = logits[best]! + Math.log(mass);
  return { values: logits.map((x) => x - logSum), best };
}
