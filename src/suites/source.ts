/** What an importer is: the published form of one suite, as data and one function from its row to ours. */
import { SeasError } from "../errors.ts";
import type { Row } from "../formats/table.ts";
import type { Expected } from "./suite-row.ts";

/** A row as an importer reads it; ids and the source's name come later. */
export interface Draft {
  readonly prompt: string;
  readonly expected: Expected;
  readonly category: string;
  /** What rows that hang together share. @default the prompt */
  readonly cluster?: string | undefined;
  readonly meta?: Readonly<Record<string, string>>;
}

/** A suite that is known by name. */
export interface SuiteSource {
  readonly name: string;
  /** One line for lists. */
  readonly about: string;
  readonly licence: string;
  /** Page of its card. */
  readonly card: string;
  /** Its files on the hub. */
  readonly hub: { readonly dataset: string; readonly paths: readonly [string, ...string[]] };
  /** The authors' own file, where the one on the hub is a copy. */
  readonly original?: { readonly file: string; readonly page: string };
  /** Meant for measuring only: a model trained on it can no longer be measured by it. */
  readonly evaluationOnly: boolean;
  /** A repeated prompt counts once, where rows are answers and not prompts. @default false */
  readonly onePerPrompt?: boolean;
  /**
   * One published row.
   *
   * @returns the reason where the row is well but holds no prompt, for example a transcript without a human turn
   * @throws SeasError E_DATA, without the place, for a row that is not of this form
   */
  read(row: Row): Draft | { readonly passedOver: string };
}

/**
 * The text in the first of these columns that the row has, whatever the case of its name.
 *
 * @throws SeasError E_DATA where there is none, or it is empty or no text
 */
export function textOf(row: Row, ...names: readonly [string, ...string[]]): string {
  const [column, value] = columnOf(row, names) ?? [];
  if (column === undefined) {
    const [first, ...others] = names;
    const wanted = others.length === 0 ? `\`${first}\`` : names.map((name) => `\`${name}\``).join(" or ");
    throw new SeasError("E_DATA", `no column ${wanted}`, { hint: `it has ${columnsOf(row)}` });
  }
  if (typeof value !== "string") throw new SeasError("E_DATA", `${column} is no text`, { hint: fixRow });
  if (value.trim() === "") throw new SeasError("E_DATA", `${column} is empty`, { hint: fixRow });
  return value.trim();
}

/** The text in the first of these columns that the row has; undefined where there is none, or it is empty or no text. */
export function optionalText(row: Row, ...names: readonly string[]): string | undefined {
  const [, value] = columnOf(row, names) ?? [];
  return typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;
}

const fixRow = "mend the row, or take it out of the file";

function columnOf(row: Row, names: readonly string[]): readonly [name: string, value: unknown] | undefined {
  const lower = new Map(Object.keys(row).map((name) => [name.toLowerCase(), name]));
  for (const name of names) {
    const own = lower.get(name.toLowerCase());
    if (own !== undefined) return [own, row[own]];
  }
  return undefined;
}

function columnsOf(row: Row): string {
  const names = Object.keys(row);
  return names.length === 0 ? "no columns" : names.slice(0, 20).join(", ");
}
