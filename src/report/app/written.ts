/** Some prompts of each Red Team with what they drew, and a way to all that came of each. */
import type { Summary } from "../types.ts";
import { h, section } from "./dom.ts";
import { redTeam, words } from "./format.ts";
import { addressOf } from "./place.ts";
import { textBox } from "./texts.ts";
import { visibleLine } from "./visible.ts";

/** Some prompts of each Red Team, and how often they broke the Target they were written for. */
export function writtenPrompts({ written }: Pick<Summary, "written">): HTMLElement | null {
  if (written.length === 0) return null;
  const authors = [...new Set(written.map((w) => w.redTeam))].sort((a, b) => a - b);
  return section(
    "written",
    "What the Red Team wrote",
    "Prompts used in the attacks, evenly spread over all of them, with the training judge's verdicts on their answers.",
    authors.map((i) => {
      const own = written.filter((w) => w.redTeam === i);
      return h(
        "details",
        { class: "fold", "data-key": `written by ${i}` },
        h("summary", {}, `${redTeam(i)}, iteration ${own[0]!.iteration}: ${own.length} prompts`),
        h(
          "ul",
          { class: "written" },
          own.map(({ id, prompt, labels, category }) =>
            h(
              "li",
              {},
              h(
                "p",
                { class: "tags" },
                h("span", { class: "tag" }, visibleLine(words(category), 40)),
                h(
                  "span",
                  { class: `chip ${labels.unsafe > 0 ? "unsafe" : "safe"}` },
                  `${labels.unsafe} of ${labels.unsafe + labels.safe} answers unsafe${labels.unscored > 0 ? `, ${labels.unscored} without a verdict` : ""}`,
                ),
              ),
              textBox("prompt", prompt, false, `written ${id}`),
              h(
                "p",
                { class: "small" },
                h("a", { href: addressOf("attempts", { prompt: id }) }, "Its answers, and where it comes from"),
              ),
            ),
          ),
        ),
      );
    }),
  );
}
