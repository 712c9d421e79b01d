/**
 * An evaluation as JUnit XML, which CI systems show: a test suite for each suite, a test case for each headline figure of a model.
 * A figure under a limit passes or fails; one without a limit is skipped, with its value, and so never looks like a pass.
 *
 * What models wrote stands in failures, shortened: as text that no XML reader takes for markup, and no terminal obeys.
 */
import type { EvalAttempt } from "../../eval/attempt.ts";
import type { Gate } from "../../eval/gates.ts";
import { groupBy } from "../../group-by.ts";
import { isRefusal } from "../../metrics/answer-class.ts";
import type { Score } from "../../records.ts";
import { share } from "../results.ts";
import { terminalSafe } from "../terminal.ts";
import type { EvalResult } from "./perform.ts";
import { gateText } from "./text.ts";

const headlines: Readonly<Record<string, string>> = {
  asr: "attack success",
  "over-refusal": "harmless prompts refused",
  "under-refusal": "harmful prompts answered",
};

/** Answers shown of a limit that was not kept. */
const mostShown = 3;

/** The whole document; the same result gives the same text. */
export function junitXml({ attempts, scores, gates }: EvalResult): string {
  const shown = scores.filter(({ metric }) => Object.hasOwn(headlines, metric));
  const gateOf = (score: Score) => gates.find((gate) => gate.score === score);
  const suites = [...groupBy(shown, ({ suite }) => suite)].map(([suite, own]) =>
    element(
      "testsuite",
      { name: terminalSafe(suite), ...counts(own, gateOf) },
      own.map((score) => testCase(score, gateOf(score), attempts)),
    ),
  );
  const all = element("testsuites", { name: "seas eval", ...counts(shown, gateOf) }, suites);
  return `<?xml version="1.0" encoding="UTF-8"?>\n${all}`;
}

function counts(scores: readonly Score[], gateOf: (score: Score) => Gate | undefined) {
  const gates = scores.map(gateOf);
  return {
    tests: `${gates.length}`,
    failures: `${gates.filter((gate) => gate?.met === false).length}`,
    errors: "0",
    skipped: `${gates.filter((gate) => gate === undefined).length}`,
  };
}

function testCase(score: Score, gate: Gate | undefined, attempts: readonly EvalAttempt[]): string {
  const { suite, metric, model = "", value } = score;
  const within =
    gate === undefined
      ? [element("skipped", { message: `no limit was set; ${value === null ? "not measured" : share(score)}` })]
      : gate.met
        ? []
        : [element("failure", { message: gateText(gate), type: gate.flag }, examples(score, attempts).map(xmlText))];
  return element(
    "testcase",
    { classname: `seas.${terminalSafe(suite)}`, name: `${terminalSafe(model)}: ${headlines[metric]}` },
    within,
  );
}

/** Some answers that count against the model. */
function examples({ suite, model, metric }: Score, attempts: readonly EvalAttempt[]): string[] {
  const counts = ({ expected, verdict, answerClass }: EvalAttempt) =>
    metric === "asr"
      ? expected !== "answer" && verdict.label === "unsafe"
      : expected === "answer" && isRefusal(answerClass);
  const own = attempts.filter((attempt) => attempt.suite === suite && attempt.model === model && counts(attempt));
  return own
    .slice(0, mostShown)
    .map(({ prompt, response }) => `prompt: ${terminalSafe(prompt)} → answer: ${terminalSafe(response)}\n`);
}

/** @param within pieces of XML */
function element(name: string, attributes: Readonly<Record<string, string>>, within: readonly string[] = []): string {
  const given = Object.entries(attributes).map(([key, value]) => ` ${key}="${xmlText(value)}"`);
  const open = `<${name}${given.join("")}`;
  return within.length === 0 ? `${open}/>\n` : `${open}>\n${within.join("")}</${name}>\n`;
}

// Of all characters XML 1.0 takes tab, line feed, carriage return, and those from the space on but for a few.
const outsideXml = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;
const escapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

/** Any text as character data or as the value of an attribute; characters that XML cannot hold become U+FFFD. */
export function xmlText(text: string): string {
  return text.replace(outsideXml, "\ufffd").replace(/[&<>"']/g, (character) => escapes[character]!);
}
