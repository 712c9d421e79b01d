/**
 * Adapters at llama.cpp's llama-server. It loads them when it starts (`--lora`), lists them (GET /lora-adapters), and takes with each
 * request how much each of them weighs (`lora`). So an adapter that it does not list wants a new start of it, by a command of the
 * user's or by hand; one that it lists needs nothing, and both players share one server.
 *
 * From its page, tools/server/README.md of llama.cpp.
 */
import { basename } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { SeasError } from "../errors.ts";
import type { Served } from "./adapters.ts";
import { rootOf, send } from "./send.ts";

/** How long it may take to come back with the adapter, milliseconds, and how often it is asked. */
const [patience, pause] = [600_000, 500];

/** The server's own list; `id` is the place in the order of its command line. */
const Listed = z.array(z.object({ id: z.number().int(), path: z.string(), scale: z.number() }));
type Listed = z.infer<typeof Listed>;

/** How much each adapter weighs in a request: only this file's, or for undefined none of them. */
export interface Weights {
  readonly lora: readonly { readonly id: number; readonly scale: number }[];
}

/**
 * What requests for an adapter's file need, the same at every copy.
 *
 * @param file the adapter as GGUF, as the server sees it; undefined = the bare base
 * @param restart makes a copy that does not list the file start with it; called once for all copies
 * @throws SeasError E_NETWORK with how to start it, where it lists no such file
 */
export async function llamaServerWeights(
  served: Served,
  file: string | undefined,
  restart: (() => Promise<unknown>) | undefined,
): Promise<Weights> {
  let lists = await Promise.all(served.urls.map((url) => listOf(served, url)));
  if (file !== undefined && !lists.every((list) => has(list, file))) {
    if (restart === undefined) throw missing(served, file, lists[0]!);
    await restart();
    lists = await Promise.all(served.urls.map((url) => listWith(served, url, file)));
  }
  const [weights, ...others] = lists.map((list) =>
    list.map(({ id, path }) => ({ id, scale: file !== undefined && sameFile(path, file) ? 1 : 0 })),
  );
  if (others.some((other) => JSON.stringify(other) !== JSON.stringify(weights)))
    throw new SeasError("E_NETWORK", `${served.urls.join(", ")} list their adapters in different orders`, {
      hint: "start all copies of a server with the same --lora",
    });
  return { lora: weights! };
}

async function listOf(served: Served, url: string): Promise<Listed> {
  const at = `${rootOf(url)}/lora-adapters`;
  const { status, text } = await send(served, at);
  const read = status === 200 ? Listed.safeParse(jsonOr(text)) : undefined;
  if (read?.success) return read.data;
  throw new SeasError("E_NETWORK", `${at}: ${status} ${text.slice(0, 200).trim()}`, {
    hint: "is this a llama-server? llama-cpp-python has no such list: its adapters are one `lora_path` at its start",
  });
}

/** Its list once the file is in it; while it starts nobody answers, or it says that it is loading. */
async function listWith(served: Served, url: string, file: string): Promise<Listed> {
  for (const end = performance.now() + patience; ; await sleep(pause)) {
    const list = await listOf(served, url).catch((error: unknown) => {
      if (performance.now() > end) throw error;
      return undefined;
    });
    if (list !== undefined && has(list, file)) return list;
    if (performance.now() > end) throw missing(served, file, list ?? []);
  }
}

function has(list: Listed, file: string): boolean {
  return list.some(({ path }) => sameFile(path, file));
}

/** By the name, which has a part of the adapter's hash: the server may know the folder by another one. */
function sameFile(path: string, file: string): boolean {
  return basename(path) === basename(file);
}

function missing({ urls }: Served, file: string, list: Listed): SeasError {
  const files = [...list.map(({ path }) => path), file].join(",");
  return new SeasError("E_NETWORK", `${urls.join(", ")}: llama-server has not loaded ${file}`, {
    hint: `start it again with --lora-init-without-apply --lora ${files}, or give \`adapters.command\` to do so; the run goes on where it stopped`,
    retryable: true,
  });
}

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
