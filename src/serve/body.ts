/** The body of a request as JSON, no larger than a limit; too much of it is read past, so that the client gets to see why. */
import type { IncomingMessage } from "node:http";
import { RequestError } from "./errors.ts";

/** How long a body that is too large is read past, ms; a client that is through by then sees the reply. */
const patience = 1000;

/**
 * The value of a JSON body.
 *
 * @param most bytes
 * @throws RequestError 413 over the limit, 415 for another type than JSON, 400 when it is no JSON
 */
export async function readJson(request: IncomingMessage, most: number): Promise<unknown> {
  const tooLarge = new RequestError(413, `the body is over the limit of ${most} bytes`);
  const type = request.headers["content-type"] ?? "";
  const isJson = /^application\/json *(;|$)/i.test(type);
  const encoded = request.headers["content-encoding"] ?? "identity";
  let size = Number(request.headers["content-length"] ?? 0);
  // A form of another site can send no JSON without asking first.
  const refusal =
    size > most
      ? tooLarge
      : encoded !== "identity"
        ? new RequestError(415, `a body in ${JSON.stringify(encoded.slice(0, 40))} is not read: send it as it is`)
        : isJson
          ? undefined
          : new RequestError(415, "the body must be application/json", "content-type");
  if (refusal !== undefined) {
    await readPast(request);
    throw refusal;
  }
  const chunks: Buffer[] = [];
  size = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > most) break;
    chunks.push(chunk);
  }
  if (size > most) {
    await readPast(request);
    throw tooLarge;
  }
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks)));
  } catch (error) {
    throw new RequestError(400, `the body is not JSON: ${(error as Error).message.slice(0, 200)}`);
  }
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
