/**
 * An evaluation that was killed, interrupted or left by its judge goes on where it stopped: nothing is lost, doubled or asked twice,
 * and it ends with the bytes of one that was left alone. Another evaluation is not mixed with it.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SeasError } from "../src/errors.ts";
import { bySure, scriptedJudge } from "./scripted-cast.ts";
import { performScripted, refusing, scriptedPlayers, scriptedSuite } from "./scripted-eval.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "seas-eval-"));
});
afterEach(() => rm(folder, { recursive: true }));

const path = (name: string) => join(folder, name);
const suite = scriptedSuite("attacks", new Array(12).fill("any"));
const says = (prompt: string) => (Number(prompt.split(" ")[1]) % 3 === 0 ? "Sure." : refusing);

/** Players that note every prompt and answer they are asked about. */
function noting(judge = scriptedJudge("scripted:judge", bySure)) {
  const asked: string[] = [];
  const judged: string[] = [];
  const players = scriptedPlayers(
    {
      m: (prompt) => {
        asked.push(prompt);
        return says(prompt);
      },
    },
    {
      name: judge.name,
      score: (inputs, options) => {
        judged.push(...inputs.map(({ prompt }) => prompt));
        return judge.score(inputs, options);
      },
    },
  );
  return { players, asked, judged };
}

const files = async (dir: string) => {
  const names = ["attempts.jsonl", "scores.jsonl", "eval.json"];
  return Promise.all(names.map((name) => readFile(join(dir, name), "utf8")));
};

describe("SIGKILL", () => {
  it("at any moment leaves an evaluation that ends with the same bytes", { timeout: 60_000 }, async () => {
    const program = path("program.mts");
    const from = (file: string) => JSON.stringify(pathToFileURL(join(import.meta.dirname, file)).href);
    await writeFile(
      program,
      `import { performScripted, scriptedPlayers, scriptedSuite } from ${from("scripted-eval.ts")};
      const [out, ms] = process.argv.slice(2);
      const wait = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(ms));
      const says = (prompt, sample) => {
        wait();
        return Number(prompt.split(" ")[1]) % 3 === sample ? "Sure." : "x".repeat(prompt.length * 900);
      };
      const players = scriptedPlayers({ a: says, b: (prompt) => says(prompt, 1) }, {
        name: "j",
        async *score(inputs) {
          for (const { attemptId, response } of inputs) {
            wait();
            yield { attemptId, judge: "j", label: response === "Sure." ? "unsafe" : "safe", categories: [] };
          }
        },
      });
      console.log("open");
      const settings = { samples: 2, maxTokens: 8, temperature: 0.8, topP: 0.9, seed: 1 };
      const { ended } = await performScripted(out, [scriptedSuite("attacks", new Array(15).fill("any"))], players, { settings });
      process.exitCode = ended === 0 ? 0 : 1;`,
    );
    const start = (out: string, ms: number) =>
      spawn(process.execPath, ["--import", "tsx", program, out, String(ms)], { stdio: ["ignore", "pipe", "inherit"] });
    const [whole, cut] = [path("whole"), path("cut")];
    expect(await once(start(whole, 0), "exit")).toEqual([0, null]);
    let kills = 0;
    for (; kills < 4; kills++) {
      const child = start(cut, 5);
      // Listened for at once: it may be through before it is killed.
      const exit = once(child, "exit");
      await once(child.stdout, "data");
      await sleep(50 + Math.random() * 150);
      child.kill("SIGKILL");
      const [code] = await exit;
      if (code === 0) break;
    }
    expect(kills).toBeGreaterThan(0);
    expect(await once(start(cut, 0), "exit")).toEqual([0, null]);
    expect(await files(cut)).toEqual(await files(whole));
    expect((await readdir(cut)).sort()).toEqual(["attempts.jsonl", "eval.json", "scores.jsonl"]);
  });
});

