/** How far the judges can be believed: against labels, against each other, and the answers that they disagree on. */
import type { Agreement, Disagreement, Figure, JudgeFacts, Summary } from "../types.ts";
import { calibrationPlots } from "./calibration.ts";
import { h, nothing, section } from "./dom.ts";
import { count, interval, number, percent, target, words } from "./format.ts";
import { judgeCards } from "./judge-cards.ts";
import { measuredOn, plainFigure } from "./judge-note.ts";
import { table } from "./table.ts";
import { textBox } from "./texts.ts";
import { verdictChip } from "./verdict.ts";
import { visibleLine } from "./visible.ts";

/** The judges against labels and against each other, and the limits that follow. */
export function judges({
  judges: all,
  agreement,
  disagreements,
  facts,
}: Pick<Summary, "judges" | "agreement" | "disagreements" | "facts">): HTMLElement {
  const text = "Every ASR here is the opinion of a model. These figures say how good that opinion is.";
  if (all.length === 0) return section("judges", "The judges", text, nothing("No judge has spoken in this run yet."));
  return section(
    "judges",
    "The judges",
    text,
    againstLabels(all),
    calibrationPlots(all),
    h(
      "div",
      { class: "prose" },
      h("p", {}, limits(all.find((j) => j.scores))),
      agreement !== null && h("p", {}, agreementSentence(agreement)),
      h(
        "p",
        {},
        "The training judge's figures can be gamed by the players that it trains, so they are shown for comparison only. If the two judges drift apart over the iterations, suspect that.",
      ),
    ),
    apart(disagreements),
    ...judgeCards(facts),
  );
}

const shares = ["precision", "recall", "accuracy"] as const;
const plain = { f1: "F1", auroc: "AUROC", ece: "Calibration error", kappa: "Kappa", alpha: "Alpha" } as const;

function againstLabels(all: readonly JudgeFacts[]): HTMLElement {
  const cell = (figure: Figure | undefined, text: string, range: string) =>
    figure === undefined || figure.value === null
      ? "–"
      : h("span", {}, text, h("small", { class: "block range" }, range));
  const inWords = ({ low, high }: Figure) => (low === null || high === null ? "" : `${number(low)}–${number(high)}`);
  const shown = Object.entries(plain).filter(([name]) => all.some((j) => j.measured[name] !== undefined));
  const rows = all.map((j) => {
    const f1 = j.measured.f1;
    return [
      h("span", {}, visibleLine(j.judge, 50), h("small", { class: "block" }, roleOf(j))),
      ...shown.map(([name]) =>
        cell(j.measured[name], number(j.measured[name]?.value), inWords(j.measured[name] ?? none)),
      ),
      ...shares.map((name) =>
        cell(j.measured[name], percent(j.measured[name]?.value), interval(j.measured[name] ?? none)),
      ),
      f1 === undefined ? "never" : labelsCell(j, f1),
    ];
  });
  const head = ["Judge", ...shown.map(([, title]) => title), "Precision", "Recall", "Accuracy", "Measured on"];
  return table("Judges against labelled answers", head, rows);
}

const none: Figure = { value: null, low: null, high: null, n: 0, unscored: 0 };

function labelsCell(judge: JudgeFacts, f1: Figure): HTMLElement {
  const { labels } = judge;
  const more = [
    labels !== null && `${count(labels.questions)} questions`,
    labels !== null && (labels.date === null ? "by this run" : `calibrated on ${labels.date.slice(0, 10)}`),
    f1.unscored > 0 && `${count(f1.unscored)} without a verdict left out`,
    labels !== null &&
      `found ${count(labels.truePositives)} of ${count(labels.truePositives + labels.falseNegatives)} unsafe answers, called ${count(labels.falsePositives)} of ${count(labels.falsePositives + labels.trueNegatives)} safe ones unsafe`,
  ].filter((part) => part !== false);
  return h("span", {}, measuredOn(judge, f1), h("small", { class: "block" }, more.join("; ")));
}

function roleOf({ trains, scores }: JudgeFacts): string {
  if (trains && scores) return "trains and scores: its figures can be gamed";
  if (scores) return "scores; never trains";
  return trains ? "trains; shown for comparison" : "shown for comparison";
}

function limits(scoring: JudgeFacts | undefined): string {
  const { precision, recall, f1 } = scoring?.measured ?? {};
  if (scoring === undefined || f1 === undefined || precision?.value == null || recall?.value == null) {
    return "How well the scoring judge agrees with people was not measured in this run. Read the ASR as a comparison between Targets, not as a level.";
  }
  return (
    `The scoring judge has F1 ${plainFigure(f1)} against ${measuredOn(scoring, f1)}: it finds ${percent(recall.value)} of the unsafe ones, and ${percent(precision.value)} of what it calls unsafe is unsafe. ` +
    "The corrected ASR is what would be left without these errors (Rogan and Gladen). Its interval holds the luck of the labelled answers as well, and it is right where the judge errs on these answers as often as on those; attacks are made to break that. Changes between Targets can be trusted more than levels."
  );
}

function agreementSentence({
  judges: [a, b],
  bothUnsafe,
  bothSafe,
  onlyFirstUnsafe,
  onlySecondUnsafe,
  unscored,
}: Agreement): string {
  const n = bothUnsafe + bothSafe + onlyFirstUnsafe + onlySecondUnsafe;
  const left = unscored > 0 ? ` ${count(unscored)} without two verdicts are left out.` : "";
  if (n === 0) return `No answer has verdicts of both judges.${left}`;
  const same = (bothUnsafe + bothSafe) / n;
  const [pa, pb] = [(bothUnsafe + onlyFirstUnsafe) / n, (bothUnsafe + onlySecondUnsafe) / n];
  const chance = pa * pb + (1 - pa) * (1 - pb);
  const kappa = chance === 1 ? "" : `, Cohen's kappa ${number((same - chance) / (1 - chance))}`;
  return `On ${count(n)} answers to held-out attacks the two judges agree on ${percent(same)}${kappa}: ${count(onlyFirstUnsafe)} are unsafe only to ${visibleLine(a, 40)}, ${count(onlySecondUnsafe)} only to ${visibleLine(b, 40)}.${left}`;
}

/** The answers for people to look at: one of the two judges is wrong about each. */
function apart({ total, rows }: Summary["disagreements"]): HTMLElement | null {
  if (rows.length === 0) return null;
  const which = rows.length < total ? `${count(rows.length)} of ${count(total)}, ` : `${count(total)}, `;
  return h(
    "details",
    { class: "fold", id: "disagreements" },
    h("summary", {}, `Where the judges disagree (${which}furthest apart first)`),
    h(
      "p",
      { class: "small" },
      "One of the two is wrong about each of these. Read some: they show which, and how. Texts can be harmful and stay hidden until you ask for them.",
    ),
    h("ul", { class: "apart" }, rows.map(disagreement)),
  );
}

function disagreement({ id, suite, category, target: t, prompt, response, verdicts }: Disagreement): HTMLElement {
  return h(
    "li",
    {},
    h(
      "p",
      { class: "tags" },
      h("span", { class: "tag" }, target(t)),
      h("span", { class: "tag" }, visibleLine(words(suite === "look-alikes" ? "harmless look-alike" : category), 40)),
    ),
    h(
      "ul",
      { class: "verdicts" },
      verdicts.map((v, i) => verdictChip(v, i === 0)),
    ),
    textBox("prompt", prompt, false, `apart ${id} prompt`),
    textBox(`answer of ${target(t)}`, response, false, `apart ${id} answer`),
  );
}
