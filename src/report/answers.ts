/**
 * The texts of the report: held-out prompts with what each Target answered, and prompts that the Red Teams wrote.
 * A first pass over the files counts, a second keeps the few texts that are shown, evenly spread over all there are,
 * so that memory does not grow with the run and nothing is picked for its looks.
 */
import { Attempt, EvaluationRow, type Label, Prompt, Verdict } from "../records.ts";
import { type RunFiles, readRows } from "./files.ts";
import type {
  Agreement,
  Answer,
  AnsweredPrompt,
  Disagreement,
  Group,
  Groups,
  Opinion,
  Text,
  WrittenPrompt,
} from "./types.ts";

/** Most prompts of a suite with their answers. */
export const mostPrompts = 200;
/** Most prompts shown of one Red Team. */
export const mostWritten = 20;
/** Most answers shown of those that the judges disagree on. */
export const mostDisagreements = 50;
/** Characters kept of one text. */
export const mostCharacters = 20_000;

/** What evaluation rows say beside the scores. */
export interface Answers {
  readonly answers: { readonly total: number; readonly rows: readonly AnsweredPrompt[] };
  readonly groups: Groups;
  readonly agreement: Agreement | null;
  readonly disagreements: { readonly total: number; readonly rows: readonly Disagreement[] };
}

/** Reads the evaluation rows of these iterations. `judges` = scoring judge first, then the training judge. */
export async function readAnswers(
  files: RunFiles,
  iterations: readonly number[],
  judges: readonly string[],
): Promise<Answers> {
  const suites = new Map<string, Set<string>>();
  const category = groupTally();
  const style = groupTally();
  const both = groupTally();
  const [first, second] = judges;
  const agreed = { bothUnsafe: 0, bothSafe: 0, onlyFirstUnsafe: 0, onlySecondUnsafe: 0, unscored: 0 };
  const rowsOf = async function* () {
    for (const i of iterations) {
      for await (const row of readRows(files, `${i}/evaluation.jsonl`, EvaluationRow)) {
        if (row.suite !== "cross-play") yield row;
      }
    }
  };
  const apart = furthestApart(first, second);
  for await (const row of rowsOf()) {
    apart.add(row);
    const ids = suites.get(row.suite) ?? new Set();
    suites.set(row.suite, ids.add(row.promptId));
    if (row.suite !== "test" || first === undefined) continue;
    const label = labelOf(row, first);
    category.add(row.category, row.target, label);
    if (row.style !== undefined) {
      style.add(row.style, row.target, label);
      both.add(JSON.stringify([row.category, row.style]), row.target, label);
    }
    if (second !== undefined) agreed[compare(label, labelOf(row, second))]++;
  }
  const shown = new Map<string, AnsweredPrompt & { readonly answers: Answer[] }>();
  const chosen = new Map([...suites].map(([suite, ids]) => [suite, new Set(spread([...ids], mostPrompts))]));
  for await (const row of rowsOf()) {
    if (!chosen.get(row.suite)?.has(row.promptId)) continue;
    const { promptId: id, suite } = row;
    const key = `${suite}/${id}`;
    const kept = shown.get(key) ?? {
      id,
      suite,
      category: row.category,
      style: row.style ?? null,
      prompt: cut(row.prompt),
      answers: [],
    };
    shown.set(key, kept);
    const verdicts = row.verdicts.map(opinionOf);
    const { target, sample, finishReason, answerClass } = row;
    kept.answers.push({ target, sample, response: cut(row.response), finishReason, answerClass, verdicts });
  }
  const counted = Object.values(agreed).some((n) => n > 0);
  return {
    answers: { total: [...suites.values()].reduce((sum, ids) => sum + ids.size, 0), rows: [...shown.values()] },
    groups: { category: category.groups(), style: style.groups(), both: both.groups().map(crossed) },
    disagreements: apart.found(),
    agreement: counted ? { judges: [first!, second!], ...agreed } : null,
  };
}

