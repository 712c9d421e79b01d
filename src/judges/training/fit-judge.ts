/**
 * From labels to a judge that can be believed as far as its card says: the classifier is trained on some requests, its signals
 * become probabilities and a threshold is chosen on others, and what it reaches is measured on rows that did neither.
 */
import { createHash } from "node:crypto";
import type { Classifier } from "../../engine/classifier.ts";
import type { Engine } from "../../engine/engine.ts";
import { SeasError } from "../../errors.ts";
import { groupBy } from "../../group-by.ts";
import { createRandom } from "../../random.ts";
import type { Verdict } from "../../records.ts";
import type { JudgeCard } from "../judge-file.ts";
import { measureJudge } from "../quality.ts";
import { probabilities } from "../signals.ts";
import { calibrate, readRows } from "./calibrate.ts";
import { figuresOf, kindFigures } from "./measure.ts";
import type { TrainingRow } from "./rows.ts";
import { type JudgeTraining, trainJudge } from "./train-judge.ts";
import { type RowsOptions, sourceOf, trainingRows } from "./training-rows.ts";

/** All that decides what a judge learns, but its rows. */
export type Recipe = Omit<JudgeTraining, "signal" | "onStep"> &
  RowsOptions & {
    /** Most rows of one source that calibrate, and most that the figures are taken on. */
    readonly readPerSource: number;
  };

/** Rows by what they are for. */
export interface JudgeRows {
  readonly labelled: readonly TrainingRow[];
  readonly own: readonly TrainingRow[];
  /** As they were written: composed ones are told apart so easily that any threshold does. */
  readonly calibrating: readonly TrainingRow[];
  /** The card's figures are theirs alone; rows of requests that train or calibrate are passed over. */
  readonly test: readonly TrainingRow[];
  /** What the card calls those. */
  readonly testName: string;
}

/** What a card says that training does not decide. */
export type About = Pick<JudgeCard, "name" | "base" | "data" | "about" | "trained">;

export interface FitProgress extends Pick<JudgeTraining, "signal" | "onStep"> {
  /** A line for what takes long and has no steps. */
  readonly say?: (line: string) => void;
}

/**
 * Trains and measures a judge.
 *
 * @throws SeasError E_DATA when labels of one kind are missing
 */
export async function fitJudge(
  engine: Engine,
  { labelled, own, calibrating, test, testName }: JudgeRows,
  recipe: Recipe,
  about: About,
  progress: FitProgress = {},
): Promise<{ readonly classifier: Classifier; readonly card: JudgeCard }> {
  const known = new Set([...labelled, ...own, ...calibrating].flatMap(({ cluster, prompt }) => [cluster, prompt]));
  const measured = someOfEach(
    test.filter(({ cluster, prompt }) => !known.has(cluster) && !known.has(prompt)),
    recipe,
  );
  const apart = "`--part 1-4/5` keeps a fifth of the requests apart, half of it for this";
  for (const [name, rows, hint] of [
    ["the labels", labelled, "add labels of the other kind"],
    ["the rows that calibrate", calibrating, apart],
    ["the rows to measure on", measured, apart],
  ] as const) {
    const found = new Set(rows.map(({ unsafe }) => unsafe));
    if (!found.has(0) || !found.has(1))
      throw new SeasError("E_DATA", `${name} need both safe and unsafe answers`, { hint });
  }
  const rows = { labelled, own, calibrating };
  const { classifier, calibration, threshold } = await trainAndCalibrate(engine, rows, recipe, progress);
  progress.say?.(`measuring on ${measured.length} rows that trained nothing`);
  const read = await readRows(engine, classifier, measured, progress.signal);
  const judged = { calibration, threshold };
  const { layers, loraFrom, loraRank, loraAlpha } = recipe;
  const card: JudgeCard = {
    ...about,
    format: "seas-judge/2",
    layers,
    loraFrom,
    loraRank,
    loraAlpha,
    calibration,
    threshold,
    measured: measureJudge(...labelsAndVerdicts(about.name, read, judged), testFile(testName, measured), {
      seed: "judge",
    }),
    figures: [...figuresOf(read, judged), ...kindFigures(read, judged)],
  };
  return { classifier, card };
}

/** A classifier, and how its signals are weighed. */
export async function trainAndCalibrate(
  engine: Engine,
  { labelled, own, calibrating }: Pick<JudgeRows, "labelled" | "own" | "calibrating">,
  recipe: Recipe,
  progress: FitProgress,
): Promise<{ readonly classifier: Classifier } & ReturnType<typeof calibrate>> {
  const classifier = await trainJudge(engine, trainingRows(labelled, own, recipe), { ...recipe, ...progress });
  const some = someOfEach(calibrating, recipe);
  progress.say?.(`calibrating on ${some.length} rows that did not train the classifier`);
  return { classifier, ...calibrate(await readRows(engine, classifier, some, progress.signal)) };
}

/** At most so many rows of each source, chosen at random. */
export function someOfEach(
  rows: readonly TrainingRow[],
  { seed, readPerSource }: Pick<Recipe, "seed" | "readPerSource">,
): TrainingRow[] {
  const random = createRandom(`judge/measured/${seed}`);
  return [...groupBy(rows, sourceOf).values()].flatMap((of) => random.sample(of, Math.min(of.length, readPerSource)));
}

function labelsAndVerdicts(
  judge: string,
  rows: Awaited<ReturnType<typeof readRows>>,
  { calibration, threshold }: Pick<JudgeCard, "calibration" | "threshold">,
): [Parameters<typeof measureJudge>[0], Verdict[]] {
  const labelled = rows.filter(({ unsafe }) => unsafe !== undefined);
  return [
    labelled.map(({ prompt, response = "", unsafe, cluster }) => {
      return { prompt, response, cluster, label: unsafe === 1 ? "unsafe" : "safe" };
    }),
    labelled.map(({ signals }, i) => {
      const unsafeProbability = probabilities(calibration, signals).unsafe;
      const label = unsafeProbability >= threshold ? "unsafe" : "safe";
      return { attemptId: `${i}`, judge, label, unsafeProbability, categories: [] };
    }),
  ];
}

/** The rows measured on as a file that never was one. */
function testFile(name: string, rows: readonly TrainingRow[]): { readonly name: string; readonly sha256: string } {
  const hash = createHash("sha256");
  for (const { prompt, response, unsafe } of rows) hash.update(`${JSON.stringify([prompt, response, unsafe])}\n`);
  return { name, sha256: hash.digest("hex") };
}

/** A number in [0, 1) that belongs to a text: the same in every run and for every file. */
export function share(text: string): number {
  return createHash("sha256").update(text).digest().readUInt32BE() / 2 ** 32;
}
