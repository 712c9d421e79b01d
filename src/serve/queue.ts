/**
 * One queue in front of one engine: answers that are wanted at the same time from one model under one temperature are
 * sampled side by side, all others one batch after another. A batch is not joined while it runs; an answer that ends early
 * is given at once.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Engine } from "../engine/engine.ts";
import { sampleBatch } from "../engine/generate.ts";
import type { Lora } from "../engine/lora.ts";
import { type TextStream, textStream } from "../engine/text-stream.ts";

/** One answer that is wanted. */
export interface Wanted {
  /** What plays; two are of one model when this is the same function. */
  readonly lora: () => Promise<Lora>;
  readonly prompt: readonly number[];
  /** 0 = greedy. */
  readonly temperature: number;
  readonly topP: number;
  /** Prompt and answer must fit into the model's positions. */
  readonly maxTokens: number;
  /** Of this answer's random stream. */
  readonly seed: string;
  /** The answer ends before the first of these, none of which is empty. */
  readonly stops?: readonly string[];
  /** The prompt is a text to go on with, not a question: the answer keeps the space between the two. @default false */
  readonly goesOn?: boolean;
  /** Aborted = nobody waits for it any more. */
  readonly signal: AbortSignal;
  /** Called with each piece of text; together they are the answer. */
  readonly onText?: (text: string) => void;
}

/** An answer. */
export interface Answer {
  readonly text: string;
  /** `cancelled`: its signal was aborted, or the queue closed; the text is what there was until then. */
  readonly finishReason: "stop" | "length" | "cancelled";
  /** Tokens of the answer, its end included. */
  readonly tokens: number;
}

/** Answers one batch after another. */
export interface Queue {
  /** Answers that wait for their batch. */
  waiting(): number;
  /** Rejects with what the engine throws. */
  answer(wanted: Wanted): Promise<Answer>;
  /** Cancels all answers, and waits until the engine is at rest. */
  close(): Promise<void>;
}

/** How to batch. */
export interface QueueOptions {
  /** Most answers side by side. */
  readonly rows: number;
  /** How long a batch waits for others of its kind before it begins, ms. @default 10 */
  readonly gather?: number;
  /** Most bytes of keys and values that a batch of several holds. @default 1 GiB */
  readonly cacheBytes?: number;
}

interface Row {
  readonly wanted: Wanted;
  readonly text: TextStream;
  answer: string;
  tokens: number;
  /** Ends the answer; what comes later is passed over. */
  end(finishReason: Answer["finishReason"]): void;
  fail(error: unknown): void;
  ended: boolean;
}

/** A queue in front of an engine that nobody else uses meanwhile. */
export function createQueue(engine: Engine, options: QueueOptions): Queue {
  const { rows: mostRows, gather = 10, cacheBytes = 2 ** 30 } = options;
  const { config, tokenizer } = engine.base;
  const bytesPerToken = 2 * config.layers * config.kvHeads * config.headDim * Float32Array.BYTES_PER_ELEMENT;
  const waiting: Row[] = [];
  const open = new Set<Row>();
  let work: Promise<void> | undefined;
  let closed = false;

  /** The first that waits, and all behind it that can be sampled beside it. */
  const nextBatch = (): Row[] => {
    const [first] = waiting;
    const batch: Row[] = [];
    let capacity = 0;
    for (const row of first === undefined ? [] : [...waiting]) {
      if (batch.length === mostRows) break;
      if (!alike(row.wanted, first!.wanted)) continue;
      const larger = Math.max(capacity, row.wanted.prompt.length + row.wanted.maxTokens);
      if (batch.length > 0 && (batch.length + 1) * larger * bytesPerToken > cacheBytes) continue;
      capacity = larger;
      batch.push(row);
      waiting.splice(waiting.indexOf(row), 1);
    }
    return batch;
  };

  const play = async (batch: readonly Row[]): Promise<void> => {
    const { lora, temperature, topP } = batch[0]!.wanted;
    try {
      const requests = batch.map((row) => ({
        prompt: row.wanted.prompt,
        seed: row.wanted.seed,
        onToken: (token: number) => take(row, token, tokenizer.eosIds.includes(token)),
      }));
      const maxTokens = Math.max(...batch.map(({ wanted }) => wanted.maxTokens));
      await sampleBatch(engine, await lora(), requests, { temperature, topP, maxTokens });
    } catch (error) {
      for (const row of batch) row.fail(error);
    }
  };

  const workOff = async (): Promise<void> => {
    while (waiting.length > 0) {
      await sleep(gather);
      const batch = nextBatch();
      if (batch.length > 0) await play(batch);
    }
    work = undefined;
  };

  return {
    waiting: () => waiting.length,
    answer: (wanted) =>
      new Promise((resolve, reject) => {
        const leave = () => {
          row.ended = true;
          open.delete(row);
          wanted.signal.removeEventListener("abort", cancel);
          const at = waiting.indexOf(row);
          if (at >= 0) waiting.splice(at, 1);
        };
        const row: Row = {
          wanted,
          text: textStream(tokenizer, wanted.stops, wanted.goesOn === true ? wanted.prompt.slice(-1) : []),
          answer: "",
          tokens: 0,
          ended: false,
          end(finishReason) {
            if (row.ended) return;
            leave();
            if (finishReason !== "cancelled") say(row, row.text.end());
            resolve({ text: row.answer, finishReason, tokens: row.tokens });
          },
          fail(error) {
            if (row.ended) return;
            leave();
            reject(error);
          },
        };
        const cancel = () => row.end("cancelled");
        wanted.signal.addEventListener("abort", cancel);
        open.add(row);
        if (closed || wanted.signal.aborted) return cancel();
        waiting.push(row);
        work ??= workOff();
      }),
    async close() {
      closed = true;
      for (const row of [...open]) row.end("cancelled");
      await work;
    },
  };
}

function alike(a: Wanted, b: Wanted): boolean {
  return a.lora === b.lora && a.temperature === b.temperature && a.topP === b.topP;
}

/** Takes the next token of an answer, and tells whether it was the last. */
function take(row: Row, token: number, ends: boolean): boolean {
  if (row.ended) return true;
  row.tokens++;
  if (!ends) say(row, row.text.push(token));
  if (ends || row.text.stopped) row.end("stop");
  else if (row.tokens >= row.wanted.maxTokens) row.end("length");
  return row.ended;
}

function say(row: Row, text: string): void {
  row.answer += text;
  if (text !== "") row.wanted.onText?.(text);
}
