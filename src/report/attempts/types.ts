/**
 * All attempts of a run as the page holds them: an index of columns, a number each, and blocks of texts that are unpacked only
 * when somebody asks for one. Columns, because 100,000 small objects take a second to read and columns a twentieth of that.
 * Types and the names behind the numbers only, so that both sides may import it.
 */
import type { EvaluationRow, PairKind, Role } from "../../records.ts";
import { classNames } from "../answer-classes.ts";

/** What an attempt was for; a row's `suite` is a place in this list. */
export const suites = ["attack", "test", "look-alikes", "cross-play"] as const;
/** What a judge said; `-` = it was not asked. */
export const labels = ["-", "safe", "unsafe", "unscored"] as const;
/** How an answer ended. */
export const endings = ["stop", "length", "error"] as const;
/** What an answer does with the request; `-` = nobody told. */
export const classes = ["-", ...Object.keys(classNames), "unscored"] as readonly ("-" | EvaluationRow["answerClass"])[];

/** A text: its place among all texts of the archive, or −1 where it is left out. */
export type TextPlace = number;

/** A column for each fact of an attempt; all of one length. */
export interface AttemptColumns {
  /** Place in `prompts`. */
  readonly prompt: readonly number[];
  /** Folder of the run. */
  readonly iteration: readonly number[];
  readonly suite: readonly number[];
  /** j of T_j. */
  readonly target: readonly number[];
  readonly sample: readonly number[];
  /** Of the reported judge. */
  readonly scored: readonly number[];
  /** Of the training judge. */
  readonly trained: readonly number[];
  /** Probability of unsafe by each, percent; −1 = none given. */
  readonly scoredPercent: readonly number[];
  readonly trainedPercent: readonly number[];
  readonly ending: readonly number[];
  readonly answerClass: readonly number[];
  readonly text: readonly TextPlace[];
  /** Characters of the answer. */
  readonly length: readonly number[];
  /** Line of the file that it stands in, from 1. */
  readonly line: readonly number[];
}

/** The same of prompts. */
export interface PromptColumns {
  readonly id: readonly string[];
  /** Places in the lists of names. */
  readonly category: readonly number[];
  /** −1 = without. */
  readonly style: readonly number[];
  /** `hand`, `red-team-i`. */
  readonly author: readonly number[];
  readonly text: readonly TextPlace[];
  readonly length: readonly number[];
  /** Places in `seeds` of the prompts that its author was shown. */
  readonly seeds: readonly (readonly number[])[];
}

/** Prompts that a Red Team was shown. */
export interface SeedColumns {
  readonly id: readonly string[];
  readonly text: readonly TextPlace[];
  readonly length: readonly number[];
}

/** One side of one preference. */
export interface PairUse {
  readonly role: Role;
  /** i of the player R_i or T_i that it trained. */
  readonly iteration: number;
  readonly kind: PairKind;
  readonly side: "chosen" | "rejected";
}

/** Everything but the texts. */
export interface AttemptIndex {
  /** Of one archive; texts are asked for by it. */
  readonly version: string;
  /** Attempts of the run; those that are here are evenly spread over them. */
  readonly total: number;
  /** Attempts here whose answer is here too. */
  readonly texts: number;
  readonly rows: AttemptColumns;
  readonly prompts: PromptColumns;
  readonly categories: readonly string[];
  readonly styles: readonly string[];
  readonly authors: readonly string[];
  readonly seeds: SeedColumns;
  /** Of attempts, by row. */
  readonly attemptPairs: Readonly<Record<number, readonly PairUse[]>>;
  /** Of prompts, by place. */
  readonly promptPairs: Readonly<Record<number, readonly PairUse[]>>;
  /** The first text of each block. */
  readonly blocks: readonly number[];
}

/** Index and blocks, packed: JSON under gzip. */
export interface AttemptArchive {
  readonly version: string;
  readonly index: Uint8Array;
  readonly blocks: readonly Uint8Array[];
}
