/**
 * What a configuration asks for, before anything starts: counts and tokens by stage, time, disk. Arithmetic only;
 * speeds come in measured. Counts are taken at their most; tokens from typical lengths and the typical share of the Red
 * Team's prompts that is put to the Target.
 */
import type { Config } from "../config.ts";
import { weighedPrompts } from "../stages/step-limits.ts";

/** Tokens a second of the three kinds of work. */
export interface Speeds {
  /** Tokens of prompts and completions that pass through forward and backward. */
  readonly trainTokensPerSecond: number;
  /** Tokens sampled, many sequences side by side. */
  readonly sampleTokensPerSecond: number;
  /** Tokens read in one forward pass: judged texts, the prompts of what is sampled, perplexity. */
  readonly judgeTokensPerSecond: number;
}

/** The work of one stage over all iterations. */
export interface StageWork {
  readonly stage: "initialization" | "attack" | "judgement" | "optimization" | "evaluation";
  /** What is made, by what it is called: `{ prompts: 216, answers: 648 }`. */
  readonly counts: Readonly<Record<string, number>>;
  readonly trainedTokens: number;
  readonly sampledTokens: number;
  readonly readTokens: number;
  /** Of the tokens read, those that judges read. */
  readonly judgedTokens: number;
}

// Typical lengths in tokens, from our own texts under the default model's tokenizer.
const promptLength = 32;
const answerLength = 50;
const seedFrame = 60;
// What the default players write, in quick runs: a prompt, and the part of an answer's room that is used.
const writtenLength = 25;
const usedRoom = 0.85;
// What chat models of some billions of parameters write when there is room; assumed, not measured.
const longAnswer = 400;
// Held-back look-alikes are answered to weigh a Target's step, prompts are written to weigh a Red Team's; about twice a
// step.
const heldBack = 45;
const weighings = 2;
// Of what the default Red Team writes, in quick runs; the paper's rules drop nothing but empty prompts.
const keptShare = 0.6;
// A shipped judge reads the first half of the base's layers.
const judgeDepth = 0.5;
// A LoRA matrix pair on every linear layer of the default base, bytes a rank.
const adapterBytesPerRank = 1.25e6;
const recordBytes = 700;

/** The work of each stage, in the order of the paper. */
export function estimateWork(config: Config): readonly StageWork[] {
  return [initialization(config), attack(config), judgement(config), optimization(config), evaluation(config)];
}

/** Seconds that the work takes at these speeds. */
export function estimateSeconds(work: readonly StageWork[], speeds: Speeds): number {
  const seconds = work.map(
    (stage) =>
      stage.trainedTokens / speeds.trainTokensPerSecond +
      stage.sampledTokens / speeds.sampleTokensPerSecond +
      stage.readTokens / speeds.judgeTokensPerSecond,
  );
  return sum(seconds);
}

/**
 * The part of the work that is this machine's: what players and judges on servers do is not.
 *
 * @param served whether players, training and each of the judges are elsewhere
 */
export function workHere(
  work: readonly StageWork[],
  served: Readonly<Record<"players" | "training" | "trainJudge" | "scoreJudge", boolean>>,
): readonly StageWork[] {
  return work.map((each) => {
    const { stage, trainedTokens, sampledTokens, readTokens, judgedTokens } = each;
    const judges = stage === "judgement" ? [served.trainJudge] : [served.trainJudge, served.scoreJudge];
    const judgedHere = (judgedTokens * judges.filter((is) => !is).length) / judges.length;
    // The reference of DPO is read where training is.
    const elsewhere = stage === "optimization" ? served.training : served.players;
    const readHere = elsewhere ? 0 : readTokens - judgedTokens;
    return {
      ...each,
      trainedTokens: served.training ? 0 : trainedTokens,
      sampledTokens: served.players ? 0 : sampledTokens,
      readTokens: readHere + judgedHere,
      judgedTokens: judgedHere,
    };
  });
}

