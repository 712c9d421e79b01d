/** The machine's Chromium for the browser tests, and what of axe-core's findings a test lets pass: nothing serious. */
import axe from "axe-core";
import { type Browser, chromium, type Page } from "playwright-core";

const flags = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** A browser of the system; `CHROME_PATH` names another. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: process.env.CHROME_PATH ?? "/usr/bin/chromium", args: flags });
}

/** What axe-core finds serious or critical on the page as it stands: rule and places. */
export async function seriousFindings(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const found = (await page.evaluate(`axe.run(document).then(({ violations }) => violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => id + ": " + nodes.slice(0, 5).map(({ target, any }) => target.join(" ") + " " + (any[0]?.message ?? "")).join(" | ")))`)) as string[];
  return found;
}
