/** Labelling without a terminal: what is asked in which order, what is on file after each key, what a rater gets to see. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { writeFixtureRun } from "../../../test/browser/fixture-run.ts";
import { hostile } from "../../../test/browser/hostile.ts";
import { readLabels } from "../../judges/training/rows.ts";
import { summary } from "../judge-label.ts";
import { textLines } from "../text-lines.ts";
import { type Answer, ordered, readAnswers } from "./answers.ts";
import { keysOf } from "./keys.ts";
import { openLabels, skippedPath } from "./label-file.ts";
import { page } from "./page.ts";
import { labelSession } from "./session.ts";

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "seas-label-"));
  path = join(folder, "labels.jsonl");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const answer = (id: string, more: Partial<Answer> = {}): Answer => ({
  attemptId: id,
  prompt: `prompt of ${id}`,
  response: `answer of ${id}`,
  category: "fraud",
  goal: `goal of ${id}`,
  suite: "test",
  iteration: 1,
  disputed: false,
  ...more,
});
const answers = ["a", "b", "c", "d"].map((id) => answer(id));
const lines = async (file: string) =>
  (await readFile(file, "utf8").catch(() => "")).split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line)]));

/** A session in which these keys are pressed, each when it is waited for; what was shown and said. */
async function pressing(keys: string, rater = "ada", of: readonly Answer[] = answers) {
  const labels = await openLabels(path, rater, "random");
  const seen: string[] = [];
  const pending = [...keys];
  await labelSession({
    answers: of,
    labels,
    keys: { next: async () => pending.shift() },
    show: ({ attemptId }, at, decision, whole) =>
      seen.push(`${at}${attemptId}${decision === undefined ? "" : ` ${decision}`}${whole ? " whole" : ""}`),
    say: () => {},
  });
  return { seen, labels };
}

describe("a session", () => {
  it("puts each decision on file before it shows the next answer", async () => {
    const { seen } = await pressing("usk");
    expect(seen).toEqual(["0a", "1b", "2c", "3d"]);
    expect(await lines(path)).toEqual([
      {
        prompt: "prompt of a",
        response: "answer of a",
        label: "unsafe",
        rater: "ada",
        attemptId: "a",
        category: "fraud",
        goal: "goal of a",
        suite: "test",
        iteration: 1,
        order: "random",
      },
      expect.objectContaining({ attemptId: "b", label: "safe" }),
    ]);
    expect(await lines(skippedPath(path))).toMatchObject([{ attemptId: "c", label: "skip", rater: "ada" }]);
  });

  it("goes on where the rater stopped, skipped answers included, and asks nothing when all is done", async () => {
    await pressing("uk");
    expect((await pressing("s")).seen).toEqual(["2c", "3d"]);
    expect((await pressing("sq")).seen).toEqual(["3d"]);
    expect((await pressing("")).seen).toEqual([]);
    expect((await pressing("u", "ben")).seen).toEqual(["0a", "1b"]);
  });

  it("goes back and replaces, in one file and across both, also after the last", async () => {
    const { seen, labels } = await pressing("ubsskbusbbq");
    expect(seen).toEqual(["0a", "1b", "0a unsafe", "1b", "2c", "3d", "2c skip", "3d", "3d safe", "2c unsafe"]);
    expect((await lines(path)).map(({ attemptId, label }) => `${attemptId} ${label}`).sort()).toEqual([
      "a safe",
      "b safe",
      "c unsafe",
      "d safe",
    ]);
    expect(await lines(skippedPath(path))).toEqual([]);
    expect(labels.counts()).toEqual({ safe: 3, unsafe: 1, skip: 0 });
  });

  it("shows all of an answer when asked, and passes other keys over", async () => {
    expect((await pressing("xmxuq")).seen).toEqual(["0a", "0a whole", "1b"]);
    expect((await pressing("bbbq", "ben")).seen).toEqual(["0a"]);
  });
});

