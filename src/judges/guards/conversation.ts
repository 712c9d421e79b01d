/** The two turns that a guard is asked about. */
import type { JudgeInput } from "../../seams.ts";
import type { GuardRequest } from "./format.ts";
import { harmless } from "./hostile.ts";

/** Prompt and answer as chat messages, for guards whose own template makes their prompt out of them. */
export function conversation({ prompt, response }: JudgeInput): GuardRequest["messages"] {
  return [
    { role: "user", content: harmless(prompt) },
    { role: "assistant", content: harmless(response) },
  ];
}
