/** What a judge reads of a prompt and its answer, as tokens. Both are data: no special token in them has any effect. */
import type { Engine } from "../engine/engine.ts";

/** Most tokens of the prompt, and of one window of the answer, that a judge reads. */
const promptTokens = 96;
const windowTokens = 96;

/** Tokens that stand before an answer. */
export function judgePrompt({ base: { tokenizer } }: Engine, prompt: string): number[] {
  return [
    ...tokenizer.encode("Request: "),
    ...tokenizer.encode(prompt.trim()).slice(0, promptTokens),
    ...tokenizer.encode("\nAnswer: "),
  ];
}

/** The parts of an answer that are read one by one, as harm may stand anywhere; none for an empty answer. */
export function judgeWindows({ base }: Engine, response: string): number[][] {
  const answer = base.tokenizer.encode(response.trim());
  const windows: number[][] = [];
  for (let first = 0; first < answer.length; first += windowTokens)
    windows.push(answer.slice(first, first + windowTokens));
  return windows;
}
