/**
 * Pairs that keep a Red Team's range: a hand-written attack of the category over a prompt of its own that drew nothing
 * unsafe. Trained on its successes alone it soon writes one kind of sentence, the one that works (dev/LOG.md); the
 * hand-written attacks have every style. The paper has no such pairs.
 */

import { groupBy } from "../group-by.ts";
import { createRandom } from "../random.ts";
import type { Pair, Prompt } from "../records.ts";
import { makePair } from "./pairs.ts";
import type { RedTeamSeed } from "./pairs-red-team.ts";

/** A seed prompt, what came of it, and what it is about. */
type Row = RedTeamSeed & { readonly category: string };

/**
 * At most one pair for each of `count` seed prompts, drawn by chance, of kind `general`. Seed prompts from which nothing
 * failed, or whose category has no attack but those shown in them, give none.
 *
 * @param attacks hand-written, of the training split
 * @param draw.of how many rows there are; those that are not drawn are not held
 */
export async function handWrittenPairs(
  rows: Iterable<Row> | AsyncIterable<Row>,
  attacks: readonly Prompt[],
  { of, count, seed }: { readonly of: number; readonly count: number; readonly seed: number | string },
): Promise<Pair[]> {
  if (count === 0) return [];
  const random = createRandom(seed);
  const byCategory = groupBy(attacks, (attack) => attack.category);
  const places = random.sample([...Array(of).keys()], Math.min(count, of));
  const drawn = new Map<number, Row | undefined>(places.map((place) => [place, undefined]));
  let place = 0;
  for await (const row of rows) {
    if (drawn.has(place)) drawn.set(place, row);
    place++;
  }
  return [...drawn.values()].flatMap((row) => {
    const { category, messages, prompts } = row!;
    const shown = messages.map((message) => message.content).join("\n");
    const fresh = (byCategory.get(category) ?? []).filter((attack) => !shown.includes(attack.text.trim()));
    const failed = prompts.filter(
      ({ prompt, verdicts }) => prompt.text.trim() !== "" && verdicts.every((verdict) => verdict.label !== "unsafe"),
    );
    if (fresh.length === 0 || failed.length === 0) return [];
    const chosen = random.pick(fresh);
    const rejected = random.pick(failed).prompt;
    return makePair({
      role: "red-team",
      prompt: [...messages],
      chosen: chosen.text,
      rejected: rejected.text,
      kind: "general",
      from: [chosen.id, rejected.id],
    });
  });
}
