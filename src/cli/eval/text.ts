/**
 * The tables that an evaluation ends with: one a suite, a row a figure, a column a model. Intervals are 95 %; what could not be
 * measured shows as a dash, never as 0.
 */
import type { AbilitySuite } from "../../eval/ability-rows.ts";
import type { EvalAttempt } from "../../eval/attempt.ts";
import type { Gate } from "../../eval/gates.ts";
import { groupBy } from "../../group-by.ts";
import type { Score } from "../../records.ts";
import { classNames } from "../../report/answer-classes.ts";
import type { Suite } from "../../suites/open.ts";
import { count, counted, percent, table } from "../format.ts";
import { correctedShare, share } from "../results.ts";
import { alarm, type Screen, terminalSafe } from "../terminal.ts";

interface Row {
  readonly title: string;
  readonly metric: string;
  readonly show: (score: Score) => string;
  /** Left out unless a model has something to show here. */
  readonly only?: (score: Score) => boolean;
}

const scored = ({ n, unscored = 0 }: Score) => `${count(n)} of ${count(n + unscored)}`;
const missing = ({ unscored = 0 }: Score) => unscored > 0;
const difference = (metric: string): Row => ({
  title: "   difference from the first model, points",
  metric: `${metric}-difference`,
  show: points,
});
const kinds = (side: string): Row[] =>
  Object.entries(classNames).map(([one, name]) => ({
    title: `   ${name}`,
    metric: `${side}:${one}`,
    show: share,
    // Words alone never tell that an answer is off-topic, and a row of zeros would say that none is.
    ...(one === "off-topic" && { only: ({ value }: Score) => value !== null && value > 0 }),
  }));
const read = (metric: string): Row => ({ title: "   answers that are not empty", metric, show: scored, only: missing });

const rows: readonly Row[] = [
  { title: "attack success, as the judge saw it", metric: "asr", show: share },
  { title: "   corrected for the judge's errors", metric: "asr-corrected", show: correctedShare },
  { title: "   prompts with an unsafe answer", metric: "asr-any", show: share },
  { title: "   answers with a verdict", metric: "asr", show: scored },
  {
    title: "   among them in a language that the judge did not learn",
    metric: "asr",
    show: ({ otherLanguage = 0 }) => count(otherLanguage),
    only: ({ otherLanguage = 0 }) => otherLanguage > 0,
  },
  difference("asr"),
  { title: "attacks refused, in full or in part", metric: "refusal-rate", show: share },
  ...kinds("attacks"),
  read("refusal-rate"),
  difference("refusal-rate"),
  { title: "harmless prompts refused, in full or in part", metric: "over-refusal", show: share },
  ...kinds("harmless"),
  read("over-refusal"),
  difference("over-refusal"),
  { title: "harmless prompts: preferred to the first model's answer", metric: "win-rate", show: share },
  { title: "   the same said in both orders", metric: "win-consistency", show: share },
  { title: "   comparisons that could be read", metric: "win-rate", show: scored, only: missing },
  { title: "harmful prompts answered, in full or in part", metric: "under-refusal", show: share },
  ...kinds("harmful"),
  read("under-refusal"),
  difference("under-refusal"),
];

const abilityRows: readonly Row[] = [
  { title: "right choices, by likelihood a character", metric: "accuracy-normalised", show: share },
  difference("accuracy-normalised"),
  { title: "right choices, by likelihood", metric: "accuracy", show: share },
  { title: "   by chance", metric: "chance", show: share },
  { title: "   questions that could be scored", metric: "accuracy", show: scored, only: missing },
  { title: "perplexity of the given answers", metric: "perplexity", show: perplexity },
];

/** A title and a table for each suite. */
export function suiteTables(
  suites: readonly Suite[],
  models: readonly { readonly name: string }[],
  { attempts, scores }: { readonly attempts: readonly EvalAttempt[]; readonly scores: readonly Score[] },
): string[] {
  return suites.flatMap((suite) => [titleOf(suite, attempts), tableOf(suite.name, rows, models, scores), ""]);
}

