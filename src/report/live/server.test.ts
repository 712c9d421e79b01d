/** The live view over real sockets: what changed is told, once, from the version that the page has. */
import { appendFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type LiveReport, serveReport } from "./server.ts";

let run: string;
let view: LiveReport;
beforeEach(async () => {
  run = await mkdtemp(join(tmpdir(), "seas-live-"));
  await writeFile(join(run, "run.json"), JSON.stringify({ format: 1, config: { iterations: 1 } }));
  view = await serveReport(run, { port: 0, interval: 20 });
});
afterEach(async () => {
  await view.close();
  await rm(run, { recursive: true, force: true });
});

interface Told {
  readonly event: string;
  readonly id: string | undefined;
  readonly data: Record<string, unknown> | null;
}

/** Listens until `enough`. */
async function listen(since: string, enough: (all: readonly Told[]) => boolean): Promise<Told[]> {
  const response = await fetch(`${view.url}events?since=${since}`);
  expect(response.headers.get("content-type")).toBe("text/event-stream");
  const all: Told[] = [];
  let text = "";
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const messages = text.split("\n\n");
    text = messages.pop()!;
    for (const message of messages) {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(message)?.[1];
      const event = field("event");
      if (event !== undefined) all.push({ event, id: field("id"), data: JSON.parse(field("data")!) });
    }
    if (enough(all)) break;
  }
  return all;
}

const score = (value: number) =>
  `${JSON.stringify({ iteration: 0, suite: "test", metric: "asr", value, low: null, high: null, n: 10, judge: "j", target: 0 })}\n`;
const summaries = (all: readonly Told[]) => all.filter(({ event }) => event === "summary");

it("lays another run beside it", async () => {
  const other = await mkdtemp(join(tmpdir(), "seas-other-"));
  await writeFile(join(other, "run.json"), JSON.stringify({ format: 1, config: { iterations: 2 } }));
  const compared = await serveReport(run, { port: 0, against: other });
  expect(await (await fetch(compared.url)).text()).toContain(`"against":{"name":"${basename(other)}"`);
  await compared.close();
  await rm(other, { recursive: true });
});

it("gives all attempts, and texts of those that the page knows of", async () => {
  const ask = (query = "") => fetch(`${view.url}attempts${query}`);
  expect((await ask()).status).toBe(204);
  await mkdir(join(run, "1"));
  const attempt = { id: "a", promptId: "p", sample: 0, response: "an answer", finishReason: "stop" };
  const usage = { promptTokens: 1, completionTokens: 1 };
  await writeFile(join(run, "1", "attempts.jsonl"), `${JSON.stringify({ ...attempt, usage })}\n`);
  const unpacked = async (response: Response) =>
    JSON.parse(gunzipSync(new Uint8Array(await response.arrayBuffer())).toString());
  const { version, total, blocks } = await unpacked(await ask());
  expect([total, blocks]).toEqual([1, [0]]);
  expect(await unpacked(await ask(`?version=${version}&block=0`))).toEqual(["an answer"]);
  for (const query of [
    `?version=${version}&block=1`,
    `?version=${version}&block=../0`,
    "?version=x&block=0",
    "?block=0",
  ])
    expect((await ask(query)).status).toBe(204);
});

it("gives everything to a page that knows nothing, then only what changed", async () => {
  const [first] = summaries(await listen("", (all) => summaries(all).length > 0));
  expect(first!.data).toMatchObject({ status: "unfinished", asr: [], planned: 1 });
  await mkdir(join(run, "0"));
  await writeFile(join(run, "0", "scores.jsonl"), score(0.5));
  const [second] = summaries(await listen(first!.id!, (all) => summaries(all).length > 0));
  expect(Object.keys(second!.data!).sort()).toEqual(["asr", "gaps", "judges"]);
  expect(second!.id).not.toBe(first!.id);
});

it("tells of a change while it listens, and of a stage only while somebody writes the run", async () => {
  const listening = listen("", (all) => summaries(all).length > 1);
  await new Promise((resolve) => setTimeout(resolve, 150));
  await writeFile(
    join(run, "end.json"),
    JSON.stringify({ status: "error", seconds: 3, at: "2026-11-26T00:00:00.000Z" }),
  );
  await appendFile(
    join(run, "events.jsonl"),
    `${JSON.stringify({ at: "2026-11-26T00:00:00.000Z", type: "stage-start", iteration: 0, stage: "judges", total: 2, unit: "judges" })}\n`,
  );
  const all = await listening;
  expect(summaries(all)[1]!.data).toMatchObject({ status: "error", seconds: 3 });
  expect(all.filter(({ event }) => event === "stage").map(({ data }) => data)).toEqual([null]);
});

it("serves the page under a policy without inline code but its own, and nothing to other names", async () => {
  const page = await fetch(view.url);
  expect(page.headers.get("content-security-policy")).toMatch(
    /^default-src 'none'; script-src 'sha256-\S+'; style-src 'sha256-\S+'; connect-src 'self'; /,
  );
  expect(await page.text()).toMatch(/<main id="report" data-live="[0-9a-f]{12}-1">/);
  const status = await new Promise((resolve, reject) => {
    const asked = request(view.url, { headers: { host: "evil.example" } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    asked.on("error", reject).end();
  });
  expect(status).toBe(403);
  expect((await fetch(`${view.url}run.json`)).status).toBe(404);
  expect((await fetch(view.url, { method: "POST" })).status).toBe(405);
});

it("keeps what it has when the folder goes away, and says when a port is taken", async () => {
  await rm(run, { recursive: true, force: true });
  expect((await fetch(view.url)).status).toBe(200);
  await mkdir(run);
  await writeFile(join(run, "run.json"), JSON.stringify({ format: 1 }));
  await expect(serveReport(run, { port: Number(new URL(view.url).port) })).rejects.toMatchObject({ code: "E_PORT" });
});
