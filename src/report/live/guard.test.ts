/** Every door but the three that are meant is shut. */
import { describe, expect, it } from "vitest";
import { admit } from "./guard.ts";

const port = 7327;
const ask = (url: string, headers: Record<string, string> = {}, method = "GET") => {
  const answer = admit({ method, url, headers: { host: "127.0.0.1:7327", ...headers } }, port);
  return "status" in answer ? answer.status : answer.route;
};

describe("admit", () => {
  it("lets the page, its events and its attempts in, from this machine's names", () => {
    expect(ask("/")).toBe("page");
    expect(ask("/?x=1")).toBe("page");
    expect(ask("/events?since=a-1")).toBe("events");
    expect(ask("/attempts?version=a&block=1")).toBe("attempts");
    expect(ask("/", { host: "localhost:7327", "sec-fetch-site": "none" })).toBe("page");
    expect(ask("/events", { origin: "http://127.0.0.1:7327", "sec-fetch-site": "same-origin" })).toBe("events");
  });

  it("refuses other names, which is what DNS rebinding comes with", () => {
    for (const host of ["evil.example", "evil.example:7327", "127.0.0.1", "127.0.0.1:80", "127.0.0.1:7327.evil", ""])
      expect(ask("/", { host })).toBe(403);
  });

  it("refuses what other sites ask", () => {
    for (const origin of ["null", "http://evil.example", "https://127.0.0.1:7327", "http://127.0.0.1:1"])
      expect(ask("/events", { origin })).toBe(403);
    for (const site of ["cross-site", "same-site"]) expect(ask("/", { "sec-fetch-site": site })).toBe(403);
  });

  it("refuses every other method and path", () => {
    for (const method of ["POST", "PUT", "DELETE", "OPTIONS", "HEAD", "TRACE"]) expect(ask("/", {}, method)).toBe(405);
    for (const path of [
      "/run.json",
      "/../run.json",
      "/%2e%2e/run.json",
      "//etc/passwd",
      "/events/..",
      "/attempts/1",
      "*",
      "",
    ])
      expect(ask(path)).toBe(404);
  });

  it("takes the browser's last version over the page's first", () => {
    const headers = { host: "127.0.0.1:7327", "last-event-id": "a-7" };
    expect(admit({ method: "GET", url: "/events?since=a-1", headers }, port)).toMatchObject({
      route: "events",
      since: "a-7",
    });
  });
});
