/** Training by jobs on a Ray cluster: where it is, what it is given, and how long it may take. */
import { z } from "zod";

export const RayTraining = z.strictObject({
  kind: z.literal("ray"),
  address: z
    .url({ protocol: /^https?$/, error: "expected the address of the head's dashboard, such as http://HEAD:8265" })
    .describe("of the head's dashboard, http://HEAD:8265"),
  apiKeyEnv: z.string().min(1).optional().describe("environment variable with the cluster's token, if it has one"),
  base: z.string().min(1).describe("the base as the cluster's programs find it: a hub id, or a folder there"),
  folder: z
    .strictObject({ here: z.string().min(1), there: z.string().min(1) })
    .optional()
    .describe("a folder that both see, and its name on either side; none = `output` is seen under its own name"),
  command: z
    .string()
    .min(1)
    .optional()
    .describe("another program in the place of TRL's: `./train.sh {kind} {model} {data} {out}`"),
  arguments: z.array(z.string()).default([]).describe("further words for `trl dpo` and `trl sft`"),
  environment: z.record(z.string(), z.string()).default({}).describe("variables of the job; no secrets"),
  cpus: z.number().positive().default(1).describe("that Ray keeps free for the job"),
  gpus: z.number().nonnegative().default(0).describe("that Ray gives the job"),
  processes: z
    .number()
    .int()
    .positive()
    .optional()
    .describe("of accelerate, one for each GPU; a step's batch is shared among them; none = as many as there are GPUs"),
  accelerate: z
    .string()
    .default("multi_gpu")
    .describe("with several processes: one of TRL's accelerate configurations (zero3, fsdp2, …), or a file there"),
  accumulation: z
    .number()
    .int()
    .positive()
    .default(1)
    .describe("parts in which each process reads its share of a step's batch, so that less memory is needed"),
  hoursAtMost: z
    .number()
    .positive()
    .default(24)
    .describe("of a job, waiting for its turn included; then it is stopped"),
  quietMinutes: z.number().positive().default(60).describe("without a new line of its log; then it is stopped"),
  pollSeconds: z.number().positive().default(2).describe("between two looks at the job"),
});
export type RayTraining = z.infer<typeof RayTraining>;
