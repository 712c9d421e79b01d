/** Another run beside this one: the figures of both with their intervals, differences where the prompts are the same. */
import type { ComparedFigure, Comparison, Figure, Summary } from "../types.ts";
import { h, section } from "./dom.ts";
import { flatten } from "./facts.ts";
import { count, interval, number, percent, redTeam, target } from "./format.ts";
import { table } from "./table.ts";
import { visibleLine } from "./visible.ts";

interface Kind {
  readonly title: string;
  readonly label: (index: number) => string;
  readonly share: boolean;
}

const kinds: Readonly<Record<ComparedFigure["what"], Kind>> = {
  asr: { title: "Attacks that succeed", label: target, share: true },
  refusals: { title: "Attack prompts refused", label: target, share: true },
  overRefusal: { title: "Harmless requests refused", label: target, share: true },
  perplexity: { title: "Perplexity of ordinary answers", label: target, share: false },
  redTeam: { title: "The last Red Team on the untrained Target", label: redTeam, share: true },
  diversity: { title: "Diversity of its prompts", label: redTeam, share: false },
};

/** The run that this one was to be compared with; nothing without one. */
export function comparison({
  against,
  name,
  config,
}: Pick<Summary, "against" | "name" | "config">): HTMLElement | null {
  if (against === null) return null;
  const other = visibleLine(against.name, 60);
  const changes = changedSettings(config, against.config);
  return section(
    "against",
    `Against ${other}`,
    pairing(against),
    table(
      `Figures of ${visibleLine(name, 60)} and ${other}`,
      ["", "This run", other, "Difference, prompt by prompt"],
      against.rows.map((row) => {
        const kind = kinds[row.what];
        return [kind.title, figureCell(row.own, kind), figureCell(row.other, kind), differenceCell(row)];
      }),
    ),
    h(
      "p",
      { class: "small" },
      "This run's last players and the other's. A difference whose interval holds 0 has shown none. The other run's lines are drawn dashed in the charts by iteration.",
    ),
    h(
      "p",
      { class: "small" },
      changes.length === 0
        ? "Both runs have the same settings."
        : `${count(changes.length)} ${changes.length === 1 ? "setting differs" : "settings differ"}: ${changes.slice(0, 8).join("; ")}${changes.length > 8 ? "; …" : ""}.`,
    ),
  );
}

/** Whether the differences are on the same prompts, in a sentence. */
function pairing({ prompts: { test, "look-alikes": lookAlikes }, judges: [own, other] }: Comparison): string {
  const both = test.same && lookAlikes.same;
  const which = both
    ? "Both runs put the same prompts to their last Target, so differences are taken prompt by prompt, with intervals that draw behaviours."
    : test.same
      ? `The attacks are the same in both runs, and their differences are taken prompt by prompt; of the harmless look-alikes ${count(lookAlikes.shared)} are shared, so those are not paired.`
      : `Not paired: of ${count(test.own)} attack prompts here and ${count(test.other)} there ${count(test.shared)} are the same, so part of any difference is the prompts'. The figures stand side by side, and no difference is given.`;
  const judged =
    own === other || own === null || other === null
      ? ""
      : ` Two judges report: ${visibleLine(own, 40)} here, ${visibleLine(other, 40)} there. Their ASRs do not compare.`;
  return `${which}${judged}`;
}

function figureCell(figure: ComparedFigure["own"], { label, share }: Kind): HTMLElement | string {
  if (figure === null || figure.value === null) return "–";
  const text = share ? `${percent(figure.value)} ` : `${number(figure.value)} `;
  const range = share ? interval(figure) : rangeOf(figure);
  return h(
    "span",
    {},
    h("b", {}, text),
    h("span", { class: "by" }, label(figure.index)),
    range !== "" && h("small", { class: "block range" }, `${range}, n ${count(figure.n)}`),
  );
}

function rangeOf({ low, high }: Figure): string {
  return low === null || high === null ? "" : `${number(low)}–${number(high)}`;
}

function differenceCell({ difference }: ComparedFigure): HTMLElement | string {
  if (difference === null || difference.value === null) return "not paired";
  const { value, low, high, n } = difference;
  const clear = low !== null && high !== null && (low > 0 || high < 0);
  return h(
    "span",
    {},
    h("b", {}, `${signedPoints(value)} points `),
    low !== null &&
      high !== null &&
      h("small", { class: "block range" }, `${signedPoints(low)} to ${signedPoints(high)}, ${count(n)} prompts`),
    !clear && h("small", { class: "block" }, "may be chance"),
  );
}

function signedPoints(share: number): string {
  const points = Math.round(share * 1000) / 10;
  return points > 0 ? `+${points}` : String(points).replace("-", "−");
}

/** `seed: 1 here, 2 there`. */
function changedSettings(own: unknown, other: unknown): string[] {
  const [here, there] = [new Map(flatten(own)), new Map(flatten(other))];
  return [...new Set([...here.keys(), ...there.keys()])]
    .filter((key) => here.get(key) !== there.get(key))
    .map((key) => visibleLine(`${key}: ${here.get(key) ?? "–"} here, ${there.get(key) ?? "–"} there`, 120));
}
