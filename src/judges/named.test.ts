/** Judges by name: what is refused and how that is said, and what makes another judge of one. Nothing is asked of any server. */
import { describe, expect, it } from "vitest";
import type { JudgeDefinition } from "../config/judges.ts";
import { resolveConfig } from "../config.ts";
import { SeasError } from "../errors.ts";
import type { Judge } from "../seams.ts";
import type { GuardFormat } from "./guards/format.ts";
import { guardFormats } from "./guards/formats.ts";
import { guardHash, type NamedJudge, namedJudge, type OpenEmbedded } from "./named.ts";

/** Judges of this process that say nothing; their hash is what they were opened by. */
const openEmbedded: OpenEmbedded = async (name, file) => {
  const judge: Judge = { name, async *score() {} };
  return { judge, sha256: file ?? name, card: file };
};

/** As a configuration file would give them, checked and with defaults. */
const define = (given: Readonly<Record<string, object>>): Readonly<Record<string, JudgeDefinition>> =>
  resolveConfig({ preset: "tiny", judge: { define: given } }).judge.define;

const open = (name: string, given: Readonly<Record<string, object>> = {}, environment: Record<string, string> = {}) =>
  namedJudge(name, define(given), openEmbedded, environment, () => {});

/** What went wrong, in the two lines a user sees. */
async function refusal(opened: Promise<NamedJudge>): Promise<readonly [message: string, hint: string | undefined]> {
  const error = await opened.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof SeasError)) throw new Error(`not refused as it should be: ${String(error)}`);
  expect(error.code).toBe("E_CONFIG");
  return [error.message, error.hint];
}

const url = "http://127.0.0.1:1/v1";
const guard = { guard: "llama-guard-3", url, model: "m" };

describe("a name", () => {
  it("opens what it stands for", async () => {
    expect((await open("embedded:some")).judge.name).toBe("embedded:some");
    expect((await open("mine", { mine: { file: "judge.safetensors" } })).judge.name).toBe("mine");
    expect((await open("guard", { guard })).judge.name).toBe("guard");
    expect((await open("flags", { flags: { ...guard, guard: "moderation" } })).judge.name).toBe("flags");
  });

  it("that is not known is refused, with the nearest that is", async () => {
    expect(await refusal(open("gaurd", { guard }))).toEqual(["judge `gaurd` is not known", "did you mean `guard`?"]);
    expect(await refusal(open("gaurd"))).toEqual([
      "judge `gaurd` is not known",
      "embedded:NAME, or a name under `judge.define`",
    ]);
    // Not a property that every object has.
    expect((await refusal(open("constructor", { guard })))[0]).toBe("judge `constructor` is not known");
    expect((await refusal(open("both", { both: { of: ["guard", "grader"], rule: "any" }, guard })))[0]).toBe(
      "judge `grader` is not known",
    );
  });

  it("that leads back to itself is refused, with the way there", async () => {
    const rule = "any";
    const circle = {
      a: { of: ["embedded:x", "b"], rule },
      b: { of: ["c", "embedded:y"], rule },
      c: { of: ["a", "b"], rule },
    };
    expect((await refusal(open("a", circle)))[0]).toBe("judge `a` is made of itself: a → b → c → a");
    expect((await refusal(open("own", { own: { of: ["own", "own"], rule } })))[0]).toBe(
      "judge `own` is made of itself: own → own",
    );
  });

  it("that is in two judges of an ensemble is no circle", async () => {
    const rule = "majority";
    const given = { a: { of: ["guard", "embedded:x"], rule }, b: { of: ["guard", "a"], rule }, guard };
    expect((await open("b", given)).judge.name).toBe("b");
  });

  it("whose key is not set is refused, naming the variable and never a key", async () => {
    const given = { guard: { ...guard, apiKeyEnv: "GUARD_KEY" } };
    const refused = ["judge `guard`: GUARD_KEY is not set", "export GUARD_KEY=…"];
    expect(await refusal(open("guard", given))).toEqual(refused);
    expect(await refusal(open("guard", given, { GUARD_KEY: "" }))).toEqual(refused);
    const { card, sha256 } = await open("guard", given, { GUARD_KEY: "s3cret" });
    expect(JSON.stringify({ card, sha256 })).not.toContain("s3cret");
    expect(await refusal(open("both", { ...given, both: { of: ["guard", "embedded:x"], rule: "any" } }))).toEqual(
      refused,
    );
  });
});

