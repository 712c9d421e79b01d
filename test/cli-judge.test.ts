/** `seas judge score` from outside, with a guard on a local server: what it writes, refuses, keeps and goes on with. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sha256OfFile } from "../src/engine/base/cache.ts";
import { guardFormats } from "../src/judges/guards/formats.ts";
import { guardHash } from "../src/judges/named.ts";
import { seas } from "./seas-command.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
let folder: string;
let server: Server;
/** Answers that were asked about, in order. */
let asked: string[];
/** What the guard says of an answer; undefined = it never replies. */
let says: (answer: string) => string | undefined;
let onAsked: () => void;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "seas-judge-"));
  asked = [];
  onAsked = () => {};
  says = (answer) => (Number(answer.split(" ")[1]) % 2 === 0 ? "unsafe\nS1" : "safe");
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => reply(JSON.parse(body).messages.at(-1).content, response));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  await writeConfig("m");
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
  await rm(folder, { recursive: true, force: true });
});

function reply(answer: string, response: ServerResponse): void {
  asked.push(answer);
  const content = says(answer);
  if (content !== undefined) {
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ choices: [{ index: 0, message: { role: "assistant", content } }] }));
  }
  onAsked();
}

const path = (name: string) => join(folder, name);
const rowsOf = (count: number, more: object = {}) =>
  Array.from({ length: count }, (_, i) => ({ prompt: "p", response: `answer ${i}`, ...more }));
const writeRows = (name: string, rows: readonly object[]) =>
  writeFile(path(name), rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
const readRows = async (name: string) =>
  (await readFile(path(name), "utf8"))
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));

async function writeConfig(model: string): Promise<void> {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  const guard = { guard: "llama-guard-3", url, model, concurrency: 1 };
  await writeFile(path("seas.yaml"), JSON.stringify({ preset: "tiny", judge: { define: { guard } } }));
}

const argv = (file: string, ...more: string[]) => [
  ...["judge", "score", path(file), "--out", path("out.jsonl"), "--judge", "guard", "--config", path("seas.yaml")],
  ...more,
];

describe("seas judge score", () => {
  it("writes each row with its verdict, and nothing else", async () => {
    await writeRows("in.jsonl", rowsOf(3, { mine: [1] }));
    const { code, stdout, stderr } = await seas(...argv("in.jsonl"));
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: `guard: 3 rows, 2 unsafe (66.7 % of those with a verdict), 0 unscored\n${path("out.jsonl")}\n`,
    });
    expect(stderr).toMatch(/^the Judge reads the rows\n {2}done in .*\n$/);
    expect(await readRows("out.jsonl")).toEqual([
      {
        prompt: "p",
        response: "answer 0",
        mine: [1],
        verdict: { judge: "guard", label: "unsafe", categories: ["S1"] },
      },
      { prompt: "p", response: "answer 1", mine: [1], verdict: { judge: "guard", label: "safe" } },
      {
        prompt: "p",
        response: "answer 2",
        mine: [1],
        verdict: { judge: "guard", label: "unsafe", categories: ["S1"] },
      },
    ]);
    expect((await readdir(folder)).sort()).toEqual(["in.jsonl", "out.jsonl", "seas.yaml"]);
  });

  it("overwrites no column, and puts the verdicts under another name when told to", async () => {
    await writeRows("in.jsonl", [...rowsOf(1), ...rowsOf(1, { verdict: "mine" })]);
    await writeFile(path("in.csv"), "prompt,response,verdict.label\np,answer 0,safe\n");
    for (const [file, column] of [
      ["in.jsonl", "verdict"],
      ["in.csv", "verdict.label"],
    ] as const) {
      const { code, stderr } = await seas(...argv(file));
      expect(code).toBe(2);
      expect(stderr).toBe(
        `error: ${path(file)}:2: there is a column \`${column}\` already, and nothing is overwritten [E_USAGE]\n` +
          "hint: --column NAME puts the verdicts under another name\n",
      );
    }
    expect(asked).toEqual([]);
    expect(await seas(...argv("in.jsonl", "--column", "second"))).toMatchObject({ code: 0 });
    expect((await readRows("out.jsonl"))[1]).toMatchObject({ verdict: "mine", second: { label: "unsafe" } });
  });
});

