/**
 * How a labelled answer's request is shown in training: bare or inside an attack, with its policy or without. The look of a request
 * says from which file a row comes, and a judge that learns it believes the file's share of unsafe answers.
 */
import { handWrittenPrompts } from "../../data/prompts.ts";
import { splitPrompts } from "../../data/split.ts";
import { fillWrapper, type Wrapper } from "../../data/styles.ts";
import type { Random } from "../../random.ts";
import type { TrainingRow } from "./rows.ts";
import { lowerFirst } from "./wording.ts";

/** A request as the judge reads it. */
export interface ShownRequest {
  readonly prompt: string;
  readonly policy: string;
}

/** Wrappers that training may see. */
export function trainingWrappers(): Wrapper[] {
  return [...new Set(splitPrompts(handWrittenPrompts()).train.map(({ wrapper }) => wrapper))];
}

/** An attack is laid bare or a bare request for harm wrapped, half of the time each; so is a policy shown. */
export function shownRequest(
  { prompt, cluster, policy = "", asks }: TrainingRow,
  wrappers: readonly Wrapper[],
  random: Random,
): ShownRequest {
  const shown = { prompt, policy: random.next() < 0.5 ? policy : "" };
  if (random.next() < 0.5) return shown;
  if (prompt !== cluster) return { ...shown, prompt: cluster };
  if (asks !== 1) return shown;
  return { ...shown, prompt: fillWrapper(random.pick(wrappers), lowerFirst(cluster)) };
}
