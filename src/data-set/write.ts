/** A built data set as a folder in the Hugging Face hub's layout: card, Parquet for the hub, the same rows as JSON Lines beside it. */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { writeWholeFolder } from "../engine/export/whole-path.ts";
import { type ColumnType, type Row, writeTable } from "../formats/table.ts";
import type { DataSet } from "./build.ts";
import { dataCard, parts } from "./card.ts";
import { lookAlikeColumns, setColumns } from "./row.ts";

/**
 * Writes the folder, whole or not at all. A part without rows is left out.
 *
 * @param path where nothing is yet
 * @throws SeasError E_DISK when it cannot be written
 */
export async function writeDataSet(path: string, set: DataSet): Promise<void> {
  const side = (split: string) => set.lookAlikes.filter((row) => row.split === split);
  await writeWholeFolder(path, async (folder) => {
    await writePart(folder, parts.train, set.train, setColumns);
    await writePart(folder, parts.test, set.test, setColumns);
    await writePart(folder, parts.lookAlikesTrain, side("train"), lookAlikeColumns);
    await writePart(folder, parts.lookAlikesTest, side("test"), lookAlikeColumns);
    await writeFile(join(folder, "README.md"), dataCard(set));
  });
}

async function writePart(
  folder: string,
  name: string,
  rows: readonly object[],
  columns: Readonly<Record<string, ColumnType>>,
): Promise<void> {
  if (rows.length === 0) return;
  const path = join(folder, name);
  await mkdir(dirname(path), { recursive: true });
  await writeTable(path, rows as readonly Row[], columns);
  await writeTable(path.replace(/-00000-of-00001\.parquet$/, ".jsonl"), rows as readonly Row[]);
}