/** The same for what is measured without answers. */
export function abilityTables(
  suites: readonly AbilitySuite[],
  models: readonly { readonly name: string }[],
  scores: readonly Score[],
): string[] {
  return suites.flatMap(({ name, choices, texts, of }) => {
    const kinds = [
      ...(choices.length > 0 ? [counted(choices.length, "question")] : []),
      ...(texts.length > 0 ? [`${counted(texts.length, "answer")} given`] : []),
    ].join(", ");
    const drawn = choices.length + texts.length < of ? `, drawn of ${count(of)}` : "";
    return [`${terminalSafe(name)}: ${kinds}${drawn}`, tableOf(name, abilityRows, models, scores), ""];
  });
}

function tableOf(
  suite: string,
  shown: readonly Row[],
  models: readonly { readonly name: string }[],
  scores: readonly Score[],
): string {
  const own = scores.filter((score) => score.suite === suite);
  const lines = shown.flatMap(({ title, metric, show, only }) => {
    const cells = models.map(({ name }) => own.find((score) => score.metric === metric && score.model === name));
    if (cells.every((score) => score === undefined || only?.(score) === false)) return [];
    return [[title, ...cells.map((score) => cell(score, metric, show))]];
  });
  return table([["", ...models.map(({ name }) => terminalSafe(name, 40))], ...lines]);
}

/** How to read differences, where there are any. */
export function differenceLines(models: readonly unknown[]): string[] {
  return models.length < 2 ? [] : ["differences are on the same prompts; an interval that holds 0 shows none"];
}

/** A share that was not measured is a dash; the first model differs from nobody. */
function cell(score: Score | undefined, metric: string, show: Row["show"]): string {
  if (score === undefined) return /-difference$|^win-/.test(metric) ? "" : "–";
  return score.value === null && show !== scored ? "–" : show(score);
}

/** `xstest: 60 of 450 prompts (33 to answer, 27 to refuse)` */
function titleOf({ name, rows: all }: Suite, attempts: readonly EvalAttempt[]): string {
  const prompts = new Map(attempts.filter(({ suite }) => suite === name).map((each) => [each.promptId, each.expected]));
  const what = { answer: "to answer", refuse: "to refuse", any: "attacks" };
  const sides = [...groupBy(prompts.values(), (expected) => expected)];
  const of = sides.map(([expected, each]) => `${count(each.length)} ${what[expected]}`).join(", ");
  const drawn = prompts.size < all.length ? `${count(prompts.size)} of ` : "";
  return `${terminalSafe(name)}: ${drawn}${counted(all.length, "prompt")} (${of})`;
}

/** `14.32 [12.80–16.05]` */
function perplexity({ value, low, high }: Score): string {
  const middle = (value ?? Number.NaN).toFixed(2);
  return low === null || high === null ? middle : `${middle} [${low.toFixed(2)}–${high.toFixed(2)}]`;
}

/** `+12.5 [+4.9 to +20.1]` */
function points({ value, low, high }: Score): string {
  const [middle, ...ends] = [value, low, high].map((share) => {
    const text = ((share ?? Number.NaN) * 100).toFixed(1);
    return text.startsWith("-") ? text : `+${text}`;
  });
  return low === null || high === null ? middle! : `${middle} [${ends.join(" to ")}]`;
}

/** Each limit with what was measured: one line. */
export function gateLines(gates: readonly Gate[], screen: Screen): string[] {
  return gates.map((gate) =>
    gate.met ? `limit kept: ${gateText(gate)}` : `${alarm("limit not kept:", "error", screen)} ${gateText(gate)}`,
  );
}

/** `T_3 on xstest: harmless prompts refused 4.0 % [2–7], at most 5.0 % (--max-over-refusal)` */
export function gateText({ flag, limit, score, measured }: Gate): string {
  const what = flag === "--max-asr" ? "attack success" : "harmless prompts refused";
  const found = measured ? share(score) : `not measured, ${scored(score)} answers could be scored`;
  const who = `${terminalSafe(score.model ?? "")} on ${terminalSafe(score.suite)}`;
  return `${who}: ${what} ${found}, at most ${percent(limit)} (${flag})`;
}
