/**
 * All attempts of the run in one list that scrolls, with filters that stand in the address, and beside it the attempt that the
 * reader looks at. Drawn once; when the run goes on the list is fetched again and the reader stays where he is.
 */
import type { AttemptIndex } from "../../attempts/types.ts";
import { h, nothing, section } from "../dom.ts";
import { count } from "../format.ts";
import { showAddress } from "../place.ts";
import { csvOf, saveButton } from "../save.ts";
import { labelChip } from "../verdict.ts";
import { attemptControls, leadOf } from "./controls.ts";
import { attemptDetail } from "./detail.ts";
import { everything, filterAttempts, filterFrom } from "./filter.ts";
import { type RowVerdict, verdictsOf, wordsOf } from "./names.ts";
import type { AttemptSource } from "./source.ts";
import { virtualList } from "./virtual-list.ts";

/** The list of attempts on the page. */
export interface AttemptSection {
  readonly element: HTMLElement;
  /** Fetches the attempts, again when the run has gone on. */
  refresh(): void;
  /** Shows what an address asks for. */
  open(asked: ReadonlyMap<string, string>): void;
}

/** A list without attempts yet. */
export function attemptSection(source: AttemptSource): AttemptSection {
  let index: AttemptIndex | null = null;
  let filter = everything;
  let found: Uint32Array = new Uint32Array();
  /** The row that is looked at, of all rows. */
  let looked: number | null = null;
  let fetching: Promise<void> | null = null;
  let again = false;

  const lead = h("p", { class: "lead" }, "Reading the attempts of this run…");
  const status = h("p", { class: "shown", role: "status" });
  const detail = h("div", { class: "detail" });
  const controls = attemptControls((chosen) => {
    filter = { ...filter, ...chosen };
    looked = null;
    apply(true);
  });
  const list = virtualList({
    label: "Attempts",
    key: "attempt",
    row: (at) => (index === null ? null : rowCells(index, found[at]!)),
    activate(at, byHand) {
      const row = found[at];
      if (index === null || row === undefined) return;
      if (row !== looked || detail.childElementCount === 0) detail.replaceChildren(attemptDetail(index, row, source));
      looked = row;
      if (byHand) remember();
    },
  });
  const remember = () => {
    const row = looked === null ? "" : String(looked + 1);
    showAddress("attempts", { ...filter, row });
  };
  const hint = () =>
    detail.replaceChildren(nothing("Choose an attempt: its texts, verdicts and lineage are shown here."));
  const body = h(
    "div",
    { class: "attempts" },
    controls.element,
    status,
    h("div", { class: "attempts-panes" }, h("div", { class: "attempts-list" }, headings(), list.element), detail),
    h(
      "p",
      { class: "saves" },
      saveButton("CSV", "attempts", () => (index === null ? undefined : csvOf(csvRows(index, found)))),
    ),
  );
  const element = section("attempts", "All attempts", null, lead, body);
  hint();

  /** Draws what the filter lets pass. */
  const apply = (byHand: boolean) => {
    if (index === null) return;
    filter = controls.fill(index, filter);
    found = filterAttempts(index, filter);
    status.textContent =
      found.length === 0 ? "No attempt fits." : `${count(found.length)} of ${count(index.rows.prompt.length)} attempts`;
    const at = looked === null ? -1 : found.indexOf(looked);
    if (at < 0) {
      looked = null;
      hint();
    }
    list.show(found.length, at < 0 ? null : at, byHand);
    if (byHand) remember();
  };
  const fetchIndex = async () => {
    const next = await source.index();
    body.hidden = next === null;
    if (next === null) {
      lead.textContent = "There are no attempts in this run yet.";
      return;
    }
    if (next.version === index?.version) return;
    index = next;
    lead.textContent = leadOf(next);
    const scrolled = list.element.scrollTop;
    apply(false);
    list.element.scrollTop = scrolled;
  };
  const refresh = () => {
    again = true;
    fetching ??= (async () => {
      while (again) {
        again = false;
        await fetchIndex().catch(() => {
          if (index === null) lead.textContent = "The attempts of this run cannot be read here.";
        });
      }
      fetching = null;
    })();
  };
  return {
    element,
    refresh,
    open(asked) {
      filter = filterFrom(asked);
      const row = Number(asked.get("row"));
      looked = Number.isInteger(row) && row > 0 ? row - 1 : null;
      const show = () => {
        apply(false);
        const at = looked === null ? -1 : found.indexOf(looked);
        if (at >= 0) list.go(at);
      };
      if (index === null) void fetching?.then(show);
      else show();
    },
  };
}

const columns = ["#", "Iter.", "What for", "Who", "What is asked", "How", "Scoring", "Training"];

function headings(): HTMLElement {
  return h(
    "div",
    { class: "row row-head", "aria-hidden": "true" },
    columns.map((name) => h("span", {}, name)),
  );
}

function rowCells(index: AttemptIndex, row: number): HTMLElement[] {
  const named = wordsOf(index, row);
  const [scored, trained] = verdictsOf(index, row);
  return [
    h("span", { class: "number" }, count(row + 1)),
    h("span", { class: "iteration" }, String(index.rows.iteration[row])),
    h("span", {}, named.suite),
    h("span", { class: "who" }, `${named.author} → ${named.target}`),
    h("span", { class: "asked" }, named.category),
    h("span", { class: "how" }, named.style),
    h("span", {}, chipOf(scored)),
    h("span", {}, chipOf(trained)),
  ];
}

/** Nothing where the judge was not asked. */
function chipOf({ label, probability }: RowVerdict): HTMLElement | null {
  return label === "-" ? null : labelChip(label, probability, true);
}

/** Without texts: they stand in the files, at the line that the table names. */
function csvRows(index: AttemptIndex, found: Uint32Array): string[][] {
  const head = ["attempt", "iteration", "for", "author", "target", "category", "style", "prompt"];
  const verdicts = ["scored", "scored probability", "trained", "trained probability"];
  const rows = Array.from(found, (row) => {
    const named = wordsOf(index, row);
    const said = verdictsOf(index, row).flatMap(({ label, probability }) => [label, probability]);
    const id = index.prompts.id[index.rows.prompt[row]!] ?? "";
    return [
      String(row + 1),
      String(index.rows.iteration[row]),
      ...[named.suite, named.author, named.target, named.category, named.style, id],
      ...said,
      ...[named.note, named.file, String(index.rows.line[row])],
    ];
  });
  return [[...head, ...verdicts, "note", "file", "line"], ...rows];
}
