/**
 * An encoder of the BERT family (Devlin et al., 1810.04805): learned positions, attention to all tokens, a norm after each
 * sum, GELU; the way forward only. What it gives is the mean of a text's token vectors, as Sentence-BERT pools them
 * (Reimers & Gurevych, 1908.10084). Text is one segment, so segments have no input: their vector is part of the positions'.
 */
import type { BertConfig } from "../embedding/bert-config.ts";
import type { Node } from "../graph/node.ts";
import * as o from "../graph/ops.ts";

/** Vectors of the positions, that of the first segment added: made when the weights file is written. */
export const positionTable = "embeddings.positions";

/**
 * Mean token vector of each text, (B, D), as BertModel's last hidden state averaged over the mask. Inputs: ids (B, T) int64,
 * padded; positions (T) int64; mask (B, 1, 1, T), 0 for tokens and far below 0 for padding; average (B, 1, T), 1 / tokens
 * and 0 for padding.
 */
export function bertMean(c: BertConfig): Node {
  const d = c.hiddenSize;
  const headDim = d / c.heads;
  const mask = o.input("mask", ["B", 1, 1, "T"]);
  const norm = (x: Node, name: string) =>
    o.layerNorm(x, o.weight(`${name}.weight`, [d]), o.weight(`${name}.bias`, [d]), c.layerNormEps);
  /** x · Wᵀ + b: (N, inputs) → (N, outputs) */
  const linear = (x: Node, name: string, inputs: number, outputs: number) => {
    const product = o.matmul(x, o.weight(`${name}.weight`, [outputs, inputs]), { transB: true });
    return o.add(product, o.weight(`${name}.bias`, [outputs]));
  };
  /** (B·T, D) → (B, H, T, D / H) */
  const byHead = (x: Node) => o.transpose(o.reshape(x, ["B", "T", c.heads, headDim]), [0, 2, 1, 3]);

  const attention = (x: Node, name: string) => {
    const [q, k, v] = ["query", "key", "value"].map((part) => byHead(linear(x, `${name}.self.${part}`, d, d)));
    const scaled = o.mul(q!, o.constant(1 / Math.sqrt(headDim)));
    const scores = o.add(o.matmul(scaled, k!, { transB: true }), mask); // (B, H, T, T)
    const mixed = o.matmul(o.softmax(scores), v!); // (B, H, T, D / H)
    const joined = o.reshape(o.transpose(mixed, [0, 2, 1, 3]), ["BT", d]);
    return linear(joined, `${name}.output.dense`, d, d);
  };

  const words = o.gatherRows(
    o.weight("embeddings.word_embeddings.weight", [c.vocabSize, d]),
    o.input("ids", ["B", "T"], "int64"),
  ); // (B, T, D)
  const places = o.gatherRows(o.weight(positionTable, [c.maxPositions, d]), o.input("positions", ["T"], "int64")); // (T, D)
  let x = norm(o.reshape(o.add(words, places), ["BT", d]), "embeddings.LayerNorm");
  for (let i = 0; i < c.layers; i++) {
    const layer = `encoder.layer.${i}`;
    const attended = norm(o.add(x, attention(x, `${layer}.attention`)), `${layer}.attention.output.LayerNorm`);
    const wide = o.geluErf(linear(attended, `${layer}.intermediate.dense`, d, c.intermediateSize));
    const narrow = linear(wide, `${layer}.output.dense`, c.intermediateSize, d);
    x = norm(o.add(attended, narrow), `${layer}.output.LayerNorm`);
  }
  const mean = o.matmul(o.input("average", ["B", 1, "T"]), o.reshape(x, ["B", "T", d])); // (B, 1, D)
  return o.reshape(mean, ["B", d]);
}
