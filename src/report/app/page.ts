/**
 * The page in order, the result first, and each part with what it reads of the summary: a newer summary redraws the
 * parts that read what changed, and no others.
 */
import type { Summary } from "../types.ts";
import { answerBrowser, answerView, askAnswers } from "./answers.ts";
import { attackSuccess, groups } from "./attacks.ts";
import { attemptSection } from "./attempts/section.ts";
import type { AttemptSource } from "./attempts/source.ts";
import { comparison } from "./compare.ts";
import { h } from "./dom.ts";
import { facts, footer } from "./facts.ts";
import { flow, time } from "./flow.ts";
import { cards, header } from "./headline.ts";
import { judges } from "./judges.ts";
import { replaceKept, withoutMoving } from "./keep.ts";
import { matrix } from "./matrix.ts";
import { readPlace } from "./place.ts";
import { training } from "./training.ts";
import { serverUsage } from "./usage.ts";
import { usefulness, variety } from "./usefulness.ts";
import { writtenPrompts } from "./written.ts";

/** A drawn page. */
export interface Page {
  /** Redraws what reads any of these. */
  update(changed: Partial<Summary>): void;
  /** Goes to the view that an address asks for; to one that asks for nothing the browser goes by itself. */
  go(hash: string): void;
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

/** What an address can ask something of. */
interface Asked {
  readonly section: string;
  /** True when it has to be drawn again for it. */
  ask(asked: ReadonlyMap<string, string>): boolean;
}

function partsOf(source: AttemptSource): { readonly parts: readonly Part[]; readonly asked: readonly Asked[] } {
  const view = answerView();
  const attempts = attemptSection(source);
  const toAnswers = (of: ReadonlyMap<string, string>) => {
    askAnswers(view, of);
    return true;
  };
  const toAttempts = (of: ReadonlyMap<string, string>) => {
    attempts.open(of);
    return false;
  };
  const allAttempts = () => {
    attempts.refresh();
    return attempts.element;
  };
  const asked: readonly Asked[] = [
    { section: "answers", ask: toAnswers },
    { section: "attempts", ask: toAttempts },
  ];
  const parts = [
    part("Compared", ["against", "name", "config"], comparison),
    part("Attacks", ["asr", "asrAny", "judges", "against"], attackSuccess),
    part("Matrix", ["matrix", "elo", "judges"], matrix),
    part("Weak spots", ["groups", "judges"], groups),
    part("Usefulness", ["overRefusal", "perplexity", "refusals", "against"], usefulness),
    part("Variety", ["prompts", "against"], variety),
    part("Answers", ["answers", "judges"], (summary) => answerBrowser(summary, view)),
    // New attempts come with new counts or new answers.
    part("Attempts", ["counts", "answers"], allAttempts),
    part("Prompts", ["written"], writtenPrompts),
    part("Pairs", ["counts"], flow),
    part("Training", ["training"], training),
    part("Judges", ["judges", "agreement", "disagreements", "facts"], judges),
    part("Time", ["time", "seconds"], time),
    part("Servers", ["usage"], serverUsage),
    part("Facts", ["config", "git", "versions", "facts", "createdAt", "name"], facts),
  ];
  return { parts, asked };
}

const top: readonly Part[] = [
  part(null, ["name", "status", "seconds", "createdAt", "gaps", "asr", "judges", "last", "overRefusal"], header),
  part(null, ["last", "matrix", "asr", "judges", "overRefusal", "perplexity", "prompts"], cards),
];

/** What stands on the page beside what follows from the summary. */
export interface PageOptions {
  readonly attempts: AttemptSource;
  /** Stands above everything. */
  readonly tools: readonly HTMLElement[];
  /** Stands under the head. */
  readonly bar?: HTMLElement;
}

/** Draws the page. */
export function createPage(root: HTMLElement, first: Summary, { attempts, tools, bar }: PageOptions): Page {
  let summary = first;
  const { parts: sections, asked } = partsOf(attempts);
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
  root.replaceChildren(
    ...tools,
    head!,
    ...(bar === undefined ? [] : [bar]),
    figures!,
    nav,
    ...nodes(sections),
    footer(),
  );
  // A part that keeps its element has drawn itself.
  const redraw = (p: Part) => {
    const [old, next] = [drawn.get(p)!, draw(p)];
    if (next !== old) replaceKept(old, next);
    drawn.set(p, next);
  };
  return {
    go(hash) {
      const place = readPlace(hash);
      const one = asked.find(({ section }) => section === place?.section);
      if (place === null || one === undefined) return;
      const idOf = (p: Part) => (drawn.get(p) as Partial<HTMLElement>).id;
      const its = sections.find((p) => idOf(p) === place.section);
      if (its === undefined) return;
      if (one.ask(place.asked)) redraw(its);
      document.getElementById(place.section)?.scrollIntoView({ behavior: "instant" });
    },
    update(changed) {
      const keys = Object.keys(changed);
      summary = { ...summary, ...changed };
      withoutMoving(root, () => {
        for (const p of parts.filter(({ reads }) => reads.some((key) => keys.includes(key)))) {
          redraw(p);
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
