/** The body of a request as JSON, no larger than a limit; too much of it is read past, so that the client gets to see why. */
import type { IncomingMessage } from "node:http";
import { RequestError } from "./errors.ts";

/** How long a body that is not wanted is read past, ms; a client that is through by then sees the reply. */
const patience = 1000;

/**
 * The value of a JSON body.
 *
 * @param most bytes
 * @throws RequestError 413 over the limit, 415 for another type than JSON, 400 when it is no JSON
 */
export async function readJson(request: IncomingMessage, most: number): Promise<unknown> {
  const bytes = await readBytes(request, most);
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    throw new RequestError(400, `the body is not JSON: ${(error as Error).message.slice(0, 200)}`);
  }
}

async function readBytes(request: IncomingMessage, most: number): Promise<Buffer> {
  const tooLarge = new RequestError(413, `the body is over the limit of ${most} bytes`);
  const said = Number(request.headers["content-length"] ?? 0) > most ? tooLarge : unreadable(request);
  if (said !== undefined) {
    await readPast(request);
    throw said;
  }
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > most) break;
    chunks.push(chunk);
  }
  if (size <= most) return Buffer.concat(chunks);
  await readPast(request);
  throw tooLarge;
}

/** Why a body is not read, by its headers. */
function unreadable({ headers }: IncomingMessage): RequestError | undefined {
  // A form on another site's page can send no JSON without asking first.
  if (!/^application\/json *(;|$)/i.test(headers["content-type"] ?? "")) {
    return new RequestError(415, "the body must be application/json");
  }
  const encoding = headers["content-encoding"] ?? "identity";
  if (encoding === "identity") return undefined;
  return new RequestError(415, `a body in ${JSON.stringify(encoding.slice(0, 40))} is not read: send it as it is`);
}

/** Reads to the end, or for as long as there is patience. */
async function readPast(request: IncomingMessage): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, patience);
    const done = () => {
      clearTimeout(timer);
      resolve();
    };
    request.once("end", done).once("close", done).resume();
  });
}
