/** The kinds of work an engine has a session for: the graph of each, and how it is held in memory. */
import type { DecoderConfig } from "./base-model.ts";
import { generateGraph, headGraph } from "./generate-graph.ts";
import type { Node } from "./graph/node.ts";
import type { SessionOptions } from "./graph/session.ts";
import { dpoGraph, logitsGraph, scoreGraph, sftGraph } from "./losses.ts";
import type { PartsOptions } from "./nets/parts.ts";

/** One kind of work; works of one name are the same. */
export interface Work extends Pick<SessionOptions, "prepack" | "keepMemory" | "spin"> {
  readonly name: string;
  /** A training holds more memory than all else. @default false */
  readonly training?: boolean;
  readonly graph: (config: DecoderConfig, options: PartsOptions) => Readonly<Record<string, Node>>;
}

/** Most probable tokens that leave the graph at each step; a nucleus wider than this reads the whole row. */
export const topTokens = 256;

/** The two trainings of players, sampling and its head alone, scoring of completions, raw logits. */
export const works = {
  dpo: { name: "dpo", spin: true, training: true, keepMemory: true, graph: dpoGraph },
  sft: { name: "sft", spin: true, training: true, keepMemory: true, graph: sftGraph },
  generate: { name: "generate", prepack: true, keepMemory: true, graph: (c, o) => generateGraph(c, o, topTokens) },
  head: { name: "head", graph: headGraph },
  score: { name: "score", spin: true, keepMemory: true, graph: scoreGraph },
  logits: { name: "logits", spin: true, keepMemory: true, graph: logitsGraph },
} as const satisfies Readonly<Record<string, Work>>;
