/**
 * Filling the category × style cells of one side evenly: cells take turns, each takes its next prompt that is clean and no
 * near-duplicate of any taken before. A cell that runs out is short; its places are not given to others.
 */
import { setImmediate } from "node:timers/promises";
import { findPersonalData, type PersonalKind } from "../data/personal-data.ts";
import { takePrompts } from "../data/prompts.ts";
import { createDuplicateIndex, type DuplicateIndex, visibleText } from "../data/similarity.ts";
import type { Cell } from "./own-prompts.ts";
import { nearDuplicate, type SetRow } from "./row.ts";

/** Prompts refused in a row after which a cell counts as empty: the last few are not worth the minutes. */
const patience = 100;

/** What was left out, and why. */
export interface LeftOut {
  /** Near-duplicates of a prompt taken before. */
  nearDuplicates: number;
  /** Prompts of a Red Team that are too near to a test prompt. */
  nearTest: number;
  /** Prompts by the kind of personal data or secret in them; one with two kinds counts in both. */
  readonly personal: Map<PersonalKind, number>;
}

/** A cell that has fewer prompts than its share. */
export interface ShortCell {
  readonly split: SetRow["split"];
  readonly category: string;
  readonly style: string;
  readonly got: number;
  readonly wanted: number;
}

/** Prompts as they are taken. */
export interface Taken {
  /** All that were taken, of both sides. */
  readonly index: DuplicateIndex;
  readonly leftOut: LeftOut;
}

/** Nothing taken yet. */
export function nothingTaken(): Taken {
  return { index: createDuplicateIndex(), leftOut: { nearDuplicates: 0, nearTest: 0, personal: new Map() } };
}

/** Whether the prompt can be taken; if so it is, if not it is counted why. */
export function take({ index, leftOut }: Taken, prompt: string): boolean {
  const personal = findPersonalData(prompt);
  for (const kind of personal.keys()) leftOut.personal.set(kind, (leftOut.personal.get(kind) ?? 0) + 1);
  if (personal.size > 0) return false;
  const seen = visibleText(prompt);
  if (index.nearest(seen).similarity >= nearDuplicate) {
    leftOut.nearDuplicates++;
    return false;
  }
  index.add(seen);
  return true;
}

/** A side's prompts: `count`, or fewer where cells are short. */
export async function fillCells(
  cells: readonly Cell[],
  count: number,
  taken: Taken,
  options: { readonly seed: number; readonly split: SetRow["split"]; readonly signal?: AbortSignal },
): Promise<{ readonly rows: SetRow[]; readonly short: ShortCell[] }> {
  // The first cells get one more when the places cannot be divided evenly, and they are as even over both lists as can be.
  const order = takePrompts(cells, cells.length, `data-set/${options.seed}/${options.split}`);
  const rows: SetRow[] = [];
  const short: ShortCell[] = [];
  const shares = order.map((_, i) => Math.floor(count / order.length) + (i < count % order.length ? 1 : 0));
  const got = order.map(() => 0);
  const open = new Set(order.keys());
  while (open.size > 0) {
    // An interrupt is heard between two rounds only.
    await setImmediate();
    options.signal?.throwIfAborted();
    for (const i of open) {
      const { candidates, category, style } = order[i]!;
      if (got[i] === shares[i]) {
        open.delete(i);
        continue;
      }
      const next = firstTaken(candidates, taken);
      if (next === undefined) {
        short.push({ split: options.split, category, style, got: got[i]!, wanted: shares[i]! });
        open.delete(i);
      } else {
        rows.push(next);
        got[i]!++;
      }
    }
  }
  return { rows, short };
}

/** A cell's next prompt that can be taken; undefined when it has none, or so many in a row were refused that few are left. */
function firstTaken(candidates: Cell["candidates"], taken: Taken): SetRow | undefined {
  for (let refused = 0; refused < patience; refused++) {
    const next = candidates.next();
    if (next.done === true) return undefined;
    if (take(taken, next.value.prompt)) return next.value;
  }
  return undefined;
}
