/** What servers were asked, in the report: rows by role and stage, their sum, and no section where nobody was asked. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { writeReport } from "../../src/report/index.ts";
import { summarize } from "../../src/report/summary.ts";
import { launchChromium } from "./chromium.ts";
import { writeFixtureRun } from "./fixture-run.ts";

let browser: Browser;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "seas-usage-"));
  browser = await launchChromium();
});
afterAll(async () => {
  await browser?.close();
  await rm(folder, { recursive: true, force: true });
});

const of = (requests: number) => ({ requests, retries: 1, promptTokens: 1_000_000, completionTokens: 2_000_000 });
const odd = "judge <img src=x onerror=alert(1)>";

it("shows requests, tokens and cost, and what has no price", async () => {
  const run = join(folder, "served");
  await writeFixtureRun(run, { iterations: 2, testPrompts: 4 });
  expect((await summarize(run)).usage).toEqual([]);
  const change = async (file: string, by: (value: Record<string, object>) => object) => {
    const path = join(run, file);
    await writeFile(path, JSON.stringify(by(JSON.parse(await readFile(path, "utf8")))));
  };
  const asked = (role: string, requests: number) => (done: Record<string, object>) => ({
    ...done,
    usage: { ...done.usage, servers: { [role]: of(requests) } },
  });
  for (const i of [1, 2]) await change(`${i}/attempts.done`, asked("target", 10 * i));
  await change("1/verdicts.done", asked(odd, 7));
  await change("run.json", (manifest) => {
    const config = manifest.config as Record<string, object>;
    const servers = { s: { url: "http://h/v1", model: "m", prices: { input: 1, output: 3 } } };
    return { ...manifest, config: { ...config, servers, model: { ...config.model, server: "s" } } };
  });
  expect((await summarize(run)).usage).toEqual([
    {
      role: "target",
      stage: "attempts",
      requests: 30,
      retries: 2,
      promptTokens: 2_000_000,
      completionTokens: 4_000_000,
      cost: { amount: 14, currency: "USD" },
    },
    { role: odd, stage: "verdicts", ...of(7), cost: null },
  ]);
  const page = await browser.newPage();
  const wrong: string[] = [];
  page.on("dialog", (dialog) => {
    wrong.push(dialog.message());
    void dialog.dismiss();
  });
  page.on("pageerror", (error) => wrong.push(error.message));
  await page.goto(pathToFileURL(await writeReport(run)).href);
  const rows = await page.locator("#usage tbody tr").allInnerTexts();
  expect(rows).toHaveLength(3);
  expect(rows[0]).toMatch(/^target\s.*30\s+2\s+2,000,000\s+4,000,000\s+14\.00 USD$/);
  expect(rows[1]).toContain("onerror");
  expect(rows[2]).toMatch(/^all\s.*37\s+3\s+3,000,000\s+6,000,000\s+14\.00 USD \+ \?$/);
  expect(wrong).toEqual([]);
});

it("is not there where no server was asked", async () => {
  const run = join(folder, "embedded");
  await writeFixtureRun(run, { iterations: 1, testPrompts: 4 });
  const page = await browser.newPage();
  await page.goto(pathToFileURL(await writeReport(run)).href);
  await page.locator("footer").waitFor();
  expect(await page.locator("#usage").count()).toBe(0);
});
