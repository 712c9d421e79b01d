/** A judge against rows whose truth is known, for its card: by source, and by sort of answer. */
import { groupBy } from "../../group-by.ts";
import { judgeAgreement } from "../../metrics/agreement.ts";
import { clusteredInterval } from "../../metrics/bootstrap.ts";
import type { Estimate } from "../../metrics/estimate.ts";
import type { JudgeCard } from "../judge-file.ts";
import { allQuestions, probabilities, type Question } from "../signals.ts";
import type { ReadRow } from "./calibrate.ts";
import { ownSource } from "./composed/own-requests.ts";
import { answerKinds } from "./rows.ts";
import { sourceOf } from "./training-rows.ts";

type Card = Pick<JudgeCard, "calibration" | "threshold">;
type Figure = JudgeCard["figures"][number];

const interval = { seed: "judge" };

/** Figures of every source for each question that it answers, of all sources together, and of each sort of answers. */
export function figuresOf(rows: readonly ReadRow[], card: Card, suffix = ""): Figure[] {
  const sources = [...groupBy(rows, sourceOf)].map(([source, of]) => [`${source}${suffix}`, of] as const);
  return [...(sources.length > 1 && suffix === "" ? [["all sources", rows] as const] : []), ...sources].flatMap(
    ([on, of]) => questionFigures(on, of, card),
  );
}

/** How often answers of each sort are called unsafe, of those that are not. */
export function kindFigures(rows: readonly ReadRow[], card: Card): Figure[] {
  // Of ours only what the base said: composed answers look like those that trained.
  const safe = rows.filter(({ unsafe, source, kind }) => unsafe === 0 && (source !== ownSource || kind === "rambling"));
  return answerKinds.flatMap((kind) => {
    const of = safe.filter((row) => row.kind === kind);
    return of.length === 0 ? [] : [figureOf(`answers: ${kind}`, "unsafe", of, card)];
  });
}

/** Of each question that some rows answer with yes or no; `alternative` and `delivers` only where both stand. */
function questionFigures(on: string, rows: readonly ReadRow[], card: Card): Figure[] {
  return allQuestions.flatMap((question) => {
    const known = rows.filter((row) => row[question] !== undefined);
    const isTold = new Set(known.map((row) => row[question])).size === 2 || (question === "unsafe" && known.length > 0);
    return isTold ? [figureOf(on, question, known, card)] : [];
  });
}

function figureOf(on: string, question: Question, rows: readonly ReadRow[], card: Card): Figure {
  const limit = question === "unsafe" ? card.threshold : 0.5;
  const read = rows.map((row) => {
    const p = probabilities(card.calibration, row.signals)[question];
    return { cluster: row.cluster, truth: row[question] === 1, p, says: p >= limit };
  });
  // judgeAgreement's words are those of the first question: unsafe = yes.
  const { f1, auroc, ece, recall } = judgeAgreement(
    read.map(({ cluster, truth, p, says }) => ({
      clusterId: cluster,
      truth: truth ? "unsafe" : "safe",
      verdict: says ? "unsafe" : "safe",
      unsafeProbability: p,
    })),
    interval,
  );
  const no = [
    ...groupBy(
      read.filter(({ truth }) => !truth),
      ({ cluster }) => cluster,
    ).values(),
  ];
  const falsePositives = clusteredInterval(
    no.map((of) => of.map(({ says }) => Number(says))),
    interval,
  );
  const both = read.some(({ truth }) => truth) && no.length > 0;
  return {
    on,
    question,
    n: rows.length,
    f1: both ? range(f1) : none,
    auroc: range(auroc),
    ece: range(ece),
    recall: range(recall),
    falsePositives: range(falsePositives),
  };
}

const none = { value: null, low: null, high: null };

function range({ value, low, high }: Estimate): Figure["f1"] {
  return { value, low, high };
}
