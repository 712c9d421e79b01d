/** A row of a safety data set, and the columns that its files have, whatever is in them. */
import type { ColumnType } from "../formats/table.ts";

/** An adversarial prompt. */
export interface SetRow {
  /** The same prompt has the same id in every data set and run. */
  readonly id: string;
  readonly prompt: string;
  /** Risk domain, or the category of the data set that a run worked with. */
  readonly category: string;
  /** Attack style, `plain` without one; null where a Red Team wrote it. */
  readonly style: string | null;
  /** `hand`, or `R_2 of RUN`. */
  readonly author: string;
  readonly split: "train" | "test";
  /** What is asked for: prompts about the same thing share it, and it stands in one split only. */
  readonly cluster: string;
  /** How it is asked: prompts in the same wrapper share it, and it stands in one split only; null by a Red Team. */
  readonly template: string | null;
  /** Answers of Targets to it that a judge called safe, unsafe, or nothing; null where no run put it to one. */
  readonly safe: number | null;
  readonly unsafe: number | null;
  readonly unscored: number | null;
  /** Whose verdicts these are. */
  readonly judge: string | null;
}

/** A harmless prompt in an attack's dress. */
export interface LookAlikeRow {
  readonly id: string;
  readonly prompt: string;
  /** The attack style that it copies. */
  readonly style: string;
  readonly split: "train" | "test";
  readonly cluster: string;
  /** A helpful answer. */
  readonly answer: string;
}

/** Parquet's columns of {@link SetRow}. */
export const setColumns: Readonly<Record<keyof SetRow, ColumnType>> = {
  ...{ id: "STRING", prompt: "STRING", category: "STRING", style: "STRING", author: "STRING", split: "STRING" },
  ...{ cluster: "STRING", template: "STRING", safe: "INT32", unsafe: "INT32", unscored: "INT32", judge: "STRING" },
};

/** Parquet's columns of {@link LookAlikeRow}. */
export const lookAlikeColumns: Readonly<Record<keyof LookAlikeRow, ColumnType>> = {
  ...{ id: "STRING", prompt: "STRING", style: "STRING", split: "STRING", cluster: "STRING", answer: "STRING" },
};

/** 5-gram cosine from which two prompts are one in other words: in one split a near-duplicate, as in a run's attack. */
export const nearDuplicate = 0.8;

/** From which a training prompt gives a test prompt away. */
export const leak = 0.6;
