/** A file's bytes as a stream, unpacked where its name ends in `.gz`. */
import { createReadStream } from "node:fs";
import { pipeline, type Readable } from "node:stream";
import { createGunzip } from "node:zlib";

/**
 * The bytes of `path`. What unpacks to more than anybody wants is for the reader to bound: nothing is held here.
 *
 * @throws (while it is read) what the file system or the unpacking throws
 */
export function readUnpacked(path: string): Readable {
  const file = createReadStream(path, { highWaterMark: 2 ** 18 });
  if (!path.toLowerCase().endsWith(".gz")) return file;
  // The error reaches whoever reads the last stream; without a callback it would be thrown a second time.
  return pipeline(file, createGunzip(), () => {});
}
