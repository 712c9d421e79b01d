/**
 * What llama-server is asked about adapters: a scripted server that has the list its page describes. The real one is asked in
 * test/services/llama-cpp-server.test.ts.
 */
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Adapter } from "../records.ts";
import { type AdapterFiles, adapterServing } from "./adapters.ts";

let folder: string;
let servers: Server[];
/** What each copy lists; undefined = it has no such list. */
let lists: (object[] | undefined)[];
let beforeAnswer: () => void;
let adapter: Adapter;
let written: string[];

const files: AdapterFiles = {
  merged: () => Promise.reject(new Error("llama-server wants no merged models")),
  async gguf(_, file) {
    written.push(file);
  },
};

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "seas-llama-"));
  const sha256 = "cd".repeat(32);
  adapter = { role: "target", iteration: 2, base: "b", rank: 4, path: join(folder, "2", "target"), sha256 };
  [servers, lists, written, beforeAnswer] = [[], [[], []], [], () => {}];
  for (const copy of [0, 1]) {
    const server = createServer((request, response) => {
      beforeAnswer();
      const known = request.url === "/lora-adapters" ? lists[copy] : undefined;
      response.writeHead(known === undefined ? 404 : 200).end(JSON.stringify(known ?? { error: "Not Found" }));
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    servers.push(server);
  }
});
afterEach(async () => {
  for (const server of servers) {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  }
  await rm(folder, { recursive: true });
});

const served = (copies = 1) => ({
  urls: servers.slice(0, copies).map((server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`),
  model: "base",
});
const listed = (...names: string[]) => names.map((name, id) => ({ id, path: `/there/${name}.gguf`, scale: 1 }));
const name = "seas-target-2-cdcdcdcd";
const kind = "llama-server";

describe("llama-server", () => {
  it("is told with each request which adapter weighs, and for the base that none does", async () => {
    lists[0] = listed("other", name);
    const serve = adapterServing(served(), { kind, command: "" }, files);
    const lora = [
      { id: 0, scale: 0 },
      { id: 1, scale: 1 },
    ];
    expect(await serve(adapter)).toEqual({ model: "base", more: { lora } });
    expect(written).toEqual([join(folder, "2", "served", `${name}.gguf`)]);
    // Started again with others, its ids are others.
    lists[0] = listed(name);
    expect(await serve(adapter)).toMatchObject({ more: { lora: [{ id: 0, scale: 1 }] } });
    expect(await serve(undefined)).toEqual({ model: "base", more: { lora: [{ id: 0, scale: 0 }] } });
  });

  it("says how it is to be started where the adapter is not among its own", async () => {
    lists[0] = listed("other");
    await expect(adapterServing(served(), { kind, command: "" }, files)(adapter)).rejects.toMatchObject({
      code: "E_NETWORK",
      retryable: true,
      message: expect.stringContaining("has not loaded"),
      hint: expect.stringMatching(
        /--lora-init-without-apply --lora \/there\/other\.gguf,\S+seas-target-2-cdcdcdcd\.gguf/,
      ),
    });
  });

  it("is started again by a command, and waited for", async () => {
    const mark = join(folder, "started");
    const command = `${process.execPath} -e "fs.writeFileSync('${mark}',process.argv[1])" {path}`;
    const root = { here: folder, there: "/data" };
    beforeAnswer = () => {
      if (existsSync(mark)) lists[0] = listed(name);
    };
    expect(await adapterServing(served(), { kind, command, root }, files)(adapter)).toMatchObject({
      more: { lora: [{ id: 0, scale: 1 }] },
    });
    expect(await readFile(mark, "utf8")).toBe(`/data/2/served/${name}.gguf`);
  });

  it("takes copies only that agree, and no server without a list", async () => {
    lists = [listed(name, "other"), listed("other", name)];
    const serve = adapterServing(served(2), { kind, command: "" }, files);
    await expect(serve(adapter)).rejects.toThrow("different orders");
    lists = [undefined, listed(name)];
    await expect(serve(adapter)).rejects.toMatchObject({ hint: expect.stringContaining("is this a llama-server?") });
    const odd: object[] = [{ id: "0", path: 1 }];
    lists = [odd, odd];
    await expect(serve(undefined)).rejects.toMatchObject({ code: "E_NETWORK" });
  });
});
