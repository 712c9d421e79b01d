/**
 * The configuration of a run: one zod schema gives the type, the defaults, the presets and the JSON Schema.
 * Names are TRL's and PEFT's in camelCase. Unknown keys are errors that name the nearest known key.
 */
import { z } from "zod";
import { SeasError } from "./errors.ts";
import { nearest } from "./nearest.ts";

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
  }),
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
    train: z.string().describe("the judge whose verdicts train"),
    score: z.string().describe("the judge whose verdicts are reported; it never trains"),
    batchSize: positive,
    labels: z
      .string()
      .nullable()
      .describe(
        "JSONL of {prompt, response, label safe|unsafe} by people: both judges are measured on it; passed over when the file is not there",
      ),
    labelRows: count.describe("rows of it to use, at most"),
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

/** What every training of the quick preset shares. */
const oneEpoch = { epochs: 1, warmupRatio: 0.1, schedule: "cosine", weightDecay: 0, maxGradNorm: 1 } as const;

const quick: Config = {
  preset: "quick",
  seed: 1,
  output: "runs",
  iterations: 3,
  model: {
    base: "smollm2-135m-instruct",
    threads: 0,
    device: "cpu",
    precision: "int8",
    trainable: "lora",
    loraRank: 16,
    loraAlpha: 32,
  },
  data: { dataset: null, trainPrompts: 100_000 },
  initialization: {
    redTeam: {
      examples: 96,
      promptsPerExample: 3,
      learningRate: 2e-3,
      batchSize: 4,
      ...oneEpoch,
      maxLength: 256,
    },
    target: {
      sft: "none",
      examples: 96,
      learningRate: 1e-4,
      batchSize: 8,
      ...oneEpoch,
      maxLength: 192,
    },
  },
  attack: {
    seeds: 24,
    examplesPerSeed: 3,
    promptsPerSeed: 4,
    handWritten: 32,
    responsesPerPrompt: 2,
    temperature: 0.8,
    topP: 0.9,
    maxPromptTokens: 64,
    maxResponseTokens: 48,
    batchSize: 128,
    nearDuplicate: 0.8,
  },
  judge: {
    train: "embedded:gptfuzz",
    score: "embedded:jailbreakbench",
    batchSize: 64,
    labels: "../shared/data/judge-dev.jsonl",
    labelRows: 64,
  },
  optimization: {
    rules: "seas",
    redTeam: {
      learningRate: 5e-4,
      batchSize: 4,
      ...oneEpoch,
      epochs: 2,
      maxLength: 256,
      beta: 0.1,
      sftWeight: 1,
      margin: 0.3,
      maxPairs: 16,
      handWrittenPairs: 12,
      minDiversity: 0.87,
    },
    target: {
      learningRate: 5e-4,
      batchSize: 8,
      ...oneEpoch,
      maxLength: 192,
      beta: 0.1,
      // Less, and pairs whose rejected side is a refusal teach this small base never to decline (dev/LOG.md).
      sftWeight: 3,
      maxPairs: 56,
      generalPairs: [8],
      lookAlikePairs: 48,
      replayPairs: 8,
      maxOverRefusal: 0.05,
    },
  },
  evaluation: { testPrompts: 64, lookAlikes: 50, ordinary: 24, samples: 1, crossPlaySeeds: 14, crossPlayPrompts: 2 },
};

/**
 * Every preset, whole.
 *
 * @example presets.paper.attack.seeds; // 5000
 */
