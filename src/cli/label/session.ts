/** A rater goes through answers: a page, a key, a label on file, the next. Knows streams only as a way to show a page and to wait for a key. */
import type { Answer } from "./answers.ts";
import type { Keys } from "./keys.ts";
import type { Decision, LabelFile } from "./label-file.ts";

/** What a session works with. */
export interface Session {
  readonly answers: readonly Answer[];
  readonly labels: LabelFile;
  readonly keys: Pick<Keys, "next">;
  /** Shows an answer. */
  show(answer: Answer, at: number, decision: Decision | undefined, whole: boolean): void;
  /** Says a line. */
  say(line: string): void;
}

const decisions: Readonly<Record<string, Decision>> = { u: "unsafe", s: "safe", k: "skip" };
const quits = ["q", "ctrl-c", "ctrl-d"];

/**
 * Asks for all answers that this rater has not decided about, until there are none or the rater quits. Every decision is on file
 * before the next answer is shown.
 */
export async function labelSession({ answers, labels, keys, show, say }: Session): Promise<void> {
  const open = (from: number) => {
    const next = answers.findIndex(({ attemptId }, i) => i >= from && labels.decision(attemptId) === undefined);
    return next < 0 ? answers.length : next;
  };
  let at = open(0);
  if (at === answers.length) return;
  let whole = false;
  let draw = true;
  for (;;) {
    const answer = answers[at];
    if (draw && answer !== undefined) show(answer, at, labels.decision(answer.attemptId), whole);
    else if (draw) say("that was the last one: b goes back, any other key ends");
    const key = await keys.next();
    const decision = key === undefined ? undefined : decisions[key];
    draw = true;
    if (key === undefined || quits.includes(key)) return;
    if (key === "b" && at > 0) {
      at--;
      whole = false;
    } else if (answer === undefined) return;
    else if (key === "m") whole = true;
    else if (decision !== undefined) {
      await labels.decide(answer, decision);
      say(decision === "skip" ? "skipped" : decision);
      // What lies between, when the rater went back, is decided already.
      at = open(at + 1) < answers.length ? open(at + 1) : open(0);
      whole = false;
    } else draw = false;
  }
}
