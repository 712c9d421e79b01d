/** What holds for the whole page: links to views, dark and light, keys among the answers, another run beside it. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeReport } from "../../src/report/index.ts";
import { launchChromium, seriousFindings } from "./chromium.ts";
import { writeFixtureRun } from "./fixture-run.ts";

let browser: Browser;
let folder: string;
let url: string;
const at = (name: string) => join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "seas-page-"));
  browser = await launchChromium();
  await writeFixtureRun(at("2026-11-24-quick-7f3a"));
  await writeFixtureRun(at("earlier <b>run"), { seed: 2, iterations: 2 });
  await writeFixtureRun(at("smaller"), { seed: 3, testPrompts: 30 });
  url = pathToFileURL(await writeReport(at("2026-11-24-quick-7f3a"))).href;
});
afterAll(async () => {
  await browser?.close();
  await rm(folder, { recursive: true, force: true });
});

async function open(address: string): Promise<{ page: Page; wrong: string[] }> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  const wrong: string[] = [];
  page.on("console", (message) => wrong.push(`console ${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => wrong.push(`error: ${error.message}`));
  await page.goto(address);
  await page.locator("footer").waitFor();
  return { page, wrong };
}

describe("a link", () => {
  it("leads to the filters, the page and the place", async () => {
    const { page, wrong } = await open(`${url}#answers?suite=test&page=2`);
    const answers = page.locator("#answers");
    expect(await answers.getByRole("status").textContent()).toBe("Prompts 9 to 16 of 40");
    expect(await answers.evaluate((e) => Math.abs(e.getBoundingClientRect().top) < 300)).toBe(true);
    await answers.getByLabel("What is asked").selectOption("malware");
    await answers.getByLabel("What became of it").selectOption("disagree");
    expect(new URL(page.url()).hash).toBe("#answers?suite=test&category=malware&outcome=disagree");
    const shown = await answers.getByRole("status").textContent();

    const again = await open(page.url());
    expect(await again.page.locator("#answers").getByRole("status").textContent()).toBe(shown);
    expect(await again.page.locator("#answers").getByLabel("What became of it").inputValue()).toBe("disagree");
    await again.page.close();

    await page.locator("#weak-spots").getByRole("link", { name: "privacy" }).click();
    expect(await answers.getByLabel("What is asked").inputValue()).toBe("privacy");
    expect(await answers.getByLabel("What became of it").inputValue()).toBe("");
    expect(wrong).toEqual([]);
    await page.close();
  });

  it("that asks for what is not here shows what is", async () => {
    const { page, wrong } = await open(
      `${url}#answers?suite=%3Cimg%3E&category=%00&style=x&outcome=constructor&page=-3`,
    );
    expect(await page.locator("#answers").getByRole("status").textContent()).toBe("Prompts 1 to 8 of 40");
    await page.evaluate("location.hash = '#attempts?suite=<script>&iteration=1e9&row=-1&prompt='");
    await page.locator("#attempts [role=status]", { hasText: "attempts" }).waitFor();
    expect(wrong).toEqual([]);
    await page.close();
  });
});

describe("dark and light", () => {
  it("follow the system until somebody chooses, and the choice is kept", async () => {
    const { page } = await open(url);
    const is = (theme: string) =>
      expect.poll(() => page.evaluate("document.documentElement.dataset.theme")).toBe(theme);
    await page.emulateMedia({ colorScheme: "dark" });
    await is("dark");
    await page.emulateMedia({ colorScheme: "light" });
    await is("light");
    await page.locator(".theme label", { hasText: "Dark" }).click();
    await is("dark");
    await page.reload();
    await is("dark");
    await page.locator(".theme label", { hasText: "Auto" }).click();
    await is("light");
    await page.close();
  });
});

describe("keys among the answers", () => {
  it("go from prompt to prompt, open and close, and stay letters in fields", async () => {
    const { page } = await open(`${url}#answers?suite=test`);
    const named = () => page.evaluate("document.activeElement.getAttribute('aria-label')");
    await page.keyboard.press("j");
    expect(await named()).toBe("Prompt 1");
    for (let i = 0; i < 8; i++) await page.keyboard.press("j");
    expect(await named()).toBe("Prompt 9");
    expect(await page.locator("#answers").getByRole("status").textContent()).toBe("Prompts 9 to 16 of 40");
    await page.keyboard.press("k");
    expect(await named()).toBe("Prompt 8");
    await page.keyboard.press("Enter");
    expect(await page.locator("#answers article:focus .text").count()).toBe(5);
    await page.keyboard.press("Escape");
    expect(await page.locator("#answers .text").count()).toBe(0);
    await page.keyboard.press("/");
    expect(await page.evaluate("document.activeElement.id")).toBe("filter-suite");
    await page.keyboard.press("j");
    expect(await page.evaluate("document.activeElement.id")).toBe("filter-suite");
    await page.close();
  });
});

describe("another run beside this one", () => {
  it("has its figures, and differences on the same prompts", async () => {
    const out = await writeReport(at("2026-11-24-quick-7f3a"), {
      out: at("compared.html"),
      against: at("earlier <b>run"),
    });
    const { page, wrong } = await open(pathToFileURL(out).href);
    const section = page.locator("#against");
    expect(await section.locator("h2").textContent()).toBe("Against earlier <b>run");
    const [asr] = await section.locator("tbody tr").allTextContents();
    expect(asr).toMatch(/^Attacks that succeed20 % T₃10–30 %, n 3927 % T₂17–37 %, n 39[+−]?[\d.]+ points/);
    expect(await section.locator(".lead").textContent()).toContain("Both runs put the same prompts");
    expect(await section.textContent()).toContain("1 setting differs: iterations: 3 here, 2 there.");
    expect(await page.locator("#attacks .legend").first().textContent()).toContain("earlier <b>run");
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      expect(await seriousFindings(page)).toEqual([]);
    }
    expect(wrong).toEqual([]);
    await page.close();
  });

  it("says when the prompts are others", async () => {
    const out = await writeReport(at("2026-11-24-quick-7f3a"), { out: at("apart.html"), against: at("smaller") });
    const { page } = await open(pathToFileURL(out).href);
    const section = page.locator("#against");
    expect(await section.locator(".lead").textContent()).toContain(
      "Not paired: of 40 attack prompts here and 30 there 30 are the same",
    );
    expect((await section.locator("tbody tr").allTextContents())[0]).toMatch(/not paired$/);
    await page.close();
  });
});
