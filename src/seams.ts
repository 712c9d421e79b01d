/**
 * The three seams of the house (design.md section 3): whatever samples, judges or trains is one of these.
 * The loop knows nothing else about models; embedded engine, servers and clusters are behind them.
 */
import type { Adapter, Example, Message, Pair, Role, Usage, Verdict } from "./records.ts";

/** One conversation to be answered. */
export interface GenerateRequest {
  readonly id: string;
  readonly messages: readonly Message[];
}

/** How to sample. */
export interface GenerateOptions {
  /** Answers to each request. @default 1 */
  readonly n?: number;
  /** 0 = greedy. */
  readonly temperature: number;
  /** Nucleus, (0, 1]. */
  readonly topP: number;
  /** Most tokens of one answer. */
  readonly maxTokens: number;
  /** Same seed, requests and options = same answers, whatever else was sampled before. */
  readonly seed: number;
  readonly signal?: AbortSignal;
  /** Called while a batch runs with the number of tokens sampled since the last call. */
  readonly onTokens?: (tokens: number) => void;
}

/** One answer, or the error in its place: every request gets exactly n of them. */
export interface Completion {
  readonly requestId: string;
  /** 0 … n−1 */
  readonly sample: number;
  readonly text: string;
  readonly finishReason: "stop" | "length" | "error";
  readonly usage: Usage;
  readonly error?: string;
}

/** Something that answers. A model with an adapter is a model again. */
export interface Model {
  readonly name: string;
  /** The adapter it carries; absent on the bare base. */
  readonly adapter?: Adapter | undefined;
  /** Answers in the order of the requests, samples of one request side by side. */
  generate(requests: readonly GenerateRequest[], options: GenerateOptions): AsyncIterable<Completion>;
  /** The same model under an adapter; `undefined` is the bare base. */
  with(adapter: Adapter | undefined): Model;
  /**
   * Log-probability of each completion after its prompt, and its token count; for perplexity.
   * Absent where the server cannot tell.
   */
  logProbs?(examples: readonly Example[]): Promise<readonly { readonly logProb: number; readonly tokens: number }[]>;
}

/** What a judge sees: never another judge's work. */
export interface JudgeInput {
  readonly attemptId: string;
  readonly prompt: string;
  readonly response: string;
  readonly category: string;
}

/** Something that says safe, unsafe or unscored: exactly one verdict for each input, in order. */
export interface Judge {
  readonly name: string;
  score(inputs: readonly JudgeInput[], options?: { readonly signal?: AbortSignal }): AsyncIterable<Verdict>;
}

/** One optimizer step, under TRL's keys. */
export interface TrainStep {
  readonly step: number;
  readonly epoch: number;
  readonly loss: number;
  /** Absent, as the next, where a provider does not tell it. */
  readonly learning_rate?: number;
  readonly grad_norm?: number;
  readonly [metric: string]: number;
}

/** Hyper-parameters under TRL's and PEFT's names. */
export interface TrainOptions {
  readonly role: Role;
  readonly iteration: number;
  /**
   * Folder that will hold adapter_model.safetensors and adapter_config.json, or weights.safetensors, or model.json; and
   * train.jsonl.
   */
  readonly outputDir: string;
  readonly learningRate: number;
  /** Pairs or examples an optimizer step. */
  readonly batchSize: number;
  readonly epochs: number;
  /** Share of the steps over which the rate rises from 0. */
  readonly warmupRatio: number;
  readonly schedule: "linear" | "cosine" | "constant";
  readonly weightDecay: number;
  readonly maxGradNorm: number;
  /** Longest prompt + completion, tokens. */
  readonly maxLength: number;
  readonly loraRank: number;
  readonly loraAlpha: number;
  readonly seed: number;
  readonly signal?: AbortSignal;
  /**
   * Asked whether the trained adapter will do, then whether a weaker one will: part of the way from where training
   * began. A trainer that cannot weaken a step by parts keeps all of it or none (`kept` 1 or 0); one that ignores this
   * leaves `kept` out of the adapter.
   */
  readonly accept?: (candidate: Adapter) => Promise<boolean>;
  readonly onStep?: (
    step: TrainStep,
    progress: { readonly done: number; readonly total: number; readonly tokens: number },
  ) => void;
}

/** DPO adds the strength of the reference, and optionally the likelihood of the chosen side (TRL's rpo_alpha). */
export interface DpoOptions extends TrainOptions {
  readonly beta: number;
  /** Weight of the mean negative log-likelihood of `chosen`; 0 = plain DPO (the paper). */
  readonly sftWeight: number;
}

/**
 * Something that makes adapters. Training starts from the adapter the model carries, which is also the reference.
 * Interrupted training, called again with the same arguments, ends with the same bytes.
 */
export interface Trainer {
  dpo(model: Model, pairs: readonly Pair[], options: DpoOptions): Promise<Adapter>;
  sft(model: Model, examples: readonly Example[], options: TrainOptions): Promise<Adapter>;
}

/** What the loop says while it runs; the command draws it, the run folder keeps it. */
export type RunEvent =
  | {
      readonly type: "stage-start";
      readonly iteration: number;
      readonly stage: string;
      readonly total: number;
      readonly unit: string;
    }
  | {
      readonly type: "progress";
      readonly iteration: number;
      readonly stage: string;
      readonly done: number;
      readonly total: number;
      readonly tokens: number;
    }
  | {
      readonly type: "stage-end";
      readonly iteration: number;
      readonly stage: string;
      readonly seconds: number;
      readonly resumed: boolean;
      readonly note?: string;
    }
  | {
      readonly type: "sample";
      readonly iteration: number;
      readonly stage: string;
      readonly prompt: string;
      readonly response: string;
      readonly label?: string;
    }
  | { readonly type: "train-step"; readonly iteration: number; readonly stage: string; readonly metrics: TrainStep }
  | { readonly type: "note"; readonly text: string }
  | { readonly type: "warning"; readonly text: string };

/** Receives every event of a run. */
export type Reporter = (event: RunEvent) => void;
