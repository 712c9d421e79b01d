/**
 * end.json: the last thing a session writes. Success makes a run read-only; anything else, its absence included,
 * means that the run can go on.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

/** How a run ended. */
export const End = z.object({
  status: z.enum(["success", "cancelled", "error"]),
  message: z.string().optional(),
  /** Of all sessions together, waiting between them excluded. */
  seconds: z.number().nonnegative(),
  at: z.iso.datetime(),
});
export type End = z.infer<typeof End>;

/** The end of a run; undefined when there is none. An unreadable one counts as none: going on is always safe. */
export async function readEnd(dir: string): Promise<End | undefined> {
  try {
    return End.safeParse(JSON.parse(await readFile(join(dir, "end.json"), "utf8"))).data;
  } catch {
    return undefined;
  }
}

/** The record to write. */
export function toEnd(end: { status: End["status"]; message: string | undefined; seconds: number; at: Date }): End {
  return {
    status: end.status,
    ...(end.message === undefined ? {} : { message: end.message }),
    seconds: Math.round(end.seconds * 1000) / 1000,
    at: end.at.toISOString(),
  };
}