describe("a file of labels", () => {
  it("is read by whoever trains or measures a judge, skipped answers and all", async () => {
    await pressing("usk");
    expect(await readLabels(path)).toMatchObject([
      { prompt: "prompt of a", unsafe: 1, cluster: "goal of a" },
      { prompt: "prompt of b", unsafe: 0, cluster: "goal of b" },
    ]);
  });

  it("keeps what others wrote, and begins a line of its own behind one that was cut", async () => {
    const other = '{"prompt":"p","response":"r","label":"safe","mine":[1]}';
    await writeFile(path, `${other}\n\n{"prompt":"half`);
    await pressing("ubs");
    expect(await lines(path)).toEqual([JSON.parse(other), expect.objectContaining({ attemptId: "a", label: "safe" })]);
    await writeFile(path, other);
    await pressing("u");
    expect(await lines(path)).toHaveLength(2);
  });

  it("that holds something else is refused with the line, and left as it is", async () => {
    await writeFile(path, '{"label":"safe"}\n{"label":"maybe"}\n{"label":"safe"}');
    await expect(openLabels(path, "ada", "random")).rejects.toThrow(`${path}:2: no label`);
    expect(await readFile(path, "utf8")).toBe('{"label":"safe"}\n{"label":"maybe"}\n{"label":"safe"}');
  });

  it("of two raters tells how far they agree, with an interval", async () => {
    const many = Array.from({ length: 40 }, (_, i) => answer(`${i}`));
    const { labels: one } = await pressing("us".repeat(20), "ada", many);
    expect(summary(many, one)).toBe("40 labels (20 unsafe, 20 safe), 0 skipped, 0 of 40 left");
    const { labels: both } = await pressing(`${"us".repeat(15)}${"su".repeat(3)}kkq`, "ben", many);
    expect(summary(many, both)).toMatch(
      /^36 labels \(18 unsafe, 18 safe\), 2 skipped, 2 of 40 left\nada, ben: Krippendorff's alpha 0\.67 \[0\.\d\d, 0\.\d\d\] on 36 shared answers$/,
    );
  });

  it("of two raters says why there is no alpha", async () => {
    await pressing("u");
    const { labels } = await pressing("u", "ben");
    expect(summary(answers, labels)).toMatch(
      /ada, ben: all labels on 1 shared answer are the same; alpha needs both kinds$/,
    );
    const { labels: apart } = await pressing("kuq", "eve");
    expect(apart.raters()).toEqual(["ada", "ben", "eve"]);
    await rm(path);
    await pressing("u");
    expect(summary(answers, (await pressing("ku", "ben")).labels)).toMatch(/no answer has labels of two raters yet$/);
  });
});

describe("answers of a run", () => {
  it("are those of the held-out suite, or of the attack, none empty, each once", async () => {
    await writeFixtureRun(folder, { iterations: 2, testPrompts: 6 });
    const files = { runDir: folder, gaps: [] };
    const test = await readAnswers(files, "test");
    expect(new Set(test.map(({ attemptId }) => attemptId)).size).toBe(test.length);
    expect([...new Set(test.map(({ iteration }) => iteration))]).toEqual([0, 1, 2]);
    expect(test.some(({ disputed }) => disputed)).toBe(true);
    const attack = await readAnswers(files, "attack");
    expect(attack.length).toBeGreaterThan(0);
    expect(attack.every(({ suite, response }) => suite === "attack" && response.trim() !== "")).toBe(true);
    expect(files.gaps).toEqual([]);
  });

  it("of a damaged run are those that can be read, and it is told", async () => {
    await writeFixtureRun(folder, { iterations: 1, testPrompts: 6 });
    const files = { runDir: folder, gaps: [] as string[] };
    const whole = await readAnswers(files, "test");
    const file = join(folder, "0", "evaluation.jsonl");
    const text = await readFile(file, "utf8");
    await writeFile(file, `not a row\n${text.slice(0, text.indexOf("\n", 500) + 20)}`);
    const rest = await readAnswers(files, "test");
    expect(rest.length).toBeGreaterThan(0);
    expect(rest.length).toBeLessThan(whole.length);
    expect(files.gaps).toEqual([expect.stringMatching(/^0\/evaluation\.jsonl: 1 of \d+ lines cannot be read/)]);
  });

  it("come in one random order for everyone, which more answers do not change", () => {
    const many = Array.from({ length: 200 }, (_, i) => answer(`${i}`, { disputed: i % 10 === 0 }));
    const ids = (of: readonly Answer[]) => of.map(({ attemptId }) => attemptId);
    const order = ids(ordered(many, "random"));
    expect(ids(ordered([...many].reverse(), "random"))).toEqual(order);
    expect(order).not.toEqual(ids(many));
    const few = new Set(ids(many.slice(0, 150)));
    expect(ids(ordered(many.slice(0, 150), "random"))).toEqual(order.filter((id) => few.has(id)));
    // A tenth is disputed, and about a tenth of any beginning.
    expect(
      ordered(many, "random")
        .slice(0, 100)
        .filter(({ disputed }) => disputed).length,
    ).toBeGreaterThan(3);
    expect(
      ordered(many, "random")
        .slice(0, 100)
        .filter(({ disputed }) => disputed).length,
    ).toBeLessThan(18);
    expect(ordered(many, "disagreements").map(({ disputed }) => disputed)).toEqual([
      ...Array(20).fill(true),
      ...Array(180).fill(false),
    ]);
  });
});

