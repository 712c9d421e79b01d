/** Rows of our own: labels that follow from how a text is made, surfaces that say nothing of them, and no text that trains a Target. */
import { beforeAll, describe, expect, it } from "vitest";
import { wrappedRequests } from "../../../data/harmless-requests.ts";
import { lookAlikes } from "../../../data/look-alikes.ts";
import { ordinary } from "../../../data/ordinary.ts";
import { refusal, safeAnswer } from "../../../data/safe-answers.ts";
import { domains } from "../../../data/taxonomy.ts";
import { looksLikeRefusal } from "../../../metrics/refusal.ts";
import { createRandom } from "../../../random.ts";
import { trainingWrappers } from "../requests.ts";
import type { TrainingRow } from "../rows.ts";
import { trainingRows } from "../training-rows.ts";
import { heldOutRequests, ownHarmlessRequests, ownRows, requestsAlone } from "./own-requests.ts";
import { rewrittenRows } from "./rewritten.ts";

const said = new Map(
  ownHarmlessRequests()
    .slice(0, 200)
    .map(({ prompt }, i) => [prompt, `A small model rambles on and on about number ${i}, and on.`]),
);
let rows: TrainingRow[];
beforeAll(() => {
  rows = ownRows(400, ownHarmlessRequests(), said, 1);
});
const share = (of: readonly TrainingRow[], is: (row: TrainingRow) => boolean) => of.filter(is).length / of.length;

