/** Training by jobs of a fine-tuning API that is OpenAI's or speaks like it: files go up, a model's name comes back. */
import { z } from "zod";
import { serverUrl } from "./servers.ts";

export const FineTuning = z
  .strictObject({
    kind: z.literal("openai"),
    server: z
      .string()
      .min(1)
      .optional()
      .describe("one of `servers`, whose url and key the jobs use; none = `model.server`"),
    url: serverUrl.optional().describe("of the API, in the place of a server's; ends with /v1"),
    apiKeyEnv: z.string().min(1).optional().describe("with `url`: environment variable with the key"),
    model: z.string().min(1).optional().describe("what the first jobs start from; none = the server's `model`"),
    learningRateMultiplier: z
      .union([z.literal("auto"), z.number().positive()])
      .default("auto")
      .describe("the API knows no learning rate, only a factor to its own"),
    deleteFiles: z.boolean().default(true).describe("delete the uploaded rows when their job has succeeded"),
    pollSeconds: z.number().positive().default(10).describe("between two looks at a job"),
    patienceSeconds: z.number().positive().default(86_400).describe("how long a job without news is waited for"),
  })
  .refine(({ server, url }) => server === undefined || url === undefined, {
    path: ["url"],
    error: "`server` or `url`, not both",
  })
  .refine(({ url, apiKeyEnv }) => apiKeyEnv === undefined || url !== undefined, {
    path: ["apiKeyEnv"],
    error: "goes with `url`; a server of `servers` has its own",
  });
export type FineTuning = z.infer<typeof FineTuning>;
