/** Usage of a run: summed by role over stages, finished or not, each batch once; cost where there are prices. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { resolveConfig } from "../config.ts";
import { makeFolder } from "./atomic.ts";
import { batchUsage } from "./batch-usage.ts";
import { costed, totalCosts, totalUsage, usageByStage } from "./usage.ts";

let dir: string;
const run = { path: (...parts: string[]) => join(dir, ...parts) };
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "seas-usage-"));
  await makeFolder(join(dir, "1"));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const of = (requests: number) => ({
  requests,
  retries: 1,
  promptTokens: 10 * requests,
  completionTokens: 100 * requests,
});

it("keeps what kept batches were given, and forgets the others", async () => {
  const first = await batchUsage(run, 1, "attempts", 0);
  await first.add(0, { target: of(1) });
  await first.add(1, {});
  await first.add(2, { target: of(4), "red-team": of(2) });
  await first.add(3, { target: of(100) });
  await writeFile(run.path("1", "attempts.usage.jsonl"), '{"batch":4,"serv', { flag: "a" });
  const again = await batchUsage(run, 1, "attempts", 3);
  expect(again.sum()).toEqual({ target: { ...of(5), retries: 2 }, "red-team": of(2) });
  await again.add(3, { target: of(1) });
  const stages = await usageByStage(run, []);
  expect(stages).toEqual([{ iteration: 1, stage: "attempts", servers: again.sum() }]);
  // Once the stage is finished its mark counts, a file that a kill left does not.
  const mark = { iteration: 1, name: "attempts", usage: { tokens: 0, servers: { target: of(7) } } };
  expect(totalUsage(await usageByStage(run, [mark]))).toEqual({ target: of(7) });
  await again.remove();
  expect(await usageByStage(run, [])).toEqual([]);
});

it("costs tokens by the prices of a million, roles without prices nothing that is known", () => {
  const config = resolveConfig({
    model: { server: "s" },
    servers: { s: { url: "http://h/v1", model: "m", prices: { input: 3, output: 15 } } },
  });
  const roles = costed({ "judge g": of(1), target: of(1000), "red-team": of(2000) }, config);
  expect(roles.map(({ role }) => role)).toEqual(["red-team", "target", "judge g"]);
  expect(roles[1]!.cost).toEqual({ amount: (10_000 * 3 + 100_000 * 15) / 1e6, currency: "USD" });
  expect(roles[2]!.cost).toBeUndefined();
  expect(totalCosts(roles)).toEqual([{ amount: expect.closeTo(4.59, 10), currency: "USD" }]);
});