describe("interrupted, it", () => {
  /** The command as a process of its own, which is sent SIGINT when the guard was asked about `count` answers. */
  async function interruptedAfter(count: number) {
    const child = spawn(process.execPath, ["--import", "tsx", "src/cli/main.ts", ...argv("in.jsonl")], { cwd: root });
    const said = { stdout: "", stderr: "" };
    for (const stream of ["stdout", "stderr"] as const)
      child[stream].on("data", (chunk: Buffer) => {
        said[stream] += chunk.toString();
      });
    says = (answer) => (asked.length < count ? (answer.endsWith("0") ? "unsafe\nS1" : "safe") : undefined);
    onAsked = () => {
      if (asked.length === count) child.kill("SIGINT");
    };
    const [code] = (await once(child, "close")) as [number];
    onAsked = () => {};
    return { code, ...said };
  }

  it("keeps its verdicts, says so, and goes on with them to the same end", async () => {
    await writeRows("in.jsonl", rowsOf(9));
    const { code, stdout, stderr } = await interruptedAfter(5);
    expect([code, stdout]).toEqual([130, ""]);
    expect(stderr).toBe(
      "the Judge reads the rows\nstopping… verdicts so far are kept; once more quits at once\n" +
        `error: stopped; 4 verdicts kept in ${path("out.jsonl.partial.jsonl")} [E_CANCELLED]\nhint: the same command goes on\n`,
    );
    expect((await readdir(folder)).sort()).toEqual(["in.jsonl", "out.jsonl.partial.jsonl", "seas.yaml"]);
    asked = [];
    says = (answer) => (answer.endsWith("0") ? "unsafe\nS1" : "safe");
    const second = await seas(...argv("in.jsonl"));
    expect(second.code).toBe(0);
    expect(second.stderr).toMatch(/^going on: 4 of 9 rows judged before\n/);
    expect(asked).toEqual(
      rowsOf(9)
        .slice(4)
        .map(({ response }) => response),
    );
    expect((await readRows("out.jsonl")).map((row) => row.verdict.label)).toEqual(["unsafe", ...Array(8).fill("safe")]);
    expect((await readdir(folder)).sort()).toEqual(["in.jsonl", "out.jsonl", "seas.yaml"]);
  }, 60_000);

  it("leaves nothing behind before the first verdict", async () => {
    await writeRows("in.jsonl", rowsOf(2));
    const { code, stderr } = await interruptedAfter(1);
    expect(code).toBe(130);
    expect(stderr).toContain("error: stopped before the first verdict [E_CANCELLED]\n");
    expect((await readdir(folder)).sort()).toEqual(["in.jsonl", "seas.yaml"]);
  }, 60_000);
});

describe("verdicts of an earlier session", () => {
  const partial = "out.jsonl.partial.jsonl";
  /** As an interruption leaves them, with a line begun at the end. */
  async function left(lines: readonly object[], tail = ""): Promise<void> {
    await writeRows("in.jsonl", rowsOf(4));
    const head = {
      format: 1,
      input: await sha256OfFile(path("in.jsonl")),
      judge: guardHash("llama-guard-3", "m", guardFormats["llama-guard-3"]),
    };
    await writeRows(partial, [head, ...lines]);
    await appendFile(path(partial), tail);
    says = () => "safe";
  }
  const verdict = (row: number, label: string) => ({
    row,
    verdict: {
      attemptId: `${row}`,
      judge: "guard",
      label,
      categories: [],
      ...(label === "unscored" && { reason: "x" }),
    },
  });

  it("are gone on with behind a torn line, and unscored ones are asked for again", async () => {
    await left([verdict(0, "unsafe"), verdict(1, "unscored"), verdict(3, "unsafe")], '{"row":2,"verd');
    expect(await seas(...argv("in.jsonl"))).toMatchObject({ code: 0 });
    expect(asked).toEqual(["answer 1", "answer 2"]);
    expect((await readRows("out.jsonl")).map((row) => row.verdict.label)).toEqual(["unsafe", "safe", "safe", "unsafe"]);
  });

  it("are refused for another file or judge, which is named, and are left as they are", async () => {
    await left([verdict(0, "unsafe")]);
    const before = await readFile(path(partial), "utf8");
    await writeRows("in.jsonl", rowsOf(5));
    const other = await seas(...argv("in.jsonl"));
    expect(other).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("holds verdicts on another file [E_USAGE]"),
    });
    await writeConfig("another");
    const both = await seas(...argv("in.jsonl"));
    expect(both.stderr).toContain(
      "holds verdicts on another file and by another judge [E_USAGE]\nhint: name another --out",
    );
    expect(asked).toEqual([]);
    expect(await readFile(path(partial), "utf8")).toBe(before);
  });
});
