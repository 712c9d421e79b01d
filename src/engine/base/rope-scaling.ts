/**
 * Rotary frequencies of models whose context was made longer after training, as what each is divided by.
 * "linear" (Chen et al., 2306.15595) divides all alike; "llama3" divides the slow ones by `factor`, leaves the fast ones,
 * and goes from one to the other between two wavelengths (transformers' _compute_llama3_parameters).
 */
import { z } from "zod";
import { invalid, unsupported } from "./decoder-config.ts";

const factor = z.number().min(1).max(1e6);
const Linear = z.looseObject({ factor });
const Llama3 = z.looseObject({
  factor,
  low_freq_factor: z.number().gt(0),
  high_freq_factor: z.number().gt(0),
  original_max_position_embeddings: z.number().int().positive(),
});

/**
 * @param scaling the object rope_scaling or rope_parameters of a config.json
 * @param headDim size of a head, even
 * @returns headDim / 2 divisors, or none
 * @throws SeasError E_MODEL for another kind, or a number that is missing
 */
export function ropeFactorsOf(
  scaling: Readonly<Record<string, unknown>>,
  { headDim, ropeTheta }: { readonly headDim: number; readonly ropeTheta: number },
  source: string,
): number[] {
  const kind = scaling.rope_type ?? scaling.type ?? "default";
  const half = Math.floor(headDim / 2);
  if (kind === "default") return [];
  if (kind === "linear") return new Array<number>(half).fill(parse(Linear, scaling, source).factor);
  if (kind !== "llama3") throw unsupported(source, "rope_type", kind);
  const given = parse(Llama3, scaling, source);
  const { low_freq_factor: low, high_freq_factor: high, original_max_position_embeddings: original } = given;
  return Array.from({ length: half }, (_, i) => {
    const wavelength = 2 * Math.PI * ropeTheta ** (i / half);
    if (wavelength < original / high) return 1;
    if (wavelength > original / low) return given.factor;
    const fast = (original / wavelength - low) / (high - low);
    return 1 / ((1 - fast) / given.factor + fast);
  });
}

function parse<T>(schema: z.ZodType<T>, given: unknown, source: string): T {
  const parsed = schema.safeParse(given);
  if (!parsed.success) throw invalid(source, parsed.error);
  return parsed.data;
}
