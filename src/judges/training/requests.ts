/**
 * How a request is shown in training: bare or inside an attack, with its policy or without. The look of a request says from which
 * file a row comes, and a judge that learns it believes the file's share of unsafe answers. Harmless requests are wrapped as
 * often as harmful ones, so that a wrapper says nothing about what is asked.
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

/** Longest request that is wrapped, in characters: longer ones fit into no sentence. */
const longestWrapped = 200;
const wrappedShare = 0.4;

/** An attack is laid bare half of the time, a bare request is often wrapped, a policy is shown half of the time. */
export function shownRequest(
  { prompt, cluster, policy = "" }: TrainingRow,
  wrappers: readonly Wrapper[],
  random: Random,
): ShownRequest {
  const shown = { prompt, policy: random.next() < 0.5 ? policy : "" };
  if (prompt !== cluster) return random.next() < 0.5 ? shown : { ...shown, prompt: cluster };
  if (random.next() >= wrappedShare || prompt.length > longestWrapped) return shown;
  return { ...shown, prompt: fillWrapper(random.pick(wrappers), asBehaviour(prompt)) };
}

/** A question as what wrappers take: "How do I open a lock?" → "open a lock", where it has that form. */
function asBehaviour(request: string): string {
  const bare = request
    .trim()
    .replace(/^(?:please |hey,? |hi,? )?(?:(?:can|could|would) you )?(?:please )?/i, "")
    .replace(
      /^(?:(?:tell|show|teach|give) me )?(?:how (?:can|do|could|should|would|might) (?:i|we|you|one|someone) |how to )/i,
      "",
    )
    .replace(/[?.!\s]+$/, "");
  return lowerFirst(bare);
}
