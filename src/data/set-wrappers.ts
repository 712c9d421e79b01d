/**
 * More wrappers of our own, for data sets only: a run keeps to those of `styles.ts`, so that its figures compare with
 * earlier ones. Each is a template cluster by itself.
 */
import { moreTokenManipulation } from "./set-wrappers/disguises.ts";
import {
  moreAdversarialPrefix,
  moreCodeNesting,
  moreOneSided,
  morePlain,
  moreWordPlay,
} from "./set-wrappers/phrasings.ts";
import { moreGoalHijacking, moreJailbreaking, moreRolePlay, moreSessionCompletion } from "./set-wrappers/scenes.ts";
import type { Wrapper } from "./wrappers/wrapper.ts";

/** Six a style. */
export const setWrappers: readonly Wrapper[] = [
  ...morePlain,
  ...moreRolePlay,
  ...moreSessionCompletion,
  ...moreGoalHijacking,
  ...moreTokenManipulation,
  ...moreAdversarialPrefix,
  ...moreCodeNesting,
  ...moreJailbreaking,
  ...moreOneSided,
  ...moreWordPlay,
];