/** Some of the prompts that were used in an iteration's attack, with the verdicts on their answers. */
export async function readWritten(files: RunFiles, iteration: number): Promise<WrittenPrompt[]> {
  const name = `${iteration}/prompts.jsonl`;
  const ids: string[] = [];
  for await (const row of readRows(files, name, Prompt.pick({ id: true, dropped: true }))) {
    if (row.dropped === undefined) ids.push(row.id);
  }
  const chosen = new Set(spread(ids, mostWritten));
  const kept = new Map<string, WrittenPrompt & { readonly labels: Record<Label, number> }>();
  for await (const { id, author, category, text } of readRows(files, name, Prompt)) {
    const redTeam = Number(/^red-team-(\d+)$/.exec(author)?.[1] ?? iteration - 1);
    const labels = { safe: 0, unsafe: 0, unscored: 0 };
    if (chosen.has(id)) kept.set(id, { id, iteration, redTeam, category, prompt: cut(text), labels });
  }
  const promptOf = new Map<string, string>();
  const Link = Attempt.pick({ id: true, promptId: true });
  for await (const { id, promptId } of readRows(files, `${iteration}/attempts.jsonl`, Link)) {
    if (kept.has(promptId)) promptOf.set(id, promptId);
  }
  for await (const { attemptId, label } of readRows(files, `${iteration}/verdicts.jsonl`, Verdict)) {
    const prompt = kept.get(promptOf.get(attemptId) ?? "");
    if (prompt !== undefined) prompt.labels[label]++;
  }
  return [...kept.values()];
}

/** At most `most` of the items, evenly spread. */
export function spread<T>(items: readonly T[], most: number): readonly T[] {
  if (items.length <= most) return items;
  return Array.from({ length: most }, (_, i) => items[Math.floor((i * items.length) / most)]!);
}

/** A text as it is shown: whole, or its first 20,000 characters. */
export function cut(text: string): Text {
  return text.length <= mostCharacters
    ? { text }
    : { text: text.slice(0, mostCharacters), more: text.length - mostCharacters };
}

/**
 * Keeps the answers on which two judges are furthest apart, by the distance of their probabilities; a judge that gives none
 * counts as sure. Memory does not grow with the run.
 */
function furthestApart(first: string | undefined, second: string | undefined) {
  let total = 0;
  const kept: { gap: number; row: Disagreement }[] = [];
  return {
    add({ id, verdicts, suite, category, target, prompt, response }: EvaluationRow): void {
      const [a, b] = [first, second].map((judge) => verdicts.find((v) => v.judge === judge && v.label !== "unscored"));
      if (a === undefined || b === undefined || a.label === b.label) return;
      total++;
      const gap = Math.abs(probabilityOf(a) - probabilityOf(b));
      if (kept.length === mostDisagreements && gap <= kept.at(-1)!.gap) return;
      const opinions = [opinionOf(a), opinionOf(b)] as const;
      kept.push({
        gap,
        row: { id, suite, category, target, prompt: cut(prompt), response: cut(response), verdicts: opinions },
      });
      // A stable sort: of equals the first in the run stay.
      kept.sort((x, y) => y.gap - x.gap);
      kept.length = Math.min(kept.length, mostDisagreements);
    },
    found: () => ({ total, rows: kept.map(({ row }) => row) }),
  };
}

function probabilityOf({ label, unsafeProbability }: EvaluationRow["verdicts"][number]): number {
  return unsafeProbability ?? (label === "unsafe" ? 1 : 0);
}

function opinionOf({ judge, label, unsafeProbability, answerClass }: EvaluationRow["verdicts"][number]): Opinion {
  return { judge, label, unsafeProbability, answerClass };
}

function labelOf({ verdicts }: EvaluationRow, judge: string): Label {
  return verdicts.find((v) => v.judge === judge)?.label ?? "unscored";
}

function compare(a: Label, b: Label): "bothUnsafe" | "bothSafe" | "onlyFirstUnsafe" | "onlySecondUnsafe" | "unscored" {
  if (a === "unscored" || b === "unscored") return "unscored";
  if (a === b) return a === "unsafe" ? "bothUnsafe" : "bothSafe";
  return a === "unsafe" ? "onlyFirstUnsafe" : "onlySecondUnsafe";
}

function crossed({ name, cells }: Group): Groups["both"][number] {
  const [category, style] = JSON.parse(name) as [string, string];
  return { name: category, style, cells };
}

function groupTally() {
  const tallies = new Map<string, Map<number, { unsafe: number; n: number }>>();
  return {
    add(name: string, target: number, label: Label): void {
      const byTarget = tallies.get(name) ?? new Map<number, { unsafe: number; n: number }>();
      const cell = byTarget.get(target) ?? { unsafe: 0, n: 0 };
      if (label !== "unscored") cell.n++;
      if (label === "unsafe") cell.unsafe++;
      tallies.set(name, byTarget.set(target, cell));
    },
    groups: (): Group[] =>
      [...tallies]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, byTarget]) => ({
          name,
          cells: [...byTarget].sort(([a], [b]) => a - b).map(([target, cell]) => ({ target, ...cell })),
        })),
  };
}
