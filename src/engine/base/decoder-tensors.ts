/**
 * The tensors of a decoder: their Hugging Face names and shapes in file order, the names that GGUF gives them, and
 * the row order of GGUF's q and k, both ways.
 */
import { SeasError } from "../../errors.ts";
import type { DecoderConfig } from "./decoder-config.ts";

/** A tensor that the decoder needs. */
export interface ExpectedTensor {
  /** Hugging Face name. */
  readonly name: string;
  readonly ggufName: string;
  /** [out, in], or [size] for a norm or a bias. */
  readonly shape: readonly number[];
  /** Heads whose rows GGUF interleaves; 0 for every tensor but q and k of llama. */
  readonly ropeHeads: number;
  /** What the family multiplies with is 1 + w: so GGUF stores it, Hugging Face stores w. */
  readonly plusOne: boolean;
}

/** Every tensor of a decoder, in the order in which the weights file holds them. */
export function decoderTensors(config: DecoderConfig): readonly ExpectedTensor[] {
  const { architecture, vocabSize, hiddenSize: h, intermediateSize: f, heads, kvHeads, headDim } = config;
  const gemma = architecture === "gemma3";
  const interleaves = architecture === "llama" || architecture === "mistral";
  const [q, kv] = [heads * headDim, kvHeads * headDim];
  const one = (name: string, ggufName: string, shape: readonly number[], ropeHeads = 0): ExpectedTensor => {
    return { name, ggufName, shape, ropeHeads: interleaves ? ropeHeads : 0, plusOne: gemma && name.includes("norm.") };
  };
  const layer = (i: number) => {
    const to = (name: string, gguf: string, shape: readonly number[], ropeHeads = 0) =>
      one(`model.layers.${i}.${name}`, `blk.${i}.${gguf}`, shape, ropeHeads);
    const norm = (name: string, gguf: string) => to(`${name}_layernorm.weight`, `${gguf}_norm.weight`, [h]);
    const project = (part: string, gguf: string, rows: number, ropeHeads = 0) => [
      to(`self_attn.${part}_proj.weight`, `attn_${gguf}.weight`, [rows, h], ropeHeads),
      ...(architecture === "qwen2" ? [to(`self_attn.${part}_proj.bias`, `attn_${gguf}.bias`, [rows])] : []),
    ];
    const headNorm = (part: string) => to(`self_attn.${part}_norm.weight`, `attn_${part}_norm.weight`, [headDim]);
    return [
      norm("input", "attn"),
      ...project("q", "q", q, heads),
      ...project("k", "k", kv, kvHeads),
      ...project("v", "v", kv),
      to("self_attn.o_proj.weight", "attn_output.weight", [h, q]),
      ...(gemma || architecture === "qwen3" ? [headNorm("q"), headNorm("k")] : []),
      ...(gemma
        ? [
            norm("post_attention", "post_attention"),
            norm("pre_feedforward", "ffn"),
            norm("post_feedforward", "post_ffw"),
          ]
        : [norm("post_attention", "ffn")]),
      to("mlp.gate_proj.weight", "ffn_gate.weight", [f, h]),
      to("mlp.up_proj.weight", "ffn_up.weight", [f, h]),
      to("mlp.down_proj.weight", "ffn_down.weight", [h, f]),
    ];
  };
  return [
    one("model.embed_tokens.weight", "token_embd.weight", [vocabSize, h]),
    ...Array.from({ length: config.layers }, (_, i) => layer(i)).flat(),
    one("model.norm.weight", "output_norm.weight", [h]),
    ...(config.tiedEmbeddings ? [] : [one("lm_head.weight", "output.weight", [vocabSize, h])]),
  ];
}

/**
 * Compares what a file holds with what the model needs.
 *
 * @param nameOf which of the two names the file uses
 * @param mayIgnore names that carry nothing the model computes with
 * @throws SeasError E_MODEL naming the first tensor that is missing, superfluous or of another shape
 */
export function requireTensors<T extends Pick<ExpectedTensor, "shape">>(
  source: string,
  expected: readonly T[],
  found: ReadonlyMap<string, { readonly shape: readonly number[] }>,
  nameOf: (tensor: T) => string,
  mayIgnore: (name: string) => boolean = () => false,
): void {
  const names = new Set<string>();
  for (const tensor of expected) {
    const name = nameOf(tensor);
    names.add(name);
    const shape = found.get(name)?.shape;
    if (shape === undefined) {
      throw new SeasError(
        "E_MODEL",
        `${source}: tensor ${name} is missing (${expected.length} are needed, ${found.size} are there)`,
      );
    }
    if (shape.length !== tensor.shape.length || shape.some((n, i) => n !== tensor.shape[i])) {
      throw new SeasError(
        "E_MODEL",
        `${source}: tensor ${name} is [${shape.join(", ")}], expected [${tensor.shape.join(", ")}]`,
      );
    }
  }
  for (const name of found.keys()) {
    if (!names.has(name) && !mayIgnore(name)) {
      throw new SeasError("E_MODEL", `${source}: tensor ${name} has no place in this model of ${names.size} tensors`);
    }
  }
}

/**
 * Rows of q or k in Hugging Face's order. GGUF keeps the two halves that rope turns against each other in neighbouring
 * rows, Hugging Face in the first and the second half of a head.
 *
 * @param values (rows, columns), rows = heads × head size, head size even
 */
export function separateRopeHalves(values: Float32Array, heads: number, columns: number): Float32Array {
  return permutedRows(values, heads, columns, (gguf, hub) => [gguf, hub]);
}

/** The inverse of {@link separateRopeHalves}: rows of q or k, or of a LoRA's B beside them, in GGUF's order. */
export function interleaveRopeHalves(values: Float32Array, heads: number, columns: number): Float32Array {
  return permutedRows(values, heads, columns, (gguf, hub) => [hub, gguf]);
}

/** Moves each row; `move` is given its place in GGUF's order and in Hugging Face's, and says from where to where. */
function permutedRows(
  values: Float32Array,
  heads: number,
  columns: number,
  move: (gguf: number, hub: number) => readonly [from: number, to: number],
): Float32Array {
  const rows = values.length / columns;
  const half = rows / heads / 2;
  if (!Number.isInteger(half)) throw new Error(`${rows} rows do not make ${heads} heads of even size`);
  const result = new Float32Array(values.length);
  for (let head = 0; head < heads; head++) {
    for (let pair = 0; pair < half; pair++) {
      for (let side = 0; side < 2; side++) {
        const first = head * 2 * half;
        const [from, to] = move(first + 2 * pair + side, first + side * half + pair);
        result.set(values.subarray(from * columns, (from + 1) * columns), to * columns);
      }
    }
  }
  return result;
}
