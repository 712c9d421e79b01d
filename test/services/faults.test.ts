/**
 * 2,000 requests to a real server through a proxy that breaks every eighth attempt: each ends in one record, an answer or an error, and
 * none is asked for again that need not be. And a server that is killed and comes back: waiting, no loss.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ServerDefinition } from "../../src/config/servers.ts";
import { openBaseModel } from "../../src/engine/base-model.ts";
import { exportAdapter } from "../../src/engine/export/export-adapter.ts";
import { groupBy } from "../../src/group-by.ts";
import { servedPlayer } from "../../src/players/served.ts";
import type { Completion } from "../../src/seams.ts";
import { collect } from "../../src/stages/attack.ts";
import { type Attempt, faults, startFaultyProxy } from "./faulty-proxy.ts";
import type { ServerProcess } from "./server-process.ts";
import { startTransformersServer } from "./transformers-server.ts";

let folder: string;
let base: string;
let server: ServerProcess;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "seas-faults-"));
  const model = await openBaseModel("smollm2-135m-instruct");
  base = await exportAdapter({ format: "merged", adapter: undefined, base: model, out: join(folder, "base") });
  server = await started();
});
afterAll(async () => {
  await server?.close();
  await rm(folder, { recursive: true, force: true });
});

/** With its model loaded, which takes longer than any answer. */
async function started(port?: number): Promise<ServerProcess> {
  const begun = await startTransformersServer(port);
  const patient = ServerDefinition.parse({ url: begun.url, model: base });
  await collect(servedPlayer("local", patient, {}, () => {}).generate(requests(1), options));
  return begun;
}

const requests = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ id: `r${i}`, messages: [{ role: "user" as const, content: `${i}?` }] }));
const options = { temperature: 0.8, topP: 1, maxTokens: 1, seed: 3 };
/** Less than what a stall lasts. */
const timeoutSeconds = 20;
const player = (url: string, notes: string[] = []) =>
  servedPlayer("local", ServerDefinition.parse({ url, model: base, concurrency: 8, timeoutSeconds }), {}, (note) =>
    notes.push(note),
  );

it("2,000 requests through faults: one record each, and nothing asked again that need not be", async () => {
  const share = 0.01;
  const proxy = await startFaultyProxy(new URL(server.url).origin, {
    seed: "faults",
    shares: {
      error: 0.05,
      busy: share,
      reset: share,
      cut: share,
      silent: share / 4,
      stuck: share / 4,
      wrong: share,
      refused: share,
    },
    stall: 30_000,
    retryAfter: 1,
  });
  const count = 2000;
  try {
    const begun = performance.now();
    const all = await collect(player(proxy.url).generate(requests(count), options));
    const seconds = (performance.now() - begun) / 1000;
    // Every reply is out then, and every attempt has its result.
    await proxy.close();
    expect(all.map(({ requestId, sample }) => `${requestId} ${sample}`)).toEqual(
      requests(count).map(({ id }) => `${id} 0`),
    );
    const byRequest = groupBy(proxy.attempts, ({ request }) => request);
    const of = ({ requestId }: Completion) => byRequest.get(`${requestId.slice(1)}?`)!;
    const wrong = all.filter((completion) => !asItShould(completion, of(completion)));
    expect(wrong.map((completion) => ({ completion, attempts: of(completion) }))).toEqual([]);
    const counts = Object.fromEntries(
      ["answered", "broken", ...faults].map((kind) => [
        kind,
        proxy.attempts.filter(({ result }) => result === kind).length,
      ]),
    );
    console.info(JSON.stringify({ seconds, attempts: proxy.attempts.length, ...counts }));
    for (const fault of faults) expect(counts[fault], fault).toBeGreaterThan(0);
  } finally {
    await proxy.close();
  }
});

/** An answer ends its request and so does a 400; whatever else happened was asked again, as often as it happened and no more. */
function asItShould({ text, error, finishReason }: Completion, attempts: readonly Attempt[]): boolean {
  const last = attempts.at(-1)!.result;
  const before = attempts.slice(0, -1).map(({ result }) => result);
  if (before.some((result) => result === "answered" || result === "refused")) return false;
  if (error === undefined) return last === "answered" && finishReason !== "error";
  if (error.includes("400 longer than the context")) return last === "refused" && text === "";
  // Given up: six attempts, those that were told to wait not counted.
  return last !== "answered" && attempts.filter(({ result }) => result !== "busy").length === 6;
}

it("a server that is killed and comes back costs waiting, and no answer", async () => {
  const notes: string[] = [];
  const port = Number(new URL(server.url).port);
  const all: Completion[] = [];
  let back: Promise<void> | undefined;
  for await (const completion of player(server.url, notes).generate(requests(200), options)) {
    all.push(completion);
    if (all.length !== 50) continue;
    await server.close();
    back = started(port).then((again) => {
      server = again;
    });
  }
  await back;
  expect(all.map(({ requestId }) => requestId)).toEqual(requests(200).map(({ id }) => id));
  expect(all.filter(({ error }) => error !== undefined)).toEqual([]);
  expect(notes[0]).toMatch(/does not answer .* waiting for it$/);
  expect(notes.at(-1)).toMatch(/is back$/);
});