describe("a page", () => {
  const screen = { write: () => {}, isTTY: true, columns: 60, colour: false };
  const options = { screen, rows: 24, place: 3, total: 100, decision: undefined, whole: false };

  it("shows prompt, answer and keys, and nothing that would lead the rater", () => {
    expect(page(answer("a", { iteration: 7, disputed: true }), options)).toMatchInlineSnapshot(`
      "
      ──────────────────────────────────────────────────────────
      3 of 100 · fraud
      PROMPT
        prompt of a
      ANSWER
        answer of a
      u unsafe · s safe · k skip, don't know · m more · b back · q quit
      "
    `);
  });

  it("fits the terminal until all is asked for", () => {
    const long = answer("a", { prompt: "word ".repeat(2000), response: "line\n".repeat(500) });
    const short = page(long, options);
    expect(short.trim().split("\n").length).toBeLessThanOrEqual(24);
    expect(short).toMatch(/… \d+ more lines: m shows all/);
    const whole = page(long, { ...options, whole: true, decision: "skip" });
    expect(whole.match(/line$/gm)).toHaveLength(500);
    expect(whole).not.toContain("more lines");
    expect(whole).toContain("3 of 100 · fraud · you said: skipped");
  });

  it.each([...hostile, "\u001b[2J\u001b]0;owned\u0007", "a\rb", "\u202egnp\u202c", "x\u0300\u0301", "\u009b31m"])(
    "shows hostile text as characters: %j",
    (text) => {
      const shown = page(answer("a", { prompt: text, response: text, category: text }), { ...options, whole: true });
      expect(shown.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u);
    },
  );

  it("tells what cannot be seen", () => {
    expect(textLines("a\u202eb\u001b[0m\u200b\tc", 60)).toEqual(["a⟨U+202E⟩b⟨U+001B⟩[0m⟨U+200B⟩    c"]);
  });

  it("breaks lines between words, wide characters counted twice, and loses nothing but spaces", () => {
    expect(textLines("one two three\n\nfour", 8)).toEqual(["one two", "three", "", "four"]);
    expect(textLines("abcdefghij", 4)).toEqual(["abcd", "efgh", "ij"]);
    expect(textLines("你好你好", 4)).toEqual(["你好", "你好"]);
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.integer({ min: 12, max: 40 }), (text, width) => {
        const broken = textLines(text, width);
        expect(broken.every((line) => [...line].length <= width)).toBe(true);
        const all = textLines(text, 1_000_000).join("");
        expect(broken.join("").replace(/\s/g, "")).toBe(all.replace(/\s/g, ""));
      }),
    );
  });

  it("of 100,000 characters is no longer than the screen", () => {
    for (const text of ["x".repeat(100_000), "a ".repeat(50_000), "\u001b".repeat(100_000)])
      expect(page(answer("a", { response: text }), options).split("\n").length).toBeLessThan(60);
  });
});

describe("keys", () => {
  it("are given one at a time; those that nobody waited for are dropped", async () => {
    const raw: boolean[] = [];
    const input = Object.assign(new PassThrough(), { setRawMode: (on: boolean) => raw.push(on) });
    const keys = keysOf(input);
    const press = async (text: string) => {
      const next = keys.next();
      input.write(text);
      return next;
    };
    expect(await press("usk")).toBe("u");
    input.write("s");
    await new Promise((done) => setTimeout(done, 20));
    expect(await press("B")).toBe("b");
    expect(await press("\u0003")).toBe("ctrl-c");
    const last = keys.next();
    input.end();
    expect(await last).toBeUndefined();
    expect(await keys.next()).toBeUndefined();
    keys.close();
    expect(raw).toEqual([true, false]);
  });
});
