/**
 * Data in the forms in which others read it: SEAS's own `{prompt, category}`, and TRL's preferences (`prompt`, `chosen`,
 * `rejected`) and examples (`prompt`, `completion`), plain or as conversations.
 */
import { attackTypes, findDomain } from "../data/taxonomy.ts";
import { SeasError } from "../errors.ts";
import type { Row } from "../formats/table.ts";
import { type Message, Pair, type Role } from "../records.ts";
import { type RunInfo, readRun } from "../run/inspect.ts";
import { readRows } from "../run/rows.ts";
import { type ReadRow, readSet } from "./read.ts";

/**
 * A split of a data set as SEAS publishes its own: one of the paper's 14 types for each prompt, its style, or asked without
 * one the risk category of its domain. A category of others stays as it is.
 *
 * @param split of a folder. A file that names no splits is taken whole
 * @throws SeasError E_USAGE when there is no such split; as {@link readSet}
 */
export async function seasRows(path: string, split: string): Promise<Row[]> {
  const { rows } = await readSet(path);
  const names = [...new Set(rows.map((row) => row.split))];
  const whole = names.length === 1 && names[0] === "all";
  if (!whole && !names.includes(split)) {
    throw new SeasError("E_USAGE", `${path} has no split \`${split}\``, { hint: `its splits: ${names.join(", ")}` });
  }
  return rows
    .filter((row) => row.prompt !== undefined && (whole || row.split === split))
    .map((row) => ({ prompt: row.prompt, category: typeOf(row) }));
}

/** `Role_Play`, as the published data spells it. */
function typeOf({ category, style }: ReadRow): string {
  const id = style !== undefined && style !== "plain" ? style : (findDomain(category ?? "")?.risk ?? category);
  const known = attackTypes.find((type) => type.id === id);
  return known === undefined
    ? (id ?? "unknown")
    : known.name.replace(/(^| )\p{L}/gu, (c) => c.toUpperCase()).replaceAll(" ", "_");
}

/** Which pairs, and how. */
export interface PairExport {
  readonly role: Role;
  /** Of one iteration. @default all */
  readonly iteration?: number;
  /** Lists of messages instead of texts. */
  readonly conversational: boolean;
}

/** The pairs that a run's player learned from, as TRL's DPO reads them. */
export async function preferenceRows(dir: string, options: PairExport): Promise<Row[]> {
  const pairs = await pairsOf(await readRun(dir), options);
  return pairs.map(({ prompt, chosen, rejected }) =>
    options.conversational
      ? { prompt, chosen: said(chosen), rejected: said(rejected) }
      : { prompt: plain(prompt), chosen, rejected },
  );
}

/** What was preferred in them, as TRL's SFT reads it; the same example once. */
export async function sftRows(dir: string, options: PairExport): Promise<Row[]> {
  const pairs = await pairsOf(await readRun(dir), options);
  const examples = new Map(pairs.map((pair) => [JSON.stringify([pair.prompt, pair.chosen]), pair]));
  return [...examples.values()].map(({ prompt, chosen }) =>
    options.conversational ? { prompt, completion: said(chosen) } : { prompt: plain(prompt), completion: chosen },
  );
}

/** @throws SeasError E_USAGE when the run has none, or not of that iteration */
async function pairsOf(run: RunInfo, { role, iteration }: PairExport): Promise<Pair[]> {
  const made = run.stages.filter(({ name }) => name === "pairs").map((stage) => stage.iteration);
  const wanted = iteration === undefined ? made : made.filter((one) => one === iteration);
  if (wanted.length === 0) {
    const which = iteration === undefined ? "no pairs yet" : `no pairs of iteration ${iteration}`;
    throw new SeasError("E_USAGE", `${run.dir} has ${which}`, {
      hint: made.length === 0 ? "going on with the run makes them" : `it has those of ${made.join(", ")}`,
    });
  }
  const pairs: Pair[] = [];
  for (const one of wanted) for await (const pair of readRows(run, one, `pairs.${role}`, Pair)) pairs.push(pair);
  return pairs;
}

function said(content: string): Message[] {
  return [{ role: "assistant", content }];
}

/** A prompt of one message is its text; a system message before it becomes its first paragraph. */
function plain(prompt: readonly Message[]): string {
  return prompt.map(({ content }) => content).join("\n\n");
}