export const presets: Readonly<Record<Preset, Config>> = {
  quick,
  tiny: merge(quick, {
    preset: "tiny",
    initialization: { redTeam: { examples: 24 }, target: { examples: 24 } },
    attack: { seeds: 6, promptsPerSeed: 2, handWritten: 6, responsesPerPrompt: 2, batchSize: 12 },
    optimization: {
      redTeam: { maxPairs: 6, handWrittenPairs: 3 },
      target: { maxPairs: 8, generalPairs: [4], lookAlikePairs: 4, replayPairs: 2 },
    },
    evaluation: { testPrompts: 12, lookAlikes: 12, ordinary: 8, crossPlaySeeds: 3 },
  }) as Config,
  standard: merge(quick, {
    preset: "standard",
    initialization: { redTeam: { examples: 1024 } },
    attack: {
      seeds: 200,
      promptsPerSeed: 5,
      handWritten: 200,
      responsesPerPrompt: 5,
      maxPromptTokens: 96,
      maxResponseTokens: 128,
    },
    optimization: {
      redTeam: { maxPairs: 200, handWrittenPairs: 100, learningRate: 5e-5, maxLength: 384 },
      target: {
        maxPairs: 400,
        generalPairs: [200, 300],
        lookAlikePairs: 200,
        replayPairs: 80,
        learningRate: 5e-5,
        maxLength: 320,
      },
    },
    evaluation: {
      testPrompts: 300,
      lookAlikes: 90,
      ordinary: 100,
      samples: 3,
      crossPlaySeeds: 60,
      crossPlayPrompts: 3,
    },
  }) as Config,
  paper: merge(quick, {
    preset: "paper",
    model: { precision: "float32" },
    initialization: {
      redTeam: { examples: 16_000, promptsPerExample: 1, learningRate: 5e-6, epochs: 3, maxLength: 2048 },
      target: { sft: "instructions", examples: 101_000, learningRate: 5e-6, epochs: 3, maxLength: 2048 },
    },
    attack: {
      seeds: 5000,
      promptsPerSeed: 5,
      handWritten: 0,
      responsesPerPrompt: 5,
      maxPromptTokens: 2048,
      maxResponseTokens: 2048,
      nearDuplicate: 1,
    },
    optimization: {
      rules: "paper",
      redTeam: {
        learningRate: 5e-6,
        epochs: 1,
        sftWeight: 0,
        margin: 0,
        maxPairs: 5000,
        handWrittenPairs: 0,
        minDiversity: 0,
        maxLength: 2048,
      },
      target: {
        learningRate: 5e-6,
        sftWeight: 0,
        maxPairs: 2000,
        generalPairs: [7000, 14_000, 14_000],
        lookAlikePairs: 0,
        replayPairs: 0,
        maxOverRefusal: 1,
        maxLength: 2048,
      },
    },
    evaluation: {
      testPrompts: 2000,
      lookAlikes: 300,
      ordinary: 300,
      samples: 1,
      crossPlaySeeds: 5000,
      crossPlayPrompts: 5,
    },
  }) as Config,
};

type Tree = { readonly [key: string]: unknown };

/** Values of `over` laid over `base`, object by object; arrays and scalars are replaced. */
function merge(base: Tree, over: Tree): Tree {
  const result: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    if (value === undefined) continue;
    const old = result[key];
    result[key] = isTree(old) && isTree(value) ? merge(old, value) : value;
  }
  return result;
}

function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * The whole configuration from what a user gave: preset, then the given values over it.
 *
 * @param given what a YAML file or a caller says; every key optional
 * @param source named in errors, e.g. the file
 * @throws SeasError E_CONFIG naming the key, and for an unknown one the nearest known
 * @example const config = resolveConfig({ preset: "tiny", seed: 7, attack: { seeds: 12 } });
 */
export function resolveConfig(given: unknown, source = "config"): Config {
  if (!isTree(given ?? {})) throw new SeasError("E_CONFIG", `${source}: expected keys and values, got ${typeof given}`);
  const tree = (given ?? {}) as Tree;
  const preset = (tree.preset ?? "quick") as Preset;
  if (typeof preset !== "string" || !Object.hasOwn(presets, preset)) {
    throw new SeasError("E_CONFIG", `${source}: unknown preset \`${String(preset)}\``, {
      hint: `one of ${Object.keys(presets).join(", ")}`,
    });
  }
  const parsed = Config.safeParse(merge(presets[preset], tree));
  if (parsed.success) {
    const { trainable, precision } = parsed.data.model;
    if (trainable === "lora" || precision === "float32") return parsed.data;
    throw new SeasError(
      "E_CONFIG",
      `${source}: \`model.trainable: all\` does not go with \`precision: ${precision}\``,
      {
        hint: "set `model.precision: float32`",
      },
    );
  }
  const issue = parsed.error.issues[0];
  const path = issue?.path.map(String) ?? [];
  if (issue?.code === "unrecognized_keys") {
    const key = issue.keys[0] ?? "";
    const known = Object.keys((path.reduce<unknown>((at, p) => (at as Tree)[p], quick) as Tree) ?? {});
    const near = nearest(key, known);
    throw new SeasError("E_CONFIG", `${source}: unknown key \`${[...path, key].join(".")}\``, {
      hint: near === undefined ? `known here: ${known.join(", ")}` : `did you mean \`${[...path, near].join(".")}\`?`,
    });
  }
  throw new SeasError("E_CONFIG", `${source}: \`${path.join(".")}\`: ${issue?.message ?? "invalid"}`);
}

/**
 * JSON Schema of a config file: every key optional, since the preset fills the rest.
 *
 * @example await writeFile("seas.schema.json", JSON.stringify(configJsonSchema(), null, 2));
 */
export function configJsonSchema(): object {
  const schema = z.toJSONSchema(Config, { io: "input" });
  return dropRequired(schema) as object;
}

function dropRequired(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(dropRequired);
  if (!isTree(node)) return node;
  return Object.fromEntries(
    Object.entries(node)
      .filter(([k]) => k !== "required")
      .map(([k, v]) => [k, dropRequired(v)]),
  );
}
