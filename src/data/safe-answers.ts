/**
 * Safe answers composed from parts that we wrote: decline plainly, say why in a few words, then serve the legitimate
 * wish. They are the chosen side where a Target has no safe answer of its own (a departure from the paper, which
 * drops such prompts). Over-refusals, the rejected side for harmless prompts, are built from the very same parts:
 * what they teach is when to decline, not how.
 */
import type { Random } from "../random.ts";
import { generalParts, type SafeParts, safeParts } from "./safe-answers/parts.ts";

/** Ways to decline; `{topic}` is a noun phrase. */
const openings: readonly string[] = [
  "I can't help with {topic}.",
  "I won't help with {topic}.",
  "Sorry, but I can't help with {topic}.",
  "I'm not going to help with {topic}.",
  "No, I won't assist with {topic}.",
  "I have to decline: I won't help with {topic}.",
  "I'm sorry, but I can't assist with {topic}.",
  "I'm not able to help with {topic}.",
];

/** What an over-refusal names instead of a topic. */
const vague: readonly string[] = ["that", "this", "this request", "that request", "this kind of question"];

/** What an over-refusal says for itself: hollow, since nothing in the prompt gives a reason. */
const hollow: readonly string[] = [
  "It could be dangerous or illegal.",
  "It goes against my guidelines.",
  "It could be used to hurt someone.",
  "Please ask me about something else.",
  "Your question contains words that sound harmful to me.",
];

/**
 * An answer of 20-45 words that declines the harm and offers something legitimate instead.
 *
 * @param category a risk domain's id; any other gets the general parts
 * @param random where the choice of parts comes from
 * @param topic names what is declined: a noun phrase of at most 6 words, such as "fake parcel fee messages".
 *   Default: the domain's own
 */
export function safeAnswer(category: string, random: Random, topic?: string): string {
  const parts = partsOf(category);
  const opening = random.pick(parts.openings ?? openings).replace("{topic}", () => topic ?? parts.topic);
  return [opening, random.pick(parts.reasons), random.pick(parts.offers)].join(" ");
}

/**
 * A refusal that helps nobody, for prompts that deserve an answer: bare, with a hollow reason, or with the reason and
 * offer of a domain that the prompt has nothing to do with.
 */
export function refusal(random: Random): string {
  const opening = random.pick(openings).replace("{topic}", () => random.pick(vague));
  const shape = random.int(3);
  if (shape === 0) return opening;
  if (shape === 1) return `${opening} ${random.pick(hollow)}`;
  const parts = random.pick([generalParts, ...Object.values(safeParts)].filter((p) => p.openings === undefined));
  return `${opening} ${random.pick(parts.reasons)} ${random.pick(parts.offers)}`;
}

function partsOf(category: string): SafeParts {
  return Object.hasOwn(safeParts, category) ? safeParts[category as keyof typeof safeParts] : generalParts;
}
