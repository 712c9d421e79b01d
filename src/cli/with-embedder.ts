/** The embedding model for one piece of work: brought, opened, with progress while texts go through it, and closed. */
import { type Embedder, openEmbedder } from "../engine/embedding/embedder.ts";
import { stageOf } from "../eval/stage.ts";
import type { Progress } from "./progress.ts";

/** Who embeds, for the record. */
export type EmbedderFacts = Pick<Embedder, "name" | "sha256" | "origin">;

/** A vector of length 1 for each text. */
type Embed = (texts: readonly string[]) => Promise<readonly Float32Array[]>;

/**
 * @param work is given what embeds, and who that is
 * @throws SeasError as openEmbedder does, E_CANCELLED between two batches, and what `work` throws
 */
export async function withEmbedder<T>(
  progress: Progress,
  signal: AbortSignal,
  work: (embed: Embed, facts: EmbedderFacts) => Promise<T>,
): Promise<T> {
  const embedder = await openEmbedder({ onNote: progress.line, signal });
  try {
    const embed: Embed = async (texts) => {
      const stage = stageOf("embeddings", texts.length, progress.reporter, 0);
      const vectors = await embedder.embed(texts, { signal, onDone: stage.done });
      stage.end();
      return vectors;
    };
    return await work(embed, embedder);
  } finally {
    progress.close();
    await embedder.close();
  }
}
