/**
 * The work of the benchmark, once for both sides: sizes, the peer's program that does the same, and what is asked of the
 * ratio (the peer's seconds over ours). `exact` is float32 of ours against float32, `best` is int8 of ours against the peer's
 * fastest setting; llama.cpp computes from the 4-bit file that our model is made from in both.
 */

/** Sizes that both sides read. Random token ids unless said otherwise. */
export const sizes = {
  /** Pairs of an optimizer step, tokens of prompt and completion together, tokens of the prompt. */
  dpo: { pairs: 8, length: 96, promptLength: 48, rank: 16, steps: 3 },
  sample: { batch: 32, promptLength: 24, newTokens: 48, runs: 3 },
  /** Text i has shortest + 37·i mod (longest − shortest + 1) tokens; what is wanted is two logits at its end. */
  score: { texts: 256, shortest: 48, longest: 208 },
  loop: {
    seeds: 8,
    promptsPerSeed: 3,
    responsesPerPrompt: 3,
    newTokens: 48,
    redPairs: 8,
    targetPairs: 16,
    rank: 16,
    batch: 72,
  },
  /** DPO steps of one pair, whose prompt and completions have shortest to longest tokens, and sampled tokens, by batches. */
  endurance: {
    steps: 1000,
    tokens: 100_000,
    shortest: 4,
    longest: 16,
    rank: 4,
    batch: 50,
    promptLength: 24,
    newTokens: 50,
  },
} as const;

/** What our side does, bench/ours.ts; `start` is bench/first-token.mjs. */
type Ours = "dpo" | "sample" | "score" | "loop" | "start";
/** A peer's program: of ../shared/peers, or of our own bench/. `.py` gets the Hugging Face folder, `.mjs` the GGUF. */
type Program = `peers/${string}.py` | `bench/${string}.py` | `bench/${string}.mjs`;
export type Mode = "exact" | "best";

/** A ratio that is asked for: at least, and what is aimed at. */
interface Bar {
  readonly least: number;
  readonly aim?: number;
}

/** One line of the table. */
export interface Line {
  readonly name: string;
  readonly ours: Ours;
  readonly program: Program;
  /** Its options in each mode; several settings are all run, and the fastest counts. */
  readonly options: Readonly<Record<Mode, readonly (readonly string[])[]>>;
  /** Field of both sides' figures. */
  readonly field: string;
  readonly unit: string;
  readonly bars: Readonly<Record<Mode, Bar>>;
  /** Ours over the peer's, which should be small, instead of the peer's over ours. @default false */
  readonly smaller?: boolean;
}

const pairs = ["--pairs", `${sizes.dpo.pairs}`, "--length", `${sizes.dpo.length}`];
const split = ["--prompt-length", `${sizes.dpo.promptLength}`];
const rank = ["--rank", `${sizes.dpo.rank}`];
const trained = ["--batch", `${sizes.dpo.pairs}`, "--length", `${sizes.dpo.length}`, ...split, ...rank];
const fast = "--no-gradient-checkpointing";
const { batch, promptLength, newTokens } = sizes.sample;
const sampled = ["--batch", `${batch}`, "--prompt-length", `${promptLength}`, "--new-tokens", `${newTokens}`];
const texts = ["--texts", `${sizes.score.texts}`, "--shortest", `${sizes.score.shortest}`];
const scored = [...texts, "--longest", `${sizes.score.longest}`];
const { seeds, promptsPerSeed, responsesPerPrompt, redPairs, targetPairs } = sizes.loop;
const attacked = ["--seeds", `${seeds}`, "--prompts-per-seed", `${promptsPerSeed}`];
const answered = ["--responses-per-prompt", `${responsesPerPrompt}`, "--new-tokens", `${sizes.loop.newTokens}`];
const looped = [...attacked, ...answered, "--red-pairs", `${redPairs}`, "--target-pairs", `${targetPairs}`];

const parallel = (sequences: number, ...more: string[]) => [...sampled, "--sequences", `${sequences}`, ...more];
const parallels = [parallel(16), parallel(32), parallel(32, "--flash-attention")];

const bfloat16 = ["--dtype", "bfloat16"];
const completion = ["--logits", "completion"];

/** The lines of the table, in the order in which they are run. */
export const lines: readonly Line[] = [
  {
    name: "DPO step, LoRA on all linear layers, reference included; torch + peft",
    ours: "dpo",
    program: "peers/dpo_step.py",
    options: {
      exact: [
        [...pairs, ...split, ...rank],
        [...pairs, ...split, ...rank, ...completion],
      ],
      best: [
        [...pairs, ...split, ...rank, ...bfloat16],
        [...pairs, ...split, ...rank, ...bfloat16, ...completion],
      ],
    },
    field: "seconds_per_step",
    unit: "s a step",
    bars: { exact: { least: 3, aim: 5 }, best: { least: 1.5, aim: 3 } },
  },
  {
    name: "the same; TRL's trainer, which trains in bfloat16",
    ours: "dpo",
    program: "peers/trl_dpo.py",
    options: {
      exact: [[...trained, "--no-bf16", fast]],
      best: [trained, [...trained, fast]],
    },
    field: "seconds_per_step",
    unit: "s a step",
    bars: { exact: { least: 4, aim: 8 }, best: { least: 3, aim: 6 } },
  },
  {
    name: "sampling, 32 × (24 + 48) tokens; transformers generate",
    ours: "sample",
    program: "peers/generate.py",
    options: { exact: [sampled], best: [[...sampled, ...bfloat16]] },
    field: "seconds",
    unit: "s",
    bars: { exact: { least: 3.5, aim: 6 }, best: { least: 4, aim: 10 } },
  },
  {
    name: "sampling, 32 sequences; llama.cpp",
    ours: "sample",
    program: "bench/llama-cpp.mjs",
    options: { exact: parallels, best: parallels },
    field: "seconds",
    unit: "s",
    bars: { exact: { least: 6 }, best: { least: 10 } },
  },
  {
    name: "judging 256 texts of 48–208 tokens; transformers forward",
    ours: "score",
    program: "peers/score.py",
    options: { exact: [scored], best: [[...scored, ...bfloat16]] },
    field: "seconds",
    unit: "s",
    bars: { exact: { least: 2.5, aim: 4 }, best: { least: 1.5, aim: 3 } },
  },
  {
    name: "one iteration, 8 seed prompts × 3 × 3, 8 + 16 pairs; transformers + TRL",
    ours: "loop",
    program: "peers/loop.py",
    options: { exact: [[...looped, "--no-bf16", fast]], best: [looped, [...looped, fast]] },
    field: "seconds",
    unit: "s",
    bars: { exact: { least: 2, aim: 4 }, best: { least: 3, aim: 6 } },
  },
  {
    name: "peak memory of that iteration",
    ours: "loop",
    program: "peers/loop.py",
    options: { exact: [[...looped, "--no-bf16", fast]], best: [looped, [...looped, fast]] },
    field: "peak_rss_mib",
    unit: "MiB",
    bars: { exact: { least: 0.6, aim: 0.4 }, best: { least: 0.6, aim: 0.4 } },
    smaller: true,
  },
  {
    name: "process start to first sampled token, model in cache; transformers",
    ours: "start",
    program: "bench/first_token.py",
    options: { exact: [[]], best: [[]] },
    field: "seconds",
    unit: "s",
    bars: { exact: { least: 2, aim: 4 }, best: { least: 2, aim: 4 } },
  },
];
