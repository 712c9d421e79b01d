/**
 * The configuration of a run as one zod schema: type, descriptions, bounds. Names are TRL's and PEFT's in camelCase; every
 * object is strict, so that an unknown key is an error.
 */
import { z } from "zod";
import { JudgeDefinition } from "./judges.ts";
import { ServerDefinition } from "./servers.ts";
import { TrainerDefinition } from "./trainer.ts";

const count = z.number().int().nonnegative();
const positive = z.number().int().positive();
const share = z.number().min(0).max(1);

const Training = z.strictObject({
  learningRate: z.number().positive(),
  batchSize: positive.describe("pairs or examples an optimizer step"),
  epochs: positive,
  warmupRatio: share.default(0.1),
  schedule: z.enum(["linear", "cosine", "constant"]).default("cosine"),
  weightDecay: z.number().nonnegative().default(0),
  maxGradNorm: z.number().positive().default(1),
  maxLength: positive.describe("longest prompt + completion, tokens"),
});

const Dpo = Training.extend({
  beta: z.number().positive().describe("strength of the reference (the paper's scripts: 0.1)"),
  sftWeight: z.number().nonnegative().describe("weight of the chosen side's likelihood; 0 = plain DPO as in the paper"),
});

/** The whole configuration. */
export const Config = z.strictObject({
  preset: z.enum(["tiny", "quick", "standard", "paper"]).describe("where every value not given comes from"),
  seed: count.describe("of every random choice; the same seed makes the same run, byte for byte"),
  output: z.string().describe("folder that holds the run folders"),
  iterations: positive.describe("rounds of attack and optimization (the paper: 3)"),
  model: z.strictObject({
    base: z
      .string()
      .describe("smollm2-135m-instruct, a .gguf or .safetensors file, a Hugging Face folder, or a hub id"),
    threads: count.describe("threads of the engine; 0 = one for each core"),
    device: z
      .enum(["cpu", "cuda", "webgpu", "coreml", "dml", "auto"])
      .describe("where the engine computes; auto takes a GPU if one works, and falls back on cpu"),
    precision: z
      .enum(["int8", "float32"])
      .describe("how the frozen base computes; int8 is about twice as fast, float32 is exact"),
    trainable: z
      .enum(["lora", "all"])
      .describe(
        "lora: an adapter beside the frozen base; all: every weight, as in the paper, for small models, in float32",
      ),
    loraRank: positive,
    loraAlpha: positive,
    server: z
      .string()
      .nullable()
      .default(null)
      .describe("one of `servers`, which serves the base and both players' adapters; null = they play in this process"),
  }),
  servers: z
    .record(z.string(), ServerDefinition)
    .default({})
    .describe("models on servers with the OpenAI API, by name: `seas eval --model NAME`"),
  trainer: TrainerDefinition.default({ kind: "embedded" }).describe("who trains: this process, or a fine-tuning API"),
  data: z.strictObject({
    dataset: z.string().nullable().describe("JSONL of {prompt, category} instead of our own prompts (SEAS's form)"),
    trainPrompts: positive.describe("hand-written training prompts to use, at most"),
  }),
  initialization: z.strictObject({
    redTeam: Training.extend({
      examples: positive.describe("sample contexts: k prompts in, drawn at random"),
      promptsPerExample: positive.describe("prompts out of each context (the paper: 1); it is read once for all"),
    }),
    target: Training.extend({
      sft: z
        .enum(["none", "instructions"])
        .describe("none: the base is instructed already; instructions: a base model needs it"),
      examples: positive,
    }),
  }),
  attack: z.strictObject({
    seeds: positive.describe("seed prompts an iteration (the paper: 5000)"),
    examplesPerSeed: positive.describe("k, the examples in a seed prompt (the paper: 3)"),
    promptsPerSeed: positive.describe("n, adversarial prompts of a seed prompt (the paper: 5)"),
    handWritten: count.describe("hand-written training prompts put to the Target beside the Red Team's (the paper: 0)"),
    responsesPerPrompt: positive.describe("m, answers to an adversarial prompt (the paper: 5)"),
    temperature: z.number().nonnegative(),
    topP: z.number().positive().max(1),
    maxPromptTokens: positive,
    maxResponseTokens: positive,
    batchSize: positive.describe("sequences sampled side by side; also the unit of resume"),
    nearDuplicate: share.describe("character 5-gram similarity from which a prompt counts as a copy; 1 = keep all"),
  }),
  judge: z.strictObject({
    train: z.string().describe("the judge whose verdicts train: embedded:NAME, or one of `define`"),
    score: z.string().describe("the judge whose verdicts are reported; it never trains"),
    define: z
      .record(z.string(), JudgeDefinition)
      .describe("other judges by name: guards on servers, files of `seas judge train`, several as one"),
    batchSize: positive,
    labels: z
      .string()
      .nullable()
      .describe(
        "rows of {prompt, response, label safe|unsafe} by people (JSONL, CSV or Parquet), for judges without a calibration",
      ),
    labelRows: count.describe("rows of it to use, at most"),
    minF1: share
      .default(0.5)
      .describe(
        "a training judge whose F1 is known to be below it is refused: two errors a right find at 0.5; 0 = never",
      ),
  }),
  optimization: z.strictObject({
    rules: z.enum(["seas", "paper"]).describe("how pairs are made: ours, or the paper's exactly"),
    redTeam: Dpo.extend({
      margin: share.describe("least difference of unsafe shares between chosen and rejected"),
      maxPairs: positive.describe("pairs of its own successes over its failures, an iteration"),
      handWrittenPairs: count.describe("hand-written attacks over its failures, an iteration (the paper: 0)"),
      minDiversity: share.describe(
        "least diversity of its prompts, as a share of R_0's; a step that leaves less is weakened; 0 = no limit (the paper)",
      ),
    }),
    target: Dpo.extend({
      maxPairs: positive.describe("safety pairs an iteration (the paper: 2000)"),
      generalPairs: z
        .array(count)
        .min(1)
        .describe("general pairs by iteration, the last for all later (the paper: 7000, 14000, 14000)"),
      lookAlikePairs: count.describe("harmless look-alikes: chosen answers, rejected refuses"),
      replayPairs: count.describe("safety pairs of earlier iterations, seen again"),
      maxOverRefusal: share.describe(
        "refusals of held-back look-alikes that a step may add to T_0's; it is weakened until it does not; 1 = no limit (the paper)",
      ),
    }),
  }),
  evaluation: z.strictObject({
    testPrompts: positive.describe("held-out adversarial prompts"),
    lookAlikes: positive,
    ordinary: positive.describe("held-out ordinary answers, for perplexity"),
    samples: positive.describe("answers to each evaluation prompt"),
    crossPlaySeeds: count.describe("seed prompts a cell of the R × T matrix; 0 = no matrix"),
    crossPlayPrompts: positive.describe("adversarial prompts a seed in the matrix"),
  }),
});
export type Config = z.infer<typeof Config>;
export type Preset = Config["preset"];
