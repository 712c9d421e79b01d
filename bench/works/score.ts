/** The work `score`: judging texts. */

import { classify } from "../../src/engine/classifier.ts";
import { byTokens, forkFeeds } from "../../src/engine/collate.ts";
import { sizes } from "../work.ts";
import { type Bench, type Figures, note, seconds } from "./common.ts";

/**
 * In float32, two logits at the end of each text by the whole base, as the peer does. In int8, our judge, which reads the first
 * half of the layers.
 */
export async function score({ engine, ids, bare, judge }: Bench): Promise<Figures> {
  const { texts, shortest, longest } = sizes.score;
  const lengths = Array.from({ length: texts }, (_, i) => shortest + ((i * 37) % (longest - shortest + 1)));
  const rows = lengths.map(ids).sort((a, b) => b.length - a.length);
  const read = async (some: readonly (readonly number[])[]) => {
    if (engine.precision === "int8") {
      const half = (row: readonly number[]) => Math.floor(row.length / 2);
      const forks = some.map((row) => ({ prompt: row.slice(0, half(row)), completions: [row.slice(half(row))] }));
      await classify(engine, judge, forks);
      return;
    }
    const session = await engine.session("logits", bare);
    for (const part of byTokens(some, (row) => row.length, 1024)) {
      const forks = part.map((prompt) => ({ prompt, completions: [] }));
      const { feeds, length } = forkFeeds(forks, engine.base.config);
      const at = BigInt64Array.from(part, (row, b) => BigInt(b * length + row.length - 1));
      await session.run({ ...feeds, at: { data: at, dims: [part.length] } });
    }
  };
  note(`warm-up: ${(await seconds(() => read(rows.slice(0, 16)))).toFixed(2)} s`);
  const took = await seconds(() => read(rows));
  return { seconds: took, texts_per_second: texts / took, tokens_per_second: lengths.reduce((a, b) => a + b) / took };
}
