/** The filters over the list of attempts: what there is to choose follows from what there is. */
import { type AttemptIndex, suites } from "../../attempts/types.ts";
import { h } from "../dom.ts";
import { count, words } from "../format.ts";
import { visibleLine } from "../visible.ts";
import type { AttemptFilter } from "./filter.ts";
import { suiteNames } from "./names.ts";

/** Drawn filters. */
export interface AttemptControls {
  readonly element: HTMLElement;
  /** Offers what the index has, and shows the filter; a name that nothing has is taken out of it. */
  fill(index: AttemptIndex, filter: AttemptFilter): AttemptFilter;
}

const verdicts = { "": "All", unsafe: "Unsafe", safe: "Safe", unscored: "Without a verdict" } as const;

/** @param change is told what the reader chose */
export function attemptControls(change: (chosen: Partial<AttemptFilter>) => void): AttemptControls {
  const pick = (key: keyof AttemptFilter) =>
    h("select", {
      id: `attempts-${key}`,
      "data-key": `attempts ${key}`,
      change: (event) => change({ [key]: (event.target as HTMLSelectElement).value }),
    });
  const suite = pick("suite");
  const iteration = pick("iteration");
  const category = pick("category");
  const style = pick("style");
  const verdict = pick("verdict");
  const disagree = h("input", {
    type: "checkbox",
    id: "attempts-disagree",
    "data-key": "attempts disagree",
    change: () => change({ disagree: disagree.checked ? "yes" : "" }),
  });
  const one = h("button", { type: "button", class: "only", click: () => change({ prompt: "" }) });
  const field = (name: string, control: HTMLElement) =>
    h("div", { class: "field" }, h("label", { for: control.id }, name), control);
  const element = h(
    "div",
    { class: "filters" },
    field("What for", suite),
    field("Iteration", iteration),
    field("What is asked", category),
    field("How it is asked", style),
    field("Verdict", verdict),
    h("label", { class: "toggle", for: "attempts-disagree" }, disagree, "Judges disagree"),
    one,
  );
  return {
    element,
    fill(index, filter) {
      const { rows, categories, styles } = index;
      const there = new Set(rows.suite);
      options(
        suite,
        suites.filter((_, i) => there.has(i)).map((name) => [name, suiteNames[name] ?? name]),
      );
      options(
        iteration,
        [...new Set(rows.iteration)].sort((a, b) => a - b).map((i) => [String(i), String(i)]),
      );
      options(category, named(categories));
      options(style, named(styles));
      verdict.replaceChildren(...Object.entries(verdicts).map(([value, name]) => h("option", { value }, name)));
      for (const [key, box] of Object.entries({ suite, iteration, category, style, verdict })) {
        box.value = filter[key as keyof AttemptFilter];
        if (box.selectedIndex < 0) box.value = "";
      }
      disagree.checked = filter.disagree !== "";
      one.hidden = filter.prompt === "";
      one.textContent = `Only prompt ${visibleLine(filter.prompt, 20)} ✕`;
      one.setAttribute("aria-label", "Show the answers to other prompts too");
      return {
        suite: suite.value,
        iteration: iteration.value,
        category: category.value,
        style: style.value,
        verdict: verdict.value,
        disagree: filter.disagree === "" ? "" : "yes",
        prompt: filter.prompt,
      };
    },
  };
}

/** What the list holds, in a sentence. */
export function leadOf({ total, texts, rows }: AttemptIndex): string {
  const here = rows.prompt.length;
  return [
    here < total
      ? `${count(here)} of the run's ${count(total)} attempts, evenly spread over it; all of them stand in its attempts.jsonl and evaluation.jsonl files.`
      : `All ${count(total)} answers of this run, those of the attacks that trained and those of the evaluations.`,
    texts < here
      ? ` The texts of ${count(texts)} of them are in this page, evenly spread; of the others it says file and line.`
      : "",
    " Each with where its prompt comes from and what it trained.",
  ].join("");
}

function named(names: readonly string[]): (readonly [string, string])[] {
  return names.map((name) => [name, visibleLine(words(name), 50)] as const).sort(([a], [b]) => (a < b ? -1 : 1));
}

/** After "All". */
function options(box: HTMLSelectElement, all: readonly (readonly [value: string, name: string])[]): void {
  box.replaceChildren(h("option", { value: "" }, "All"), ...all.map(([value, name]) => h("option", { value }, name)));
}
