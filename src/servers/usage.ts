/** What servers were asked for and gave, counted where they are asked, and taken by whoever keeps it. */
import type OpenAI from "openai";
import { type ServerUsage, summedUsage, type Usage, type UsageByRole } from "../records.ts";
import { RequestFailed, type Server } from "./server.ts";

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

/** Who asks, and where it is counted. */
interface Asking {
  readonly role: string;
  readonly meter?: UsageMeter | undefined;
  readonly signal: AbortSignal;
}

/**
 * Asks a server, and counts the request, its attempts, and the tokens of the reply; those of a request that fails for good as well,
 * without tokens.
 *
 * @throws as Server.ask
 */
export async function askCounted<T extends { readonly usage: Usage }>(
  server: Server,
  call: (client: OpenAI, signal: AbortSignal) => Promise<T>,
  { role, meter, signal }: Asking,
): Promise<T> {
  let attempts = 0;
  const count = (usage: Usage) => meter?.add(role, { ...usage, requests: 1, retries: Math.max(0, attempts - 1) });
  try {
    const reply = await server.ask(
      (client, until) => {
        attempts++;
        return call(client, until);
      },
      // Of a server that counts no tokens, replies.
      ({ usage }) => usage.completionTokens || 1,
      signal,
    );
    count(reply.usage);
    return reply;
  } catch (error) {
    if (error instanceof RequestFailed) count(noUsage);
    throw error;
  }
}

/** Nothing. */
export const noUsage: Usage = { promptTokens: 0, completionTokens: 0 };

/** Tokens as a reply tells them; what is no count is none. */
export function tokensOf(usage: OpenAI.CompletionUsage | null | undefined): Usage {
  const count = (tokens: unknown) => (Number.isSafeInteger(tokens) ? Math.max(0, tokens as number) : 0);
  return { promptTokens: count(usage?.prompt_tokens), completionTokens: count(usage?.completion_tokens) };
}
