/**
 * The records that flow through a run, once, as zod schemas and types (design.md section 1).
 * Every record is one JSON line; its id is a hash of what made it, so that the same run makes the same ids.
 */
import { z } from "zod";

/** One chat message. */
export const Message = z.object({ role: z.enum(["system", "user", "assistant"]), content: z.string() });
export type Message = z.infer<typeof Message>;

/** The two players that are trained. */
export const Role = z.enum(["red-team", "target"]);
export type Role = z.infer<typeof Role>;

/** Tokens of one call. */
export const Usage = z.object({
  promptTokens: z.number().int().nonnegative(),
  completionTokens: z.number().int().nonnegative(),
});
export type Usage = z.infer<typeof Usage>;

/** What was asked of a server, and what it gave. */
export const ServerUsage = Usage.extend({
  /** Answers to one prompt together are one request. */
  requests: z.number().int().nonnegative(),
  /** Attempts after the first of a request. */
  retries: z.number().int().nonnegative(),
});
export type ServerUsage = z.infer<typeof ServerUsage>;

/** The same by who was asked: `red-team`, `target`, or `judge NAME`. */
export const UsageByRole = z.record(z.string(), ServerUsage);
export type UsageByRole = z.infer<typeof UsageByRole>;

/** Both together. */
export function summedUsage(a: UsageByRole, b: UsageByRole): UsageByRole {
  const sum: UsageByRole = { ...a };
  for (const [role, more] of Object.entries(b)) {
    const { promptTokens, completionTokens, requests, retries } = sum[role] ?? noUsage;
    sum[role] = {
      promptTokens: promptTokens + more.promptTokens,
      completionTokens: completionTokens + more.completionTokens,
      requests: requests + more.requests,
      retries: retries + more.retries,
    };
  }
  return sum;
}

const noUsage: ServerUsage = { promptTokens: 0, completionTokens: 0, requests: 0, retries: 0 };

/** Why a generated prompt takes no part in the attack. */
export const DropReason = z.enum(["empty", "too-long", "near-duplicate", "copies-example", "off-topic", "no-request"]);
export type DropReason = z.infer<typeof DropReason>;

/** An adversarial prompt: written by hand (iteration 0) or by the Red Team R_i. */
export const Prompt = z.object({
  id: z.string(),
  /** 0 = written by hand; i = written for iteration i. */
  iteration: z.number().int().nonnegative(),
  text: z.string(),
  /** Risk domain, or the category of an imported data set. */
  category: z.string(),
  /** Attack style, `plain` without one; absent when the author is a model. */
  style: z.string().optional(),
  /** The seed prompt it was sampled from; prompts of one seed compete for the Red Team's pair. Absent by hand. */
  seedId: z.string().optional(),
  /** The k prompts that stood in that seed prompt as examples. */
  seedIds: z.array(z.string()),
  /** Who wrote it: `hand`, or `red-team-i`. */
  author: z.string(),
  /** Set = kept on file but not used, and why. */
  dropped: DropReason.optional(),
});
export type Prompt = z.infer<typeof Prompt>;

/** One sampled answer of a Target. */
export const Attempt = z.object({
  id: z.string(),
  promptId: z.string(),
  /** 0 … m−1 */
  sample: z.number().int().nonnegative(),
  response: z.string(),
  finishReason: z.enum(["stop", "length", "error"]),
  usage: Usage,
  error: z.string().optional(),
});
export type Attempt = z.infer<typeof Attempt>;

/** `unscored` (judge failed, reply unreadable, empty answer) is never safe, never in a pair, and counted in the open. */
export const Label = z.enum(["safe", "unsafe", "unscored"]);
export type Label = z.infer<typeof Label>;

/** What an answer does with what was asked; metrics/answer-class.ts says what each of them means. */
export const AnswerClass = z.enum(["declines", "declines-with-alternative", "partial", "answers", "off-topic"]);
export type AnswerClass = z.infer<typeof AnswerClass>;

/** One judge on one attempt. */
export const Verdict = z.object({
  attemptId: z.string(),
  judge: z.string(),
  label: Label,
  /** 0 … 1; absent when unscored. */
  unsafeProbability: z.number().min(0).max(1).optional(),
  /** What the answer does with the request, as far as this judge can tell. */
  answerClass: AnswerClass.optional(),
  /** Whether the prompt asks for harm at all, as far as this judge can tell. */
  asks: z.boolean().optional(),
  /** ISO 639-1 code of an answer in a language that the judge did not learn: its verdict is worth less. */
  language: z.string().optional(),
  categories: z.array(z.string()),
  reason: z.string().optional(),
});
export type Verdict = z.infer<typeof Verdict>;

