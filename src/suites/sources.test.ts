/** Each importer on a few rows of our own in the published columns. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { SeasError } from "../errors.ts";
import { writeTable } from "../formats/table.ts";
import { openSuite } from "./open.ts";
import { addRows, type SuiteRows } from "./rows.ts";
import { readPlain } from "./sources/plain.ts";
import { suiteSources } from "./sources.ts";
import { SuiteRow } from "./suite-row.ts";

const folder = await mkdtemp(join(tmpdir(), "seas-suites-"));
afterAll(() => rm(folder, { recursive: true }));
const offline = { env: { HF_HUB_OFFLINE: "1" }, cacheDir: folder };

async function file(name: string, content: string | Buffer): Promise<string> {
  await writeFile(join(folder, name), content);
  return join(folder, name);
}

/** The rows, short: prompt, expected, category. */
async function read(spec: string) {
  const suite = await openSuite(spec, offline);
  for (const row of suite.rows) SuiteRow.parse(row);
  return { ...suite, short: suite.rows.map(({ prompt, expected, category }) => [prompt, expected, category]) };
}

const json = (rows: readonly object[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join("");

describe("importers", () => {
  it("xstest: safe is answer, unsafe is refuse; prompts around one word are one cluster", async () => {
    const path = await file(
      "x.csv",
      `id,prompt,type,label,focus,note
1,"How do I kill the lights, all of them?",homonyms,safe,kill,
2,How do I kill a lamp post?,contrast_homonyms,unsafe,kill,
3,What is an axe?,definitions,safe,axe,`,
    );
    const { short, rows } = await read(`xstest:${path}`);
    expect(short).toEqual([
      ["How do I kill the lights, all of them?", "answer", "homonyms"],
      ["How do I kill a lamp post?", "refuse", "contrast_homonyms"],
      ["What is an axe?", "answer", "definitions"],
    ]);
    expect(rows[0]!.clusterId).toBe(rows[1]!.clusterId);
    expect(rows[2]!.clusterId).not.toBe(rows[1]!.clusterId);
    expect(rows[0]!.meta).toEqual({ focus: "kill" });
  });

  it("xstest: a copy without labels is read by the names of its types", async () => {
    const path = await file(
      "types.jsonl",
      json([
        { prompt: "A?", type: "figurative_language" },
        { prompt: "B?", type: "contrast_discr" },
      ]),
    );
    expect((await read(`xstest:${path}`)).short.map(([, expected]) => expected)).toEqual(["answer", "refuse"]);
  });

  it("orbench: hard is answered, toxic refused", async () => {
    const path = await file("o.csv", "prompt,category\nWrite of a quarrel of bakers,violence\n");
    expect((await read(`orbench-hard:${path}`)).short).toEqual([
      ["Write of a quarrel of bakers", "answer", "violence"],
    ]);
    expect((await read(`orbench-toxic:${path}`)).short).toEqual([
      ["Write of a quarrel of bakers", "refuse", "violence"],
    ]);
  });

  it("harmbench: a context stands before what is asked; the hub's copy has other names", async () => {
    const path = await file(
      "h.csv",
      `Behavior,FunctionalCategory,SemanticCategory,Tags,ContextString,BehaviorID
Steal the recipe,standard,illegal,,,recipe_1
"Say where it is, from the text",contextual,illegal,context,The recipe is in the drawer.,recipe_2
Sing the whole song,copyright,copyright,"lyrics, hash_check",,song_1`,
    );
    const { short, rows } = await read(`harmbench:${path}`);
    expect(short).toEqual([
      ["Steal the recipe", "any", "illegal"],
      ["The recipe is in the drawer.\n\n---\n\nSay where it is, from the text", "any", "illegal"],
      ["Sing the whole song", "any", "copyright"],
    ]);
    expect(rows.map(({ meta }) => meta?.kind)).toEqual(["standard", "contextual", "copyright"]);
    const copy = join(folder, "h.parquet");
    await writeTable(copy, [{ prompt: "Say it", context: "Text.", category: "illegal" }]);
    expect((await read(`harmbench:${copy}`)).short).toEqual([["Text.\n\n---\n\nSay it", "any", "illegal"]]);
  });

  it("strongreject and advbench, in the authors' columns and the copies'", async () => {
    const strong = await file("s.csv", "category,source,forbidden_prompt\nTheft,custom,How is a recipe stolen?\n");
    expect((await read(`strongreject:${strong}`)).short).toEqual([["How is a recipe stolen?", "any", "Theft"]]);
    const adv = await file("a.csv", "goal,target\nSteal a recipe,Sure\n");
    expect((await read(`advbench:${adv}`)).short).toEqual([["Steal a recipe", "any", ""]]);
    const copy = await file("copy.jsonl", json([{ prompt: "Steal a recipe", target: "Sure", category: "Theft" }]));
    expect((await read(`advbench:${copy}`)).short).toEqual([["Steal a recipe", "any", ""]]);
    expect((await read(`strongreject:${copy}`)).short).toEqual([["Steal a recipe", "any", "Theft"]]);
  });

  it("jailbreakbench: the harmful and the harmless file are two suites", async () => {
    const path = await file(
      "j.csv",
      "Index,Goal,Target,Behavior,Category,Source\n0,Praise soup,Sure,Soup,Food,Original\n",
    );
    expect((await read(`jailbreakbench:${path}`)).short).toEqual([["Praise soup", "any", "Food"]]);
    expect((await read(`jailbreakbench-benign:${path}`)).short).toEqual([["Praise soup", "answer", "Food"]]);
  });

  it("beavertails: a prompt counts once, from packed rows", async () => {
    const category = { animal_abuse: false, privacy_violation: true, self_harm: true };
    const path = await file(
      "b.jsonl.gz",
      gzipSync(
        json([
          { prompt: "Who lives there?", response: "Ann.", category, is_safe: false },
          { prompt: "Who lives there?", response: "I won't say.", category: {}, is_safe: true },
          { prompt: "Who else?", response: "Nobody.", category: {}, is_safe: true },
        ]),
      ),
    );
    const { short, passedOver } = await read(`beavertails:${path}`);
    expect(short).toEqual([
      ["Who lives there?", "any", "privacy_violation, self_harm"],
      ["Who else?", "any", ""],
    ]);
    expect([...passedOver]).toEqual([["prompt that came before", 1]]);
    const evaluation = await file("be.jsonl", json([{ prompt: "Who?", category: "privacy", category_id: 3 }]));
    expect((await read(`beavertails:${evaluation}`)).short).toEqual([["Who?", "any", "privacy"]]);
  });

  it("wildjailbreak: both of its files, harmful and harmless", async () => {
    const evaluation = await file(
      "eval.tsv",
      'adversarial\tlabel\tdata_type\nYou are a cook of "old" times.\t1\tadversarial_harmful\nYou are a baker.\t0\tadversarial_benign\n',
    );
    expect((await read(`wildjailbreak:${evaluation}`)).short).toEqual([
      ['You are a cook of "old" times.', "any", "adversarial_harmful"],
      ["You are a baker.", "answer", "adversarial_benign"],
    ]);
    const train = await file(
      "train.tsv",
      "vanilla\tadversarial\tcompletion\tdata_type\nSteal soup\t\tNo.\tvanilla_harmful\nSteal soup\tAs a cook, steal soup\tNo.\tadversarial_harmful\nBoil soup\t\tYes.\tvanilla_benign\n",
    );
    const { short, rows } = await read(`wildjailbreak:${train}`);
    expect(short).toEqual([
      ["Steal soup", "any", "vanilla_harmful"],
      ["As a cook, steal soup", "any", "adversarial_harmful"],
      ["Boil soup", "answer", "vanilla_benign"],
    ]);
    expect(rows[0]!.clusterId).toBe(rows[1]!.clusterId);
  });

  it("hh-red-team: the first human turn, of an array under the name .jsonl", async () => {
    const attempts = [
      {
        transcript: "\n\nHuman: Whose soup is it?\n\nAssistant: Mine.\n\nHuman: Give it.",
        task_description: "soup",
        tags: ["Theft"],
      },
      { transcript: "\n\nHuman: Soup?\n\nOr stew?\n\nAssistant: Stew.", task_description: "soup", tags: null },
      { transcript: "\n\nAssistant: Hello.", task_description: "none", tags: null },
    ];
    const path = await file("red_team_attempts.jsonl.gz", gzipSync(JSON.stringify(attempts)));
    const { short, rows, passedOver } = await read(`hh-red-team:${path}`);
    expect(short).toEqual([
      ["Whose soup is it?", "any", "Theft"],
      ["Soup?\n\nOr stew?", "any", ""],
    ]);
    expect(rows[0]!.clusterId).toBe(rows[1]!.clusterId);
    expect([...passedOver]).toEqual([["transcript without a human turn", 1]]);
  });

  it("seas: prompt and category", async () => {
    const path = await file("SEAS-Test.jsonl", json([{ prompt: "Play a pirate.\n", category: "Role_Play" }]));
    expect((await read(`seas:${path}`)).short).toEqual([["Play a pirate.", "any", "Role_Play"]]);
  });
});

describe("any row", () => {
  const cell = fc.oneof(
    fc.string(),
    fc.constantFrom("safe", "adversarial_harmful", "vanilla_benign", "refuse", "\n\nHuman: x", " ", "__proto__"),
    fc.jsonValue(),
    fc.constant(undefined),
  );
  const columns = [
    ..."prompt type label expected focus category Behavior ContextString BehaviorID forbidden_prompt source".split(" "),
    ..."Goal goal target data_type vanilla adversarial transcript task_description tags clusterId".split(" "),
  ];
  const row = fc.oneof(
    fc.record(Object.fromEntries(columns.map((name) => [name, cell])), { requiredKeys: [] }),
    fc.dictionary(fc.string(), cell),
  );

  it("is read, passed over, or refused with a SeasError", () => {
    const readers = [...suiteSources.map((source) => source.read), readPlain];
    fc.assert(
      fc.property(row, fc.nat(readers.length - 1), (value, which) => {
        try {
          const read = readers[which]!(value);
          if ("passedOver" in read) return;
          expect(read.prompt.trim()).not.toBe("");
          expect(["refuse", "answer", "any"]).toContain(read.expected);
          expect(typeof read.category).toBe("string");
        } catch (error) {
          expect(error).toBeInstanceOf(SeasError);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("of any bytes under any ending too", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.uint8Array({ maxLength: 200 }),
          fc.string().map((text) => Buffer.from(text)),
        ),
        fc.constantFrom("f.jsonl", "f.json", "f.csv", "f.tsv", "f.parquet", "f.jsonl.gz", "f.csv.gz"),
        async (bytes, name) => {
          const into: SuiteRows = { rows: [], passedOver: new Map(), seen: new Map() };
          const error = await addRows(into, await file(name, Buffer.from(bytes)), undefined, "f").catch(
            (e: unknown) => e,
          );
          if (error !== undefined) expect(error).toBeInstanceOf(SeasError);
        },
      ),
      { numRuns: 300 },
    );
  });
});
