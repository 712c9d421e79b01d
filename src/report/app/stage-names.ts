/** What the stages of the loop are called on the page. */
import { visibleLine } from "./visible.ts";

/** In the order of the loop. */
export const stageNames: Readonly<Record<string, string>> = {
  judges: "Judges against labels",
  "hand-written": "Attack: hand-written",
  prompts: "Attack: prompts",
  attempts: "Attack: answers",
  verdicts: "Judgement",
  pairs: "Pairs",
  "train.red-team": "Train Red Team",
  "train.target": "Train Target",
  "cross-play": "Cross-play prompts",
  evaluation: "Evaluation",
  scores: "Scores",
};

/** A stage in people's words; one not known goes by its name. */
export function stageName(stage: string): string {
  return Object.hasOwn(stageNames, stage) ? stageNames[stage]! : visibleLine(stage, 30);
}
