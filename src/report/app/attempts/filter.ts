/** Which attempts the list shows, and how that is said in an address. No DOM here. */
import { type AttemptIndex, labels, suites } from "../../attempts/types.ts";

/** What is asked of the list; an empty string = all. */
export interface AttemptFilter {
  readonly suite: string;
  readonly iteration: string;
  readonly category: string;
  readonly style: string;
  /** safe · unsafe · unscored, by the reported judge; of attacks, which it does not see, by the training judge. */
  readonly verdict: string;
  /** `yes` = only those that one judge calls safe and the other unsafe. */
  readonly disagree: string;
  /** Id of the prompt. */
  readonly prompt: string;
}

/** Nothing asked. */
export const everything: AttemptFilter = {
  suite: "",
  iteration: "",
  category: "",
  style: "",
  verdict: "",
  disagree: "",
  prompt: "",
};

/** The filter that an address asks for. */
export function filterFrom(asked: ReadonlyMap<string, string>): AttemptFilter {
  const keys = Object.keys(everything) as (keyof AttemptFilter)[];
  return Object.fromEntries(keys.map((key) => [key, asked.get(key) ?? ""])) as unknown as AttemptFilter;
}

/** The rows that pass, rising. */
export function filterAttempts(index: AttemptIndex, filter: AttemptFilter): Uint32Array {
  const { rows, prompts, categories, styles } = index;
  const found = new Uint32Array(rows.prompt.length);
  // A name that nothing has is −2, which no row has either.
  const place = (names: readonly string[], name: string) => (name === "" ? null : (names.indexOf(name) + 1 || -1) - 1);
  const suite = place(suites, filter.suite);
  const category = place(categories, filter.category);
  const style = place(styles, filter.style);
  const prompt = place(prompts.id, filter.prompt);
  const verdict = place(labels, filter.verdict);
  const iteration = filter.iteration === "" ? null : Number(filter.iteration);
  const [safe, unsafe] = [labels.indexOf("safe"), labels.indexOf("unsafe")];
  let n = 0;
  for (let row = 0; row < found.length; row++) {
    const of = rows.prompt[row]!;
    if (suite !== null && rows.suite[row] !== suite) continue;
    if (iteration !== null && rows.iteration[row] !== iteration) continue;
    if (prompt !== null && of !== prompt) continue;
    if (category !== null && prompts.category[of] !== category) continue;
    if (style !== null && prompts.style[of] !== style) continue;
    const [scored, trained] = [rows.scored[row]!, rows.trained[row]!];
    if (verdict !== null && (scored === 0 ? trained : scored) !== verdict) continue;
    const apart = (scored === safe && trained === unsafe) || (scored === unsafe && trained === safe);
    if (filter.disagree !== "" && !apart) continue;
    found[n++] = row;
  }
  return found.subarray(0, n);
}