/** Bytes of the run folder: adapters and records. */
export function estimateDisk(config: Config, work: readonly StageWork[]): number {
  const targets = config.iterations + (config.initialization.target.sft === "none" ? 0 : 1);
  const adapters = config.iterations + 1 + targets;
  const records = sum(work.flatMap((stage) => Object.values(stage.counts)));
  return adapters * config.model.loraRank * adapterBytesPerRank + records * recordBytes;
}

function initialization({ initialization: { redTeam, target }, attack }: Config): StageWork {
  const instructions = target.sft === "none" ? 0 : target.examples;
  const redLength = seedLength(attack.examplesPerSeed) + redTeam.promptsPerExample * promptLength;
  const targetLength = Math.min(target.maxLength, promptLength + answerLength);
  return stage("initialization", {
    counts: { examples: redTeam.examples * redTeam.promptsPerExample + instructions },
    trainedTokens: redTeam.examples * redTeam.epochs * redLength + instructions * target.epochs * targetLength,
  });
}

function attack(config: Config): StageWork {
  const { iterations, attack } = config;
  const prompts = iterations * attack.seeds * attack.promptsPerSeed;
  const answers = attackAnswers(config);
  return stage("attack", {
    counts: { prompts, answers: answers.most },
    sampledTokens: prompts * promptTokens(attack) + answers.likely * answerTokens(attack),
    // A prompt is read once for all that is sampled behind it.
    readTokens: iterations * attack.seeds * seedLength(attack.examplesPerSeed) + prompts * promptLength,
  });
}

/** Answers of the attack: when no prompt is dropped, and as many as are likely. */
function attackAnswers({ iterations, attack, optimization }: Config): {
  readonly most: number;
  readonly likely: number;
} {
  const share = shareAsked(optimization);
  const written = attack.seeds * attack.promptsPerSeed;
  const answers = (prompts: number) => iterations * (prompts + attack.handWritten) * attack.responsesPerPrompt;
  return { most: answers(written), likely: answers(share * written) };
}

/** Of what a Red Team writes, the share that is put to the Target. */
function shareAsked({ rules }: Config["optimization"]): number {
  return rules === "paper" ? 1 : keptShare;
}

/** Tokens of a prompt that a Red Team writes. */
function promptTokens({ maxPromptTokens }: Config["attack"]): number {
  return Math.min(maxPromptTokens, writtenLength);
}

/** Tokens of an answer: most of a small room, little of a large one. */
function answerTokens({ maxResponseTokens }: Config["attack"]): number {
  return Math.min(longAnswer, maxResponseTokens * usedRoom);
}

/** What a role is asked: requests with as many answers as each has. */
interface AskedRole {
  readonly role: "red-team" | "target";
  readonly requests: number;
  readonly promptLength: number;
  readonly answers: number;
  readonly answerLength: number;
}

/** What players and judges are asked over a whole run, wherever they are. */
export function askedOf(config: Config): {
  readonly players: readonly AskedRole[];
  readonly trainJudge: { readonly count: number; readonly length: number };
  readonly scoreJudge: { readonly count: number; readonly length: number };
  readonly assumed: Record<"promptLength" | "answerLength" | "writtenLength" | "keptShare", number>;
} {
  const { iterations, attack, evaluation: e, optimization: o } = config;
  const likely = attackAnswers(config).likely;
  const { answers, written } = evaluated(config);
  const { weighedSeeds, answered } = weighed(config);
  const answerLength = answerTokens(attack);
  const seeds = iterations * attack.seeds + (iterations + 1) * e.crossPlaySeeds + iterations * weighedSeeds;
  const asked = likely / attack.responsesPerPrompt + answers / e.samples + iterations * answered;
  const length = promptLength + answerLength;
  return {
    players: [
      {
        role: "red-team",
        requests: seeds,
        promptLength: seedLength(attack.examplesPerSeed),
        answers: iterations * (attack.seeds * attack.promptsPerSeed + weighedSeeds * weighedPrompts.perSeed) + written,
        answerLength: promptTokens(attack),
      },
      {
        role: "target",
        requests: asked,
        promptLength,
        answers: likely + answers + iterations * answered,
        answerLength,
      },
    ],
    trainJudge: { count: likely + answers, length },
    scoreJudge: { count: answers, length },
    assumed: {
      promptLength,
      answerLength,
      writtenLength: promptTokens(attack),
      keptShare: shareAsked(o),
    },
  };
}

