/**
 * `npm test`: types, lint, dead code, then the three kinds of tests, all of them even if one fails. The last line,
 * alone on it, is `N passed, N failed, N skipped`; a check that is no test counts as one.
 */
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { check, finish, root, skip, tests } from "./checks.mjs";

check("types", "tsc", ["--noEmit", "-p", "."]);
const page = join("src", "report", "app");
// The page runs in a browser, so its types are others.
if (existsSync(join(root, page, "tsconfig.json"))) check("types of the page", "tsc", ["--noEmit", "-p", page]);
check("lint", "biome", ["ci", "."]);
check("dead code", "knip", []);
tests("unit");
tests("models");
const chromium = findChromium();
if (chromium === undefined)
  skip("browser: SKIPPED, there is no Chromium on this machine (install one, or set CHROME_PATH to it)");
else tests("browser", { CHROME_PATH: chromium });
finish();

/** A Chromium of the machine: the browser tests bring none. */
function findChromium() {
  const folders = (process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome.exe"];
  const places = [
    process.env.CHROME_PATH,
    ...folders.flatMap((folder) => names.map((name) => join(folder, name))),
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
  ];
  return places.find((place) => place !== undefined && place !== "" && existsSync(place));
}
