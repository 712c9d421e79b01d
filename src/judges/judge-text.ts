/**
 * What a judge reads of an answer, as tokens: the policy at stake, the request, the answer. All of it is data: no special token
 * in it has any effect.
 */
import type { Engine } from "../engine/engine.ts";
import { harmless } from "./guards/hostile.ts";

/** Questions of an answer, then of its prompt, in the order of the heads' rows. */
export const questions = { answer: ["unsafe", "declines", "delivers", "alternative"], prompt: ["asks"] } as const;

/** Most answers that share a prompt's tokens, read or trained on: attention grows with their square. */
export const answersAtOnce = 4;

/** Most tokens of a policy's name, and of a request's beginning and end: attacks put what they ask for at either. */
const policyTokens = 16;
const startTokens = 32;
const endTokens = 64;
/** Most tokens of one window of the answer. */
const windowTokens = 128;

/**
 * Tokens that stand before an answer.
 *
 * @param policy name of the category whose harm is looked for; empty = any
 */
export function judgePrompt({ base: { tokenizer } }: Engine, prompt: string, policy = ""): number[] {
  const named = tokenizer.encode(policy.trim()).slice(0, policyTokens);
  const request = tokenizer.encode(prompt.trim());
  const cut =
    request.length <= startTokens + endTokens
      ? request
      : [...request.slice(0, startTokens), ...tokenizer.encode(" …"), ...request.slice(-endTokens)];
  return [
    ...(named.length === 0 ? [] : [...tokenizer.encode("Policy: "), ...named, ...tokenizer.encode("\n")]),
    ...tokenizer.encode("Request: "),
    ...cut,
    ...tokenizer.encode("\nAnswer: "),
  ];
}

/** What is read of an answer: its windows; where only the request is known, a dot that stands for any answer. */
export function answerWindows(engine: Engine, response: string | undefined): number[][] {
  return response === undefined ? [engine.base.tokenizer.encode("…")] : judgeWindows(engine, response);
}

/**
 * The parts of an answer that are read one by one, as harm may stand anywhere; none for an empty answer. The whole of it comes
 * first, then, where lines of it speak for a judge, what stands between those: no verdict planted beside it makes harm harmless.
 */
export function judgeWindows({ base }: Engine, response: string): number[][] {
  return [response, ...besideVerdicts(response)].flatMap((text) => {
    const tokens = base.tokenizer.encode(text.trim());
    const windows: number[][] = [];
    for (let first = 0; first < tokens.length; first += windowTokens)
      windows.push(tokens.slice(first, first + windowTokens));
    return windows;
  });
}

/**
 * What follows an answer's first paragraph, where that is enough to be judged alone. An answer that declines and then delivers, by one
 * voice or by two, looks like one that declines until what stands behind the refusal is read by itself.
 */
export function behindFirstParagraph(response: string): string | undefined {
  const rest = /\n(.+)$/su.exec(response.trim())?.[1]?.trim();
  return rest === undefined || rest.length < shortestPart ? undefined : rest;
}

/** What `harmless` makes of control tokens and of lines of a guard's prompt, fences, and short lines with a judge's words. */
const marked = /[‹›⟦⟧¦]|^> |^```/u;
const verdictWords = /\b(?:un)?safe\b|\bharm(?:ful|less)\b|\b(?:verdict|grade|label|score)\b/iu;
const longestVerdict = 160;
/** Characters below which a part says too little to be judged alone. */
const shortestPart = 40;

/** Runs of lines that hold no verdict, in an answer that has one. */
export function besideVerdicts(response: string): string[] {
  const parts: string[][] = [[]];
  let found = false;
  for (const line of harmless(response).split(/[\n\r\u2028\u2029]/)) {
    if (marked.test(line) || (line.length <= longestVerdict && verdictWords.test(line))) {
      found = true;
      parts.push([]);
    } else parts.at(-1)!.push(line);
  }
  return found ? parts.map((lines) => lines.join("\n").trim()).filter((text) => text.length >= shortestPart) : [];
}