/** Seed prompts and look-alikes by which the steps of an iteration are weighed. */
function weighed({ attack, evaluation, optimization: { redTeam, target } }: Config) {
  return {
    answered: target.maxOverRefusal < 1 ? weighings * Math.min(heldBack, evaluation.lookAlikes) : 0,
    weighedSeeds: redTeam.minDiversity > 0 ? weighings * Math.min(weighedPrompts.seeds, attack.seeds) : 0,
  };
}

/** Answers of all evaluations, and what Red Teams write for the matrix. */
function evaluated({ iterations, evaluation: e }: Config) {
  const players = iterations + 1;
  const written = players * e.crossPlaySeeds * e.crossPlayPrompts;
  // Every Target answers the two suites, and the prompts of every Red Team: the whole matrix.
  return { written, answers: players * (e.testPrompts + e.lookAlikes + written) * e.samples };
}

function judgement(config: Config): StageWork {
  const answers = attackAnswers(config);
  const judgedTokens = judgeDepth * answers.likely * (promptLength + answerTokens(config.attack));
  return stage("judgement", { counts: { verdicts: answers.most }, readTokens: judgedTokens, judgedTokens });
}

function optimization(config: Config): StageWork {
  const {
    iterations,
    attack,
    optimization: { redTeam, target },
  } = config;
  const redPairs =
    iterations * (Math.min(redTeam.maxPairs, attack.seeds) + Math.min(redTeam.handWrittenPairs, attack.seeds));
  let targetPairs = 0;
  for (let i = 1; i <= iterations; i++) {
    const general = target.generalPairs[Math.min(i, target.generalPairs.length) - 1] ?? 0;
    targetPairs += target.maxPairs + general + target.lookAlikePairs + (i > 1 ? target.replayPairs : 0);
  }
  const { answered, weighedSeeds } = weighed(config);
  const written = weighedSeeds * weighedPrompts.perSeed;
  // A pair is chosen and rejected behind one prompt.
  const redLength = seedLength(attack.examplesPerSeed) + 2 * promptLength;
  const targetLength = promptLength + 2 * answerLength;
  return stage("optimization", {
    counts: { "Red Team pairs": redPairs, "Target pairs": targetPairs },
    trainedTokens: redPairs * redTeam.epochs * redLength + targetPairs * target.epochs * targetLength,
    sampledTokens: iterations * (answered * answerTokens(attack) + written * promptTokens(attack)),
    // The reference reads every pair once.
    readTokens:
      redPairs * redLength +
      targetPairs * targetLength +
      iterations * (weighedSeeds * seedLength(attack.examplesPerSeed) + answered * promptLength),
  });
}

function evaluation(config: Config): StageWork {
  const { iterations, attack, evaluation: e, judge } = config;
  const players = iterations + 1;
  const { answers, written } = evaluated(config);
  const judgedTokens =
    2 *
    judgeDepth *
    (answers * (promptLength + answerTokens(attack)) + labelledRows(judge) * (promptLength + answerLength));
  const texts = players * e.ordinary;
  return stage("evaluation", {
    counts: {
      prompts: written,
      answers,
      verdicts: 2 * answers,
      "ordinary texts": texts,
      "labelled texts": 2 * labelledRows(judge),
    },
    sampledTokens: written * promptTokens(attack) + answers * answerTokens(attack),
    readTokens:
      players * e.crossPlaySeeds * seedLength(attack.examplesPerSeed) +
      answers * promptLength +
      texts * (promptLength + answerLength) +
      judgedTokens,
    judgedTokens,
  });
}

function labelledRows({ labels, labelRows }: Config["judge"]): number {
  return labels === null ? 0 : labelRows;
}

function seedLength(examples: number): number {
  return seedFrame + examples * promptLength;
}

function stage(name: StageWork["stage"], work: Pick<StageWork, "counts"> & Partial<StageWork>): StageWork {
  return { trainedTokens: 0, sampledTokens: 0, readTokens: 0, judgedTokens: 0, ...work, stage: name };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
