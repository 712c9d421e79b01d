/**
 * The same held-out prompt answered by T_0 … T_n side by side, with what each judge said; filters and pages.
 * Texts stay out of the document until somebody asks for them.
 */
import { classNames } from "../answer-classes.ts";
import type { Answer, AnsweredPrompt, Summary } from "../types.ts";
import { h, nothing, section } from "./dom.ts";
import { type Filter, filterPrompts, isOutcome, type Outcome, outcomes } from "./filters.ts";
import { count, target, words } from "./format.ts";
import { showAddress } from "./place.ts";
import { textBox } from "./texts.ts";
import { verdictChip } from "./verdict.ts";
import { visibleLine } from "./visible.ts";

const pageSize = 8;

const suites: Readonly<Record<string, string>> = { test: "Held-out attacks", "look-alikes": "Harmless look-alikes" };

/** What the reader asked of the browser; it outlives a redraw. */
export interface AnswerView {
  /** Undefined until there are answers. */
  filter: Filter | undefined;
  page: number;
  /** All texts shown. */
  open: boolean;
}

/** Nothing asked yet. */
export function answerView(): AnswerView {
  return { filter: undefined, page: 0, open: false };
}

/** Turns the view to what an address asks for. */
export function askAnswers(view: AnswerView, asked: ReadonlyMap<string, string>): void {
  const of = (name: string) => asked.get(name) ?? "";
  const outcome = of("outcome");
  view.filter = {
    suite: of("suite"),
    category: of("category"),
    style: of("style"),
    outcome: isOutcome(outcome) ? outcome : "",
  };
  view.page = Math.max(0, (Number.parseInt(of("page"), 10) || 1) - 1);
}

/** The browser of answers. */
export function answerBrowser(summary: Pick<Summary, "answers" | "judges">, view: AnswerView): HTMLElement {
  const { rows, total } = summary.answers;
  const text = `The same prompt and the same random choices for every Target. ${rows.length < total ? `${count(rows.length)} of ${count(total)} prompts are here, evenly spread; the others are in the run folder.` : ""}`;
  if (rows.length === 0) return section("answers", "Before and after", text, nothing("No answers yet."));
  const judge = summary.judges.find((j) => j.scores)?.judge;
  const list = h("div", { class: "prompts" });
  const status = h("p", { class: "shown", role: "status" });
  const previous = h("button", { type: "button", click: () => turn(-1) }, "← Previous");
  const next = h("button", { type: "button", click: () => turn(1) }, "Next →");
  const open = h("input", {
    type: "checkbox",
    id: "show-texts",
    checked: view.open,
    change: () => {
      view.open = open.checked;
      draw();
    },
  });
  const first = rows.some((r) => r.suite === "test") ? "test" : rows[0]!.suite;
  let filter: Filter = view.filter ?? { suite: first, category: "", style: "", outcome: "" };
  if (!rows.some((row) => row.suite === filter.suite)) filter = { ...filter, suite: first };

  const pick = (id: string, change: (value: string) => Partial<Filter>) =>
    h("select", {
      id,
      change: (event) => {
        const { value } = event.target as HTMLSelectElement;
        filter = { ...filter, ...change(value) };
        view.filter = filter;
        view.page = 0;
        draw();
        remember();
      },
    });
  const category = pick("filter-category", (value) => ({ category: value }));
  const style = pick("filter-style", (value) => ({ style: value }));
  const outcome = pick("filter-outcome", (value) => ({ outcome: value as Outcome }));
  const suite = pick("filter-suite", (value) => {
    refill(value);
    return { suite: value, category: "", style: "" };
  });
  const refill = (of: string) => {
    const own = rows.filter((row) => row.suite === of);
    fill(category, distinct(own.map((row) => row.category)));
    fill(style, distinct(own.flatMap((row) => row.style ?? [])));
  };
  for (const name of new Set(rows.map((row) => row.suite))) {
    suite.append(h("option", { value: name, selected: name === filter.suite }, suites[name] ?? words(name)));
  }
  outcome.append(...Object.entries(outcomes).map(([value, name]) => h("option", { value }, name)));
  refill(filter.suite);
  [category.value, style.value, outcome.value] = [filter.category, filter.style, filter.outcome];
  // An address may ask for what is not here.
  filter = { ...filter, category: category.value, style: style.value };
  for (const box of [category, style]) if (box.selectedIndex < 0) box.value = "";

  const turn = (by: number) => {
    view.page += by;
    draw();
    remember();
    list.scrollIntoView({ block: "start" });
  };
  const remember = () => showAddress("answers", { ...filter, page: view.page === 0 ? "" : String(view.page + 1) });
  const draw = () => {
    const found = filterPrompts(rows, filter, judge);
    // Answers that came may have changed what fits.
    view.page = Math.max(0, Math.min(view.page, Math.ceil(found.length / pageSize) - 1));
    const from = view.page * pageSize;
    const here = found.slice(from, from + pageSize);
    status.textContent =
      found.length === 0 ? "No prompt fits." : `Prompts ${from + 1} to ${from + here.length} of ${count(found.length)}`;
    previous.disabled = view.page === 0;
    next.disabled = from + pageSize >= found.length;
    list.replaceChildren(...here.map((row) => promptCard(row, rows.indexOf(row) + 1, open.checked, judge)));
  };
  draw();
  const field = (name: string, control: HTMLElement) =>
    h("div", { class: "field" }, h("label", { for: control.id }, name), control);
  return section(
    "answers",
    "Before and after",
    text,
    h(
      "aside",
      { class: "notice warn" },
      h(
        "p",
        {},
        h("strong", {}, "These texts can be harmful. "),
        "They are attacks and the answers of models that may have given in. They stay hidden until you ask for them, are shown as plain text, and characters that cannot be seen are shown by their code point.",
      ),
    ),
    h(
      "div",
      { class: "filters" },
      field("Prompts", suite),
      field("What is asked", category),
      field("How it is asked", style),
      field("What became of it", outcome),
      h("label", { class: "toggle", for: "show-texts" }, open, "Show texts"),
    ),
    status,
    list,
    h("div", { class: "pager" }, previous, next),
  );
}

