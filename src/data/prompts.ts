/**
 * The prompts of our own: every behaviour in every wrapper. They stand in for the paper's crowd-sourced SEAS data
 * (section 3), which may not be shipped: two independent lists give each domain × style cell many prompts, and what
 * made a prompt is known exactly, so that the split can keep both lists apart.
 */

import { groupBy } from "../group-by.ts";
import { createRandom } from "../random.ts";
import type { Prompt } from "../records.ts";
import { type Behaviour, behaviours } from "./behaviours.ts";
import { hashId } from "./ids.ts";
import { fillWrapper, type Wrapper, wrappers } from "./styles.ts";

/** A prompt and the two things that made it. */
export interface HandWrittenPrompt {
  readonly prompt: Prompt;
  readonly behaviour: Behaviour;
  readonly wrapper: Wrapper;
}

/** Behaviours × wrappers, in a fixed order; about 25,000 of them. */
export function handWrittenPrompts(): readonly HandWrittenPrompt[] {
  return behaviours.flatMap((behaviour) =>
    wrappers.map((wrapper) => ({
      prompt: promptOf(behaviour.domain, wrapper.style, fillWrapper(wrapper, behaviour.text)),
      behaviour,
      wrapper,
    })),
  );
}

/** The prompt of this text; its id depends on these three alone, so that the same prompt has it everywhere. */
export function promptOf(category: string, style: string, text: string): Prompt {
  const id = hashId("prompt", category, style, text);
  return { id, iteration: 0, text, category, style, seedIds: [], author: "hand" };
}

/** What has a place in a category × style cell. */
interface Placed {
  readonly category: string;
  readonly style?: string | null | undefined;
}

/**
 * `count` different prompts (all, when there are fewer), balanced over category × style: any first part of the
 * result is as even over categories, over styles and over cells as it can be.
 *
 * @param seed what the draw depends on besides the prompts
 */
export function takePrompts<T extends Placed>(prompts: readonly T[], count: number, seed: number | string): T[] {
  const random = createRandom(`take/${seed}`);
  const queues = groupBy(random.shuffle(prompts), (prompt) => cellOf(prompt.category, prompt.style));
  const categories = random.shuffle([...new Set(prompts.map((prompt) => prompt.category))].sort());
  const styles = random.shuffle([...new Set(prompts.map((prompt) => prompt.style ?? ""))].sort());

  const taken: T[] = [];
  const total = Math.min(count, prompts.length);
  // Both lists cycle; a shift whenever they are about to meet in the same cells again visits every cell in turn.
  const period = leastCommonMultiple(categories.length, styles.length);
  for (let t = 0; taken.length < total; t++) {
    const category = categories[t % categories.length]!;
    const style = styles[(t + Math.floor(t / period)) % styles.length];
    const prompt = queues.get(cellOf(category, style))?.pop();
    if (prompt !== undefined) taken.push(prompt);
  }
  return taken;
}

function cellOf(category: string, style: Placed["style"]): string {
  return `${category}\n${style ?? ""}`;
}

function leastCommonMultiple(a: number, b: number): number {
  let [x, y] = [a, b];
  while (y !== 0) [x, y] = [y, x % y];
  return (a / x) * b;
}
