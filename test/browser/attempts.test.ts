/**
 * The list of all attempts in a real browser: 100,000 of them, of which a few dozen rows are in the document, each of them
 * reached, in the file and in the live view. Frames and first paint are printed, not judged: a busy machine is no bug.
 */
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeReport } from "../../src/report/index.ts";
import { serveReport } from "../../src/report/live/server.ts";
import { launchChromium, seriousFindings } from "./chromium.ts";
import { writeFixtureRun } from "./fixture-run.ts";
import { hostile } from "./hostile.ts";
import { writeManyAttempts } from "./many-attempts.ts";

const many = 100_000;
const mostRows = 80; // in the document at once

let browser: Browser;
let folder: string;
let run: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "seas-attempts-"));
  browser = await launchChromium();
  run = join(folder, "many");
  await writeManyAttempts(run, many);
});
afterAll(async () => {
  await browser?.close();
  await rm(folder, { recursive: true, force: true });
});

/** A page with everything that must not happen in it. */
async function open(url: string, width = 1280): Promise<{ page: Page; wrong: string[] }> {
  const page = await browser.newPage({ viewport: { width, height: 900 } });
  const wrong: string[] = [];
  page.on("console", (message) => wrong.push(`console ${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => wrong.push(`error: ${error.message}`));
  await page.goto(url);
  return { page, wrong };
}

const list = (page: Page) => page.locator("#attempts [role=listbox]");
const status = (page: Page) => page.locator("#attempts [role=status]");
const firstPaint = (page: Page) =>
  page.evaluate("performance.getEntriesByName('first-contentful-paint')[0]?.startTime") as Promise<number>;

/** Scrolls from top to bottom, a window a frame; milliseconds between frames, most rows at once. */
const scrollThrough = `(async () => {
  const list = document.querySelector("#attempts [role=listbox]");
  const frame = () => new Promise(requestAnimationFrame);
  const times = [];
  let most = 0;
  await frame();
  for (let step = 0; step < 180; step++) {
    list.scrollTop = step < 90 ? step * list.clientHeight : (list.scrollHeight * (step - 89)) / 91;
    const from = performance.now();
    await frame();
    times.push(performance.now() - from);
    most = Math.max(most, list.querySelectorAll("[role=option]").length);
  }
  return { times, most };
})()`;

/** The rows that are drawn when the list is scrolled there, and those that its window shows. */
const drawnAt = (share: number) => `(async () => {
  const list = document.querySelector("#attempts [role=listbox]");
  list.scrollTop = (list.scrollHeight - list.clientHeight) * ${share};
  await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  const box = list.getBoundingClientRect();
  const seen = [...list.querySelectorAll("[role=option]")].filter((row) => {
    const { top, bottom } = row.getBoundingClientRect();
    return bottom > box.top + 1 && top < box.bottom - 1;
  });
  return seen.map((row) => Number(row.getAttribute("aria-posinset"))).sort((a, b) => a - b);
})()`;

async function scrollsThroughAll(page: Page, what: string): Promise<void> {
  await expect.poll(() => status(page).textContent(), { timeout: 60_000 }).toBe("100,000 of 100,000 attempts");
  const paint = await firstPaint(page);
  const { times, most } = (await page.evaluate(scrollThrough)) as { times: number[]; most: number };
  const mean = times.reduce((sum, ms) => sum + ms, 0) / times.length;
  const slowest = times.toSorted((a, b) => b - a)[Math.floor(times.length / 20)]!;
  console.info(
    `${what}: first paint ${paint.toFixed(0)} ms; ${(1000 / mean).toFixed(0)} frames/s while scrolling, 95 % of frames within ${slowest.toFixed(0)} ms; at most ${most} rows in the document`,
  );
  expect(most).toBeGreaterThan(10);
  expect(most).toBeLessThanOrEqual(mostRows);
  for (const share of [0, 0.001, 0.123, 0.5, 0.77, 0.99999, 1]) {
    const seen = (await page.evaluate(drawnAt(share))) as number[];
    // Without a hole, and at the ends the first and the last.
    expect(seen).toEqual(Array.from({ length: seen.length }, (_, i) => seen[0]! + i));
    expect(seen.length).toBeGreaterThan(10);
    if (share === 0) expect(seen[0]).toBe(1);
    if (share === 1) expect(seen.at(-1)).toBe(many);
  }
}

describe("100,000 attempts", () => {
  it("scroll in the file, which is no larger than it must be", async () => {
    const path = await writeReport(run);
    const { size } = await stat(path);
    console.info(`the file: ${(size / 2 ** 20).toFixed(1)} MiB`);
    expect(size).toBeLessThan(40 * 2 ** 20);
    const { page, wrong } = await open(pathToFileURL(path).href);
    await scrollsThroughAll(page, "file");

    await list(page).press("End");
    await page.locator("#attempts .detail h3", { hasText: "#100,000" }).waitFor();
    await list(page).press("Enter");
    await page.locator("#attempts .detail .text", { hasText: "Answer 99999:" }).waitFor();
    await page.locator("#attempts .detail .text", { hasText: "Placeholder prompt 19999:" }).waitFor();
    expect(wrong).toEqual([]);
    await page.close();
  });

  it("scroll in the live view", async () => {
    const view = await serveReport(run, { port: 0 });
    const { page, wrong } = await open(view.url);
    await scrollsThroughAll(page, "live view");
    await list(page).press("Home");
    await list(page).press("Enter");
    await page.locator("#attempts .detail .text", { hasText: "Answer 0:" }).waitFor();
    expect(wrong).toEqual([]);
    await page.close();
    await view.close();
  });

  it("are filtered, and the filter is a link", async () => {
    const url = pathToFileURL(join(run, "report.html")).href;
    const { page } = await open(`${url}#attempts?verdict=unsafe&category=malware&row=50003`);
    const fits = Array.from({ length: many }, (_, i) => i).filter((i) => i % 7 === 0 && Math.floor(i / 5) % 4 === 1);
    await expect
      .poll(() => status(page).textContent())
      .toBe(`${fits.length.toLocaleString("en-US")} of 100,000 attempts`);
    expect(await page.getByLabel("Verdict", { exact: true }).inputValue()).toBe("unsafe");
    await page.close();
  });
});

