/**
 * The same held-out prompt answered by T_0 … T_n side by side, with what each judge said; filters and pages.
 * Texts stay out of the document until somebody asks for them.
 */
import type { Answer, AnsweredPrompt, Opinion, Summary } from "../types.ts";
import { h, nothing, section } from "./dom.ts";
import { type Filter, filterPrompts, type Outcome, outcomes } from "./filters.ts";
import { count, redTeam, target, words } from "./format.ts";
import { textBox } from "./texts.ts";
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

  const pick = (id: string, change: (value: string) => Partial<Filter>) =>
    h("select", {
      id,
      change: (event) => {
        const { value } = event.target as HTMLSelectElement;
        filter = { ...filter, ...change(value) };
        view.filter = filter;
        view.page = 0;
        draw();
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

  const turn = (by: number) => {
    view.page += by;
    draw();
    list.scrollIntoView({ block: "start" });
  };
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

/** Some prompts of each Red Team, and how often they broke the Target they were written for. */
export function writtenPrompts({ written }: Pick<Summary, "written">): HTMLElement | null {
  if (written.length === 0) return null;
  const authors = [...new Set(written.map((w) => w.redTeam))].sort((a, b) => a - b);
  return section(
    "written",
    "What the Red Team wrote",
    "Prompts used in the attacks, evenly spread over all of them, with the training judge's verdicts on their answers.",
    authors.map((i) => {
      const own = written.filter((w) => w.redTeam === i);
      return h(
        "details",
        { class: "fold", "data-key": `written by ${i}` },
        h("summary", {}, `${redTeam(i)}, iteration ${own[0]!.iteration}: ${own.length} prompts`),
        h(
          "ul",
          { class: "written" },
          own.map(({ id, prompt, labels, category }) =>
            h(
              "li",
              {},
              h(
                "p",
                { class: "tags" },
                h("span", { class: "tag" }, visibleLine(words(category), 40)),
                h(
                  "span",
                  { class: `chip ${labels.unsafe > 0 ? "unsafe" : "safe"}` },
                  `${labels.unsafe} of ${labels.unsafe + labels.safe} answers unsafe${labels.unscored > 0 ? `, ${labels.unscored} without a verdict` : ""}`,
                ),
              ),
              textBox("prompt", prompt, false, `written ${id}`),
            ),
          ),
        ),
      );
    }),
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
    { class: "prompt", "aria-label": `Prompt ${number}` },
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
  const { target: t, sample, response, finishReason, refusal, verdicts } = answer;
  const notes = [
    refusal === "full" && "refuses",
    refusal === "partial" && "refuses in part",
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

/** A verdict and whose it is. */
export function verdictChip({ judge, label, unsafeProbability }: Opinion, scoring: boolean): HTMLElement {
  const glyphs = { safe: "✓", unsafe: "✗", unscored: "?" } as const;
  const probability = unsafeProbability === undefined ? "" : ` ${unsafeProbability.toFixed(2)}`;
  return h(
    "li",
    {},
    h("span", { class: `chip ${label}` }, `${glyphs[label]} ${label}${probability}`),
    h("span", { class: "by", title: visibleLine(judge) }, scoring ? "scoring judge" : "training judge"),
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
