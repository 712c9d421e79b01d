/**
 * The page: reads the summary that stands in it and puts the sections in order, the result first.
 * Bundled by esbuild together with its style sheets; holds no state and asks the network for nothing.
 */
import type { Summary } from "../types.ts";
import { answerBrowser, writtenPrompts } from "./answers.ts";
import { attackSuccess, groups, matrix } from "./attacks.ts";
import { h } from "./dom.ts";
import { facts, footer } from "./facts.ts";
import { flow, time } from "./flow.ts";
import { cards, header } from "./headline.ts";
import { judges } from "./judges.ts";
import "./notices.ts";
import { training } from "./training.ts";
import { usefulness, variety } from "./usefulness.ts";
import "./base.css";
import "./headline.css";
import "./sections.css";
import "./answers.css";
import "./layout.css";

const summary = JSON.parse(document.getElementById("summary")!.textContent!) as Summary;
const sections = [
  attackSuccess(summary),
  matrix(summary),
  groups(summary),
  usefulness(summary),
  variety(summary),
  answerBrowser(summary),
  writtenPrompts(summary),
  flow(summary),
  training(summary),
  judges(summary),
  time(summary),
  facts(summary),
].filter((part) => part !== null);
const names: Readonly<Record<string, string>> = {
  attacks: "Attacks",
  matrix: "Matrix",
  "weak-spots": "Weak spots",
  usefulness: "Usefulness",
  variety: "Variety",
  answers: "Answers",
  written: "Prompts",
  data: "Pairs",
  training: "Training",
  judges: "Judges",
  time: "Time",
  facts: "Facts",
};

document.getElementById("report")!.replaceChildren(
  header(summary),
  cards(summary),
  h(
    "nav",
    { "aria-label": "Sections" },
    h(
      "ul",
      {},
      sections.map(({ id }) => h("li", {}, h("a", { href: `#${id}` }, names[id] ?? id))),
    ),
  ),
  ...sections,
  footer(),
);