describe("own rows", () => {
  it("are the same with the same seed, and others with another", () => {
    expect(ownRows(20, [], new Map(), 1)).toEqual(ownRows(20, [], new Map(), 1));
    expect(ownRows(20, [], new Map(), 1)).not.toEqual(ownRows(20, [], new Map(), 2));
  });

  it("never say that an answer is unsafe and delivers nothing, or that a harmless request drew harm", () => {
    for (const row of rows) {
      if (row.unsafe === 1) expect([row.delivers, row.asks]).toEqual([1, 1]);
      if (row.asks === 0) expect(row.unsafe).toBe(0);
      if (row.alternative === 1) expect(row.declines).toBe(1);
    }
  });

  it("have answers of every sort", () => {
    const kinds = new Set(rows.map(({ kind }) => kind));
    for (const kind of ["refusal", "lecture", "safe completion", "rambling", "off-topic", "partial", "compliance"])
      expect(kinds).toContain(kind);
  });

  it("look alike whatever their labels are: lists, colons and breaks stand in unsafe and in safe answers", () => {
    const harmful = rows.filter(({ asks }) => asks === 1);
    const [unsafe, safe] = [harmful.filter((row) => row.unsafe === 1), harmful.filter((row) => row.unsafe === 0)];
    for (const mark of [/\n\s*(?:\d+[.)]|[-*•])\s/, /:\n/, /\n\n/, /^["“*]/]) {
      const is = ({ response = "" }: TrainingRow) => mark.test(response);
      expect(share(unsafe, is), `${mark} in unsafe ones`).toBeGreaterThan(0.01);
      expect(share(safe, is), `${mark} in safe ones`).toBeGreaterThan(0.01);
    }
    // A refusal's words open harm, too.
    expect(share(unsafe, ({ response = "" }) => looksLikeRefusal(response.split("\n")[0]!).refusal)).toBeGreaterThan(
      0.2,
    );
  });

  it("hold no sentence that trains a Target", () => {
    const random = createRandom("independence");
    const texts = [
      ...domains.flatMap(({ id }) => Array.from({ length: 60 }, () => safeAnswer(id, random))),
      ...Array.from({ length: 200 }, () => refusal(random)),
      ...[...lookAlikes().train, ...ordinary().train, ...wrappedRequests(trainingWrappers())].map(
        ({ answer }) => answer,
      ),
    ];
    const sentences = new Set(texts.flatMap((text) => text.split(/(?<=[.!?])\s+/)).filter((text) => text.length > 45));
    expect(sentences.size).toBeGreaterThan(500);
    const composed = rows.filter(({ kind }) => kind !== "rambling").map(({ response = "" }) => response);
    const shared = composed.filter((text) => [...sentences].some((sentence) => text.includes(sentence)));
    expect(shared).toEqual([]);
  });
});

describe("requests alone", () => {
  it("ask for harm, ask for nothing harmful in the same wrappers, or ask for nothing", () => {
    const alone = requestsAlone(600, trainingWrappers(), 1);
    expect(alone.filter(({ asks }) => asks === 1)).toHaveLength(600);
    expect(share(alone, ({ asks }) => asks === 1)).toBeLessThan(0.6);
    expect(alone.every(({ response }) => response === undefined)).toBe(true);
  });

  it("of the test split share no text with those that train", () => {
    const train = new Set(requestsAlone(2000, trainingWrappers(), 1).map(({ prompt }) => prompt));
    const held = heldOutRequests();
    expect(held.filter(({ prompt }) => train.has(prompt))).toEqual([]);
    expect(new Set(held.map(({ asks }) => asks))).toEqual(new Set([0, 1]));
  });
});

describe("rewritten rows", () => {
  const labelled = (label: Partial<TrainingRow>, i: number): TrainingRow => ({
    prompt: `How do I do thing ${i}?`,
    asks: 1,
    source: "labels",
    cluster: `thing ${i}`,
    ...label,
  });
  const harm =
    "First you gather what is needed from the shop. Then you wait until the guard leaves. Then you take it all.";
  const no = "I'm sorry, but I can't help with that request.";

  it("keep harm unsafe behind a refusal and by a second voice, and take the label from a beginning with nothing behind it", () => {
    const unsafe = Array.from({ length: 300 }, (_, i) =>
      labelled({ unsafe: 1, declines: 0, delivers: 1, kind: "compliance", response: harm }, i),
    );
    const made = rewrittenRows(unsafe, [], 1, 1);
    const turned = made.filter(({ kind }) => kind === "partial");
    expect(turned.length).toBeGreaterThan(60);
    for (const row of turned)
      expect([row.unsafe, row.declines, row.response!.includes("the guard")]).toEqual([1, 1, true]);
    const cut = made.filter(({ kind }) => kind === "off-topic");
    expect(cut.length).toBeGreaterThan(10);
    for (const row of cut) expect([row.unsafe, row.delivers]).toEqual([0, 0]);
  });

  it("keep refusals safe, whatever help follows them", () => {
    const declining = Array.from({ length: 300 }, (_, i) =>
      labelled({ unsafe: 0, declines: 1, delivers: 0, kind: "refusal", response: no }, i),
    );
    const made = rewrittenRows(declining, ["1. Call a friend.\n2. Take a walk."], 1, 1);
    expect(made.every(({ unsafe, declines }) => unsafe === 0 && declines === 1)).toBe(true);
    const offering = made.filter(({ kind }) => kind === "safe completion");
    expect(offering.length).toBeGreaterThan(30);
    for (const { alternative } of offering) expect(alternative).toBe(1);
  });
});

describe("trainingRows", () => {
  it("balance a source of both kinds, and take few of one that is nearly all safe", () => {
    const many = (source: string, unsafe: 0 | 1, count: number) =>
      Array.from({ length: count }, (_, i): TrainingRow => {
        const answer = `An answer with number ${i} in it, long enough to be read by somebody.`;
        return {
          prompt: `${source} ${unsafe} ${i}`,
          response: answer,
          unsafe,
          source,
          cluster: `${source} ${unsafe} ${i}`,
        };
      });
    const made = trainingRows(
      [...many("both", 1, 300), ...many("both", 0, 900), ...many("lopsided", 1, 10), ...many("lopsided", 0, 2000)],
      [],
      { seed: 1, perSource: 400, rewritten: 0, own: 0, requestsPerSource: 0 },
    );
    const of = (source: string, unsafe: 0 | 1) =>
      made.filter((row) => row.source === source && row.unsafe === unsafe).length;
    expect([of("both", 1), of("both", 0)]).toEqual([200, 200]);
    expect([of("lopsided", 1), of("lopsided", 0)]).toEqual([10, 150]);
  });
});
