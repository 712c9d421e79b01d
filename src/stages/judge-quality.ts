/**
 * What is known of both judges before anything is trained: the calibrations that the run began with, else what `judge.labels`
 * says, else what a judge's card says, else nothing. Kept as `0/judges.jsonl`; it stands beside every ASR, corrects it, and
 * decides whether a judge may train.
 */
import { basename } from "node:path";
import { hashId } from "../data/ids.ts";
import { sha256OfFile } from "../engine/base/cache.ts";
import { Calibrations, qualityOf } from "../judges/calibrations.ts";
import { readLabelledTable } from "../judges/labelled-table.ts";
import { assertTrainable, JudgeQuality, type LabelledAnswer, type Measured, measureJudge } from "../judges/quality.ts";
import { createRandom } from "../random.ts";
import { artefactStage } from "../run/artefact.ts";
import { toLine, writeAtomic } from "../run/atomic.ts";
import { allRows } from "../run/rows.ts";
import type { Run } from "../run/run.ts";
import type { Judge } from "../seams.ts";
import type { Context } from "./context.ts";
import { judgeAll } from "./judgement.ts";
import { watchedJudge } from "./unscored.ts";

const name = "judges";

/**
 * Finds out, and keeps, how good the judges are.
 *
 * @throws SeasError E_CONFIG when the training judge is known to be worse than `judge.minF1`
 */
export async function judgeQuality(context: Context): Promise<void> {
  const { run, config, trainJudge } = context;
  await artefactStage(run, {
    iteration: 0,
    name,
    unit: "judges",
    async work() {
      const known = await qualities(context);
      const file = `0/${name}.jsonl`;
      await writeAtomic(run.path(file), known.map(toLine).join(""));
      return { count: known.length, files: [file] };
    },
  });
  const known = await knownJudges(run);
  // What was found stays with this run, so another measurement needs another run.
  const again = `\`seas judge calibrate --judge ${trainJudge.name} --labels FILE\`, then \`seas run --new\``;
  assertTrainable(
    known.find(({ judge }) => judge === trainJudge.name),
    config.judge.minF1,
    again,
  );
}

/** What the run knows of its judges; a judge of whom nothing is known has no row. */
export function knownJudges(run: Pick<Run, "path">): Promise<JudgeQuality[]> {
  return allRows(run, 0, name, JudgeQuality);
}

async function qualities(context: Context): Promise<JudgeQuality[]> {
  const { run, trainJudge, scoreJudge } = context;
  const calibrations = Calibrations.safeParse(run.facts.calibrations).data ?? {};
  const roles = [
    { role: "train", judge: trainJudge },
    { role: "score", judge: scoreJudge },
  ] as const;
  const known: JudgeQuality[] = [];
  let rows: Promise<Labels | undefined> | undefined;
  for (const { role, judge } of roles) {
    if (known.some((other) => other.judge === judge.name)) continue;
    const filed = calibrations[role];
    if (filed === undefined || filed.source === "card") {
      rows ??= labelled(context);
      const found = await rows;
      if (found !== undefined) {
        known.push({ judge: judge.name, source: "labels", ...(await measured(context, judge, found)) });
        continue;
      }
    }
    if (filed === undefined) {
      run.report({ type: "warning", text: unknown(judge.name, role) });
      continue;
    }
    known.push(qualityOf(judge.name, filed));
  }
  return known;
}

function unknown(judge: string, role: "train" | "score"): string {
  const price = role === "train" ? "its errors train" : "the ASR it reports is not corrected";
  return `nobody knows how good judge ${judge} is, and ${price}: \`seas judge calibrate --judge ${judge} --labels FILE\` measures it`;
}

interface Labels {
  readonly rows: readonly LabelledAnswer[];
  readonly name: string;
  readonly sha256: string;
}

/** Some rows of `judge.labels`, where there is such a file. */
async function labelled({ config }: Context): Promise<Labels | undefined> {
  const { labels, labelRows } = config.judge;
  if (labels === null || labelRows === 0) return undefined;
  const all = (await readLabelledTable(labels)).filter(({ response }) => response.trim() !== "");
  return {
    rows: createRandom("labels").sample(all, Math.min(all.length, labelRows)),
    name: basename(labels),
    sha256: await sha256OfFile(labels),
  };
}

async function measured({ run, signal }: Context, judge: Judge, labels: Labels): Promise<Measured> {
  const inputs = labels.rows.map(({ prompt, response }, i) => ({
    attemptId: hashId("label", i),
    prompt,
    response,
    category: "",
  }));
  const watched = watchedJudge(judge, run.report, { where: `labelled answers of ${labels.name}` });
  return measureJudge(labels.rows, await judgeAll(watched, inputs, signal), labels, { seed: "scores" });
}
