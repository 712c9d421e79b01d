/**
 * A base model with its sessions. Every role, judge and reference is the same base with other LoRA inputs, so one
 * session a kind of work is enough; it opens when first used and closes when another kind needs the memory.
 */
import { availableParallelism } from "node:os";
import type { BaseModel } from "./base-model.ts";
import type { Node } from "./graph/node.ts";
import * as o from "./graph/ops.ts";
import { openSession, type Session } from "./graph/session.ts";
import { dpoGraph, logitsGraph, poolGraph, scoreGraph, sftGraph } from "./losses.ts";
import { llamaCached } from "./nets/llama.ts";

/** Kinds of work: sampling, the two trainings, scoring of completions, pooled hidden states, raw logits. */
export type Work = "generate" | "dpo" | "sft" | "score" | "pool" | "logits";

/** The hidden layer whose pooled states judges read: seven eighths of the way up (26 of 30 in SmolLM2-135M). */
export function pooledLayer(layers: number): number {
  return Math.round((layers * 26) / 30);
}

/** Most probable tokens that leave the graph at each step; a nucleus wider than this reads the whole row. */
export const topTokens = 64;

export interface Engine {
  readonly base: BaseModel;
  readonly threads: number;
  session(work: Work): Promise<Session>;
  /** Frees the memory of every session. */
  close(): Promise<void>;
}

/** @param threads 0 = one for each core */
export function createEngine(base: BaseModel, options: { readonly threads: number }): Engine {
  const threads = options.threads === 0 ? availableParallelism() : options.threads;
  const sessions = new Map<Work, Promise<Session>>();
  const closeAll = async (kinds: readonly Work[]) => {
    for (const kind of kinds) {
      const session = sessions.get(kind);
      sessions.delete(kind);
      await (await session)?.close();
    }
  };
  return {
    base,
    threads,
    async session(work) {
      // The two trainings hold the most memory and are never needed together.
      if (work === "dpo") await closeAll(["sft"]);
      if (work === "sft") await closeAll(["dpo"]);
      let session = sessions.get(work);
      if (session === undefined) {
        session = openSession(graphOf(work, base), { threads, weights: base.weights, prepack: work === "generate" });
        sessions.set(work, session);
        session.catch(() => sessions.delete(work));
      }
      return session;
    },
    close: () => closeAll([...sessions.keys()]),
  };
}

function graphOf(work: Work, { config }: BaseModel): Record<string, Node> {
  switch (work) {
    case "dpo":
      return dpoGraph(config);
    case "sft":
      return sftGraph(config);
    case "score":
      return scoreGraph(config);
    case "pool":
      return poolGraph(config, pooledLayer(config.layers));
    case "logits":
      return logitsGraph(config);
    case "generate": {
      const { logits, present } = llamaCached(config);
      const scaled = o.mul(logits, o.input("inverse_temperature", []));
      const top = o.topK(scaled, Math.min(topTokens, config.vocabSize));
      return {
        logits: scaled,
        top_values: top.values,
        top_indices: top.indices,
        log_sum: o.logSumExp(scaled),
        ...present,
      };
    }
  }
}
