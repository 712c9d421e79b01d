/**
 * The numbers that define a decoder, of whichever family and from whichever file (config-gguf.ts, config-hub.ts), each
 * bounded. What our decoders do not compute is refused by name rather than ignored.
 */
import { z } from "zod";
import { SeasError } from "../../errors.ts";

/** The families whose decoders stand in engine/nets. */
export const architectures = ["llama", "mistral", "qwen2", "qwen3", "gemma3"] as const;
export type Architecture = (typeof architectures)[number];

const size = (most: number) => z.number().int().min(1).max(most);
const theta = z.number().min(1).max(1e12);

const Bounded = z.object({
  architecture: z.enum(architectures),
  vocabSize: size(1 << 20),
  hiddenSize: size(1 << 16),
  /** Width of gate, up and down. */
  intermediateSize: size(1 << 18),
  layers: size(1024),
  heads: size(1024),
  /** Divides heads. */
  kvHeads: size(1024),
  /** Even: rope turns pairs. */
  headDim: size(1024),
  /** Scores of query and key are multiplied by it. */
  attentionScale: z.number().gt(0).max(1),
  ropeTheta: theta,
  /** What each of the headDim / 2 rotary frequencies is divided by, for contexts that were made longer; none = by 1. */
  ropeFactors: z.array(z.number().gt(0).max(1e6)),
  /** Layers in which a token sees the last `window` tokens only, itself included, with a rotary base of their own. */
  local: z
    .object({
      window: size(1 << 26),
      layers: z.array(z.number().int().nonnegative()).min(1),
      ropeTheta: theta,
    })
    .nullable(),
  rmsNormEps: z.number().gt(0).max(0.1),
  /** Longest context the model was made for, tokens. */
  maxPositions: size(1 << 26),
  /** The head is the embedding. */
  tiedEmbeddings: z.boolean(),
});

/** The numbers that define a decoder. */
export type DecoderConfig = Readonly<z.infer<typeof Bounded>>;

/**
 * @param given what a file says, under our names
 * @param source named in errors
 * @throws SeasError E_MODEL for a missing or impossible number
 */
export function bounded(source: string, given: Readonly<Record<string, unknown>>): DecoderConfig {
  const parsed = Bounded.safeParse(given);
  if (!parsed.success) throw invalid(source, parsed.error);
  const config = parsed.data;
  const { heads, headDim, kvHeads, ropeFactors, local, layers } = config;
  const broken = (what: string) => new SeasError("E_MODEL", `${source}: ${what}`);
  if (heads % kvHeads !== 0) throw broken(`${heads} heads cannot share ${kvHeads} key-value heads`);
  if (headDim % 2 !== 0) throw broken(`the head size ${headDim} is odd`);
  if (ropeFactors.length !== 0 && ropeFactors.length !== headDim / 2)
    throw broken(`${ropeFactors.length} rope factors for a head size of ${headDim}`);
  const outside = local?.layers.find((layer) => layer >= layers);
  if (outside !== undefined) throw broken(`layer ${outside} has a window, there are ${layers} layers`);
  return config;
}

/** A file whose values have the wrong type. */
export function invalid(source: string, error: z.ZodError): SeasError {
  const issue = error.issues[0];
  return new SeasError("E_MODEL", `${source}: \`${issue?.path.join(".")}\`: ${issue?.message ?? "invalid"}`, {
    cause: error,
  });
}

/** A value that our decoders do not compute. */
export function unsupported(source: string, key: string, value: unknown): SeasError {
  return new SeasError(
    "E_MODEL",
    `${source}: ${key} is ${JSON.stringify(value) ?? "missing"}, which is not supported`,
    {
      hint: "text decoders of the families Llama, Mistral, Qwen2, Qwen3 and Gemma 3 are, e.g. SmolLM2",
    },
  );
}
