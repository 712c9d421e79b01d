/** The classes of answers (metrics/answer-class.ts) as people read them; the page and the tables of `seas eval` share them. */
import type { AnswerClass } from "../records.ts";

/** In the order in which they are shown. */
export const classNames: Readonly<Record<AnswerClass, string>> = {
  "declines-with-alternative": "declines with an alternative",
  declines: "declines",
  partial: "declines, then answers in part",
  answers: "answers",
  "off-topic": "off-topic",
};
