/**
 * Where the page begins: reads the summary that stands in it and draws it. A page of `seas view` also listens to its
 * server; one in a file asks the network for nothing. Bundled by esbuild together with its style sheets.
 */
import type { Summary } from "../types.ts";
import { fileSource, liveSource } from "./attempts/source.ts";
import { keysDialog, listenToKeys } from "./keys.ts";
import { listen, liveBar } from "./live.ts";
import "./notices.ts";
import { createPage, type Page } from "./page.ts";
import { themeSwitch } from "./theme.ts";
import "./base.css";
import "./headline.css";
import "./sections.css";
import "./answers.css";
import "./attempts/attempts.css";
import "./live.css";
import "./tools.css";
import "./layout.css";

const root = document.getElementById("report")!;
const summary = JSON.parse(document.getElementById("summary")!.textContent!) as Summary;
const { live } = root.dataset;
const keys = keysDialog();
const tools = [themeSwitch(keys.button), keys.dialog];
let page: Page;
if (live === undefined) page = createPage(root, summary, { attempts: fileSource(), tools });
else {
  const bar = liveBar();
  bar.status(summary.status);
  page = createPage(root, summary, { attempts: liveSource(), tools, bar: bar.element });
  listen(live, {
    summary(changed) {
      page.update(changed);
      if (changed.status !== undefined) bar.status(changed.status);
    },
    stage: bar.stage,
    connected: bar.connected,
  });
}
page.go(location.hash);
addEventListener("hashchange", () => page.go(location.hash));
listenToKeys(root, keys.dialog);
