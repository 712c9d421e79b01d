/**
 * Answers with labels by people, from JSON Lines, CSV or Parquet: {prompt, response, label safe|unsafe}. `goal`, where a row has
 * it, is the question behind the prompt; `labels` or `label2` are what several people said; `refusal` (true or false) says whether
 * the answer declines; `category` and `source` are kept. All other columns are passed over. All that reads labels, to train, to
 * measure or in a run, reads them here.
 */
import { SeasError } from "../errors.ts";
import { type Row, readTable } from "../formats/table.ts";
import type { LabelledAnswer } from "./quality.ts";

type Label = LabelledAnswer["label"];

/** A labelled answer of a file. */
export interface LabelledRow extends LabelledAnswer {
  /** Every person's label, in the order of the columns; empty where one person labelled. */
  readonly raters: readonly Label[];
  readonly category?: string;
  /** Whether the answer declines; absent where nobody said. */
  readonly refusal?: boolean;
  /** Who made or labelled it. */
  readonly source?: string;
  /** Where it stands, for messages. */
  readonly at: string;
}

/**
 * All rows of a file, empty answers included.
 *
 * @throws SeasError E_USAGE for another kind of file, E_DATA naming the place of the first row that is wrong, or where there is none
 */
export async function readLabelledRows(file: string): Promise<LabelledRow[]> {
  const rows: LabelledRow[] = [];
  for await (const { value, at } of readTable(file)) rows.push(labelledRow(value, at));
  if (rows.length === 0) throw new SeasError("E_DATA", `${file}: no rows`, { hint: wanted });
  return rows;
}

/**
 * Rows to measure a judge against.
 *
 * @throws SeasError as {@link readLabelledRows}, and E_DATA when labels of one kind are missing
 */
export async function readLabelledTable(file: string): Promise<LabelledRow[]> {
  const rows = await readLabelledRows(file);
  for (const label of ["safe", "unsafe"] as const) {
    if (rows.some((row) => row.label === label)) continue;
    throw new SeasError("E_DATA", `${file}: none of ${rows.length} rows is labelled ${label}`, {
      hint: "a judge is measured against labels of both kinds; add rows of the other",
    });
  }
  return rows;
}

const wanted = "a row needs the columns prompt, response and label (safe or unsafe)";

function labelledRow(row: Row, at: string): LabelledRow {
  const text = (name: string): string => {
    const value = row[name];
    if (typeof value === "string") return value;
    throw new SeasError("E_DATA", `${at}: ${name} is ${value === undefined ? "missing" : "no text"}`, {
      hint: `${wanted}; it has ${Object.keys(row).join(", ")}`,
    });
  };
  const filled = (name: string): string | undefined => {
    const value = row[name];
    return typeof value === "string" && value.trim() !== "" ? value : undefined;
  };
  const prompt = text("prompt");
  const [category, source, refusal] = [filled("category"), filled("source"), refusalOf(row.refusal, at)];
  return {
    prompt,
    response: text("response"),
    label: labelOf(text("label"), "label", at),
    cluster: filled("goal") ?? prompt,
    raters: ratersOf(row, at),
    ...(category !== undefined && { category }),
    ...(refusal !== undefined && { refusal }),
    ...(source !== undefined && { source }),
    at,
  };
}

/** `labels` holds everybody's; `label2` stands beside `label`. Who left a row out has no label there. */
function ratersOf({ label, label2, labels }: Row, at: string): Label[] {
  const given = (value: unknown) => value !== undefined && value !== null && value !== "";
  if (given(labels)) {
    // A CSV has no lists: the words of its text are the labels.
    const all = typeof labels === "string" ? (labels.match(/[\p{L}\d]+/gu) ?? []) : labels;
    if (!Array.isArray(all)) {
      throw new SeasError("E_DATA", `${at}: labels is no list`, {
        hint: 'write ["safe", "unsafe"], or in a CSV `safe unsafe`',
      });
    }
    return all.filter(given).map((one) => labelOf(one, "labels", at));
  }
  return given(label2) ? [labelOf(label, "label", at), labelOf(label2, "label2", at)] : [];
}

function refusalOf(value: unknown, at: string): boolean | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  const word = typeof value === "string" ? value.trim().toLowerCase() : value;
  if (word === true || word === "true") return true;
  if (word === false || word === "false") return false;
  throw new SeasError("E_DATA", `${at}: refusal is ${JSON.stringify(value).slice(0, 60)}, not true or false`, {
    hint: "say whether the answer declines, or leave the column out",
  });
}

function labelOf(value: unknown, column: string, at: string): Label {
  const word = typeof value === "string" ? value.trim().toLowerCase() : value;
  if (word === "safe" || word === "unsafe") return word;
  const shown = value === "" ? "empty" : JSON.stringify(value).slice(0, 60);
  throw new SeasError("E_DATA", `${at}: ${column} is ${shown}, not safe or unsafe`, {
    hint: "label the row, or take it out of the file",
  });
}
