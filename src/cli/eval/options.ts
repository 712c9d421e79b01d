/** The flags of `seas eval`, and what they say once they are read and checked. */
import { SeasError } from "../../errors.ts";
import type { AbilitySuite } from "../../eval/ability-rows.ts";
import type { EvalSettings } from "../../eval/evaluate.ts";
import type { Limits } from "../../eval/gates.ts";
import type { Role } from "../../records.ts";
import type { Suite } from "../../suites/open.ts";
import { suiteSources } from "../../suites/sources.ts";
import { share, valuesOf, wholeNumber } from "../arguments.ts";
import { judgeArguments } from "../judge-flags.ts";
import { roles } from "../run-adapter.ts";

const { config } = judgeArguments;
const roleNames: Role[] = [...roles];

/** Flags, for citty. Lists are separated by commas, or the flag is given again. */
export const evalArguments = {
  suite: {
    type: "string",
    valueHint: "SUITES",
    description: `NAME, NAME:FILE, FILE or hf:ORG/DATASET/PATH, several with commas; names: ${suiteSources.map(({ name }) => name).join(", ")}`,
  },
  replay: {
    type: "boolean",
    description: "All past attacks of --run, hand-written ones too, as suites by who wrote them",
  },
  attacks: {
    type: "string",
    valueHint: "RUN,RUN",
    description: "What the Red Teams of these runs wrote, as suites R_0, R_1, …, for any model",
  },
  ability: {
    type: "string",
    valueHint: "FILES",
    description:
      "Multiple choice from {question, choices, answer}, perplexity of {prompt, answer}; `ordinary`: our own answers. No judge",
  },
  diversity: {
    type: "boolean",
    description:
      "How varied the prompts of the suites are, by embeddings and words, and how near our training prompts; no model answers, none judges",
  },
  model: {
    type: "string",
    valueHint: "MODELS",
    description:
      "A .gguf file, a Hugging Face folder, a hub id, an adapter's folder, or BASE+ADAPTER; several with commas are compared with the first (Default: the configuration's)",
  },
  "win-rate": {
    type: "string",
    valueHint: "MODEL",
    description:
      "Has this model, named as for --model, compare each model's answers to harmless prompts with the first model's, in both orders",
  },
  run: { type: "string", valueHint: "RUN", description: "Models of this run: its folder, or its name under --output" },
  role: { type: "enum", options: roleNames, default: "target", description: "Which of the run's players" },
  iteration: {
    type: "string",
    valueHint: "N,N",
    description: "After which iterations of the run (Default: 0 and the last)",
  },
  output: { type: "string", default: "runs", valueHint: "DIR", description: "Folder that holds the run folders" },
  judge: judgeArguments.judge,
  config: { ...config, description: "Configuration with the base model, its precision, and `judge.define`" },
  limit: { type: "string", valueHint: "N", description: "Only so many prompts of each suite, drawn over its clusters" },
  samples: { type: "string", valueHint: "N", default: "1", description: "Answers to each prompt" },
  "max-tokens": { type: "string", valueHint: "N", default: "128", description: "Longest answer" },
  seed: { type: "string", valueHint: "N", description: "Of the answers and of --limit (Default: the configuration's)" },
  out: {
    type: "string",
    valueHint: "DIR",
    description:
      "Where attempts and scores go; the same command goes on with it (Default: a folder under evals, named by what is measured)",
  },
  "max-asr": {
    type: "string",
    valueHint: "SHARE",
    description:
      "Exit code 100 when a model's ASR on a suite, as the judge saw it, is above this (0 to 1); the point estimate decides",
  },
  "max-over-refusal": {
    type: "string",
    valueHint: "SHARE",
    description: "The same for its refusals of harmless prompts",
  },
  junit: {
    type: "string",
    valueHint: "FILE",
    description: "Figures and limits as JUnit XML, in the place of an older one",
  },
  json: { type: "string", valueHint: "FILE", description: "All figures as JSON, in the place of an older one" },
} as const;

type Switch = "replay" | "diversity";

/** What citty makes of them. */
type Given = { readonly [K in Exclude<keyof typeof evalArguments, Switch>]?: string | undefined } & {
  readonly [K in Switch]?: boolean | undefined;
};

/** The flags that decide what is measured. */
export interface EvalOptions {
  readonly suites: readonly string[];
  /** The run's own past attacks. */
  readonly replay: boolean;
  /** The prompts are measured, and nobody answers them. */
  readonly diversity: boolean;
  /** Files, or `ordinary`. */
  readonly ability: readonly string[];
  /** Runs whose Red Teams' prompts are suites. */
  readonly attacks: readonly string[];
  readonly models: readonly string[];
  readonly iterations: readonly number[] | undefined;
  readonly limit: number | undefined;
  readonly seed: number | undefined;
  readonly settings: Pick<EvalSettings, "samples" | "maxTokens">;
  readonly limits: Limits;
}

