/**
 * The prompts that attempts answer, each once: who wrote it, from which seed prompts, and where its text is. A prompt is known
 * by its attempts first and told about later, from the file it was written to or from the answer that quotes it.
 */
import { handWrittenPrompts } from "../../data/prompts.ts";
import type { Prompt } from "../../records.ts";
import type { TextWriter } from "./texts.ts";
import type { PromptColumns, SeedColumns, TextPlace } from "./types.ts";

/** What is told of a prompt. */
type Told = Pick<Prompt, "text" | "category" | "author"> & Partial<Pick<Prompt, "style" | "seedIds">>;

/** Collects prompts. */
export interface PromptTable {
  /** Its place; a new one when it was not known. */
  placeOf(id: string): number;
  /** Whether any attempt answers it. */
  knows(id: string): boolean;
  /** Fills in what was not told before. */
  tell(id: string, prompt: Told): Promise<void>;
  /** The columns, the names behind the numbers, and the seed prompts. */
  end(): Promise<Ended>;
}

interface Ended {
  readonly prompts: PromptColumns;
  readonly categories: readonly string[];
  readonly styles: readonly string[];
  readonly authors: readonly string[];
  readonly seeds: SeedColumns;
}

/** A table of no prompts yet; texts go to the writer. */
export function promptTable(texts: TextWriter): PromptTable {
  const places = names();
  const [categories, styles, authors, seeds] = [names(), names(), names(), names()];
  const category: number[] = [];
  const style: number[] = [];
  const author: number[] = [];
  const text: TextPlace[] = [];
  const length: number[] = [];
  const shown: number[][] = [];
  const placeOf = (id: string): number => {
    const place = places.placeOf(id);
    if (place < text.length) return place;
    // Until somebody tells, nothing is known of it but its id.
    category.push(-1);
    style.push(-1);
    author.push(-1);
    text.push(-1);
    length.push(0);
    shown.push([]);
    return place;
  };
  return {
    placeOf,
    knows: places.has,
    async tell(id, told) {
      const place = placeOf(id);
      // A file of prompts knows the seed prompts, which an answer that quotes the prompt does not.
      if (shown[place]!.length === 0) shown[place] = (told.seedIds ?? []).map(seeds.placeOf);
      if (text[place]! >= 0) return;
      category[place] = categories.placeOf(told.category);
      style[place] = told.style === undefined ? -1 : styles.placeOf(told.style);
      author[place] = authors.placeOf(told.author);
      length[place] = told.text.length;
      text[place] = await texts.add(told.text);
    },
    async end() {
      const seed = { id: seeds.all, text: [] as TextPlace[], length: [] as number[] };
      let own: ReadonlyMap<string, string> | undefined;
      for (const id of seeds.all) {
        const place = places.has(id) ? places.placeOf(id) : -1;
        if (place >= 0 && text[place]! >= 0) {
          seed.text.push(text[place]!);
          seed.length.push(length[place]!);
          continue;
        }
        // Not among the prompts of the run: of our own data set, or of one that is not at hand.
        own ??= new Map(handWrittenPrompts().map(({ prompt }) => [prompt.id, prompt.text]));
        const found = own.get(id);
        seed.text.push(found === undefined ? -1 : await texts.add(found));
        seed.length.push(found?.length ?? 0);
      }
      return {
        prompts: { id: places.all, category, style, author, text, length, seeds: shown },
        categories: categories.all,
        styles: styles.all,
        authors: authors.all,
        seeds: seed,
      };
    },
  };
}

/** Numbers for names, in the order in which they come. */
function names() {
  const places = new Map<string, number>();
  const all: string[] = [];
  return {
    all: all as readonly string[],
    has: (name: string) => places.has(name),
    placeOf(name: string): number {
      const known = places.get(name);
      if (known !== undefined) return known;
      places.set(name, all.length);
      return all.push(name) - 1;
    },
  };
}
