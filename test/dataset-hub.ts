/** A server on the loopback that speaks what the Hugging Face hub speaks of data sets: commits, listings, files. */
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** How this hub differs from one where all is well. */
export interface HubFaults {
  /** Wanted of every call; without it 401, with another 403. */
  readonly token?: string;
  /** The file's own bytes come from this address, as from the hub's storage. */
  readonly storage?: string;
  /** Files end after half of their bytes. */
  readonly cut?: boolean;
  /** What is listed is not what comes. */
  readonly swapped?: boolean;
}

/** A running hub. */
export interface DatasetHub {
  readonly url: string;
  /** `METHOD path`, in order, and the token that came with it. */
  readonly requests: { readonly path: string; readonly token: string | undefined }[];
  close(): void;
}

const sha256 = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");
const gitHash = (bytes: Buffer) => createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");

/**
 * Starts one.
 *
 * @param files of the one data set, by `organisation/name/path`; those that end in .gz or .parquet are listed as LFS
 */
export async function datasetHub(files: Readonly<Record<string, Buffer>>, faults: HubFaults = {}): Promise<DatasetHub> {
  const requests: DatasetHub["requests"] = [];
  const server = createServer((request, response) => {
    const [path = ""] = decodeURIComponent(request.url!).split("?");
    const token = request.headers.authorization?.replace("Bearer ", "");
    requests.push({ path, token });
    if (faults.token !== undefined && token !== faults.token) {
      response.writeHead(token === undefined ? 401 : 403, { "content-type": "application/json" });
      return void response.end(JSON.stringify({ error: "Access to dataset is restricted" }));
    }
    answer(path, request, response);
  });

  function answer(path: string, request: IncomingMessage, response: ServerResponse): void {
    const [, dataset, revision] = /^\/api\/datasets\/([^/]+\/[^/]+)\/revision\/(.+)$/.exec(path) ?? [];
    if (dataset !== undefined && Object.keys(files).some((file) => file.startsWith(`${dataset}/`))) {
      const sha = revision === "HEAD" ? "c0ffee" : revision;
      return void response.end(JSON.stringify({ _id: "1", id: dataset, sha, lastModified: "2025-01-01T00:00:00Z" }));
    }
    const [, listed, , folder = ""] = /^\/api\/datasets\/([^/]+\/[^/]+)\/tree\/([^/]+)\/?(.*)$/.exec(path) ?? [];
    if (listed !== undefined) return void list(`${listed}/${folder === "" ? "" : `${folder}/`}`, listed, response);
    const [, owner, , inside] = /^\/datasets\/([^/]+\/[^/]+)\/resolve\/([^/]+)\/(.+)$/.exec(path) ?? [];
    const body = files[`${owner}/${inside}`];
    if (body === undefined) return void response.writeHead(404, { "x-error-code": "EntryNotFound" }).end();
    if (faults.storage !== undefined)
      return void response.writeHead(302, { location: `${faults.storage}${path}` }).end();
    send(faults.swapped ? Buffer.from(body).fill(1, body.length - 1) : body, request, response);
  }

  function list(prefix: string, dataset: string, response: ServerResponse): void {
    const inside = Object.entries(files).filter(([name]) => name.startsWith(prefix));
    if (inside.length === 0) return void response.writeHead(404).end();
    const entries = inside.map(([name, body]) => ({
      type: "file",
      path: name.slice(dataset.length + 1),
      size: body.length,
      oid: gitHash(body),
      ...(/\.(gz|parquet)$/.test(name) && { lfs: { oid: sha256(body), size: body.length, pointerSize: 100 } }),
    }));
    response.end(JSON.stringify(entries));
  }

  function send(body: Buffer, request: IncomingMessage, response: ServerResponse): void {
    if (request.headers.range === "bytes=0-0") {
      response.writeHead(206, { "content-range": `bytes 0-0/${body.length}`, etag: '"e"' });
      return void response.end(body.subarray(0, 1));
    }
    response.writeHead(200, { "content-length": body.length });
    if (faults.cut) return void response.write(body.subarray(0, body.length / 2), () => response.destroy());
    response.end(body);
  }

  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
