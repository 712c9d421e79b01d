/** Nothing leaks: the claim that all figures on the test set stand on. */
import { describe, expect, it } from "vitest";
import { groupBy } from "../group-by.ts";
import { createRandom } from "../random.ts";
import type { Prompt } from "../records.ts";
import { hashId } from "./ids.ts";
import { handWrittenPrompts } from "./prompts.ts";
import { checkLeaks, nearestAcross, splitImported, splitPrompts } from "./split.ts";
import { styles } from "./styles.ts";
import { domains } from "./taxonomy.ts";

const all = handWrittenPrompts();
const { train, test } = splitPrompts(all);

describe("splitPrompts", () => {
  it("shares no wrapper, behaviour or cluster of them, and no near-twin", () => {
    const { nearest, ...shared } = checkLeaks(train, test);
    expect(shared).toEqual({
      sharedWrappers: 0,
      sharedWrapperClusters: 0,
      sharedBehaviours: 0,
      sharedBehaviourClusters: 0,
      sharedTexts: 0,
    });
    expect(nearest.similarity).toBeGreaterThan(0);
    expect(nearest.similarity).toBeLessThan(0.4);
  });

  it("has every domain × style cell on both sides, and well over 2,000 training prompts", () => {
    for (const side of [train, test]) {
      const cells = groupBy(side, ({ prompt }) => `${prompt.category} ${prompt.style}`);
      expect(cells.size).toBe(domains.length * styles.length);
    }
    expect(train.length).toBeGreaterThan(10_000);
    expect(test.length).toBeGreaterThan(1_000);
  });

  it("holds out wrappers whose words no training wrapper contains", () => {
    const templates = (side: typeof train) => [...new Set(side.map((p) => p.wrapper.template.toLowerCase()))];
    for (const held of templates(test)) {
      for (const used of templates(train)) expect(used).not.toContain(held.replace(/[.?!]$/, ""));
    }
  });

  it("does not depend on the order or number of the prompts", () => {
    const mixed = splitPrompts(createRandom(1).shuffle(all));
    expect(new Set(mixed.test.map((p) => p.prompt.id))).toEqual(new Set(test.map((p) => p.prompt.id)));
  });
});

describe("checkLeaks", () => {
  it("counts what is shared", () => {
    const cellmates = all.filter((p) => p.behaviour.id === all[0]!.behaviour.id).slice(0, 2);
    expect(checkLeaks(cellmates, cellmates.slice(1))).toMatchObject({
      sharedWrappers: 1,
      sharedBehaviours: 1,
      sharedBehaviourClusters: 1,
      sharedTexts: 1,
      nearest: { similarity: 1 },
    });
  });
});

describe("splitImported", () => {
  const random = createRandom("imported");
  const word = (): string => Array.from({ length: 6 }, () => random.pick([..."abcdefghiklmnoprstu"])).join("");
  const sentence = (length: number): string => Array.from({ length }, word).join(" ");
  const imported = (text: string, category: string): Prompt => {
    const id = hashId(category, text);
    return { id, iteration: 0, text, category, seedIds: [], author: "hand" };
  };
  const templates = Array.from({ length: 40 }, () => sentence(8));
  const prompts = templates.flatMap((template, t) =>
    Array.from({ length: 10 }, () => imported(`${template} ${sentence(3)}`, t % 2 === 0 ? "role-play" : "word-play")),
  );

  it("keeps a wrapper's prompts on one side, in each category's share", () => {
    const split = splitImported(prompts);
    expect(split.train.length + split.test.length).toBe(400);
    for (const list of groupBy(split.test, (p) => p.category).values()) expect(list).toHaveLength(20);
    const texts = (side: readonly Prompt[]) => side.map((p) => p.text);
    expect(nearestAcross(texts(split.train), texts(split.test)).similarity).toBeLessThan(0.4);
    expect(
      splitImported([...prompts].reverse())
        .test.map((p) => p.id)
        .sort(),
    ).toEqual(split.test.map((p) => p.id).sort());
  });

  it("takes the smallest cluster when none fits, and none from a category that is one cluster", () => {
    const few = [...prompts.slice(0, 10), ...prompts.slice(20, 26), ...prompts.slice(10, 20)];
    const split = splitImported(few);
    expect(split.test).toEqual(prompts.slice(20, 26));
  });
});
