/**
 * Who may ask at all. A page in a browser can reach a server on its own machine, by another site's form or by a name that
 * is made to point here (DNS rebinding), so names and origins that are not ours are refused before anything is read.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { isIP } from "node:net";
import { RequestError } from "./errors.ts";

/** Whether an address or name is this machine only. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[(.*)\]$/, "$1");
  return name === "localhost" || name === "::1" || (isIP(name) === 4 && name.startsWith("127."));
}

/**
 * Refuses what comes from elsewhere, or without the key.
 *
 * @param server.host where it listens
 * @throws RequestError 403 or 401
 */
export function checkCaller(
  headers: IncomingHttpHeaders,
  server: { readonly host: string; readonly apiKey?: string | undefined },
): void {
  const { host = "", origin, authorization } = headers;
  if (isLoopback(server.host) && !isLoopback(nameOf(host))) {
    throw new RequestError(403, `this server is for its own machine: it does not answer to the name ${shown(host)}`);
  }
  if (headers["sec-fetch-site"] === "cross-site" || (origin !== undefined && origin !== `http://${host}`)) {
    throw new RequestError(403, `this server answers no pages of other sites${origin ? `: ${shown(origin)}` : ""}`);
  }
  if (server.apiKey === undefined) return;
  const given = /^Bearer +(.*)$/i.exec(authorization ?? "")?.[1];
  if (given !== undefined && same(given, server.apiKey)) return;
  throw new RequestError(
    401,
    given === undefined ? "no API key: expected the header `authorization: Bearer KEY`" : "wrong API key",
    null,
    "invalid_api_key",
  );
}

/** The name or address in a Host header; empty where it is none. */
function nameOf(host: string): string {
  // What is more than name and port (a user, a path) is no Host header.
  return URL.canParse(`http://${host}`) && !/[/@?#\\]/.test(host) ? new URL(`http://${host}`).hostname : "";
}

function same(a: string, b: string): boolean {
  const hash = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(hash(a), hash(b));
}

function shown(header: string): string {
  return JSON.stringify(header.slice(0, 100));
}
