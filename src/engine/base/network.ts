/**
 * fetch for networks that may not be there: no answer within a few seconds is an error, user names and passwords in an
 * address become a header and never show in a message, and texts are read up to a bound.
 */
import { SeasError } from "../../errors.ts";

/** How to ask. */
export interface NetworkOptions {
  readonly fetch?: typeof fetch | undefined;
  /** To the first byte of the answer. @default 5000 */
  readonly connectMs?: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * A fetch that gives up when no answer begins in time. The body may take longer; `signal` cuts that too.
 *
 * @throws (the returned function) SeasError E_NETWORK naming the host and the seconds
 */
export function impatientFetch({ fetch = globalThis.fetch, connectMs = 5000, signal }: NetworkOptions): typeof fetch {
  return async (input, init) => {
    const address = input instanceof Request ? input.url : String(input);
    const control = new AbortController();
    const late = new SeasError("E_NETWORK", `${new URL(address).host} did not answer within ${connectMs / 1000} s`, {
      retryable: true,
    });
    const timer = setTimeout(() => control.abort(late), connectMs);
    const signals = [control.signal, signal, init?.signal].filter((s) => s !== undefined && s !== null);
    try {
      return await fetch(input, { ...init, signal: AbortSignal.any(signals) });
    } finally {
      clearTimeout(timer);
    }
  };
}

/** The address without user and password, and the header that says them instead. */
export function splitCredentials(address: string): {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
} {
  const url = new URL(address);
  if (url.username === "" && url.password === "") return { url, headers: {} };
  const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  url.username = "";
  url.password = "";
  return { url, headers: { authorization: `Basic ${Buffer.from(pair).toString("base64")}` } };
}

/**
 * The whole text of an answer.
 *
 * @throws SeasError E_NETWORK when it is longer than `maxBytes`
 */
export async function boundedText(response: Response, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += (chunk as Uint8Array).byteLength;
    if (bytes > maxBytes)
      throw new SeasError("E_NETWORK", `${new URL(response.url).host}: an answer of more than ${maxBytes} bytes`);
    chunks.push(chunk as Uint8Array);
  }
  return Buffer.concat(chunks).toString("utf8");
}
