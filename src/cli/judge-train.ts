/** `seas judge train`: a judge from labels, as a file that `judge.define` takes. */
import { basename } from "node:path";
import { defineCommand } from "citty";
import { embeddedJudges } from "../cast.ts";
import { freePath } from "../engine/export/whole-path.ts";
import { SeasError } from "../errors.ts";
import { type JudgeCard, writeJudge } from "../judges/judge-file.ts";
import { type About, fitJudge, share } from "../judges/training/fit-judge.ts";
import { gatherRows } from "../judges/training/gather.ts";
import { leftOuts, measureLeftOut } from "../judges/training/left-out.ts";
import { recipe } from "../judges/training/recipe.ts";
import { wholeNumber } from "./arguments.ts";
import type { CommandModule, Streams } from "./commands.ts";
import { loadConfig } from "./config-file.ts";
import { count, duration, table } from "./format.ts";
import { catchInterrupts } from "./interrupt.ts";
import { createProgress } from "./progress.ts";
import { warnOfSuites } from "./suite-warning.ts";
import { screenOf, terminalSafe } from "./terminal.ts";

export const examples: CommandModule["examples"] = [
  [
    "seas judge train --labels mine.jsonl --out mine.safetensors",
    "from labels of your own, a fifth of which measure it",
  ],
  ["seas judge train --labels a.jsonl,b.csv --test c.jsonl --out m.safetensors --check 3", "and how it generalises"],
];

/** Seconds between two lines on how far training is. */
const lineInterval = 15;

export const command = defineCommand({
  args: {
    labels: {
      type: "string",
      valueHint: "FILES",
      description:
        "Answers {prompt, response, label, refusal?, goal?, category?, source?} and requests {prompt, expected answer|decline}; several files with commas",
      required: true,
    },
    test: {
      type: "string",
      valueHint: "FILES",
      description: "Files of the same forms that train nothing: the judge is measured on them",
    },
    out: {
      type: "string",
      valueHint: "FILE",
      description: "Where the judge goes: a .safetensors file",
      required: true,
    },
    name: { type: "string", valueHint: "NAME", description: "What it is called (Default: the file's name)" },
    base: {
      type: "string",
      valueHint: "BASE",
      default: "smollm2-135m-instruct",
      description: "The model whose first layers it reads",
    },
    part: {
      type: "string",
      valueHint: "K/N",
      description:
        "Train on these parts of the requests, 1/2 or 1-2/3; of the others half calibrates and half measures (Default: 1-4/5)",
    },
    about: { type: "string", valueHint: "TEXT", description: "For its card: licences of the labels, limits" },
    check: {
      type: "string",
      valueHint: "N",
      description: "Train N more times, each time without some of the sources, and show the figures on those",
    },
    ramblings: {
      type: "string",
      valueHint: "N",
      description:
        "Harmless requests that the base answers, for the judge to learn how a small model rambles (Default: 600)",
    },
    seed: { type: "string", valueHint: "N", description: "Of every random choice (Default: 1)" },
    threads: { type: "string", valueHint: "N", description: "Threads of the engine; 0 = one for each core" },
  },
  async run({ args, data }) {
    const { stdout, stderr } = data as Streams;
    const part = partOf(args.part ?? "1-4/5");
    const settings = {
      ...recipe,
      seed: wholeNumber(args.seed, "--seed") ?? recipe.seed,
      ramblings: wholeNumber(args.ramblings, "--ramblings") ?? recipe.ramblings,
    };
    const trainings = wholeNumber(args.check, "--check") ?? 0;
    const out = await freePath(args.out);
    if (!out.endsWith(".safetensors"))
      throw new SeasError("E_USAGE", `--out ${args.out}: a judge is a .safetensors file`);
    const progress = createProgress({ screen: screenOf(stderr), stream: stderr, samples: false, inRun: false });
    const say = progress.line;
    const interrupts = catchInterrupts(progress, "stopping…");
    const { signal } = interrupts;
    const config = await loadConfig(undefined, { model: args.base, threads: wholeNumber(args.threads, "--threads") });
    const embedded = embeddedJudges(config, say, signal);
    try {
      const labels = args.labels.split(",");
      for (const path of labels) await warnOfSuites(path, screenOf(stderr));
      const test = args.test?.split(",") ?? [];
      const engine = await embedded.engine();
      const { rows, data: trained } = await gatherRows(engine, { labels, test, trains: part }, settings, say, signal);
      const about: About = {
        name: args.name ?? basename(out, ".safetensors"),
        base: { open: args.base, name: engine.base.name },
        data: trained,
        about: args.about ?? "",
        trained: new Date().toISOString().slice(0, 10),
      };
      const onStep = stepLines(say);
      const { classifier, card } = await fitJudge(engine, rows, settings, about, { signal, onStep, say });
      const shown = [...card.figures];
      for (const left of leftOuts(rows.labelled, trainings)) {
        say(`once more without ${left.sources.join(", ")}: ${count(left.rest.length)} rows`);
        shown.push(...(await measureLeftOut(engine, left, rows, settings, { signal, onStep, say })));
      }
      await writeJudge(out, classifier, { ...card, figures: shown });
      progress.close();
      screenOf(stdout).write(`${figureTable(shown)}\nthreshold ${card.threshold.toFixed(2)}\n${terminalSafe(out)}\n`);
    } finally {
      progress.close();
      interrupts.stop();
      await embedded.close();
    }
  },
});

/** Whether a request is in the parts that were asked for: `2/3`, or `1-2/3`. */
function partOf(text: string): (cluster: string) => boolean {
  const [, first = "0", last = first, n = "0"] = /^(\d+)(?:-(\d+))?\/(\d+)$/.exec(text) ?? [];
  const [low, high, all] = [Number(first), Number(last), Number(n)];
  if (low < 1 || high < low || high > all)
    throw new SeasError("E_USAGE", `--part ${text}: expected parts such as 1/2 or 1-2/3`);
  return (cluster) => {
    const part = 1 + Math.floor(share(`part/${cluster}`) * all);
    return low <= part && part <= high;
  };
}

/** A line every now and then on how training goes. */
function stepLines(say: (line: string) => void) {
  let [start, last] = [performance.now(), Number.NEGATIVE_INFINITY];
  return ({ loss }: { readonly loss: number }, { done, total }: { readonly done: number; readonly total: number }) => {
    const now = performance.now();
    if (done === 1) [start, last] = [now, Number.NEGATIVE_INFINITY];
    if (done !== total && now - last < 1000 * lineInterval) return;
    last = now;
    const left = done === 1 ? "" : `, ${duration((((now - start) / 1000) * (total - done)) / (done - 1))} left`;
    say(`training: ${done} of ${total} steps, loss ${loss.toFixed(3)}${left}`);
  };
}

function figureTable(figures: JudgeCard["figures"]): string {
  const digits = (x: number | null) => x?.toFixed(2) ?? "–";
  const shown = ({ value, low, high }: JudgeCard["figures"][number]["f1"]) =>
    value === null ? "–" : `${digits(value)} (${digits(low)}–${digits(high)})`;
  return table(
    [
      ["rows", "question", "n", "F1", "AUROC", "recall", "false positives"],
      ...figures.map(({ on, question, n, f1, auroc, recall, falsePositives }) => [
        terminalSafe(on),
        question,
        count(n),
        shown(f1),
        shown(auroc),
        shown(recall),
        shown(falsePositives),
      ]),
    ],
    2,
  );
}
