/**
 * Weights that a provider keeps: what training brings back is a name, and model.json holds it in the place of an adapter's
 * files. Players on the provider's server ask for it by that name; whatever needs the weights themselves says that they are not
 * here.
 */
import { createHash } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { SeasError } from "../errors.ts";
import { toDocument, writeAtomic } from "../run/atomic.ts";

/** The file's name. */
export const hostedFile = "model.json";

/** Its content. */
export const HostedModel = z.object({
  /** As the server names it. */
  model: z.string(),
  /** Of the API that trained it. */
  url: z.string(),
  /** That made it. */
  job: z.string(),
  /** What the job started from. */
  startedFrom: z.string(),
  trainedTokens: z.number().nullable(),
  /** False when the step was not accepted: `model` is then what the job started from. */
  accepted: z.boolean(),
});
export type HostedModel = z.infer<typeof HostedModel>;

/** Writes it, and gives the file's sha256. */
export async function writeHosted(folder: string, hosted: HostedModel): Promise<string> {
  await mkdir(folder, { recursive: true });
  const text = toDocument(hosted);
  await writeAtomic(join(folder, hostedFile), text);
  return createHash("sha256").update(text).digest("hex");
}

/**
 * Goes on only where a folder does not say that its weights are elsewhere.
 *
 * @throws SeasError E_MODEL naming the model
 */
export async function requireWeights(folder: string): Promise<void> {
  const text = await readFile(join(folder, hostedFile), "utf8").catch(() => undefined);
  if (text === undefined) return;
  let hosted: HostedModel | undefined;
  try {
    hosted = HostedModel.parse(JSON.parse(text));
  } catch {
    // A file of that name that is not ours says nothing of weights.
    return;
  }
  throw new SeasError(
    "E_MODEL",
    `${folder}: these weights are with the provider, as ${hosted.model} at ${hosted.url}`,
    {
      hint: "they cannot be read here; name the model under `servers`, and `seas eval --model NAME` asks it there",
    },
  );
}
