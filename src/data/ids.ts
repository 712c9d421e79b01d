/**
 * Ids of records: a short hash of what made them, so that the same run makes the same ids (design: records).
 */
import { createHash } from "node:crypto";

/**
 * 16 hex digits (64 bits) of a SHA-256 over the parts.
 *
 * @param parts what made the record; each is length-prefixed, so ["ab", "c"] and ["a", "bc"] differ
 */
export function hashId(...parts: readonly (string | number)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) {
    const text = String(part);
    hash.update(`${text.length}:`).update(text);
  }
  return hash.digest("hex").slice(0, 16);
}
