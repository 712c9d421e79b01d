/** The presets: `quick` whole, the others by what differs from it. */
import type { Config, Preset } from "./schema.ts";
import { merge } from "./tree.ts";

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
    server: null,
  },
  servers: {},
  trainer: { kind: "embedded" },
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
    train: "embedded:training",
    score: "embedded:scoring",
    define: {},
    batchSize: 64,
    labels: null,
    labelRows: 64,
    minF1: 0.5,
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
