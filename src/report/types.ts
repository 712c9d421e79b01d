/**
 * What the report knows about a run: plain data, made by summary.ts on the disk's side and drawn by app/ in the browser.
 * Types only, so that both sides may import it. Texts of models stand in it as they were written; nobody here cleans them.
 */
import type { AnswerClass, EvaluationRow, Label, Role } from "../records.ts";

/** A figure with its 95 % interval; `value` is null when nothing could be counted. */
export interface Figure {
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly n: number;
  /** Attempts without a verdict, outside of n. */
  readonly unscored: number;
  /** Within n, in a language that the judge did not learn. */
  readonly otherLanguage?: number;
  /** An ASR as it would be without the judge's errors; absent where they were not measured. */
  readonly corrected?: Range & {
    /** The judge's mistakes alone explain what it saw. */ readonly belowErrorRate?: true;
  };
}

/** A value with its 95 % interval; null = cannot be told. */
export interface Range {
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

/** Answers whose probability of being unsafe lies between two tenths. */
export interface CalibrationPoint {
  readonly n: number;
  /** Mean of what the judge said; null where there is no such answer. */
  readonly probability: number | null;
  /** Share of them that is unsafe, with Wilson's 95 % interval. */
  readonly unsafe: Range;
}

/** A figure of one Target T_j or one Red Team R_i. */
export interface Point extends Figure {
  readonly index: number;
}

/** The figures of one judge, by Target. */
export interface JudgedSeries {
  readonly judge: string;
  /** Whether this judge's verdicts are the reported ones; the other's trained the players. */
  readonly scoring: boolean;
  readonly points: readonly Point[];
}

/** One cell of R_i × T_j. */
export interface Cell extends Figure {
  readonly redTeam: number;
  readonly target: number;
}

/** How strong a player of the matrix is, on Elo's scale. */
export interface Rating extends Figure {
  readonly role: Role;
  /** i of R_i or T_i. */
  readonly index: number;
}

/** All players of the matrix by one judge, as rated after the last iteration that has ratings. */
export interface Ratings {
  readonly judge: string;
  readonly scoring: boolean;
  readonly iteration: number;
  readonly players: readonly Rating[];
}

/** A judge, what it does in the run, and how well it knows labelled rows. */
export interface JudgeFacts {
  readonly judge: string;
  readonly trains: boolean;
  readonly scores: boolean;
  /** f1, accuracy, precision, recall …; empty when nobody measured it. */
  readonly measured: Readonly<Record<string, Figure>>;
  /** Ten, from [0, 0.1) to [0.9, 1]; null where the measurement kept none. */
  readonly bins: readonly CalibrationPoint[] | null;
  /** What it was measured on; null when nobody did, or the run does not say. */
  readonly labels: LabelFacts | null;
}

/** The labelled answers that a judge was measured on. */
export interface LabelFacts {
  readonly file: string;
  readonly rows: number;
  /** Questions that the rows are about. */
  readonly questions: number;
  /** Filed before the run, or measured by the run. */
  readonly source: "calibration" | "labels" | "card";
  readonly date: string | null;
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly trueNegatives: number;
  readonly falseNegatives: number;
}

/** An answer that one of two judges calls unsafe and the other safe. */
export interface Disagreement {
  /** Of the row in `evaluation.jsonl`. */
  readonly id: string;
  readonly suite: string;
  readonly category: string;
  readonly target: number;
  readonly prompt: Text;
  readonly response: Text;
  /** The reported judge's first. */
  readonly verdicts: readonly [Opinion, Opinion];
}

/** How often two judges said the same about the same answers. */
export interface Agreement {
  readonly judges: readonly [string, string];
  readonly bothUnsafe: number;
  readonly bothSafe: number;
  readonly onlyFirstUnsafe: number;
  readonly onlySecondUnsafe: number;
  /** At least one of the two gave no verdict. */
  readonly unscored: number;
}

/** Training of one adapter; long runs are averaged into at most 300 steps. */
export interface Training {
  readonly role: Role;
  readonly iteration: number;
  /** Optimizer steps in the file. */
  readonly total: number;
  readonly steps: readonly Readonly<Record<string, number>>[];
  /** How much of the trained step was kept, 0 … 1; null where nobody asked. */
  readonly kept: number | null;
}

/** Counts of one iteration's attack. */
export interface AttackCounts {
  readonly iteration: number;
  readonly prompts: {
    readonly written: number;
    readonly used: number;
    readonly dropped: Readonly<Record<string, number>>;
  } | null;
  /** By finish reason. */
  readonly attempts: Readonly<Record<string, number>> | null;
  /** Judge → label → count. */
  readonly verdicts: Readonly<Record<string, Readonly<Record<Label, number>>>> | null;
  /** Role → kind → count; null = that file is not there. */
  readonly pairs: Readonly<Record<Role, Readonly<Record<string, number>> | null>>;
  /** Role → why seeds or prompts gave no pair → count; null = not there. */
  readonly pairLosses: Readonly<Record<Role, Readonly<Record<string, number>> | null>>;
}

/** Time and tokens of one finished stage. */
export interface StageTime {
  readonly iteration: number;
  readonly stage: string;
  readonly count: number;
  readonly seconds: number;
  readonly tokens: number;
}

/** What a role's servers were asked in a stage, iterations together. */
export interface AskedOfServers {
  /** `red-team`, `target`, or `judge NAME` */
  readonly role: string;
  readonly stage: string;
  readonly requests: number;
  readonly retries: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** null = the configuration tells no prices. */
  readonly cost: { readonly amount: number; readonly currency: string } | null;
}

/** A text as it was written, cut at 20,000 characters; `more` says how many are left out. */
export interface Text {
  readonly text: string;
  readonly more?: number;
}

/** What one judge said of one answer. */
export interface Opinion {
  readonly judge: string;
  readonly label: Label;
  readonly unsafeProbability?: number | undefined;
  readonly answerClass?: AnswerClass | undefined;
}

/** One answer of one Target to a held-out prompt. */
export interface Answer {
  readonly target: number;
  readonly sample: number;
  readonly response: Text;
  readonly finishReason: string;
  readonly answerClass: EvaluationRow["answerClass"];
  readonly verdicts: readonly Opinion[];
}

/** A held-out prompt with what each Target answered. */
export interface AnsweredPrompt {
  readonly id: string;
  readonly suite: string;
  readonly category: string;
  readonly style: string | null;
  readonly prompt: Text;
  readonly answers: readonly Answer[];
}

/** Unsafe shares of one category or style, by Target. */
export interface Group {
  readonly name: string;
  /** Targets in order; `unsafe` of `n` answers with a verdict. */
  readonly cells: readonly { readonly target: number; readonly unsafe: number; readonly n: number }[];
}

/** Unsafe shares of one category (`name`) asked in one style, by Target. */
export interface CrossedGroup extends Group {
  readonly style: string;
}

/** What is weak: by what is asked, by how, and by both. */
export interface Groups {
  readonly category: readonly Group[];
  readonly style: readonly Group[];
  readonly both: readonly CrossedGroup[];
}

/** A prompt that a Red Team wrote for an attack, and what came of it. */
export interface WrittenPrompt {
  readonly id: string;
  readonly iteration: number;
  /** i of R_i. */
  readonly redTeam: number;
  readonly category: string;
  readonly prompt: Text;
  /** Verdicts of the training judge on its answers. */
  readonly labels: Readonly<Record<Label, number>>;
}

/** The stage that a running run is at. */
export interface LiveStage {
  readonly iteration: number;
  readonly stage: string;
  /** What is counted: prompts, answers, steps. */
  readonly unit: string;
  readonly done: number;
  readonly total: number;
  readonly tokensPerSecond: number | null;
  readonly secondsLeft: number | null;
  /** Of the last step of a training. */
  readonly loss: number | null;
}

/** Everything that comes from `scores.jsonl`. */
export interface Figures {
  /** j of the last Target T_j with a figure on the test suite; 0 when there is none. */
  readonly last: number;
  readonly asr: readonly JudgedSeries[];
  readonly asrAny: readonly JudgedSeries[];
  readonly matrix: readonly { readonly judge: string; readonly scoring: boolean; readonly cells: readonly Cell[] }[];
  readonly elo: readonly Ratings[];
  readonly overRefusal: readonly Point[];
  readonly perplexity: readonly Point[];
  readonly refusals: { readonly test: readonly Point[]; readonly ordinary: readonly Point[] };
  /** Shares of each class of answers, by Target. */
  readonly classes: Readonly<Record<"test" | "look-alikes", Readonly<Record<AnswerClass, readonly Point[]>>>>;
  /** diversity, distinct-2, self-bleu, kept → by Red Team. */
  readonly prompts: Readonly<Record<string, readonly Point[]>>;
  readonly judges: readonly JudgeFacts[];
}

/** A figure of the last players of this run beside that of another run. */
export interface ComparedFigure {
  readonly what: "asr" | "refusals" | "overRefusal" | "perplexity" | "redTeam" | "diversity";
  readonly own: Point | null;
  readonly other: Point | null;
  /** This run's minus the other's, prompt by prompt; null where the prompts or the judges are not the same. */
  readonly difference: (Range & { readonly n: number }) | null;
}

/** Another run beside this one. */
export interface Comparison {
  readonly name: string;
  readonly last: number;
  /** The judges whose verdicts are reported, of this run and of the other. */
  readonly judges: readonly [own: string | null, other: string | null];
  /** Whether both runs put the same prompts of a suite to their last Target, and how many they share. */
  readonly prompts: Readonly<Record<"test" | "look-alikes", SharedPrompts>>;
  readonly rows: readonly ComparedFigure[];
  readonly asr: readonly JudgedSeries[];
  readonly overRefusal: readonly Point[];
  readonly perplexity: readonly Point[];
  readonly refusals: Figures["refusals"];
  readonly diversity: readonly Point[];
  readonly config: unknown;
}

/** The prompts of two runs. */
export interface SharedPrompts {
  readonly same: boolean;
  readonly own: number;
  readonly other: number;
  readonly shared: number;
}

/** Everything on the page. */
export interface Summary extends Figures {
  readonly name: string;
  readonly status: "success" | "cancelled" | "error" | "running" | "unfinished";
  readonly seconds: number | null;
  /** What is missing or unreadable, one sentence each. */
  readonly gaps: readonly string[];
  /** Rounds that the configuration asks for; null = unknown. */
  readonly planned: number | null;
  /** Another run to compare with; null = none was named. */
  readonly against: Comparison | null;
  readonly agreement: Agreement | null;
  /** Those on which the judges are furthest apart, and how many there are. */
  readonly disagreements: { readonly total: number; readonly rows: readonly Disagreement[] };
  readonly training: readonly Training[];
  readonly counts: readonly AttackCounts[];
  readonly time: readonly StageTime[];
  /** Empty when no server was asked. */
  readonly usage: readonly AskedOfServers[];
  readonly groups: Groups;
  readonly answers: { readonly total: number; readonly rows: readonly AnsweredPrompt[] };
  readonly written: readonly WrittenPrompt[];
  /** From run.json; the folder that holds the runs is left out, it is nobody's business. */
  readonly config: unknown;
  readonly createdAt: string | null;
  readonly git: unknown;
  readonly versions: unknown;
  readonly facts: unknown;
}
