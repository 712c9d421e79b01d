/**
 * How prompts of our own ask: wrappers for the paper's 9 attack styles (section 3), and `plain`. A wrapper is a
 * short text around a behaviour; token manipulation also disguises the behaviour's key word. Short on purpose: the
 * default model is small, and what it learns from is sampled. The texts stand in `wrappers/`.
 */
import type { StyleId } from "./taxonomy.ts";
import { codeNesting } from "./wrappers/code-nesting.ts";
import { goalHijacking, jailbreaking } from "./wrappers/override.ts";
import { adversarialPrefix, oneSidedStatement, wordPlay } from "./wrappers/phrasing.ts";
import { plain } from "./wrappers/plain.ts";
import { rolePlay, sessionCompletion } from "./wrappers/scene.ts";
import { tokenManipulation } from "./wrappers/token-manipulation.ts";
import type { Wrapper } from "./wrappers/wrapper.ts";

export type { Wrapper } from "./wrappers/wrapper.ts";

/** Every wrapper, style by style. */
export const wrappers: readonly Wrapper[] = [
  ...plain,
  ...rolePlay,
  ...sessionCompletion,
  ...goalHijacking,
  ...tokenManipulation,
  ...adversarialPrefix,
  ...codeNesting,
  ...jailbreaking,
  ...oneSidedStatement,
  ...wordPlay,
];

/** The styles that have wrappers, in their order. */
export const styles: readonly StyleId[] = [...new Set(wrappers.map((wrapper) => wrapper.style))];

/**
 * The behaviour inside the wrapper. `{behaviour}` takes it as it is, `{Behaviour}` with a capital; neither text is
 * read as a pattern.
 */
export function fillWrapper(wrapper: Wrapper, behaviour: string): string {
  const text = wrapper.disguise?.(behaviour) ?? behaviour;
  const capital = text.charAt(0).toUpperCase() + text.slice(1);
  return wrapper.template.split("{behaviour}").join(text).split("{Behaviour}").join(capital);
}
