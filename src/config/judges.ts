/** Judges beside the embedded ones, under names of the user's: guards on servers, trained files, several as one. */
import { z } from "zod";
import { concurrency, Prices, patienceSeconds, serverUrls } from "./servers.ts";

/** The guards whose prompts and replies are known; `rubric` is any chat model, `moderation` an endpoint of that name. */
export const guardNames = [
  "llama-guard-2",
  "llama-guard-3",
  "llama-guard-4",
  "qwen3-guard",
  "wildguard",
  "shieldgemma",
  "granite-guardian",
  "gpt-oss-safeguard",
  "rubric",
  "moderation",
] as const;

const ServedJudge = z
  .strictObject({
    guard: z.enum(guardNames).describe("which prompt it is asked with, and how its reply is read"),
    mode: z
      .enum(["strict", "loose"])
      .optional()
      .describe("of qwen3-guard: its `Controversial` counts as unsafe (strict) or as safe (loose, when not given)"),
    url: serverUrls,
    model: z.string().min(1).describe("its name on that server"),
    apiKeyEnv: z.string().min(1).optional().describe("environment variable with the key; keys never stand in a file"),
    concurrency,
    timeoutSeconds: z.number().positive().default(60).describe("of one attempt"),
    prices: Prices.optional(),
    patienceSeconds,
  })
  .refine(({ guard, mode }) => mode === undefined || guard === "qwen3-guard", {
    path: ["mode"],
    error: "only qwen3-guard has modes",
  });

const JudgeFile = z.strictObject({ file: z.string().min(1).describe("what `seas judge train` wrote") });

const Ensemble = z
  .strictObject({
    of: z.array(z.string()).min(2).describe("judges by name"),
    rule: z
      .union([z.enum(["any", "all", "majority"]), z.strictObject({ weights: z.array(z.number().positive()) })])
      .describe("unsafe if any, all or most say so, or by the weighted mean of their probabilities"),
  })
  .refine(({ of, rule }) => typeof rule === "string" || rule.weights.length === of.length, {
    path: ["rule", "weights"],
    error: "a weight for each judge in `of` is wanted",
  });

export const JudgeDefinition = z.union([ServedJudge, JudgeFile, Ensemble]);
export type JudgeDefinition = z.infer<typeof JudgeDefinition>;
