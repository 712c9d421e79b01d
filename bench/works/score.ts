/** The work `score`: judging texts with the whole base. */
import { byTokens, forkFeeds } from "../../src/engine/collate.ts";
import { loraFeeds } from "../../src/engine/lora.ts";
import { sizes } from "../work.ts";
import { type Bench, type Figures, note, seconds } from "./common.ts";

/** Two logits at the end of each text, by the whole base as the peer does. Our own judge stops at 26 of 30 layers. */
export async function score({ engine, ids, bare }: Bench): Promise<Figures> {
  const { texts, shortest, longest } = sizes.score;
  const lengths = Array.from({ length: texts }, (_, i) => shortest + ((i * 37) % (longest - shortest + 1)));
  const rows = lengths.map(ids).sort((a, b) => b.length - a.length);
  const session = await engine.session("logits");
  const run = (some: readonly (readonly number[])[]) =>
    seconds(async () => {
      for (const part of byTokens(some, (row) => row.length, 1024)) {
        const { feeds, length } = forkFeeds(
          part.map((prompt) => ({ prompt, completions: [] })),
          engine.base.config,
        );
        const at = BigInt64Array.from(part, (row, b) => BigInt(b * length + row.length - 1));
        await session.run({ ...feeds, ...loraFeeds(bare), at: { data: at, dims: [part.length] } });
      }
    });
  note(`warm-up: ${(await run(rows.slice(0, 16))).toFixed(2)} s`);
  const took = await run(rows);
  return { seconds: took, texts_per_second: texts / took, tokens_per_second: lengths.reduce((a, b) => a + b) / took };
}
