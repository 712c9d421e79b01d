/**
 * The page in order, the result first, and each part with what it reads of the summary: a newer summary redraws the
 * parts that read what changed, and no others.
 */
import type { Summary } from "../types.ts";
import { answerBrowser, answerView, writtenPrompts } from "./answers.ts";
import { attackSuccess, groups, matrix } from "./attacks.ts";
import { h } from "./dom.ts";
import { facts, footer } from "./facts.ts";
import { flow, time } from "./flow.ts";
import { cards, header } from "./headline.ts";
import { judges } from "./judges.ts";
import { replaceKept, withoutMoving } from "./keep.ts";
import { training } from "./training.ts";
import { usefulness, variety } from "./usefulness.ts";

/** A drawn page. */
export interface Page {
  /** Redraws what reads any of these. */
  update(changed: Partial<Summary>): void;
}

interface Part {
  /** In the row of links; null = not there. */
  readonly name: string | null;
  readonly reads: readonly (keyof Summary)[];
  readonly draw: (summary: Summary) => HTMLElement | null;
}

/** The types hold that a part is given nothing that it does not say it reads. */
function part<K extends keyof Summary>(
  name: string | null,
  reads: readonly K[],
  draw: (summary: Pick<Summary, K>) => HTMLElement | null,
): Part {
  return { name, reads, draw };
}

function partsOf(): readonly Part[] {
  const view = answerView();
  return [
    part("Attacks", ["asr", "asrAny", "judges"], attackSuccess),
    part("Matrix", ["matrix", "judges"], matrix),
    part("Weak spots", ["groups", "judges"], groups),
    part("Usefulness", ["overRefusal", "perplexity", "refusals"], usefulness),
    part("Variety", ["prompts"], variety),
    part("Answers", ["answers", "judges"], (summary) => answerBrowser(summary, view)),
    part("Prompts", ["written"], writtenPrompts),
    part("Pairs", ["counts"], flow),
    part("Training", ["training"], training),
    part("Judges", ["judges", "agreement", "disagreements", "facts"], judges),
    part("Time", ["time", "seconds"], time),
    part("Facts", ["config", "git", "versions", "facts", "createdAt", "name"], facts),
  ];
}

const top: readonly Part[] = [
  part(null, ["name", "status", "seconds", "createdAt", "gaps", "asr", "judges", "last", "overRefusal"], header),
  part(null, ["last", "matrix", "asr", "judges", "overRefusal", "perplexity", "prompts"], cards),
];

/** Draws the page; `bar` stands under its head. */
export function createPage(root: HTMLElement, first: Summary, bar: HTMLElement | null = null): Page {
  let summary = first;
  const sections = partsOf();
  const parts = [...top, ...sections];
  // A part that is not there keeps its place by a comment.
  const draw = ({ draw: drawPart }: Part): ChildNode => drawPart(summary) ?? document.createComment("");
  const drawn = new Map(parts.map((p) => [p, draw(p)]));
  const nodes = (of: readonly Part[]) => of.map((p) => drawn.get(p)!);
  const links = () =>
    sections.flatMap((p) => {
      const node = drawn.get(p);
      return node instanceof HTMLElement ? [[node.id, p.name ?? node.id] as const] : [];
    });
  let [nav, linked] = [navigation(links()), links().join()];
  const [head, figures] = nodes(top);
  root.replaceChildren(head!, ...(bar === null ? [] : [bar]), figures!, nav, ...nodes(sections), footer());
  return {
    update(changed) {
      const keys = Object.keys(changed);
      summary = { ...summary, ...changed };
      withoutMoving(root, () => {
        for (const p of parts.filter(({ reads }) => reads.some((key) => keys.includes(key)))) {
          const next = draw(p);
          replaceKept(drawn.get(p)!, next);
          drawn.set(p, next);
        }
        if (links().join() === linked) return;
        const next = navigation(links());
        replaceKept(nav, next);
        [nav, linked] = [next, links().join()];
      });
    },
  };
}

function navigation(links: readonly (readonly [id: string, name: string])[]): HTMLElement {
  const items = links.map(([id, name]) => h("li", {}, h("a", { href: `#${id}`, "data-key": `link ${id}` }, name)));
  return h("nav", { "aria-label": "Sections" }, h("ul", {}, items));
}