describe("an attempt", () => {
  let url: string;
  beforeAll(async () => {
    const small = join(folder, "2026-11-24-quick-7f3a");
    await writeFixtureRun(small);
    url = pathToFileURL(await writeReport(small)).href;
  });

  it("shows its texts when it is asked, and where they come from", async () => {
    const { page, wrong } = await open(`${url}#attempts?suite=attack&iteration=2`);
    await expect.poll(() => status(page).textContent()).toMatch(/^\d+ of \d+ attempts$/);
    await list(page).locator("[role=option]").nth(0).click();
    const detail = page.locator("#attempts .detail");
    expect(await detail.locator(".text").count()).toBe(0);
    const said = await detail.textContent();
    expect(said).toContain("Written byR₁");
    expect(said).toMatch(/The prompt is the chosen side of a pair \(attack\) in the training of R₂, iteration 2\./);
    expect(said).toMatch(/This answer is the chosen side of a pair \(attack\) in the training of T₂/);
    expect(said).toMatch(/Another answer to it, #\d+, is the rejected side/);
    await detail.getByRole("button", { name: "Show seed prompt 1" }).click();
    expect(await detail.locator(".text").textContent()).toMatch(/^Placeholder seed \d, by hand\.$/);
    await detail.getByRole("button", { name: "Show prompt" }).click();
    await expect.poll(() => detail.locator(".text").count()).toBe(2);

    await detail.getByRole("link", { name: "All answers to this prompt" }).click();
    await expect.poll(() => status(page).textContent()).toMatch(/^3 of \d+ attempts$/);
    await page.getByRole("button", { name: "Show the answers to other prompts too" }).click();
    await expect.poll(() => status(page).textContent()).not.toMatch(/^3 of/);
    expect(wrong).toEqual([]);
    await page.close();
  });

  it("shows hostile text as it is and runs none of it", async () => {
    const { page, wrong } = await open(`${url}#attempts?suite=test&iteration=1`);
    await expect.poll(() => status(page).textContent()).toBe("40 of 716 attempts");
    await list(page).press("Home");
    const shown: string[] = [];
    for (let i = 0; i < hostile.length; i++) {
      await list(page).press("Enter");
      const text = page.locator("#attempts .detail .text").first();
      await text.waitFor();
      shown.push((await text.textContent()) ?? "");
      await list(page).press("ArrowDown");
    }
    expect(shown.slice(0, 2)).toEqual(hostile.slice(0, 2));
    expect(shown[2]).toBe("lineU+2028separatorU+2029paragraph <!-- <script> -->");
    expect(shown[3]).toContain("U+202Egnp.exeU+202C zeroU+200Bwidth U+0007bell U+001B[31mred");
    expect(shown[4]).toContain("surrogate U+D800 and `${window.broken = 3}` & &lt;b&gt; ]]> U+000D");
    expect(shown[5]).toContain("2,000 more characters are in the run folder");
    expect(await page.locator("main img, main iframe, main script, .text *:not(.code-point, .more)").count()).toBe(0);
    expect(await page.evaluate("window.broken")).toBeUndefined();
    expect(wrong).toEqual([]);
    await page.close();
  });

  it("is reached by keys alone, and says nothing that axe finds serious", async () => {
    const { page, wrong } = await open(`${url}#attempts?suite=test&verdict=unsafe`);
    await expect.poll(() => status(page).textContent()).toMatch(/attempts$/);
    const detail = page.locator("#attempts .detail");
    await page.keyboard.press("j");
    const first = await detail.locator("h3").textContent();
    await page.keyboard.press("j");
    expect(await detail.locator("h3").textContent()).not.toBe(first);
    await page.keyboard.press("k");
    expect(await detail.locator("h3").textContent()).toBe(first);
    await page.keyboard.press("Enter");
    await expect.poll(() => detail.locator(".text").count()).toBe(2);
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      expect(await seriousFindings(page)).toEqual([]);
    }
    await page.keyboard.press("Escape");
    expect(await detail.locator(".text").count()).toBe(0);
    await page.keyboard.press("/");
    expect(await page.evaluate("document.activeElement.id")).toBe("attempts-suite");
    expect(page.url()).toMatch(/#attempts\?suite=test&verdict=unsafe&row=\d+$/);

    await page.keyboard.press("Escape");
    await page.keyboard.press("?");
    await page.getByRole("dialog").waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await page.keyboard.press("Escape");
    expect(await page.getByRole("dialog").count()).toBe(0);
    expect(wrong).toEqual([]);
    await page.close();
  });

  it("stays in the window on a narrow screen", async () => {
    const { page } = await open(`${url}#attempts?suite=attack`, 400);
    await expect.poll(() => status(page).textContent()).toMatch(/attempts$/);
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(400);
    await list(page).press("End");
    await page.locator("#attempts .detail h3").waitFor();
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(400);
    await page.close();
  });
});
