/**
 * The live view in a real browser: news of a run arrive, what the reader did stays, a lost server comes back. The run is
 * a made-up one whose iterations are laid into its folder by the test, which holds the run's lock as a writer does.
 */
import { appendFile, mkdtemp, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type LiveReport, serveReport } from "../../src/report/live/server.ts";
import { acquireLock, type Lock } from "../../src/run/lock.ts";
import { LOCK } from "../../src/run/run.ts";
import { launchChromium, seriousFindings } from "./chromium.ts";
import { writeFixtureRun } from "./fixture-run.ts";

let browser: Browser;
let folder: string;
let run: string;
let lock: Lock;
let view: LiveReport;

beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser?.close());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "seas-view-"));
  run = join(folder, "2026-11-24-quick-7f3a");
  await writeFixtureRun(run, { iterations: 2 });
  for (const name of ["2", "end.json"]) await rename(join(run, name), join(folder, name));
  lock = await acquireLock(join(run, LOCK));
  view = await serveReport(run, { port: 0, interval: 50 });
});
afterEach(async () => {
  await view.close();
  await lock.release();
  await rm(folder, { recursive: true, force: true });
});

/** A page of the view, with everything that must not happen in it. */
async function open(width = 1280): Promise<{ page: Page; wrong: string[] }> {
  const page = await browser.newPage({ viewport: { width, height: 900 } });
  const wrong: string[] = [];
  page.on("console", (message) => wrong.push(`console ${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => wrong.push(`error: ${error.message}`));
  page.on("request", (request) => {
    if (!request.url().startsWith(view.url) && !request.url().startsWith("data:")) wrong.push(request.url());
  });
  await page.goto(view.url);
  await page.locator("#live", { hasText: "live" }).waitFor();
  return { page, wrong };
}

const event = (value: object) =>
  appendFile(join(run, "events.jsonl"), `${JSON.stringify({ at: new Date().toISOString(), ...value })}\n`);
const at = { iteration: 2, stage: "attempts" };
const layIn = (name: string) => rename(join(folder, name), join(run, name));
const rowsOf = (page: Page) => page.locator("#matrix table").first().locator("tbody tr");

describe("the live view", () => {
  it("shows the stage at work, then its results, then the end", async () => {
    const { page, wrong } = await open();
    expect(await page.locator(".pill").textContent()).toBe("still running");
    await event({ type: "stage-start", ...at, total: 120, unit: "answers" });
    await event({ type: "progress", ...at, done: 30, total: 120, tokens: 900 });
    await page.getByText("Iteration 2 · Attack: answers · 30 of 120 answers").waitFor();
    expect(await page.locator("#live progress").getAttribute("value")).toBe("30");

    expect(await rowsOf(page).count()).toBe(2);
    await layIn("2");
    await rowsOf(page).nth(2).waitFor();
    expect(await page.locator(".result").textContent()).toContain("after 2 iterations");

    await layIn("end.json");
    await lock.release();
    await page.locator(".pill", { hasText: "finished" }).waitFor();
    await page.locator("#live", { hasText: "run is over" }).waitFor();
    expect(await page.locator("#live progress").isVisible()).toBe(false);
    expect(wrong).toEqual([]);
    await page.close();
  });

  it("leaves the reader where he was, with what he opened and chose", async () => {
    const { page, wrong } = await open();
    const answers = page.locator("#answers");
    await answers.getByLabel("What is asked").selectOption("malware");
    await answers.getByLabel("What became of it").selectOption("disagree");
    await answers.getByLabel("What became of it").selectOption("");
    await answers.getByLabel("Prompts", { exact: true }).selectOption("test");
    await answers.getByRole("button", { name: "Next" }).click();
    const shown = await answers.getByRole("status").textContent();
    expect(shown).toBe("Prompts 9 to 16 of 40");
    await page.locator("#attacks details.numbers > summary").first().click();
    await page.locator("#written details > summary").first().click();
    const article = answers.locator("article").nth(3);
    await article.getByRole("button", { name: "Show prompt" }).click();
    const text = await article.locator(".text").textContent();
    const top = () => article.locator(".text").evaluate((e) => e.getBoundingClientRect().top);
    await article.evaluate((e) => e.scrollIntoView({ block: "center", behavior: "instant" }));
    const before = await top();

    await layIn("2");
    await rowsOf(page).nth(2).waitFor();
    expect(await article.locator(".answer").count()).toBe(3);
    expect(await answers.getByRole("status").textContent()).toBe(shown);
    expect(await article.locator(".text").allTextContents()).toEqual([text]);
    expect(await page.evaluate("document.activeElement.className")).toBe("text");
    expect(await page.locator("#attacks details[open]").count()).toBe(1);
    expect(await page.locator("#written details[open]").count()).toBe(1);
    expect(await answers.locator(".reveal").count()).toBeGreaterThan(20);
    expect(Math.abs((await top()) - before)).toBeLessThan(2);
    expect(wrong).toEqual([]);
    await page.close();
  });

  it("says when the server is gone, and catches up when it is back", async () => {
    const { page } = await open();
    const port = Number(new URL(view.url).port);
    await view.close();
    await page.locator("#live", { hasText: "no connection" }).waitFor();
    await layIn("2");
    view = await serveReport(run, { port, interval: 50 });
    await page.locator("#live .live-state", { hasText: "live" }).waitFor();
    await rowsOf(page).nth(2).waitFor();
    await page.close();
  });

  it("has nothing that axe finds serious", async () => {
    for (const colorScheme of ["light", "dark"] as const) {
      const { page } = await open();
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.locator("#answers").getByLabel("Show texts").check();
      for (const summary of await page.locator("details > summary").all()) await summary.click();
      expect(await seriousFindings(page)).toEqual([]);
      await page.close();
    }
  });
});
