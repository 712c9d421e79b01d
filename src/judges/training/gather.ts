/** What one training of a judge reads: files of others, texts of ours, and which of their rows train or measure. */
import { basename } from "node:path";
import type { Engine } from "../../engine/engine.ts";
import { createRandom } from "../../random.ts";
import type { JudgeCard } from "../judge-file.ts";
import { heldOutRequests, ownHarmlessRequests, ownRows, ownSource, requestsAlone } from "./composed/own-requests.ts";
import { ramble } from "./composed/ramble.ts";
import { type JudgeRows, share } from "./fit-judge.ts";
import type { recipe } from "./recipe.ts";
import { trainingWrappers } from "./requests.ts";
import { readTrainingFiles, type TrainingRow } from "./rows.ts";

/** Files, and the share of their requests that trains. */
export interface Sources {
  /** Labels and requests. */
  readonly labels: readonly string[];
  /** Files of the same forms that only measure. */
  readonly test: readonly string[];
  /** Whether a request trains; the others of `labels` measure. */
  readonly trains: (cluster: string) => boolean;
}

/**
 * Rows of all files, and what belongs to them of our own texts.
 *
 * @param say a line for what takes long
 * @throws SeasError E_USAGE, E_DATA for a file that is none
 */
export async function gatherRows(
  engine: Engine,
  { labels, test, trains }: Sources,
  settings: typeof recipe,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<{ readonly rows: JudgeRows; readonly data: JudgeCard["data"] }> {
  const files = await readTrainingFiles([...labels, ...test]);
  const learned = files.slice(0, labels.length);
  const own = await ownTexts(
    engine,
    learned.flatMap(({ rows }) => rows),
    settings,
    say,
    signal,
  );
  const isTrained = ({ cluster }: TrainingRow) => trains(cluster);
  const [labelled, ownPart] = [learned.flatMap(({ rows }) => rows.filter(isTrained)), own.filter(isTrained)];
  const apart = [...learned.flatMap(({ rows }) => rows), ...own].filter((row) => !isTrained(row));
  const isCalibrating = ({ cluster }: TrainingRow) => share(`calibration/${cluster}`) < 0.5;
  // Answers that we composed are too easy to calibrate by; what the base rambles is not.
  const isComposed = ({ source, kind, response }: TrainingRow) =>
    source === ownSource && response !== undefined && kind !== "rambling";
  return {
    rows: {
      labelled,
      own: ownPart,
      calibrating: apart.filter((row) => isCalibrating(row) && !isComposed(row)),
      test: [
        ...apart.filter((row) => !isCalibrating(row)),
        ...files.slice(labels.length).flatMap(({ rows }) => rows),
        ...heldOutRequests(),
      ],
      testName: files.length === 1 ? basename(files[0]!.path) : `${files.length} files`,
    },
    data: [
      ...learned.map(({ path, rows }) => ({ name: basename(path), rows: rows.filter(isTrained).length })),
      { name: "texts of seas", rows: ownPart.length },
    ],
  };
}

/** Rows of our own; among them what the base says to harmless requests, of ours and of files that train. */
async function ownTexts(
  engine: Engine,
  read: readonly TrainingRow[],
  { seed, ownHarmful, ownAttacks, ramblings }: typeof recipe,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<TrainingRow[]> {
  const others = read.filter(({ asks, response }) => asks === 0 && response === undefined);
  const harmless = [...ownHarmlessRequests(), ...others.map(({ prompt, source }) => ({ prompt, source }))];
  const different = [...new Set(harmless.map(({ prompt }) => prompt))];
  const random = createRandom(`judge/ramblings/${seed}`);
  const requests = random.sample(different, Math.min(different.length, ramblings));
  let shown = 0;
  const onAnswer = (done: number, total: number) => {
    if (done !== total && done < shown + total / 4) return;
    shown = done;
    say(`the base answers harmless requests: ${done} of ${total}`);
  };
  const said = await ramble(engine, requests, seed, onAnswer, signal);
  return [...ownRows(ownHarmful, harmless, said, seed), ...requestsAlone(ownAttacks, trainingWrappers(), seed)];
}
