/** The R × T matrix as heat maps, one a judge, and beside each the ratings that put it on one line. */
import * as Plot from "@observablehq/plot";
import type { Cell, JudgeFacts, Rating, Ratings, Summary } from "../types.ts";
import { chart } from "./chart.ts";
import { h, nothing, section } from "./dom.ts";
import { count, redTeam, target } from "./format.ts";
import { correctable, heatCell, indexes, judgeTitle } from "./heat.ts";
import { judgeNote } from "./judge-note.ts";
import { colors } from "./palette.ts";
import { table } from "./table.ts";
import { visibleLine } from "./visible.ts";

/** R_i × T_j with Elo ratings, the scoring judge first. */
export function matrix({ matrix: all, elo, judges }: Pick<Summary, "matrix" | "elo" | "judges">): HTMLElement {
  const both =
    "Each Red Team's own prompts put to each Target. Down a column: does the Red Team get stronger? Along a row: does the Target hold against attacks that it has not trained on?";
  const line =
    "Elo ratings put the matrix on one line: an unsafe answer is a game that the Red Team won, and one that stands 100 points above a Target breaks it on 64\u00a0% of answers. The mean of all players is 0, so ratings of two runs do not compare.";
  return section(
    "matrix",
    "Every Red Team against every Target",
    elo.length === 0 ? both : `${both} ${line}`,
    all.length === 0
      ? nothing("No cross-play in this run yet.")
      : h(
          "div",
          { class: "grid" },
          all.map(({ judge, scoring, cells }) => {
            const ratings = elo.find((e) => e.judge === judge);
            const facts = judges.find((j) => j.judge === judge);
            return [heatMap(judge, scoring, cells, facts), ratings !== undefined && ratingChart(ratings)];
          }),
        ),
  );
}

function heatMap(judge: string, scoring: boolean, cells: readonly Cell[], facts: JudgeFacts | undefined): HTMLElement {
  const rows = indexes(cells.map((c) => c.redTeam));
  const columns = indexes(cells.map((c) => c.target));
  const corrected = correctable(cells) ? "; ◦ corrected for the judge's errors" : "";
  return h(
    "figure",
    { class: "chart" },
    h(
      "figcaption",
      {},
      h("h3", {}, judgeTitle(judge, scoring)),
      h("p", {}, `Unsafe answers, with 95 % interval${corrected}. This judge: ${judgeNote(facts)}.`),
    ),
    table(
      `ASR of each Red Team on each Target by ${visibleLine(judge)}`,
      ["", ...columns.map(target)],
      rows.map((i) => [
        redTeam(i),
        ...columns.map((j) => heatCell(cells.find((c) => c.redTeam === i && c.target === j))),
      ]),
      "heat",
    ),
  );
}

/** Red Teams and Targets on one line: to the right is strong for both. */
function ratingChart({ judge, scoring, iteration, players }: Ratings): HTMLElement {
  const name = ({ role, index }: Rating) => (role === "red-team" ? redTeam(index) : target(index));
  const color = ({ role }: Rating) => (role === "red-team" ? colors.redTeam : colors.target);
  const known = players.filter(({ value }) => value !== null);
  const ends = known.flatMap(({ value, low, high }) => [value!, low ?? value!, high ?? value!]);
  const most = Math.max(100, ...ends.map(Math.abs)) * 1.08;
  const points = (value: number | null) => (value === null ? "–" : signed(Math.round(value)));
  const short = visibleLine(judge, 30);
  return chart({
    title: `Elo ratings by ${short}`,
    key: `elo ${judge}`,
    text: `After iteration ${iteration}${scoring ? "" : ", by the judge that trains"}: to the right is stronger, for both sides. A player without a whisker won or lost every game.`,
    legend: [
      { name: "Red Team", color: colors.redTeam },
      { name: "Target", color: colors.target },
    ],
    height: 46 + 26 * known.length,
    plot: () => ({
      marginLeft: 34,
      marginRight: 48,
      marginTop: 4,
      marginBottom: 38,
      x: { domain: [-most, most], ticks: 5, tickFormat: signed, grid: true, label: "Elo", labelOffset: 34 },
      y: { type: "point", domain: known.map(name), label: null, padding: 0.6 },
      marks: [
        Plot.ruleX([0], { stroke: colors.muted, strokeOpacity: 0.6 }),
        Plot.ruleY(
          known.filter(({ low }) => low !== null),
          { y: name, x1: "low", x2: "high", stroke: color, strokeWidth: 2, strokeOpacity: 0.45 },
        ),
        Plot.dot(known, { y: name, x: "value", fill: color, stroke: colors.surface, strokeWidth: 1.5, r: 5.5 }),
        Plot.text(known, {
          y: name,
          x: (p: Rating) => p.high ?? p.value,
          text: (p: Rating) => points(p.value),
          fill: color,
          fontWeight: 600,
          textAnchor: "start",
          dx: 9,
        }),
      ],
    }),
    numbers: {
      head: ["Player", "Elo", "95 % interval", "Games"],
      rows: players.map((p) => [
        name(p),
        points(p.value),
        p.low === null || p.high === null ? "" : `${points(p.low)} to ${points(p.high)}`,
        count(p.n),
      ]),
    },
  });
}

function signed(value: number): string {
  return value > 0 ? `+${value}` : String(value).replace("-", "−");
}
