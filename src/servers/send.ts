/** One request to a server beside OpenAI's API, such as the ones by which servers take adapters. */
import { describeError, SeasError } from "../errors.ts";

/** Whose key goes along, and how long a reply is waited for. */
interface Asked {
  readonly apiKey?: string | undefined;
  /** Milliseconds; a server may load a model meanwhile. @default 600,000 */
  readonly timeout?: number;
}

/** What goes along; without it the request is a GET. */
interface Sent {
  readonly body: string | Uint8Array<ArrayBuffer>;
  readonly type: string;
}

/** A server's address without the API's version. */
export function rootOf(url: string): string {
  return url.replace(/\/v1\/?$/, "");
}

/** @throws SeasError E_NETWORK where nobody answers */
export async function send(
  { apiKey, timeout = 600_000 }: Asked,
  url: string,
  sent?: Sent,
): Promise<{ readonly status: number; readonly text: string }> {
  try {
    const key = apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
    const response = await fetch(url, {
      headers: { ...key, ...(sent && { "content-type": sent.type }) },
      ...(sent && { method: "POST", body: sent.body }),
      signal: AbortSignal.timeout(timeout),
    });
    return { status: response.status, text: await response.text() };
  } catch (cause) {
    throw new SeasError("E_NETWORK", `${url}: ${describeError(cause)}`, {
      hint: "is the server running? the run goes on where it stopped",
      retryable: true,
      cause,
    });
  }
}