describe("an evaluation", () => {
  it("that is given again when it is through asks nobody, and says the same", async () => {
    const first = noting();
    const { stdout } = await performScripted(path("out"), [suite], first.players);
    const before = await files(path("out"));
    const second = noting();
    const again = await performScripted(path("out"), [suite], second.players, { limits: { maxAsr: 0.1 } });
    expect([again.ended, second.asked, second.judged]).toEqual([100, [], []]);
    expect(again.stdout.replace(/limit not kept.*\n/, "")).toBe(stdout);
    expect(again.stderr).toContain(": 12 answers kept\n");
    expect(await files(path("out"))).toEqual(before);
  });

  it("that was interrupted keeps what it has, says so, and goes on", async () => {
    const control = new AbortController();
    const { players, asked } = noting(
      scriptedJudge("scripted:judge", (input, i) => {
        if (i === 4) control.abort(new SeasError("E_CANCELLED", "interrupted"));
        return bySure(input, i);
      }),
    );
    const { ended } = await performScripted(path("out"), [suite], players, {}, control.signal);
    expect(ended).toMatchObject({
      code: "E_CANCELLED",
      message: `stopped; 12 answers and 6 verdicts kept in ${path("out")}`,
      hint: "the same command goes on",
    });
    expect((await readdir(path("out"))).sort()).toEqual(["attempts.partial.jsonl", "eval.json"]);
    expect(asked.length).toBe(12);
    const second = noting();
    expect((await performScripted(path("out"), [suite], second.players)).ended).toBe(0);
    expect([second.asked, second.judged.length]).toEqual([[], 6]);
    await performScripted(path("whole"), [suite], noting().players);
    expect(await files(path("out"))).toEqual(await files(path("whole")));
  });

  it("interrupted before the first answer leaves nothing behind", async () => {
    const signal = AbortSignal.abort(new SeasError("E_CANCELLED", "interrupted"));
    const { ended } = await performScripted(path("out"), [suite], noting().players, {}, signal);
    expect(ended).toMatchObject({ code: "E_CANCELLED", message: "stopped before the first answer was kept" });
    expect(await readdir(folder)).toEqual([]);
  });

  it("goes on behind a torn line, and answers anew only the batch that it tore", async () => {
    await performScripted(path("whole"), [suite], noting().players);
    const attempts = (await readFile(path("whole/attempts.jsonl"), "utf8")).trimEnd().split("\n");
    const lines = attempts.slice(0, 5).map((line) => {
      const { verdict: _, ...answer } = JSON.parse(line);
      return `${JSON.stringify({ answer })}\n`;
    });
    await mkdir(path("out"));
    await writeFile(path("out/eval.json"), await readFile(path("whole/eval.json")));
    await writeFile(path("out/attempts.partial.jsonl"), lines.join(""));
    await appendFile(path("out/attempts.partial.jsonl"), '{"answer":{"id":"half');
    const { players, asked } = noting();
    expect((await performScripted(path("out"), [suite], players)).ended).toBe(0);
    // In batches of four; the first is whole, of the second one answer was there.
    expect(asked).toEqual(suite.rows.slice(4).map(({ prompt }) => prompt));
    expect(await files(path("out"))).toEqual(await files(path("whole")));
  });

  it("keeps an answer that is on file, should the model now say something else", async () => {
    await mkdir(path("out"));
    const stopping = new AbortController();
    const players = scriptedPlayers(
      { m: says },
      scriptedJudge("scripted:judge", () => {
        throw stopping.abort();
      }),
    );
    await performScripted(path("out"), [suite], players, {}, stopping.signal);
    const log = path("out/attempts.partial.jsonl");
    // The last answer of the first batch is lost.
    const lines = (await readFile(log, "utf8")).split("\n").filter((line) => !line.includes('"attacks 3"'));
    await writeFile(log, lines.join("\n"));
    const { ended } = await performScripted(path("out"), [suite], scriptedPlayers({ m: () => "Now otherwise." }));
    expect(ended).toBe(0);
    const attempts = (await readFile(path("out/attempts.jsonl"), "utf8")).trimEnd().split("\n");
    const responses = attempts.map((line) => JSON.parse(line).response);
    expect(responses).toEqual(
      suite.rows.map(({ prompt }) => (prompt === "attacks 3" ? "Now otherwise." : says(prompt))),
    );
  });

  it("whose judge fails too often stops with what it has, and asks again about missing verdicts only", async () => {
    const ill = noting(scriptedJudge("scripted:judge", () => ({ label: "unscored", reason: "server is down" })));
    const stopped = await performScripted(path("out"), [suite], ill.players);
    expect(stopped.ended).toMatchObject({ code: "E_JUDGE", message: expect.stringContaining("server is down") });
    expect(stopped.stderr).toContain(`12 answers and 0 verdicts kept in ${path("out")}; the same command goes on`);
    // A verdict now and then is missing: that is shown, and asked for once more.
    const some = noting(
      scriptedJudge("scripted:judge", (input, i) => (i === 1 ? { label: "unscored" } : bySure(input, i))),
    );
    expect((await performScripted(path("out"), [suite], some.players)).stdout).toMatch(
      /answers with a verdict +11 of 12/,
    );
    const well = noting();
    expect((await performScripted(path("out"), [suite], well.players)).stdout).toMatch(
      /answers with a verdict +12 of 12/,
    );
    expect([well.asked, well.judged]).toEqual([[], ["attacks 1"]]);
  });
});

describe("another evaluation", () => {
  it.each([
    ["another model", scriptedPlayers({ other: says }), {}, "models.m: "],
    ["another judge", scriptedPlayers({ m: says }, scriptedJudge("other", bySure)), {}, "judge.name: "],
    ["fewer prompts", scriptedPlayers({ m: says }), { limit: 4 }, "settings.limit: null → 4"],
  ])("is refused by the folder of one: %s", async (_, players, more, difference) => {
    await performScripted(path("out"), [suite], noting().players);
    const before = await files(path("out"));
    const { ended } = await performScripted(path("out"), [suite], players, more);
    expect(ended).toMatchObject({ code: "E_USAGE", message: expect.stringContaining("holds another evaluation") });
    expect((ended as SeasError).message).toContain(difference);
    expect((ended as SeasError).hint).toBe("set these back to go on with it, or name another --out");
    expect(await files(path("out"))).toEqual(before);
  });

  it("is refused while one is at work", async () => {
    let other: unknown;
    const players = scriptedPlayers(
      { m: says },
      {
        name: "scripted:judge",
        async *score(inputs, options) {
          other ??= (await performScripted(path("out"), [suite], noting().players)).ended;
          yield* scriptedJudge("scripted:judge", bySure).score(inputs, options);
        },
      },
    );
    expect((await performScripted(path("out"), [suite], players)).ended).toBe(0);
    expect(other).toMatchObject({ code: "E_RUN_LOCKED" });
  });

  it("writes into no folder of anybody else's", async () => {
    await mkdir(path("mine"));
    await writeFile(path("mine/letter.txt"), "dear");
    const { ended } = await performScripted(path("mine"), [suite], noting().players);
    expect(ended).toMatchObject({ code: "E_USAGE", message: `${path("mine")} holds no evaluation, but letter.txt` });
    const file = await performScripted(path("mine/letter.txt"), [suite], noting().players);
    expect(file.ended).toMatchObject({ code: "E_USAGE" });
    expect(await readdir(path("mine"))).toEqual(["letter.txt"]);
  });
});
