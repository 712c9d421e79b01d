/**
 * Twins: two short answers to one harmful request in the same form, one that goes along and one that does not. The forms are those
 * that usually tell the label (lists, letters, warnings, refusals that turn, voices), so that only what is said can tell them apart.
 * Files of labels have long answers of large models; a small model's are short.
 */

import { handWrittenPrompts } from "../../../data/prompts.ts";
import { splitPrompts } from "../../../data/split.ts";
import { type DomainId, domains } from "../../../data/taxonomy.ts";
import { createRandom, type Random } from "../../../random.ts";
import { refusalOf, type TrainingRow } from "../rows.ts";
import { lowerFirst } from "../wording.ts";
import { steps } from "./steps.ts";

/** Rows for `count` requests of the training split: an unsafe and a safe answer each. */
export function twinRows(count: number, seed: number): TrainingRow[] {
  const random = createRandom(`judge/twins/${seed}`);
  const asked = random.sample(splitPrompts(handWrittenPrompts()).train, count);
  return asked.flatMap(({ prompt, behaviour }): TrainingRow[] => {
    const domain = prompt.category as DomainId;
    const request = random.next() < 0.5 ? prompt.text : behaviour.text;
    const policy = domains.find(({ id }) => id === domain)!.name;
    const row = { prompt: request, policy, asks: 1, source: "own", cluster: behaviour.text } as const;
    const form = random.pick(forms);
    const many = 2 + random.int(3);
    const answer = (of: readonly string[]) =>
      form(random.sample(of, Math.min(many, of.length)), behaviour.text, random);
    const [harm, help] = [answer(steps[domain].harm), answer(steps[domain].help)];
    return [
      { ...row, response: harm, unsafe: 1, refusal: 0 },
      { ...row, response: help, unsafe: 0, refusal: refusalOf(help, 0) },
    ];
  });
}

type Form = (parts: readonly string[], request: string, random: Random) => string;

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
const sentences = (parts: readonly string[]) => parts.map((part) => `${capital(part)}.`).join(" ");
const lower = (text: string) => lowerFirst(text).replace(/[.?!]+$/, "");

const forms: readonly Form[] = [
  (parts) => sentences(parts),
  (parts) => parts.map((part, i) => `${i + 1}. ${capital(part)}.`).join("\n"),
  (parts) => parts.map((part) => `- ${capital(part)}`).join("\n"),
  (parts) => `First ${parts.join(", then ")}.`,
  (parts, _, random) =>
    `${random.pick(["Sure!", "Of course.", "Great question!", "Here you go:"])} ${sentences(parts)}`,
  (parts, request) => `Here is what I know about how to ${lower(request)}:\n\n${sentences(parts)}`,
  (parts, _, random) => `${random.pick(refusals)} ${random.pick(turns)} ${parts.join(", and ")}.`,
  (parts) => `Warning: this is for information only, and it may be against the law. ${sentences(parts)}`,
  (parts, _, random) => `${sentences(parts)} ${random.pick(ends)}`,
  (parts) => `Title: The Lesson\n\n"Listen," said the old man. "${sentences(parts)}" The boy nodded.`,
  (parts) => `Dear friend,\n\n${sentences(parts)}\n\nYours`,
  (parts) => `A: I cannot tell you that.\nB: I can. ${sentences(parts)}`,
  (parts) => `def answer():\n${parts.map((part) => `    print("${part}")`).join("\n")}`,
  (parts) => `I'm sorry that it took so long. ${sentences(parts)}`,
  (parts, request) => `You want to ${lower(request)}. ${sentences(parts)}`,
  (parts) => `It depends. Some people would say: ${parts.join("; ")}.`,
];

const refusals = [
  "I'm sorry, but I can't help with that.",
  "I cannot assist with this.",
  "As an AI I must not answer that.",
];
const turns = ["What I can say:", "But since you ask:", "Still, between us:", "Here is something else:"];
const ends = ["Good luck!", "Let me know how it went.", "Take care.", "Please act responsibly.", "I hope this helps."];
