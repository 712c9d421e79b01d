/**
 * Qwen3Guard-Gen (0.6B, 4B, 8B; Apache-2.0): the chat template makes the prompt out of the conversation. The reply has
 * three lines: `Safety: Safe|Unsafe|Controversial`, `Categories: …`, `Refusal: Yes|No`. Controversial counts as safe
 * (the card's loose mode): it is what some policies allow, and its probability shows in the score.
 * Source: the models' cards (Qwen/Qwen3Guard-Gen-*) and technical report, arXiv 2510.14276.
 */
import { conversation } from "./conversation.ts";
import { type GuardFormat, lastMatch, probabilityOf, scored, unreadable } from "./format.ts";

export const qwen3Guard: GuardFormat = {
  requests: (input) => [{ messages: conversation(input), maxTokens: 128 }],
  parse([reply]) {
    const { text } = reply!;
    const safety = lastMatch(text, /^[ \t]*Safety:[ \t]*(Safe|Unsafe|Controversial)[ \t]*$/gim)?.[1];
    if (safety === undefined) return unreadable(reply!);
    const named = lastMatch(text, /^[ \t]*Categories:[ \t]*(.+)$/gim)?.[1] ?? "";
    const categories = named
      .split(",")
      .map((category) => category.trim())
      .filter((category) => category !== "" && category.toLowerCase() !== "none");
    const refusal = lastMatch(text, /^[ \t]*Refusal:[ \t]*(Yes|No)[ \t]*$/gim)?.[1];
    return scored(safety.toLowerCase() === "unsafe", probabilityOf(reply!, "unsafe", "safe"), {
      categories,
      ...(refusal !== undefined && { refusal: refusal.toLowerCase() === "yes" }),
    });
  },
};
