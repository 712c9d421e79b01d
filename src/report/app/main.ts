/**
 * Where the page begins: reads the summary that stands in it and draws it. A page of `seas view` also listens to its
 * server; one in a file asks the network for nothing. Bundled by esbuild together with its style sheets.
 */
import type { Summary } from "../types.ts";
import { listen, liveBar } from "./live.ts";
import "./notices.ts";
import { createPage } from "./page.ts";
import "./base.css";
import "./headline.css";
import "./sections.css";
import "./answers.css";
import "./live.css";
import "./layout.css";

const root = document.getElementById("report")!;
const summary = JSON.parse(document.getElementById("summary")!.textContent!) as Summary;
const { live } = root.dataset;
if (live === undefined) createPage(root, summary);
else {
  const bar = liveBar();
  bar.status(summary.status);
  const page = createPage(root, summary, bar.element);
  listen(live, {
    summary(changed) {
      page.update(changed);
      if (changed.status !== undefined) bar.status(changed.status);
    },
    stage: bar.stage,
    connected: bar.connected,
  });
}
