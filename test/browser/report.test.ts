/** The report in a real browser: everything is drawn, hostile text does nothing, texts are hidden until asked for. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeReport } from "../../src/report/index.ts";
import { launchChromium } from "./chromium.ts";
import { cellOf, writeFixtureRun } from "./fixture-run.ts";
import { hostile } from "./hostile.ts";

let browser: Browser;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "seas-report-"));
  browser = await launchChromium();
});
afterAll(async () => {
  await browser?.close();
  await rm(folder, { recursive: true, force: true });
});

/** A page of a report, with everything that must not happen in it. */
async function open(path: string, width = 1280): Promise<{ page: Page; wrong: string[] }> {
  const page = await browser.newPage({ viewport: { width, height: 900 } });
  const wrong: string[] = [];
  page.on("console", (message) => wrong.push(`console ${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => wrong.push(`error: ${error.message}`));
  page.on("dialog", (dialog) => {
    wrong.push(`dialog: ${dialog.message()}`);
    dialog.dismiss().catch(() => {});
  });
  page.on("request", (request) => {
    if (!/^(file|data):/.test(request.url())) wrong.push(`request: ${request.url()}`);
  });
  await page.goto(pathToFileURL(path).href);
  await page.locator("footer").waitFor();
  return { page, wrong };
}

describe("the report of a whole run", () => {
  let path: string;
  beforeAll(async () => {
    const run = join(folder, "2026-11-24-quick-7f3a");
    await writeFixtureRun(run);
    path = await writeReport(run);
  });

  it("draws every section without an error, wide and narrow", async () => {
    for (const width of [1280, 400]) {
      const { page, wrong } = await open(path, width);
      const sections = await page.locator("main > section").evaluateAll((all) => all.map((section) => section.id));
      expect(sections).toEqual([
        "attacks",
        "matrix",
        "weak-spots",
        "usefulness",
        "variety",
        "answers",
        "attempts",
        "written",
        "data",
        "training",
        "judges",
        "time",
        "facts",
      ]);
      await page.locator(".plot-area svg").first().waitFor();
      expect(await page.locator(".plot-area").count()).toBe(await page.locator(".plot-area svg").count());
      expect(await page.locator(".card").count()).toBe(5);
      expect(await page.locator(".result").textContent()).toContain(
        "62 % of held-out answers before training and on 20 % after 3 iterations",
      );
      expect(await page.locator("#training .small").first().textContent()).toContain("T₁ 100 %, T₂ 100 %, T₃ 50 %");
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width);
      expect(wrong).toEqual([]);
      await page.close();
    }
  });

  it("has the right numbers in the heat map", async () => {
    const { page } = await open(path);
    const table = page.locator("#matrix table").first();
    const cells = await table
      .locator("tbody tr")
      .evaluateAll((rows) => rows.map((row) => [...row.querySelectorAll("b")].map((cell) => cell.textContent)));
    const expected = [0, 1, 2, 3].map((i) => [0, 1, 2, 3].map((j) => `${Math.round(cellOf(i, j) * 100)} %`));
    expect(cells).toEqual(expected);
    await page.close();
  });

  it("says beside every ASR how far its judge can be believed, and what is left without its errors", async () => {
    const { page } = await open(path);
    const note = /F1 0\.75 \(0\.69–0\.81\) on 204 labelled answers of labels <img src=x/;
    expect(await page.locator(".believe").textContent()).toMatch(note);
    expect(await page.locator(".believe").textContent()).toMatch(
      /Corrected for the judge's errors: \d+\s%\s\(\d+–\d+\s%\) → /,
    );
    for (const part of [
      ".card.wide >> nth=0",
      ".card.wide >> nth=1",
      "#attacks figcaption >> nth=0",
      "#matrix figcaption >> nth=0",
    ])
      expect(await page.locator(part).textContent()).toMatch(note);
    expect(await page.locator("#weak-spots .lead").textContent()).toMatch(note);
    expect(await page.locator("#matrix .heat-cell", { hasText: "◦" }).count()).toBe(2 * 16);
    expect(await page.locator("#judges tbody tr").first().textContent()).toContain(
      "found 58 of 80 unsafe answers, called 17 of 120 safe ones unsafe",
    );
    await page.close();
  });

  it("draws what answers do with attacks and with harmless requests, an alternative as a class of its own", async () => {
    const { page } = await open(path);
    const attacks = page.getByRole("figure", { name: "What becomes of attacks" });
    // Five classes of four Targets.
    expect(await attacks.locator("svg rect").count()).toBe(20);
    await attacks.getByText("Numbers").click();
    expect(await attacks.locator("tbody tr").first().textContent()).toMatch(
      /^declines with an alternative5 % \(0 % to 12 %\), n \d+13 %/,
    );
    await page.locator("#filter-outcome").selectOption("alternative");
    const shown = await page.locator("#answers .answer:last-child .small").allTextContents();
    expect(shown.length).toBeGreaterThan(0);
    for (const note of shown) expect(note).toContain("declines with an alternative");
    await page.close();
  });

  it("draws what a judge said against what was so, or says why it cannot", async () => {
    const { page } = await open(path);
    const plots = page.locator("#calibration");
    expect(await plots.locator(".plot-area svg").count()).toBe(1);
    await plots.getByText("Numbers").click();
    const rows = await plots.locator("tbody tr").allTextContents();
    expect(rows).toHaveLength(10);
    expect(rows[4]).toBe("40–50 %0––");
    expect(rows[9]).toMatch(/^90–100 %4695\.0 %71\.7 %\d+ % to \d+ %$/);
    expect(await plots.locator("p.small").textContent()).toBe(
      "embedded:training: no calibration plot, since its calibration keeps the error (0.06) without the bins behind it; `seas judge calibrate` measures them.",
    );
    await page.close();
  });

  it("has the ratings of the matrix beside it", async () => {
    const { page } = await open(path);
    const chart = page.getByRole("figure", { name: "Elo ratings by embedded:scoring" });
    await chart.getByText("Numbers").click();
    const rows = await chart.locator("tbody tr").allTextContents();
    expect(rows.map((row) => row.slice(0, 2))).toEqual(["R₀", "R₁", "R₂", "R₃", "T₀", "T₁", "T₂", "T₃"]);
    expect(rows[3]).toBe("R₃+45−17 to +10796");
    await page.close();
  });

  it("lists what the judges disagree on, its texts behind a click each", async () => {
    const { page } = await open(path);
    const list = page.locator("#disagreements");
    await list.locator("summary").click();
    const items = list.locator(".apart > li");
    expect(await items.count()).toBe(50);
    expect(await items.first().locator(".chip").count()).toBe(2);
    expect(await list.locator(".text").count()).toBe(0);
    await items.first().getByRole("button").first().click();
    expect(await list.locator(".text").count()).toBe(1);
    await page.close();
  });

  it("hides texts until they are asked for, one by one or all", async () => {
    const { page } = await open(path);
    const answers = page.locator("#answers");
    const before = await answers.textContent();
    for (const text of hostile) expect(before).not.toContain(text.slice(0, 12));
    expect(await answers.locator(".text").count()).toBe(0);

    await answers.getByRole("button", { name: "Show prompt" }).first().press("Enter");
    expect(await answers.locator(".text").count()).toBe(1);
    expect(await page.evaluate("document.activeElement.className")).toBe("text");

    await answers.getByLabel("Show texts").check();
    expect(await answers.locator(".text").count()).toBe(8 * 5);
    await answers.getByLabel("Show texts").uncheck();
    expect(await answers.locator(".text").count()).toBe(0);
    await page.close();
  });

  it("shows hostile text as it is and runs none of it", async () => {
    const { page, wrong } = await open(path);
    await page.locator("#answers").getByLabel("Show texts").check();
    const texts = await page.locator("#answers article > .text").allTextContents();
    expect(texts.slice(0, 2)).toEqual(hostile.slice(0, 2));
    expect(texts[2]).toBe("lineU+2028separatorU+2029paragraph <!-- <script> -->");
    expect(texts[3]).toBe("bidi U+202Egnp.exeU+202C zeroU+200Bwidth U+0007bell U+001B[31mredU+001B[0m U+0000nul");
    expect(texts[4]).toContain("surrogate U+D800 and `${window.broken = 3}` & &lt;b&gt; ]]> U+000D\n done");
    expect(texts[5]).toHaveLength(10_000);
    for (const summary of await page.locator("details > summary").all()) await summary.click();
    const hidden = page.locator("#written .reveal");
    while ((await hidden.count()) > 0) await hidden.first().click();
    expect(await page.locator("main img, main iframe, main script, .text *:not(.code-point)").count()).toBe(0);
    expect(await page.evaluate("window.broken")).toBeUndefined();
    expect(wrong).toEqual([]);
    await page.close();
  });

  it("lets nothing in past its policy", async () => {
    const { page } = await open(path);
    const done = await page.evaluate(`(async () => {
      const refused = [];
      document.addEventListener("securitypolicyviolation", (event) => refused.push(event.effectiveDirective));
      const script = document.createElement("script");
      try { document.body.innerHTML += "<b>markup</b>"; } catch { refused.push("innerHTML"); }
      try { script.textContent = "window.broken = 4"; document.body.append(script); } catch { refused.push("script"); }
      const image = document.createElement("img");
      image.src = "http://127.0.0.1:9/x.png";
      document.body.append(image);
      await fetch("http://127.0.0.1:9/").catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, 100));
      return { refused, broken: window.broken };
    })()`);
    expect(done).toMatchObject({ refused: expect.arrayContaining(["innerHTML", "script", "img-src", "connect-src"]) });
    expect((done as { broken: unknown }).broken).toBeUndefined();
    await page.close();
  });

  it("saves any table as CSV and any drawing as SVG that stands alone", async () => {
    const { page, wrong } = await open(path);
    const saved = async (name: string) => {
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("button", { name, exact: true }).first().click(),
      ]);
      return { name: download.suggestedFilename(), text: await readFile(await download.path(), "utf8") };
    };
    await page.getByText("What is asked × how it is asked").click();
    const csv = await saved(`CSV of What is asked × how, after (T₃)`);
    expect(csv.name).toBe("what-is-asked-how-after-t3.csv");
    expect(csv.text.split("\r\n")[0]).toBe("\ufeff,code nesting,goal hijacking,plain,role play");
    expect(csv.text.split("\r\n")[1]).toMatch(/^fraud and scams,/);
    const svg = await saved("SVG of Seconds by stage");
    expect(svg.name).toBe("seconds-by-stage.svg");
    expect(svg.text).toMatch(/^<svg [^>]*xmlns="http:\/\/www.w3.org\/2000\/svg"/);
    expect(svg.text).not.toMatch(/var\(|class=/);
    expect(wrong.filter((what) => !what.startsWith("request: blob:"))).toEqual([]);
    await page.close();
  });

  it("filters and turns pages", async () => {
    const { page } = await open(path);
    const answers = page.locator("#answers");
    const shown = () => answers.getByRole("status").textContent();
    expect(await shown()).toBe("Prompts 1 to 8 of 40");
    await answers.getByRole("button", { name: "Next" }).click();
    expect(await shown()).toBe("Prompts 9 to 16 of 40");
    await answers.getByLabel("What is asked").selectOption("malware");
    expect(await shown()).toBe("Prompts 1 to 7 of 7");
    await answers.getByLabel("Prompts", { exact: true }).selectOption("look-alikes");
    expect(await shown()).toBe("Prompts 1 to 8 of 16");
    await answers.getByLabel("What became of it").selectOption("disagree");
    for (const article of await answers.locator("article").all()) {
      expect(
        new Set(await article.locator(".chip").evaluateAll((all) => all.map((c) => c.classList[1]))).size,
      ).toBeGreaterThan(1);
    }
    await page.close();
  });
});

describe("the report of a run that is not whole", () => {
  it("draws what there is and says what is missing", async () => {
    const run = join(folder, "stopped");
    await writeFixtureRun(run, { iterations: 2 });
    for (const name of ["end.json", "2", "1/scores.jsonl", "1/verdicts.jsonl", "0/adapters"])
      await rm(join(run, name), { recursive: true });
    const { page, wrong } = await open(await writeReport(run, { out: join(folder, "elsewhere", "report.html") }));
    expect(await page.locator(".pill").textContent()).toBe("unfinished");
    const notice = await page.getByLabel("What is missing").textContent();
    expect(notice).toContain("Iteration 1 lacks verdicts.jsonl, scores.jsonl.");
    expect(notice).toContain("Not begun: iteration 2 of 0 to 2.");
    expect(await page.locator("main > section").count()).toBe(13);
    expect(wrong).toEqual([]);
    await page.close();
  });

  it("draws a run that has only begun", async () => {
    const run = join(folder, "begun");
    await writeFixtureRun(run, { iterations: 1 });
    for (const name of ["end.json", "0", "1"]) await rm(join(run, name), { recursive: true });
    const { page, wrong } = await open(await writeReport(run));
    expect(await page.locator(".result").textContent()).toBe("No attack has been scored in this run yet.");
    expect(await page.locator(".card.empty").count()).toBe(5);
    expect(wrong).toEqual([]);
    await page.close();
  });
});
