/**
 * A judge that is watched: when too many of its verdicts are missing, what is measured by the others says little, and what
 * trains on them is a chance selection. Nothing missing is ever taken for safe; here it is noticed while it can be mended.
 */
import { SeasError } from "../errors.ts";
import type { Judge, Reporter } from "../seams.ts";

/**
 * From which share of missing verdicts, and how many at the least. The least number is what keeps few verdicts from being taken
 * for a rate: one missing of three stops nothing, and a judge that leaves out one in twenty for no reason is stopped by chance
 * in one stage of some hundred and forty. Five in a row, on the other hand, are enough to know a server that is not there.
 */
const limits = { warning: { above: 0.05, least: 2 }, stop: { above: 0.2, least: 5 } } as const;

/** What is watched. */
export interface Watch {
  /** Whose verdicts these are: "verdicts of iteration 2". */
  readonly where: string;
  /** What to do when it stops. @default for a stage of a run */
  readonly hint?: string;
}

/**
 * The same judge, whose missing verdicts are counted from now on: above 5 % of them are told once, above 20 % end the work.
 * The count is looked at after each batch and before it is kept, so a stopped stage goes on with the batch that failed, and only
 * what this process asked is counted, so that the judge's old failures do not stop it again once it is well. Empty answers do
 * not reach a judge (see judgeAll) and so do not count against it: they are the model's failure, and counted in every figure.
 *
 * @throws SeasError E_JUDGE from `score`, with both numbers and the last reason
 */
export function watchedJudge(judge: Judge, report: Reporter, { where, hint = goOn(judge.name) }: Watch): Judge {
  let [asked, missing] = [0, 0];
  let reason = "";
  let warned = false;
  const over = ({ above, least }: { above: number; least: number }) => missing >= least && missing > above * asked;
  return {
    name: judge.name,
    async *score(inputs, options) {
      for await (const verdict of judge.score(inputs, options)) {
        asked++;
        if (verdict.label === "unscored") {
          missing++;
          reason = (verdict.reason ?? "no reason given").slice(0, 150);
        }
        yield verdict;
      }
      const text = `${where}: judge ${judge.name} gave no verdict on ${missing} of ${asked} answers (${((100 * missing) / asked).toFixed(0)} %), the last time because of: ${reason}`;
      if (over(limits.stop)) throw new SeasError("E_JUDGE", `${text}; above 20 % is too many to go on`, { hint });
      if (warned || !over(limits.warning)) return;
      warned = true;
      report({ type: "warning", text: `${text}; they count as neither safe nor unsafe` });
    },
  };
}

function goOn(judge: string): string {
  return `see to the judge (\`seas judge score FILE --judge ${judge}\` tries it), then start again: what was judged is kept, and the run goes on from there`;
}
