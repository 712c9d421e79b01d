/**
 * Prompts of our own for a data set: behaviours × wrappers, and where that is not enough the same with a sentence before or
 * after. Behaviours, wrappers and sentences are divided between training and test first, so that nothing of a test prompt is
 * in training. The wrappers and behaviours that a run keeps for its test are in the test here too: a model trained on
 * this set can be measured by a run.
 */
import { type Behaviour, behaviours } from "../data/behaviours.ts";
import { promptOf } from "../data/prompts.ts";
import { setWrappers } from "../data/set-wrappers.ts";
import { heldOut, heldOutBehaviours, heldOutWrappers } from "../data/split.ts";
import { fillWrapper, type Wrapper, wrappers } from "../data/styles.ts";
import { fits, type Variation, variations, vary } from "../data/variations.ts";
import { groupBy } from "../group-by.ts";
import { createRandom, type Random } from "../random.ts";
import type { SetRow } from "./row.ts";

export type Side = SetRow["split"];

/** What the prompts of one side are made of; the two sides have nothing in common. */
export interface Material {
  readonly behaviours: readonly Behaviour[];
  readonly wrappers: readonly Wrapper[];
  readonly variations: readonly Variation[];
}

/** What each side has. The split depends on the texts alone, on no seed. */
export function materialOf(side: Side): Material {
  const heldBehaviours = heldOutBehaviours(behaviours);
  // Each list by itself, so that more of the second move nothing in the first.
  const heldTemplates = new Set([...heldOutWrappers(wrappers), ...heldOutWrappers(setWrappers)]);
  const heldSentences = heldOut(
    variations,
    ({ place }) => place,
    ({ id }) => id,
    1 / 3,
  );
  const test = side === "test";
  return {
    behaviours: behaviours.filter(({ cluster }) => heldBehaviours.has(cluster) === test),
    wrappers: [...wrappers, ...setWrappers].filter(({ cluster }) => heldTemplates.has(cluster) === test),
    variations: variations.filter(({ id }) => heldSentences.has(id) === test),
  };
}

/** A category × style cell, and the prompts that it can have: the barest first, each group in random order. */
export interface Cell {
  readonly category: string;
  readonly style: string;
  readonly candidates: Iterator<SetRow>;
}

/** All cells of a side; candidates are made as they are asked for. */
export function cellsOf(side: Side, seed: number): Cell[] {
  const material = materialOf(side);
  const byStyle = groupBy(material.wrappers, ({ style }) => style);
  return [...groupBy(material.behaviours, ({ domain }) => domain)].flatMap(([category, asked]) =>
    [...byStyle].map(([style, ways]) => ({
      category,
      style,
      candidates: candidates(
        side,
        asked,
        ways,
        material.variations,
        createRandom(`data-set/${seed}/${category}/${style}`),
      ),
    })),
  );
}

/** Every behaviour in every wrapper; then again with one sentence each, another one in each round. */
function* candidates(
  side: Side,
  asked: readonly Behaviour[],
  ways: readonly Wrapper[],
  sentences: readonly Variation[],
  random: Random,
): Generator<SetRow> {
  const pairs = random.shuffle(asked.flatMap((behaviour) => ways.map((wrapper) => ({ behaviour, wrapper }))));
  for (const { behaviour, wrapper } of pairs) yield rowOf(side, behaviour, wrapper);
  const order = random.shuffle(sentences);
  for (let round = 0; round < order.length; round++) {
    for (const [i, { behaviour, wrapper }] of pairs.entries()) {
      const sentence = order[(i + round) % order.length]!;
      if (fits(sentence, wrapper)) yield rowOf(side, behaviour, wrapper, sentence);
    }
  }
}

function rowOf(split: Side, behaviour: Behaviour, wrapper: Wrapper, sentence?: Variation): SetRow {
  const bare = fillWrapper(wrapper, behaviour.text);
  const { id, text, category } = promptOf(
    behaviour.domain,
    wrapper.style,
    sentence === undefined ? bare : vary(bare, sentence),
  );
  return {
    ...{ id, prompt: text, category, style: wrapper.style, author: "hand", split },
    ...{ cluster: behaviour.cluster, template: wrapper.cluster },
    ...{ safe: null, unsafe: null, unscored: null, judge: null },
  };
}
