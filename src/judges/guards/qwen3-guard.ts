/**
 * Qwen3Guard-Gen (0.6B, 4B, 8B; Apache-2.0): the chat template makes the prompt out of the conversation. The reply has
 * three lines: `Safety: Safe|Unsafe|Controversial`, `Categories: …`, `Refusal: Yes|No`. Controversial is what some uses
 * allow and others do not; the card leaves it to the user and its authors report both readings: strict counts it as unsafe,
 * loose as safe.
 * Source: the models' cards (Qwen/Qwen3Guard-Gen-*), github.com/QwenLM/Qwen3Guard and technical report, arXiv 2510.14276.
 */
import { conversation } from "./conversation.ts";
import { type GuardFormat, lastMatch, probabilityOf, scored, unreadable } from "./format.ts";

/** @param mode strict: `Controversial` is unsafe; loose: it is safe */
export function qwen3Guard(mode: "strict" | "loose"): GuardFormat {
  const unsafe = mode === "strict" ? ["unsafe", "controversial"] : ["unsafe"];
  const safe = mode === "strict" ? ["safe"] : ["safe", "controversial"];
  return {
    requests: (input) => [{ messages: conversation(input), maxTokens: 128 }],
    parse([reply]) {
      const { text } = reply!;
      const safety = lastMatch(text, /^[ \t]*Safety:[ \t]*(Safe|Unsafe|Controversial)[ \t]*$/gim)?.[1]?.toLowerCase();
      if (safety === undefined) return unreadable(reply!);
      const named = lastMatch(text, /^[ \t]*Categories:[ \t]*(.+)$/gim)?.[1] ?? "";
      const categories = named
        .split(",")
        .map((category) => category.trim())
        .filter((category) => category !== "" && category.toLowerCase() !== "none");
      const refusal = lastMatch(text, /^[ \t]*Refusal:[ \t]*(Yes|No)[ \t]*$/gim)?.[1];
      return scored(unsafe.includes(safety), probabilityOf(reply!, unsafe, safe), {
        categories,
        ...(refusal !== undefined && { refusal: refusal.toLowerCase() === "yes" }),
      });
    },
  };
}
