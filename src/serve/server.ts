/**
 * An HTTP server with the part of OpenAI's API that asks a model: models, chat completions, completions. It says who may
 * ask and what a path does; completions.ts answers. Nothing of what is asked or answered is logged or kept.
 */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Engine } from "../engine/engine.ts";
import type { Lora } from "../engine/lora.ts";
import { describeError, SeasError } from "../errors.ts";
import { readJson } from "./body.ts";
import { complete, sendJson } from "./completions.ts";
import { RequestError } from "./errors.ts";
import { checkCaller, isLoopback } from "./guard.ts";
import { createQueue } from "./queue.ts";
import type { TokenCounts } from "./replies.ts";
import { type Kind, requestOf } from "./requests.ts";

/** A model that can be asked. */
export interface ServedModel {
  readonly name: string;
  /** Read when it is first asked. */
  readonly lora: () => Promise<Lora>;
}

/** What to serve, where, and to whom. */
export interface ServerOptions {
  readonly engine: Engine;
  readonly models: readonly ServedModel[];
  /** Models that are there but not served, by name: why not. @default none */
  readonly withheld?: ReadonlyMap<string, string>;
  readonly host: string;
  /** 0 = any that is free. */
  readonly port: number;
  /** Asked of every request. @default nobody is asked for one */
  readonly apiKey?: string | undefined;
  /** Most answers side by side. */
  readonly rows: number;
  /** A line for each request: what, how it ended, how long it took; no texts. */
  readonly log: (line: string) => void;
  /** Of a body, bytes. @default 1 MiB */
  readonly maxBody?: number;
  /** Until a request has come in whole, ms. @default 30 s */
  readonly requestTimeout?: number;
}

/** A server that listens. */
export interface Server {
  /** What clients call the base URL: `http://127.0.0.1:8000/v1`. */
  readonly url: string;
  /** Ends answers at work with an error, and gives the port back. The engine stays open. */
  close(): Promise<void>;
}

/**
 * Listens.
 *
 * @throws SeasError E_USAGE when the address is not free or not ours, or other machines could ask without a key
 */
export async function startServer(options: ServerOptions): Promise<Server> {
  const { host, port, requestTimeout = 30_000 } = options;
  if (!isLoopback(host) && options.apiKey === undefined) {
    throw new SeasError("E_USAGE", `${host} can be reached by other machines, and no API key is set`, {
      hint: "SEAS_API_KEY sets one; 127.0.0.1 needs none",
    });
  }
  const queue = createQueue(options.engine, { rows: options.rows });
  const times = {
    requestTimeout,
    headersTimeout: Math.min(10_000, requestTimeout),
    connectionsCheckingInterval: Math.min(1000, requestTimeout),
    keepAliveTimeout: 60_000,
  };
  const server = createServer(times, (request, response) => {
    const gone = new AbortController();
    response.on("close", () => gone.abort());
    void handle({ ...options, queue, signal: gone.signal }, request, response);
  });
  server.listen(port, host);
  await once(server, "listening").catch((cause) => {
    throw new SeasError("E_USAGE", `cannot listen on ${host}:${port}: ${describeError(cause)}`, {
      hint: "--port names another port, 0 takes any",
      cause,
    });
  });
  const name = host.includes(":") ? `[${host}]` : host;
  return {
    url: `http://${name}:${(server.address() as AddressInfo).port}/v1`,
    async close() {
      const closed = once(server, "close");
      server.close();
      await queue.close();
      // Replies that were cut have a moment to leave.
      const timer = setTimeout(() => server.closeAllConnections(), 500);
      server.closeIdleConnections();
      await closed;
      clearTimeout(timer);
    },
  };
}

interface Context extends ServerOptions {
  readonly queue: ReturnType<typeof createQueue>;
  readonly signal: AbortSignal;
}

/** What was done, for the log. */
interface Done {
  readonly model?: string;
  readonly usage?: TokenCounts;
}

async function handle(context: Context, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const begun = performance.now();
  const { log, signal } = context;
  const path = (request.url ?? "").split("?", 1)[0]!;
  let said = "";
  try {
    checkCaller(request.headers, context);
    const { model, usage } = await route(context, path, request, response);
    const tokens = usage === undefined ? "" : `, ${usage.prompt_tokens} + ${usage.completion_tokens} tokens`;
    said = model === undefined ? "" : `, ${model}${tokens}`;
  } catch (error) {
    if (signal.aborted) said = ", the client went away";
    else {
      said = `, ${describeError(error)}`;
      refuse(request, response, error);
    }
  }
  const seconds = (performance.now() - begun) / 1000;
  log(`${request.method} ${path.slice(0, 200)} ${response.statusCode}${said}, ${seconds.toFixed(1)} s`);
}

const paths: Readonly<Record<string, Kind>> = { "/v1/chat/completions": "chat", "/v1/completions": "text" };
const modelPath = "/v1/models";

async function route(
  context: Context,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<Done> {
  const isModels = path === modelPath || path.startsWith(`${modelPath}/`);
  if (!isModels && !Object.hasOwn(paths, path)) {
    throw new RequestError(404, `no such path: there are ${[modelPath, ...Object.keys(paths)].join(", ")}`);
  }
  const method = isModels ? "GET" : "POST";
  if (request.method !== method) {
    response.setHeader("allow", method);
    throw new RequestError(405, `${path.slice(0, 100)} takes ${method}, not ${request.method}`);
  }
  if (isModels) {
    sendModels(context, path.slice(modelPath.length + 1), response);
    return {};
  }
  const { engine, queue, signal, maxBody = 2 ** 20 } = context;
  const asked = requestOf(paths[path]!, await readJson(request, maxBody), engine);
  const model = modelOf(context, asked.model);
  return { model: model.name, usage: await complete(asked, model.lora, queue, response, signal) };
}

function sendModels(context: Context, name: string, response: ServerResponse): void {
  const entry = (model: ServedModel) => ({ id: model.name, object: "model", created: 0, owned_by: "seas" });
  const value = name === "" ? { object: "list", data: context.models.map(entry) } : entry(modelOf(context, name));
  sendJson(response, 200, value);
}

function modelOf({ models, withheld }: Context, name: string): ServedModel {
  const found = models.find((model) => model.name === name);
  if (found !== undefined) return found;
  const why = withheld?.get(name);
  if (why !== undefined) throw new RequestError(403, `${name} is not served: ${why}`, "model", "model_not_allowed");
  const known = models.map((model) => model.name).join(", ");
  throw new RequestError(
    404,
    `no model ${JSON.stringify(name.slice(0, 100))}: there are ${known}`,
    "model",
    "model_not_found",
  );
}

/** Tells the client what is wrong; our own failures without their inside. */
function refuse(request: IncomingMessage, response: ServerResponse, error: unknown): void {
  const told =
    error instanceof RequestError
      ? error
      : new RequestError(500, "the server failed; its log says why", null, "internal_error");
  if (response.headersSent) {
    // Within a stream, as OpenAI's own clients look for it.
    response.end(`data: ${JSON.stringify(told.body)}\n\n`);
    return;
  }
  if (!request.complete && told.status === 413) response.setHeader("connection", "close");
  if (told.status === 401) response.setHeader("www-authenticate", "Bearer");
  sendJson(response, told.status, told.body);
}
