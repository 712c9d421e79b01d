/**
 * Llama Guard 2, 3 and 4 (Meta): the chat template makes the prompt out of the conversation and asks about its last turn.
 * The reply is `safe`, or `unsafe` and a line of categories (S1 …); the probability of the first word is the score.
 * Source: the models' cards, llama.com/docs/model-cards-and-prompt-formats/{meta-llama-guard-2,llama-guard-3,llama-guard-4}.
 */

import { conversation } from "./conversation.ts";
import { type GuardFormat, lastMatch, probabilityOf, scored, unreadable } from "./format.ts";

/** A line that is a verdict, and the line of categories behind it. */
const verdict = /^[ \t]*(safe|unsafe)[ \t]*$(?:\n[ \t]*(S\d{1,2}(?:[ \t]*,[ \t]*S\d{1,2})*)[ \t]*$)?/gim;

export const llamaGuard: GuardFormat = {
  requests: (input) => [{ messages: conversation(input), maxTokens: 32 }],
  parse([reply]) {
    const found = lastMatch(reply!.text, verdict);
    if (found === undefined) return unreadable(reply!);
    const categories = found[2]?.split(",").map((category) => category.trim().toUpperCase()) ?? [];
    return scored(found[1]!.toLowerCase() === "unsafe", probabilityOf(reply!, ["unsafe"], ["safe"]), { categories });
  },
};
