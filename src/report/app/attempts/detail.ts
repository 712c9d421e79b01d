/**
 * One attempt: its texts behind a click each, what the judges said, and its lineage: who wrote the prompt and from which seed
 * prompts, which pairs prompt and answer are a side of, and what those pairs trained.
 */
import type { AttemptIndex, PairUse, TextPlace } from "../../attempts/types.ts";
import type { Text } from "../../types.ts";
import { type Child, h } from "../dom.ts";
import { count, redTeam, target, words } from "../format.ts";
import { addressOf } from "../place.ts";
import { lazyText } from "../texts.ts";
import { labelChip } from "../verdict.ts";
import { visibleLine } from "../visible.ts";
import { type RowVerdict, verdictsOf, wordsOf } from "./names.ts";
import type { AttemptSource } from "./source.ts";

/** What stands beside the list. */
export function attemptDetail(index: AttemptIndex, row: number, source: AttemptSource): HTMLElement {
  const { rows, prompts } = index;
  const prompt = rows.prompt[row]!;
  const named = wordsOf(index, row);
  const [scored, trained] = verdictsOf(index, row);
  const sample = rows.sample[row]! > 0 ? `, answer ${rows.sample[row]! + 1}` : "";
  const key = `attempt ${prompts.id[prompt]} ${row}`;
  const text = (what: string, place: TextPlace, length: number, name: string) =>
    place < 0
      ? h("p", { class: "nothing" }, `This ${what} is not in this page.`)
      : lazyText(name, length, `${key} ${what} ${place}`, () => load(source, index, place, length));
  return h(
    "div",
    { class: "attempt" },
    h("h3", {}, `#${count(row + 1)} · ${named.suite}`),
    h(
      "p",
      { class: "tags" },
      [`iteration ${rows.iteration[row]}`, `${named.target}${sample}`, named.category, named.style, named.note]
        .filter((word) => word !== "")
        .map((word) => h("span", { class: "tag" }, word)),
    ),
    h("ul", { class: "verdicts" }, verdictLine(scored, "scoring judge"), verdictLine(trained, "training judge")),
    text("prompt", prompts.text[prompt]!, prompts.length[prompt]!, "prompt"),
    text("answer", rows.text[row]!, rows.length[row]!, `answer of ${named.target}`),
    lineage(index, row, text),
    h(
      "p",
      { class: "small" },
      h("a", { href: addressOf("attempts", { prompt: prompts.id[prompt]! }) }, "All answers to this prompt"),
      ` · line ${count(rows.line[row]!)} of ${named.file} in the run folder`,
    ),
  );
}

async function load(
  source: AttemptSource,
  index: AttemptIndex,
  place: TextPlace,
  length: number,
): Promise<Text | null> {
  const text = await source.text(index, place);
  if (text === null) return null;
  return length > text.length ? { text, more: length - text.length } : { text };
}

function verdictLine({ label, probability }: RowVerdict, whose: string): HTMLElement | null {
  if (label === "-") return null;
  return h("li", {}, labelChip(label, probability), h("span", { class: "by" }, whose));
}

function lineage(
  index: AttemptIndex,
  row: number,
  text: (what: string, place: TextPlace, length: number, name: string) => HTMLElement,
): HTMLElement {
  const { rows, prompts, seeds } = index;
  const prompt = rows.prompt[row]!;
  const { author } = wordsOf(index, row);
  const from = prompts.seeds[prompt]!;
  const uses = [
    ...(index.promptPairs[prompt] ?? []).map((use) => pairLine("The prompt", use)),
    ...(index.attemptPairs[row] ?? []).map((use) => pairLine("This answer", use)),
    ...siblings(index, row).flatMap((other) =>
      index.attemptPairs[other]!.map((use) => pairLine(`Another answer to it, #${count(other + 1)},`, use)),
    ),
  ];
  const entry = (name: string, ...children: Child[]) => h("div", {}, h("dt", {}, name), h("dd", {}, ...children));
  return h(
    "dl",
    { class: "lineage" },
    entry("Written by", author === "hand" ? "people, by hand" : author),
    from.length > 0 &&
      entry(
        "From the seed prompts",
        h(
          "ul",
          {},
          from.map((seed, i) => {
            const place = seeds.text[seed]!;
            const id = h("code", {}, visibleLine(seeds.id[seed] ?? "", 24));
            return h(
              "li",
              {},
              place < 0
                ? [id, ", of a data set that is not here"]
                : text("seed", place, seeds.length[seed]!, `seed prompt ${i + 1}`),
            );
          }),
        ),
      ),
    entry(
      "In training",
      uses.length > 0
        ? h("ul", {}, uses)
        : rows.suite[row] === 0
          ? "in no pair: neither prompt nor answer trained anybody"
          : "for the evaluation only: trained nobody",
    ),
  );
}

/** Other answers to the same prompt that are in pairs. */
function siblings({ rows, attemptPairs }: AttemptIndex, row: number): number[] {
  const prompt = rows.prompt[row]!;
  return Object.keys(attemptPairs)
    .map(Number)
    .filter((other) => other !== row && rows.prompt[other] === prompt);
}

/** `The prompt is the chosen side of a pair (attack) in the training of R₂, iteration 2.` Whether it changed the player is another matter. */
function pairLine(what: string, { role, iteration, kind, side }: PairUse): HTMLElement {
  const player = role === "red-team" ? redTeam(iteration) : target(iteration);
  return h(
    "li",
    {},
    `${what} is the ${side} side of a pair (${visibleLine(words(kind), 20)}) in the training of ${player}, iteration ${iteration}.`,
  );
}
