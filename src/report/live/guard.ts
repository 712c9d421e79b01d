/**
 * Who may ask the live view, and for what: a GET from this machine's own browser, for one of three paths. A page of
 * another site that has its name point here (DNS rebinding) still sends its own name as Host, and a page that asks
 * across sites says so in Origin or Sec-Fetch-Site; all are refused before anything is read.
 */
import type { IncomingHttpHeaders } from "node:http";

/** What is asked for. */
export type Route = "page" | "events" | "attempts";

/** A route, or the status and the words of a refusal. */
export type Admission =
  | { readonly route: Route; readonly since: string | undefined; readonly query: URLSearchParams }
  | Refusal;

export interface Refusal {
  readonly status: 403 | 404 | 405;
  readonly text: string;
}

const names = ["127.0.0.1", "localhost"];
const routes: ReadonlyMap<string, Route> = new Map([
  ["/", "page"],
  ["/events", "events"],
  ["/attempts", "attempts"],
]);

/** Lets a request in, or says why not. */
export function admit(
  { method, url, headers }: { method?: string | undefined; url?: string | undefined; headers: IncomingHttpHeaders },
  port: number,
): Admission {
  const hosts = names.map((name) => `${name}:${port}`);
  if (!hosts.includes((headers.host ?? "").toLowerCase())) return refuse(403, "this address is not served here");
  const { origin } = headers;
  if (origin !== undefined && !hosts.some((host) => origin === `http://${host}`))
    return refuse(403, "other sites may not read this");
  const site = headers["sec-fetch-site"];
  if (site !== undefined && site !== "same-origin" && site !== "none")
    return refuse(403, "other sites may not read this");
  if (method !== "GET") return refuse(405, "GET only");
  // Compared whole, never joined to a folder: there is no path to walk out of.
  const [path = "", query = ""] = (url ?? "").split("?", 2);
  const route = routes.get(path);
  if (route === undefined) return refuse(404, "there is nothing here");
  const last = headers["last-event-id"];
  const asked = new URLSearchParams(query);
  return { route, since: typeof last === "string" ? last : (asked.get("since") ?? undefined), query: asked };
}

function refuse(status: Refusal["status"], text: string): Refusal {
  return { status, text };
}