/** Where a pair comes from: an attack, an attack without a safe answer (guided), or what keeps the Target useful. */
export const PairKind = z.enum(["attack", "guided", "replay", "look-alike", "general"]);
export type PairKind = z.infer<typeof PairKind>;

/** A preference. Its text columns are TRL's: prompt (messages), chosen, rejected. */
export const Pair = z.object({
  id: z.string(),
  role: Role,
  prompt: z.array(Message),
  chosen: z.string(),
  rejected: z.string(),
  kind: PairKind,
  /** Ids of what was chosen and what was rejected (prompts for the Red Team, attempts or authored texts for the Target). */
  from: z.tuple([z.string(), z.string()]),
});
export type Pair = z.infer<typeof Pair>;

/** A supervised example of Initialization. */
export const Example = z.object({ id: z.string(), prompt: z.array(Message), completion: z.string() });
export type Example = z.infer<typeof Example>;

/** A LoRA adapter in a folder under PEFT's file names, all weights of a model, or the name of a model that a provider keeps. */
export const Adapter = z.object({
  role: Role,
  iteration: z.number().int().nonnegative(),
  /** Name and hash of the frozen base. */
  base: z.string(),
  /** 0 = every weight of the base was trained, or a provider does not say. */
  rank: z.number().int().nonnegative(),
  /** Folder, absolute while in use; relative to the run folder on file. */
  path: z.string(),
  /** Of adapter_model.safetensors, weights.safetensors or model.json. */
  sha256: z.string(),
  /** Its name at the provider that keeps the weights; the folder then holds model.json in their place. */
  model: z.string().optional(),
  /** How much of the trained step was kept, 0 … 1; absent = not asked. */
  kept: z.number().min(0).max(1).optional(),
});
export type Adapter = z.infer<typeof Adapter>;

/** A figure with its 95 % interval, clustered by seed prompt. */
export const Score = z.object({
  iteration: z.number().int().nonnegative(),
  /** test · look-alikes · ordinary · cross-play · prompts · judge; in an evaluation on suites, the suite's name */
  suite: z.string(),
  /** asr · refusal-rate · perplexity · diversity · agreement … */
  metric: z.string(),
  value: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  n: z.number().int().nonnegative(),
  /** Attempts without a verdict, outside of n. */
  unscored: z.number().int().nonnegative().optional(),
  /** Attempts within n whose answer is in a language that the judge did not learn; absent = none that it told. */
  otherLanguage: z.number().int().positive().optional(),
  /** Of a corrected ASR: the judge saw no more unsafe answers than it would see by mistake if none were unsafe. */
  belowErrorRate: z.literal(true).optional(),
  judge: z.string().optional(),
  /** Which Red Team's prompts, in cross-play. */
  redTeam: z.number().int().nonnegative().optional(),
  /** Which Target answered. */
  target: z.number().int().nonnegative().optional(),
  /** Which model answered, by the name that an evaluation on suites gives it. */
  model: z.string().optional(),
  /** The model that a difference is measured from. */
  against: z.string().optional(),
});
export type Score = z.infer<typeof Score>;

/** One answer of an evaluation with the verdicts of every judge; the rows of `<iteration>/evaluation.jsonl`. */
export const EvaluationRow = z.object({
  id: z.string(),
  suite: z.enum(["test", "look-alikes", "cross-play"]),
  promptId: z.string(),
  /** What intervals are clustered by: the seed prompt or behaviour. */
  clusterId: z.string(),
  /** j of the Target T_j that answered. */
  target: z.number().int().nonnegative(),
  /** i of the Red Team R_i that wrote the prompt, in cross-play. */
  redTeam: z.number().int().nonnegative().optional(),
  prompt: z.string(),
  category: z.string(),
  style: z.string().optional(),
  sample: z.number().int().nonnegative(),
  response: z.string(),
  finishReason: z.enum(["stop", "length", "error"]),
  /** As the scoring judge tells it, else by its words; `unscored` for an empty one, and in runs of before there were classes. */
  answerClass: z.enum([...AnswerClass.options, "unscored"]).default("unscored"),
  verdicts: z.array(Verdict.omit({ attemptId: true, categories: true })),
});
export type EvaluationRow = z.infer<typeof EvaluationRow>;
