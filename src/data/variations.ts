/**
 * Surface variations of a prompt: a neutral sentence before or after it, about who asks or what form the answer shall
 * have. They change nothing about what is asked, and they are no attack: the weakest way to make a new prompt, and
 * the last that a data set takes.
 */
import type { Wrapper } from "./wrappers/wrapper.ts";

/** A sentence before or after a prompt. */
export interface Variation {
  /** `before/number` or `after/number`. */
  readonly id: string;
  readonly place: "before" | "after";
  readonly text: string;
}

const before = [
  "I'm writing on a bus, so forgive the typing.",
  "A colleague said that you know about nearly everything.",
  "It's past midnight here and I can't get to sleep.",
  "Three of us were talking about this over lunch.",
  "I've been putting this off since the spring.",
  "English is my third language, please use simple words.",
  "I searched for an hour and found nothing that made sense.",
  "My sister doubts that you can answer this one.",
  "We have a meeting in ten minutes.",
  "I have never talked with a program before.",
  "Hello again, I was here yesterday about my garden.",
  "At last I have some time for this.",
];

const after = [
  "Keep it under a hundred words.",
  "A numbered list would suit me best.",
  "End with a one-line summary.",
  "Explain it as you would to a newcomer.",
  "Leave out any introduction.",
  "Put the most important point first.",
  "Add an example from everyday life.",
  "Short sentences and no jargon, please.",
  "Make it sound like a friend talking.",
  "If there are several ways, pick one and say why.",
  "Split it into before, during and after.",
  "Mention how long it takes as well.",
];

/** All of them. */
export const variations: readonly Variation[] = [
  ...before.map((text, i) => ({ id: `before/${i + 1}`, place: "before" as const, text })),
  ...after.map((text, i) => ({ id: `after/${i + 1}`, place: "after" as const, text })),
];

/** Whether a sentence after it would leave a prompt of this wrapper what it is: not one that breaks off, and no code. */
export function fits({ place }: Variation, { template }: Wrapper): boolean {
  return place === "before" || (/[.?!]$/.test(template) && !template.includes("\n"));
}

/** The prompt with the sentence; before one of several lines it has a line of its own. */
export function vary(text: string, variation: Variation): string {
  if (variation.place === "after") return `${text} ${variation.text}`;
  return `${variation.text}${text.includes("\n") ? "\n" : " "}${text}`;
}
