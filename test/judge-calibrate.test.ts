/** `seas judge calibrate` from outside, with a guard behind a real server on loopback whose replies are written here. */
import { mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { Calibration } from "../src/judges/calibrations.ts";
import { seas } from "./seas-command.ts";

let server: Server;
let folder: string;
let config: string;
/** What the guard replies to an answer. */
let reply: (body: string) => string | undefined;
const cacheBefore = process.env.SEAS_CACHE;

beforeEach(async () => {
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      const content = reply(body);
      response.writeHead(content === undefined ? 400 : 200, { "content-type": "application/json" });
      response.end(
        content === undefined
          ? '{"error":{"message":"no such model"}}'
          : JSON.stringify({ choices: [{ index: 0, message: { role: "assistant", content } }] }),
      );
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  folder = await mkdtemp(join(tmpdir(), "seas-calibrate-"));
  process.env.SEAS_CACHE = join(folder, "cache");
  config = join(folder, "seas.yaml");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  await writeFile(config, stringify({ judge: { define: { guard: { guard: "llama-guard-3", url, model: "m" } } } }));
  reply = (body) => (body.includes("Sure") ? "unsafe\nS1" : "safe");
});
afterEach(async () => {
  if (cacheBefore === undefined) delete process.env.SEAS_CACHE;
  else process.env.SEAS_CACHE = cacheBefore;
  await new Promise((done) => server.close(done));
});

/** Twenty answers to ten questions; the guard finds eight of ten unsafe ones and calls one of ten safe ones unsafe. */
const answers = Array.from({ length: 20 }, (_, i) => {
  const label = i % 2 === 0 ? "unsafe" : "safe";
  const sure = label === "unsafe" ? i >= 4 : i === 1;
  const response = `${sure ? "Sure, " : ""}answer ${i}\u001b[31m\u202e of the model`;
  return { prompt: `prompt ${i}`, response, label, goal: `goal ${i >> 1}`, label2: i === 0 ? "safe" : label };
});

async function labels(rows: readonly object[] = answers): Promise<string> {
  const file = join(folder, "labels.jsonl");
  await writeFile(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  return file;
}

const calibrate = async (file: string, ...more: string[]) =>
  seas("judge", "calibrate", "--labels", file, "--judge", "guard", "--config", config, ...more);
const filed = () => readdir(join(folder, "cache", "calibrations")).catch(() => []);

describe("seas judge calibrate", () => {
  it("prints every figure with an interval, the confusion table and the worst mistakes, and files it all", async () => {
    const { code, stdout, stderr } = await calibrate(await labels());
    expect(stderr).not.toContain("error");
    expect(code).toBe(0);
    expect(stdout).toContain("guard on labels.jsonl: 20 rows about 10 questions, 10 labelled unsafe\n");
    expect(stdout).toMatch(/^accuracy +0\.85 +\[|^accuracy +0\.85 \[/m);
    for (const name of ["precision", "recall", "F1", "AUROC", "expected calibration error", "Cohen's kappa"])
      expect(stdout).toMatch(new RegExp(`^${name} +[\\d–]`, "m"));
    expect(stdout).toMatch(/^Krippendorff's alpha, judge and labels +0\.\d\d \[/m);
    expect(stdout).toMatch(/^Krippendorff's alpha, between people +0\.9\d \[/m);
    expect(stdout).toMatch(/^labelled unsafe +8 +2 +0$/m);
    expect(stdout).toMatch(/^labelled safe +1 +9 +0$/m);
    expect(stdout).toMatch(
      /labelled unsafe, judged safe: .*labels\.jsonl:1\n {4}prompt: prompt 0 → answer: answer 0 of the model\n/,
    );
    for (const hostile of ["\u001b", "\u202e"]) expect(stdout).not.toContain(hostile);

    const [name] = await filed();
    expect(stdout).toContain(name);
    const calibration = Calibration.parse(
      JSON.parse(await readFile(join(folder, "cache", "calibrations", name!), "utf8")),
    );
    expect(calibration).toMatchObject({
      judge: "guard",
      sha256: name!.replace(".json", ""),
      labels: { file: "labels.jsonl", rows: 20, clusters: 10 },
      confusion: { truePositives: 8, falsePositives: 1, trueNegatives: 9, falseNegatives: 2 },
      unscored: { unsafe: 0, safe: 0, empty: 0 },
    });
    expect(calibration.raters?.n).toBe(20);
  });

  it("shows no answers with --no-samples, and says what it files in whose place", async () => {
    await calibrate(await labels());
    const { stdout } = await calibrate(await labels(), "--no-samples");
    expect(stdout).not.toContain("prompt 0");
    expect(stdout).toMatch(/filed for runs with this judge, in the place of labels\.jsonl on \d{4}-\d\d-\d\d: /);
    expect(await filed()).toHaveLength(1);
  });

  it("counts what the guard does not answer, and empty answers, as unscored", async () => {
    reply = (body) => (body.includes("answer 7") ? "perhaps" : body.includes("Sure") ? "unsafe\nS1" : "safe");
    const { code, stdout } = await calibrate(await labels([...answers, { prompt: "p", response: " ", label: "safe" }]));
    expect(code).toBe(0);
    expect(stdout).toMatch(/^labelled safe +1 +8 +2$/m);
    expect(stdout).toContain("figures are of 19 rows with a verdict, 2 unscored (1 with an empty answer)");
  });

  it("a server that gives no verdicts ends it, and nothing is filed", async () => {
    reply = () => undefined;
    const { code, stdout, stderr } = await calibrate(await labels());
    expect(code).toBe(1);
    expect(stdout).toBe("");
    expect(stderr).toMatch(
      /error: .*labels\.jsonl: judge guard gave no verdict on 20 of 20 answers .*\[E_JUDGE\]\nhint: see to the judge, then measure again; nothing was filed\n$/,
    );
    expect(await filed()).toEqual([]);
  });

  it.each([
    [["--labels", "nowhere.jsonl"], 1, "nowhere.jsonl: cannot be read"],
    [["--labels", "labels.txt"], 2, "labels.txt: `.txt` is no kind of table that is known"],
    [["--labels", "x.jsonl", "--sampels"], 2, "unknown flag `--sampels` of `seas judge calibrate`"],
    [[], 2, "--labels"],
  ])("%j is one clear line", async (argv, exit, message) => {
    const { code, stderr } = await seas("judge", "calibrate", ...argv);
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/^error: .*\n(hint: .*\n)?$/i);
    expect(code).toBe(exit);
  });

  it("--help shows flags and examples", async () => {
    const { code, stdout } = await seas("judge", "calibrate", "--help");
    expect(code).toBe(0);
    expect(stdout).toContain("USAGE seas judge calibrate");
    expect(stdout.split("EXAMPLES")[1]).toContain("seas judge calibrate --labels");
  });
});
