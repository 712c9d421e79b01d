/**
 * What a judge reads of an answer, as tokens: the policy at stake, the request, the answer. All of it is data: no special token
 * in it has any effect.
 */
import type { Engine } from "../engine/engine.ts";

/** Questions of an answer, then of its prompt, in the order of the heads' rows. */
export const questions = { answer: ["unsafe", "refusal"], prompt: ["asks"] } as const;

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

/** The parts of an answer that are read one by one, as harm may stand anywhere; none for an empty answer. */
export function judgeWindows({ base }: Engine, response: string): number[][] {
  const answer = base.tokenizer.encode(response.trim());
  const windows: number[][] = [];
  for (let first = 0; first < answer.length; first += windowTokens)
    windows.push(answer.slice(first, first + windowTokens));
  return windows;
}
