/** What servers were asked for and gave, counted where they are asked, and taken by whoever keeps it. */
import type OpenAI from "openai";
import { type ServerUsage, summedUsage, type Usage, type UsageByRole } from "../records.ts";

/** Counts by role. */
export interface UsageMeter {
  /** @param role `red-team`, `target`, or `judge NAME` */
  add(role: string, usage: ServerUsage): void;
  /** All since the last call. */
  take(): UsageByRole;
}

/** @example const meter = usageMeter(); const cast = { …, usage: meter.take }; */
export function usageMeter(): UsageMeter {
  let counted: Record<string, ServerUsage> = {};
  return {
    add(role, usage) {
      counted = summedUsage(counted, { [role]: usage });
    },
    take() {
      const taken = counted;
      counted = {};
      return taken;
    },
  };
}

/** Tokens as a reply tells them; what is no count is none. */
export function tokensOf(usage: OpenAI.CompletionUsage | null | undefined): Usage {
  const count = (tokens: unknown) => (Number.isSafeInteger(tokens) ? Math.max(0, tokens as number) : 0);
  return { promptTokens: count(usage?.prompt_tokens), completionTokens: count(usage?.completion_tokens) };
}