describe("a definition", () => {
  it.each([
    [{ ...guard, mode: "strict" }, /only qwen3-guard has modes/],
    [{ of: ["a", "b"], rule: { weights: [1] } }, /a weight for each judge in `of`/],
    [{ of: ["a"], rule: "any" }, /judge\.define\.x/],
    [{ ...guard, url: "file:///etc" }, /judge\.define\.x/],
  ])("%j is refused with its place", (definition, message) => {
    expect(() => define({ x: definition })).toThrow(message);
    expect(() => define({ x: definition })).toThrow(/judge\.define\.x/);
  });
});

describe("the hash", () => {
  const hash = async (definition: object, more: Readonly<Record<string, object>> = {}) =>
    (await open("x", { x: definition, ...more }, { KEY: "k", OTHER: "o" })).sha256;

  it("is the same wherever and however fast the same judge is served", async () => {
    const first = await hash(guard);
    expect(first).toMatch(/^[0-9a-f]{64}$/);
    for (const other of [
      { url: "https://elsewhere.example/api" },
      { concurrency: 1, timeoutSeconds: 5 },
      { apiKeyEnv: "KEY" },
    ])
      expect(await hash({ ...guard, ...other })).toBe(first);
  });

  it("is another for each that gives other verdicts", async () => {
    const qwen = { ...guard, guard: "qwen3-guard" };
    const judges: object[] = [
      guard,
      { ...guard, model: "other" },
      { ...guard, guard: "moderation" },
      qwen,
      { ...qwen, mode: "strict" },
      { ...guard, guard: "rubric" },
      { ...guard, guard: "gpt-oss-safeguard" },
      ...["wildguard", "shieldgemma", "granite-guardian"].map((name) => ({ ...guard, guard: name })),
      { of: ["embedded:a", "embedded:b"], rule: "any" },
      { of: ["embedded:a", "embedded:b"], rule: "all" },
      { of: ["embedded:a", "embedded:c"], rule: "any" },
      { of: ["embedded:a", "embedded:b"], rule: { weights: [1, 2] } },
      { of: ["embedded:a", "embedded:b"], rule: { weights: [2, 1] } },
    ];
    const hashes = await Promise.all(judges.map((definition) => hash(definition)));
    expect(new Set(hashes).size).toBe(judges.length);
    // What is meant when nothing is said is the same said aloud.
    expect(await hash({ ...qwen, mode: "loose" })).toBe(await hash(qwen));
  });

  it.each(Object.entries(guardFormats))(
    "of %s changes with a word of what it is asked",
    (name, format: GuardFormat) => {
      const changed = (change: (json: string) => string): GuardFormat => ({
        ...format,
        requests: (input, nonce) => JSON.parse(change(JSON.stringify(format.requests(input, nonce)))),
      });
      const first = guardHash(name, "m", format);
      expect(
        guardHash(
          name,
          "m",
          changed((json) => json),
        ),
      ).toBe(first);
      const requests = JSON.stringify(
        format.requests({ attemptId: "", prompt: "", response: "", category: "" }, "nonce"),
      );
      // Words of ours, where there are any: the policy, the guidelines, the instruction, and each template argument.
      for (const word of new Set(requests.match(/[a-z]{7,}/gi)?.filter((w) => !/content|messages|assistant/.test(w))))
        expect(
          guardHash(
            name,
            "m",
            changed((json) => json.replaceAll(word, `${word}x`)),
          ),
        ).not.toBe(first);
    },
  );

  it("of an ensemble follows its members, not their names", async () => {
    const both = { of: ["one", "embedded:a"], rule: "any" };
    const first = await hash(both, { one: guard });
    expect(await hash({ ...both, of: ["two", "embedded:a"] }, { two: { ...guard, url: "http://10.0.0.1/v1" } })).toBe(
      first,
    );
    expect(await hash(both, { one: { ...guard, model: "other" } })).not.toBe(first);
  });
});