/** @throws SeasError E_USAGE for values that cannot be, or flags that do not go together */
export function evalOptions(given: Given, rawArgs: readonly string[]): EvalOptions {
  const iterations = valuesOf(rawArgs, "iteration").map((text) => wholeNumber(text, "--iteration")!);
  if (iterations.length > 0 && given.run === undefined) {
    throw new SeasError("E_USAGE", "--iteration needs --run", { hint: "--run RUN names whose iterations" });
  }
  const suites = valuesOf(rawArgs, "suite");
  const attacks = valuesOf(rawArgs, "attacks");
  const ability = valuesOf(rawArgs, "ability");
  const replay = given.replay === true;
  const diversity = given.diversity === true;
  if (diversity) requireNoAnswers(rawArgs);
  if (replay && given.run === undefined) {
    throw new SeasError("E_USAGE", "--replay needs --run", {
      hint: "--run RUN names whose attacks, and whose Targets",
    });
  }
  if (suites.length === 0 && attacks.length === 0 && ability.length === 0 && !replay) {
    throw new SeasError("E_USAGE", "no suite is named", {
      hint: "--suite (`seas eval --help` lists them), or the attacks of a run: --replay, --attacks RUN; or --ability",
    });
  }
  return {
    suites,
    replay,
    attacks,
    ability,
    diversity,
    models: valuesOf(rawArgs, "model"),
    iterations: iterations.length === 0 ? undefined : [...new Set(iterations)],
    limit: wholeNumber(given.limit, "--limit", 1),
    seed: wholeNumber(given.seed, "--seed"),
    settings: {
      samples: wholeNumber(given.samples, "--samples", 1)!,
      maxTokens: wholeNumber(given["max-tokens"], "--max-tokens", 1)!,
    },
    limits: {
      maxAsr: share(given["max-asr"], "--max-asr"),
      maxOverRefusal: share(given["max-over-refusal"], "--max-over-refusal"),
    },
  };
}

/**
 * Before anything is opened for it: suites that can be told apart, and limits on what they measure.
 *
 * @throws SeasError E_USAGE
 */
export function requireMeasurable(
  suites: readonly Suite[],
  ability: readonly AbilitySuite[],
  { maxAsr, maxOverRefusal }: Limits,
): void {
  const all = [...suites, ...ability];
  const twice = all.find(({ name }, i) => all.findIndex((other) => other.name === name) < i);
  if (twice !== undefined) {
    throw new SeasError("E_USAGE", `two suites are called ${twice.name}`, {
      hint: "a suite is called as its file or its run: give one of them another name",
    });
  }
  const rows = suites.flatMap((suite) => suite.rows);
  if (maxAsr !== undefined && rows.every(({ expected }) => expected === "answer")) {
    throw new SeasError("E_USAGE", "--max-asr: these suites hold harmless prompts only, so there is no ASR", {
      hint: "add a suite of attacks, or take the limit away",
    });
  }
  if (maxOverRefusal !== undefined && rows.every(({ expected }) => expected !== "answer")) {
    throw new SeasError("E_USAGE", "--max-over-refusal: these suites hold no prompt that is to be answered", {
      hint: "add one such as xstest or orbench-hard, or take the limit away",
    });
  }
}

/**
 * @param run whether models of a run are measured, which are two when no iteration is named
 * @throws SeasError E_USAGE where there is nothing to compare
 */
export function requireComparable(
  suites: readonly Suite[],
  { models, iterations }: Pick<EvalOptions, "models" | "iterations">,
  run: boolean,
): void {
  if (models.length + (run ? (iterations?.length ?? 2) : 0) < 2) {
    throw new SeasError("E_USAGE", "--win-rate compares models, and there is one", {
      hint: "--model A,B, or --run RUN --iteration 0,3",
    });
  }
  if (suites.flatMap(({ rows }) => rows).some(({ expected }) => expected === "answer")) return;
  throw new SeasError("E_USAGE", "--win-rate: these suites hold no prompt that is to be answered", {
    hint: "add one such as xstest or a file with `expected: answer`",
  });
}

/** Flags of who answers, who judges, and what is made of it. */
const ofAnswers: readonly (keyof typeof evalArguments)[] = [
  ...(["replay", "ability", "model", "win-rate", "run", "role", "iteration", "judge", "samples"] as const),
  ...(["max-tokens", "out", "max-asr", "max-over-refusal", "junit"] as const),
];

/** @throws SeasError E_USAGE naming the first flag that means nothing where only prompts are measured */
function requireNoAnswers(rawArgs: readonly string[]): void {
  const given = rawArgs.flatMap((arg) => /^--([\w-]+)/.exec(arg)?.[1] ?? []);
  const other = ofAnswers.find((flag) => given.includes(flag));
  if (other === undefined) return;
  throw new SeasError("E_USAGE", `--${other} has no meaning with --diversity, which measures prompts, not answers`, {
    hint: "give them in two commands; --attacks RUN names what a run's Red Teams wrote",
  });
}
