/** The judge that a command is told to use, opened: by name, from a configuration, with the base model only if it needs one. */
import { embeddedJudges } from "../cast.ts";
import type { Config } from "../config.ts";
import { type NamedJudge, namedJudge } from "../judges/named.ts";
import { loadConfig } from "./config-file.ts";

export const judgeArguments = {
  judge: {
    type: "string",
    valueHint: "NAME",
    description: "embedded:NAME, or one of the configuration's judges (Default: the one that a run reports)",
  },
  config: { type: "string", valueHint: "FILE", description: "Configuration with `judge.define` and the base model" },
} as const;

/** A judge, and the way to free what it holds. */
export interface OpenJudge extends NamedJudge {
  readonly config: Config;
  close(): Promise<void>;
}

/**
 * @param note a line for what takes long
 * @throws SeasError E_CONFIG for an unknown judge, and what opening the base model throws
 */
export async function openJudge(
  args: { readonly judge?: string | undefined; readonly config?: string | undefined },
  note: (text: string) => void,
  signal?: AbortSignal,
): Promise<OpenJudge> {
  const config = await loadConfig(args.config, {});
  const embedded = embeddedJudges(config, note, signal);
  const name = args.judge ?? config.judge.score;
  const named = await namedJudge(name, config.judge.define, embedded.open, process.env, note);
  return { ...named, config, close: embedded.close };
}
