/**
 * The tensors of a llama decoder: their Hugging Face names and shapes in file order, the names that GGUF gives them, and
 * the row order of GGUF's q and k, both ways.
 */
import { SeasError } from "../../errors.ts";
import type { DecoderConfig } from "./decoder-config.ts";

/** A tensor that the decoder needs. */
export interface ExpectedTensor {
  /** Hugging Face name. */
  readonly name: string;
  readonly ggufName: string;
  /** [out, in], or [size] for a norm. */
  readonly shape: readonly number[];
  /** Heads whose rows GGUF interleaves; 0 for every tensor but q and k. */
  readonly ropeHeads: number;
}

/** Every tensor of a decoder, in the order in which the weights file holds them. */
export function decoderTensors(config: DecoderConfig): readonly ExpectedTensor[] {
  const { vocabSize, hiddenSize: h, intermediateSize: f, heads, kvHeads, headDim } = config;
  const kv = kvHeads * headDim;
  const one = (name: string, ggufName: string, shape: readonly number[], ropeHeads = 0): ExpectedTensor => ({
    name,
    ggufName,
    shape,
    ropeHeads,
  });
  const layer = (i: number) => {
    const to = (name: string, gguf: string, shape: readonly number[], ropeHeads = 0) =>
      one(`model.layers.${i}.${name}.weight`, `blk.${i}.${gguf}.weight`, shape, ropeHeads);
    return [
      to("input_layernorm", "attn_norm", [h]),
      to("self_attn.q_proj", "attn_q", [h, h], heads),
      to("self_attn.k_proj", "attn_k", [kv, h], kvHeads),
      to("self_attn.v_proj", "attn_v", [kv, h]),
      to("self_attn.o_proj", "attn_output", [h, h]),
      to("post_attention_layernorm", "ffn_norm", [h]),
      to("mlp.gate_proj", "ffn_gate", [f, h]),
      to("mlp.up_proj", "ffn_up", [f, h]),
      to("mlp.down_proj", "ffn_down", [h, f]),
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
 * Compares what a file holds with what the decoder needs.
 *
 * @param nameOf which of the two names the file uses
 * @param mayIgnore names that carry nothing the decoder computes with
 * @throws SeasError E_MODEL naming the first tensor that is missing, superfluous or of another shape
 */
export function requireTensors(
  source: string,
  expected: readonly ExpectedTensor[],
  found: ReadonlyMap<string, { readonly shape: readonly number[] }>,
  nameOf: (tensor: ExpectedTensor) => string,
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
      throw new SeasError(
        "E_MODEL",
        `${source}: tensor ${name} has no place in a llama decoder of ${names.size} tensors`,
      );
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
