/** What the benchmark measures once and says in a sentence under its table: no peer does the same, and rounds add nothing. */
import { type Mode, sizes } from "./work.ts";

/** What a program printed as its last line. */
export type Figures = Readonly<Record<string, unknown>>;

/** Runs a work of bench/ours.ts. */
type Run = (work: string, mode: Mode, ...args: string[]) => Figures;

interface Once {
  readonly name: string;
  /** Takes long, so only when `--only` names it. */
  readonly long: boolean;
  measure(run: Run): Figures;
  sentence(figures: Figures): string;
}

/** Sizes of `scale` as multiples of the loop's. */
const small = 1;
const large = 16;

export const once: readonly Once[] = [
  {
    name: "price",
    long: false,
    measure: (run) => run("price", "exact"),
    sentence({ answers, tokens, divergence, perplexity, same_best }) {
      const { exact, int8 } = perplexity as Record<"exact" | "int8", number>;
      return `The price of int8, on ${answers} held-out answers of ${tokens} tokens: mean KL(float32 ‖ int8) of the next token ${show(divergence, 4)} nats, perplexity ${show(exact)} in float32 and ${show(int8)} in int8, the same most probable token at ${show(100 * Number(same_best), 1)} %.`;
    },
  },
  {
    name: "scale",
    long: true,
    measure(run) {
      const [one, many] = [small, large].map((times) => run("loop", "best", "--times", `${times}`));
      return { small: one, large: many };
    },
    sentence(figures) {
      const of = (size: "small" | "large") => Number((figures[size] as Figures).seconds_per_tuple);
      const tuples = (times: number) =>
        times * sizes.loop.seeds * sizes.loop.promptsPerSeed * sizes.loop.responsesPerPrompt;
      return `Scale, int8: ${show(of("small"), 3)} s a tuple at ${tuples(small)} tuples an iteration, ${show(of("large"), 3)} s at ${tuples(large)}, training included: ${show(of("large") / of("small"))} × as long.`;
    },
  },
  {
    name: "endurance",
    long: true,
    measure: (run) => run("endurance", "best"),
    sentence({ steps, tokens, rss_mib, growth_mib }) {
      return `Endurance, int8: ${steps} DPO steps and ${tokens} sampled tokens in one process; MiB held at each tenth ${(rss_mib as number[]).join(", ")}, growth from the second to the last ${growth_mib} MiB.`;
    },
  },
];

function show(value: unknown, digits = 2): string {
  return Number(value).toFixed(digits);
}
