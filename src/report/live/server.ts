/**
 * The live report: the page of the static file on 127.0.0.1, and a stream of server-sent events with what changed since.
 * While nobody looks nothing is read; while somebody does, a summary may take a tenth of one core, so that the run
 * which it shows is not slowed down. Three routes, GET only (guard.ts); nothing of the folder is served as a file.
 */
import { randomBytes } from "node:crypto";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { SeasError } from "../../errors.ts";
import { eventFollower } from "../../run/events.ts";
import { loadApp } from "../bundle.ts";
import { policyOf, reportHtml } from "../html.ts";
import { summarize } from "../summary.ts";
import { liveAttempts } from "./attempts.ts";
import { createFeed } from "./feed.ts";
import { admit } from "./guard.ts";
import { signatureOf } from "./signature.ts";
import { createStageWatch } from "./stage.ts";

/** How to serve. */
export interface ServeOptions {
  /** 0 = any free one. */
  readonly port: number;
  /** Milliseconds between two looks at the folder. @default 500 */
  readonly interval?: number;
  /** Folder of another run, whose figures stand beside this one's. */
  readonly against?: string | undefined;
}

/** A report being served. */
export interface LiveReport {
  readonly url: string;
  /** Ends every connection and frees the port. */
  close(): Promise<void>;
}

/** A page that listens, and what it was told last. */
interface Listener {
  readonly response: ServerResponse;
  version: string | undefined;
  stage: string;
}

const restFactor = 9; // × the time of a summary, before the next
const sign = 15_000; // ms between signs of life, so that a dead connection is noticed

/**
 * Serves the report of a run, finished or not.
 *
 * @throws SeasError E_RUN when the folder is no run; E_PORT when the port is taken
 */
export async function serveReport(
  runDir: string,
  { port, interval = 500, against }: ServeOptions,
): Promise<LiveReport> {
  const app = await loadApp();
  let signature = await signatureOf(runDir).catch(() => "");
  const feed = createFeed(randomBytes(6).toString("hex"), await summarize(runDir, { against }));
  const follow = eventFollower(join(runDir, "events.jsonl"));
  const watch = createStageWatch();
  const attempts = liveAttempts(runDir, restFactor);
  const listeners = new Set<Listener>();
  let notBefore = 0;

  const refresh = async (force: boolean): Promise<void> => {
    watch.take(await follow());
    const found = await signatureOf(runDir);
    if (found === signature || (!force && performance.now() < notBefore)) return;
    const from = performance.now();
    feed.update(await summarize(runDir, { against }));
    signature = found;
    notBefore = performance.now() + restFactor * (performance.now() - from);
  };
  // One look at a time. A folder that cannot be read just now is looked at again; the page keeps what it has.
  let looking: Promise<void> = Promise.resolve();
  const look = (force = false): Promise<void> => {
    looking = looking.then(() => refresh(force)).catch(() => {});
    return looking;
  };
  const tell = (listener: Listener): void => {
    const { response } = listener;
    // Who reads slowly gets the newest later, not everything in between.
    if (response.writableNeedDrain) return;
    const changed = feed.since(listener.version);
    if (changed !== undefined) {
      listener.version = feed.version();
      response.write(`id: ${listener.version}\nevent: summary\ndata: ${changed}\n\n`);
    }
    const stage = JSON.stringify(feed.summary().status === "running" ? watch.now() : null);
    if (stage !== listener.stage) response.write(`event: stage\ndata: ${stage}\n\n`);
    listener.stage = stage;
  };
  let timer: NodeJS.Timeout | undefined;
  const tick = async (): Promise<void> => {
    await look();
    for (const listener of listeners) tell(listener);
    timer = listeners.size > 0 ? setTimeout(() => void tick(), interval) : undefined;
  };
  const life = setInterval(() => {
    for (const { response } of listeners) response.write(":\n\n");
  }, sign);

  const answerPage = async (response: ServerResponse): Promise<void> => {
    await look(true);
    response.writeHead(200, {
      ...headers,
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": `${policyOf(app, true)}; frame-ancestors 'none'`,
    });
    response.end(reportHtml(feed.summary(), app, { version: feed.version() }));
  };
  const answerAttempts = async (response: ServerResponse, query: URLSearchParams): Promise<void> => {
    const packed = await attempts.answer(query);
    // 204 and no refusal: a page that asks too early, or for texts of before, has done nothing wrong.
    response.writeHead(packed === null ? 204 : 200, { ...headers, "content-type": "application/octet-stream" });
    response.end(packed ?? undefined);
  };
  const answerEvents = (response: ServerResponse, since: string | undefined): void => {
    response.writeHead(200, { ...headers, "content-type": "text/event-stream" });
    response.write("retry: 1000\n\n");
    const listener: Listener = { response, version: since, stage: "" };
    listeners.add(listener);
    response.on("close", () => listeners.delete(listener));
    if (timer === undefined) {
      // Taken before the first look ends: a second page must not start a second clock.
      timer = setTimeout(() => void tick(), 0);
    }
  };

  const server = createServer((request, response) => {
    const asked = admit(request, (server.address() as AddressInfo).port);
    if ("status" in asked) {
      response.writeHead(asked.status, { ...headers, "content-type": "text/plain; charset=utf-8" });
      response.end(`${asked.text}\n`);
    } else if (asked.route === "events") answerEvents(response, asked.since);
    else if (asked.route === "attempts") void answerAttempts(response, asked.query).catch(() => response.destroy());
    else void answerPage(response).catch(() => response.destroy());
  });
  await listening(server, port);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async close() {
      clearInterval(life);
      attempts.close();
      clearTimeout(timer);
      listeners.clear();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      clearTimeout(timer);
    },
  };
}

const headers = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
} as const;

function listening(server: ReturnType<typeof createServer>, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      const why = cause.code === "EADDRINUSE" ? "another program has it" : cause.message;
      reject(
        new SeasError("E_PORT", `port ${port} of 127.0.0.1 cannot be taken: ${why}`, {
          hint: "--port 0 takes any free one",
          cause,
        }),
      );
    });
    server.listen(port, "127.0.0.1", resolve);
  });
}
