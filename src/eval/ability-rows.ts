/**
 * What ability is measured on, from files: `{question, choices, answer}` for multiple choice, `{prompt, answer}` for perplexity. The
 * name `ordinary` stands for our own held-out ordinary instructions, on which a run measures its Targets.
 */
import { basename } from "node:path";
import { z } from "zod";
import { ordinary } from "../data/ordinary.ts";
import { SeasError } from "../errors.ts";
import { readTable } from "../formats/table.ts";
import { createRandom } from "../random.ts";

/** A question, one of whose choices is right. */
export interface Choice {
  readonly question: string;
  /** Two at least. */
  readonly choices: readonly string[];
  /** Place of the right one, from 0. */
  readonly answer: number;
}

/** A prompt with a good answer. */
export interface Text {
  readonly prompt: string;
  readonly answer: string;
}

/** Rows of both kinds, either of which may be none. */
export interface AbilitySuite {
  readonly name: string;
  readonly choices: readonly Choice[];
  readonly texts: readonly Text[];
  /** Rows before a limit. */
  readonly of: number;
}

const filled = z.string().min(1);
const ChoiceRow = z
  .object({
    question: filled,
    choices: z.array(filled).min(2).max(100),
    /** Its place, from 0, or its text. */
    answer: z.union([z.number().int().nonnegative(), filled]),
  })
  .transform(({ question, choices, answer }) => ({
    question,
    choices,
    answer: typeof answer === "number" ? answer : choices.indexOf(answer),
  }))
  .refine(({ choices, answer }) => answer >= 0 && answer < choices.length, "`answer` is none of the choices")
  .refine(({ choices }) => new Set(choices).size === choices.length, "a choice is there twice");
const TextRow = z.object({ prompt: filled, answer: filled });

/**
 * Opens a file, or `ordinary`.
 *
 * @param limit rows at most, drawn from the seed
 * @throws SeasError E_USAGE for another kind of file, E_DATA naming the place of the first row that is broken
 */
export async function openAbility(spec: string, limit: number | undefined, seed: number): Promise<AbilitySuite> {
  const rows = spec === "ordinary" ? ownRows() : await rowsOf(spec);
  const drawn =
    limit === undefined || limit >= rows.length ? rows : createRandom(`ability/${seed}`).sample(rows, limit);
  return {
    name: spec === "ordinary" ? spec : basename(spec.replaceAll("\\", "/")).replace(/\.\w+(\.gz)?$/, ""),
    choices: drawn.filter((row) => "choices" in row),
    texts: drawn.filter((row) => "prompt" in row),
    of: rows.length,
  };
}

function ownRows(): (Choice | Text)[] {
  return ordinary().test.map(({ text, answer }) => ({ prompt: text, answer }));
}

async function rowsOf(file: string): Promise<(Choice | Text)[]> {
  const rows: (Choice | Text)[] = [];
  for await (const { value, at } of readTable(file)) {
    const read = ("choices" in value ? ChoiceRow : TextRow).safeParse(value);
    if (!read.success) {
      const { path, message } = read.error.issues[0]!;
      throw new SeasError("E_DATA", `${at}: ${path.length === 0 ? "" : `\`${path.join(".")}\`: `}${message}`, {
        hint: "a row is {question, choices, answer}, with the place of the right choice from 0 or its text, or {prompt, answer}",
      });
    }
    rows.push(read.data);
  }
  if (rows.length === 0) throw new SeasError("E_DATA", `${file}: no rows`);
  return rows;
}
