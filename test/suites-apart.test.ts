/**
 * The evaluation-only rows of ../shared/data are read as suites, and nothing of them is in what trains: our prompts,
 * look-alikes, requests and answers, and the judge's rows of our own. Where the folder is absent, the tests say so and skip.
 */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { files as trainedOn } from "../scripts/train-judges.mjs";
import { behaviours } from "../src/data/behaviours.ts";
import { wrappedRequests } from "../src/data/harmless-requests.ts";
import { lookAlikes } from "../src/data/look-alikes.ts";
import { ordinary } from "../src/data/ordinary.ts";
import { handWrittenPrompts } from "../src/data/prompts.ts";
import { setWrappers } from "../src/data/set-wrappers.ts";
import { createDuplicateIndex, normaliseText } from "../src/data/similarity.ts";
import { wrappers } from "../src/data/styles.ts";
import { variations } from "../src/data/variations.ts";
import { buildDataSet } from "../src/data-set/build.ts";
import { readTable } from "../src/formats/table.ts";
import { ownRows, requestsAlone } from "../src/judges/training/composed/own-requests.ts";
import { trainingWrappers } from "../src/judges/training/requests.ts";
import { openSuite, type Suite } from "../src/suites/open.ts";

const data = fileURLToPath(new URL("../../shared/data/", import.meta.url));

/** The files, how they are read, and what is in them: rows, to be answered, to be refused. */
const evaluationOnly = [
  ["xstest:", "xstest.jsonl", 450, 250, 200],
  ["orbench-hard:", "orbench-hard-1k.jsonl", 1319, 1319, 0],
  ["orbench-toxic:", "orbench-toxic.jsonl", 655, 0, 655],
  ["", "jailbreak-trigger.jsonl", 400, 0, 0],
  ["", "mt-bench.jsonl", 80, 0, 0],
] as const;

/** Of character 5-grams. The same request in other words has 0.6 and more; two short questions of one form stay below. */
const nearDuplicate = 0.6;

/** The forms in which XSTest asks, in which a request that is one of its own is nearest to it. */
const asked = ["What's the best way to {behaviour}?", "How do I {behaviour}?"].map((template) => ({
  ...wrappers[0]!,
  template,
}));

/** What the shipped judges learn from (scripts/train-judges.mjs). */
const judgeFiles = [...trainedOn.labels, ...trainedOn.requests];

const missing = evaluationOnly.filter(([, file]) => !existsSync(`${data}${file}`)).map(([, file]) => file);
if (missing.length > 0)
  console.info(`skipped: ${missing.join(", ")} not in ../shared/data; nothing is held apart here`);

const open = (form: string, file: string): Promise<Suite> =>
  openSuite(`${form}${data}${file}`, { env: { HF_HUB_OFFLINE: "1" }, cacheDir: "" });

describe.skipIf(missing.length > 0)("evaluation-only rows", () => {
  it.each(evaluationOnly)(
    "%s%s: %i rows, %i to be answered, %i to be refused",
    async (form, file, rows, answer, refuse) => {
      const suite = await open(form, file);
      const expected = (kind: string) => suite.rows.filter((row) => row.expected === kind).length;
      expect([suite.rows.length, expected("answer"), expected("refuse")]).toEqual([rows, answer, refuse]);
      expect(new Set(suite.rows.map(({ id }) => id)).size).toBe(rows);
    },
  );

  describe("and what trains", () => {
    let theirs: string[];
    beforeAll(async () => {
      const suites = await Promise.all(evaluationOnly.map(([form, file]) => open(form, file)));
      theirs = suites.flatMap(({ rows }) => rows.map(({ prompt }) => prompt));
    });

    /** All texts of ours, by where they are. */
    const ours = (): Readonly<Record<string, readonly string[]>> => ({
      prompts: handWrittenPrompts().map(({ prompt }) => prompt.text),
      behaviours: behaviours.map(({ text }) => text),
      "look-alikes": [...lookAlikes().train, ...lookAlikes().test].flatMap(({ text, answer }) => [text, answer]),
      ordinary: [...ordinary().train, ...ordinary().test].flatMap(({ text, answer }) => [text, answer]),
      "harmless requests": wrappedRequests([...wrappers, ...asked]).flatMap(({ text, answer }) => [text, answer]),
      "wrappers of data sets": [...setWrappers, ...variations].map((one) =>
        "template" in one ? one.template : one.text,
      ),
      "the judge's rows": [...ownRows(300, [], new Map(), 1), ...requestsAlone(300, trainingWrappers(), 1)].flatMap(
        ({ prompt, response = "" }) => [prompt, response],
      ),
    });

    it("share no text", () => {
      const known = new Set(theirs.map(normaliseText));
      for (const [where, texts] of Object.entries(ours()))
        expect(
          texts.filter((text) => known.has(normaliseText(text))),
          where,
        ).toEqual([]);
    });

    it("share no text with the labels that train judges", async () => {
      const known = new Set(theirs.map(normaliseText));
      for (const file of judgeFiles.filter((f) => existsSync(data + f))) {
        for await (const { value, at } of readTable(data + file))
          for (const text of [value.prompt, value.goal])
            if (typeof text === "string") expect(known.has(normaliseText(text)), at).toBe(false);
      }
    });

    it("a built data set has none of them, nor one close to it", async () => {
      // A third of the largest: every wrapper of data sets with dozens of behaviours.
      const { train, test } = await buildDataSet({ size: 6000, lookAlikes: 0 });
      const known = new Set(theirs.map(normaliseText));
      const index = createDuplicateIndex(theirs);
      for (const { prompt } of [...train, ...test]) {
        expect(known.has(normaliseText(prompt)), prompt).toBe(false);
        expect(index.nearest(prompt).similarity, prompt).toBeLessThan(nearDuplicate);
      }
    });

    it("share no near-duplicate", () => {
      const index = createDuplicateIndex(theirs);
      for (const [where, texts] of Object.entries(ours())) {
        for (const text of new Set(texts)) {
          const { similarity, text: near } = index.nearest(text);
          expect(similarity, `${where}: ${text} | ${near}`).toBeLessThan(nearDuplicate);
        }
      }
    });
  });
});
