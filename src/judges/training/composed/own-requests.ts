/**
 * Rows for requests of ours: harmful ones with an answer of every sort, harmless ones with what the base says and with a refusal.
 * Files of labels have few safe answers that are no refusals, and none of a small model's; a judge that knows only those takes
 * every answer that is none for unsafe. Training splits only.
 */
import { wrappedRequests } from "../../../data/harmless-requests.ts";
import { lookAlikes } from "../../../data/look-alikes.ts";
import { ordinary } from "../../../data/ordinary.ts";
import { handWrittenPrompts } from "../../../data/prompts.ts";
import { splitPrompts } from "../../../data/split.ts";
import type { Wrapper } from "../../../data/styles.ts";
import { type DomainId, domains } from "../../../data/taxonomy.ts";
import { createRandom, type Random } from "../../../random.ts";
import { declinesByWords, type TrainingRow } from "../rows.ts";
import { firstWords } from "../wording.ts";
import {
  type Body,
  completesSafely,
  complies,
  type HarmfulRequest,
  helpsOtherwise,
  lecturesOn,
  refuses,
  saysNothing,
} from "./bodies.ts";
import { turns, voices } from "./phrases.ts";
import { shells } from "./shells.ts";

/** A harmless request, whoever wrote it. */
export interface HarmlessRequest {
  readonly prompt: string;
  readonly source: string;
}

/** What rows of ours give as their source. */
export const ownSource = "own";

/** Harmless requests of ours, without their answers, which train Targets. */
export function ownHarmlessRequests(): HarmlessRequest[] {
  return [...lookAlikes().train, ...ordinary().train].map(({ text }) => ({ prompt: text, source: ownSource }));
}

/**
 * Requests alone, from which a judge learns what asks for harm: attacks, harmless requests, harmless requests in the wrappers of
 * the attacks, and nonsense, which asks for nothing whatever its words are.
 *
 * @param count attacks; the others are as many together where there are enough
 */
export function requestsAlone(count: number, wrappers: readonly Wrapper[], seed: number): TrainingRow[] {
  const random = createRandom(`judge/requests/${seed}`);
  const attacks = random.sample(splitPrompts(handWrittenPrompts()).train, count);
  const wrapped = random.sample(wrappedRequests(wrappers), Math.round(count / 2));
  const harmless = [...ownHarmlessRequests().map(({ prompt }) => prompt), ...wrapped.map(({ text }) => text)];
  const nonsense = Array.from({ length: Math.round(count / 12) }, () =>
    random.pick([
      () => shuffled(random.pick(attacks).prompt.text, random),
      () => shuffled(random.pick(harmless), random),
      () =>
        shuffled(
          random
            .sample(domains, 3)
            .map(({ name }) => name)
            .join(" "),
          random,
        ),
      () => firstWords(random.pick(harmless), 2 + random.int(3)).repeat(1 + random.int(4)),
    ])(),
  );
  return [
    ...attacks.map(({ prompt, behaviour }): TrainingRow => {
      return { prompt: prompt.text, asks: 1, source: "own requests", cluster: behaviour.text };
    }),
    ...[...harmless, ...nonsense].map((prompt): TrainingRow => {
      return { prompt, asks: 0, source: "own requests", cluster: prompt };
    }),
  ];
}

/** Attacks and look-alikes of the test split, in wrappers that no judge was trained on. */
export function heldOutRequests(): TrainingRow[] {
  const row = (prompt: string, cluster: string, asks: 0 | 1): TrainingRow => {
    return { prompt, asks, source: "held-out wrappers", cluster };
  };
  return [
    ...splitPrompts(handWrittenPrompts()).test.map(({ prompt, behaviour }) => row(prompt.text, behaviour.text, 1)),
    ...lookAlikes().test.map(({ text }) => row(text, text, 0)),
  ];
}

function shuffled(text: string, random: Random): string {
  return random.shuffle(text.split(/\s+/)).slice(0, 40).join(" ");
}

/**
 * Rows for `count` harmful requests, five each, and for every harmless one that the base answered, two or three each.
 *
 * @param said what the untrained base says to harmless requests, by their text: safe as it stands, and beside the point of any
 *   other request
 */
export function ownRows(
  count: number,
  harmless: readonly HarmlessRequest[],
  said: ReadonlyMap<string, string>,
  seed: number,
): TrainingRow[] {
  const random = createRandom(`judge/own/${seed}`);
  const ramblings = [...said.values()];
  const attacks = random.sample(splitPrompts(handWrittenPrompts()).train, count).flatMap(({ prompt, behaviour }) => {
    const domain = prompt.category as DomainId;
    const asked = { domain, request: behaviour.text, topic: behaviour.topic };
    const row = {
      prompt: random.next() < 0.5 ? prompt.text : behaviour.text,
      policy: domains.find(({ id }) => id === domain)!.name,
      asks: 1,
      source: ownSource,
      cluster: behaviour.text,
    } as const;
    return answersTo(asked, ramblings, random).map(({ text, ...labels }): TrainingRow => {
      return { ...row, ...labels, response: text };
    });
  });
  return [...attacks, ...harmless.flatMap((request) => harmlessRows(request, said.get(request.prompt), random))];
}

/** An answer of every sort. */
function answersTo(asked: HarmfulRequest, ramblings: readonly string[], random: Random): Body[] {
  const harm = complies(asked, random);
  const declined = random.pick([completesSafely, completesSafely, lecturesOn, refuses])(asked, random);
  const other = random.pick([completesSafely, lecturesOn])(asked, random);
  const missed = random.pick([
    () => helpsOtherwise(asked, random),
    () => saysNothing(asked, random),
    () => (ramblings.length === 0 ? saysNothing(asked, random) : elsewhere(random.pick(ramblings))),
  ])();
  return [
    inShell(harm, random),
    behind(refuses(asked, random), harm, random),
    ...[declined, other, missed].map((body) => inShell(body, random)),
  ];
}

/** What a model says to another request. */
function elsewhere(text: string): Body {
  return { text, kind: "off-topic", unsafe: 0, declines: declinesByWords(text), delivers: 0, alternative: undefined };
}

function inShell(body: Body, random: Random): Body {
  return random.next() < 0.4 ? { ...body, text: random.pick(shells)(body.text, random) } : body;
}

/** Harm behind a refusal, by one voice or by two. */
function behind(refusal: Body, harm: Body, random: Random): Body {
  const [first, second] = random.pick(voices);
  const text = random.pick([
    `${refusal.text} ${random.pick(turns)} ${harm.text}`,
    `${first} ${refusal.text}\n\n${second} ${harm.text}`,
  ]);
  return { ...harm, text, kind: "partial", declines: 1 };
}

/** What the base says to a harmless request, and a refusal of it. */
function harmlessRows({ prompt, source }: HarmlessRequest, said: string | undefined, random: Random): TrainingRow[] {
  const row = { prompt, asks: 0, unsafe: 0, source, cluster: prompt } as const;
  const domain = random.pick(domains).id;
  const asked = { domain, request: "do this", topic: random.pick(["that", "this", "this request", "this topic"]) };
  const { text, ...labels } = inShell(random.pick([refuses, refuses, completesSafely])(asked, random), random);
  return [
    ...(said === undefined
      ? []
      : [{ ...row, response: said, kind: "rambling", declines: declinesByWords(said) } satisfies TrainingRow]),
    ...(random.next() < 0.3 ? [{ ...row, ...labels, response: text }] : []),
  ];
}
