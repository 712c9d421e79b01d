/** Who trains: this process, or jobs on a Ray cluster. */
import { z } from "zod";

const Embedded = z.strictObject({ kind: z.literal("embedded") });

const Ray = z.strictObject({
  kind: z.literal("ray"),
  address: z.url({ protocol: /^https?$/ }).describe("of the head's dashboard, http://HEAD:8265"),
  base: z.string().min(1).describe("the base as the cluster's programs find it: a hub id, or a folder there"),
  folder: z
    .strictObject({ here: z.string().min(1), there: z.string().min(1) })
    .optional()
    .describe("a folder that both see, and its name on either side; none = `output` is seen under its own name"),
  arguments: z.array(z.string()).default([]).describe("further words for `trl dpo` and `trl sft`"),
  environment: z.record(z.string(), z.string()).default({}).describe("variables of the job; no secrets"),
  cpus: z.number().positive().default(1),
  gpus: z.number().nonnegative().default(0),
  pollSeconds: z.number().positive().default(2).describe("between two looks at the job"),
});
export type RayTraining = z.infer<typeof Ray>;

export const TrainerDefinition = z.discriminatedUnion("kind", [Embedded, Ray]);