function promptCard(
  { id, suite, prompt, answers, category, style }: AnsweredPrompt,
  number: number,
  open: boolean,
  judge: string | undefined,
): HTMLElement {
  const targets = [...new Set(answers.map((a) => a.target))].sort((a, b) => a - b);
  return h(
    "article",
    { class: "prompt", "aria-label": `Prompt ${number}`, tabindex: -1 },
    h(
      "p",
      { class: "tags" },
      h("span", { class: "number" }, `#${number}`),
      h("span", { class: "tag" }, visibleLine(words(category), 40)),
      style !== null && h("span", { class: "tag" }, visibleLine(words(style), 40)),
    ),
    textBox("prompt", prompt, open, `${suite} ${id}`),
    h(
      "div",
      { class: "answers" },
      targets.map((t) =>
        h(
          "section",
          { class: "answer", "aria-label": `Answers of ${target(t)}` },
          h("h4", {}, target(t)),
          answers
            .filter((a) => a.target === t)
            .sort((a, b) => a.sample - b.sample)
            .map((a) => answerOf(a, open, judge, `${suite} ${id}`)),
        ),
      ),
    ),
  );
}

function answerOf(answer: Answer, open: boolean, judge: string | undefined, key: string): HTMLElement {
  const { target: t, sample, response, finishReason, answerClass, verdicts } = answer;
  const notes = [
    answerClass !== "unscored" && classNames[answerClass],
    finishReason === "length" && "cut off at the limit",
    finishReason === "error" && "ended by an error",
  ].filter((note) => note !== false);
  return h(
    "div",
    { class: "sample" },
    h(
      "ul",
      { class: "verdicts" },
      verdicts
        .toSorted((a, b) => Number(b.judge === judge) - Number(a.judge === judge))
        .map((v) => verdictChip(v, v.judge === judge)),
    ),
    textBox(`answer${sample > 0 ? ` ${sample + 1}` : ""} of ${target(t)}`, response, open, `${key} ${t} ${sample}`),
    notes.length > 0 && h("p", { class: "small" }, notes.join(" · ")),
  );
}

/** The options of a filter, after "All". */
function fill(box: HTMLSelectElement, names: readonly string[]): void {
  const options = names.map((value) => h("option", { value }, visibleLine(words(value), 50)));
  box.replaceChildren(h("option", { value: "" }, "All"), ...options);
}

function distinct(names: readonly string[]): string[] {
  return [...new Set(names)].sort();
}
