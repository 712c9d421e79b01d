/**
 * `seas eval --diversity`: how varied the prompts of suites are, beside our own training prompts. No model answers and none
 * judges; of all models only the embedding model is opened.
 */
import { dirname } from "node:path";
import { suiteCells } from "../../eval/cells.ts";
import { type DiversityFigures, diversityFigures } from "../../eval/diversity.ts";
import { writeWholeFile } from "../../formats/whole-file.ts";
import { hashOf } from "../../judges/named.ts";
import { makeFolder, toDocument } from "../../run/atomic.ts";
import type { Suite } from "../../suites/open.ts";
import type { ExitCode, Streams } from "../commands.ts";
import type { Progress } from "../progress.ts";
import { screenOf } from "../terminal.ts";
import { type EmbedderFacts, withEmbedder } from "../with-embedder.ts";
import { diversityText, type ShownSet } from "./diversity-text.ts";

/** What is to be measured. */
export interface DiversityRequest {
  readonly suites: readonly Suite[];
  /** Prompts of each set at most. @default 1000 */
  readonly limit: number | undefined;
  readonly seed: number;
  /** File for all figures. */
  readonly json: string | undefined;
}

/** A thousand texts are embedded in seconds, and a set is seldom larger. */
const mostPrompts = 1000;

/** Measures, and tells. Throws SeasError E_CANCELLED, E_DISK, and what opening the embedding model throws. */
export async function performDiversity(
  { suites, limit = mostPrompts, seed, json }: DiversityRequest,
  { stdout }: Pick<Streams, "stdout">,
  progress: Progress,
  signal: AbortSignal,
): Promise<ExitCode> {
  const { figures, facts } = await withEmbedder(progress, signal, async (embed, facts) => ({
    facts,
    figures: await diversityFigures(suites, { most: limit, seed, embed, signal }),
  }));
  const sets = suites.map(({ name, rows }) => ({ name, of: rows.length, cells: suiteCells(rows) }));
  if (json !== undefined) {
    await makeFolder(dirname(json));
    const text = toDocument(document(suites, sets, figures, facts, { limit, seed }));
    await writeWholeFile(json, (file) => file.writeFile(text));
  }
  screenOf(stdout).write(`${diversityText(sets, figures, facts.name, seed)}\n`);
  return 0;
}

/** For other programs: everything but the texts. */
function document(
  suites: readonly Suite[],
  sets: readonly ShownSet[],
  { size, measured, scores }: DiversityFigures,
  { name, sha256, origin }: EmbedderFacts,
  settings: { readonly limit: number; readonly seed: number },
) {
  return {
    format: 1,
    embedding: { name, sha256, origin },
    settings: { ...settings, asOf: size },
    suites: suites.map((suite, i) => ({
      name: suite.name,
      sha256: hashOf(suite.rows),
      prompts: measured[i]!,
      of: suite.rows.length,
      files: suite.files.map((file) => ({ origin: file.origin, sha256: file.sha256 })),
      ...(suite.licence !== undefined && { licence: suite.licence }),
      cells: sets[i]!.cells ?? null,
    })),
    scores,
  };
}
