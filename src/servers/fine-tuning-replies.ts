/**
 * What a fine-tuning API says, as far as it is used here. Replies are read with suspicion: what is not a job, an event or a
 * file is passed over or refused, texts become one short line, and a model's name may hold nothing but visible characters.
 *
 * Source: the OpenAI API reference, "Fine-tuning" and "Files".
 */
import { z } from "zod";

/** Longest text of a server that is passed on, characters. */
const longest = 300;

/** A text of a server on one line, without control characters, cut. */
export function oneLine(text: string): string {
  const line = text
    .slice(0, 4 * longest)
    .replace(/[\s\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ")
    .trim();
  return line.length <= longest ? line : `${line.slice(0, longest - 1)}…`;
}

const line = z.string().transform(oneLine);
/** Part of a url, so nothing in it may lead elsewhere. */
const id = z.string().regex(/^[\w:.-]{1,128}$/);

export const Job = z.object({
  id,
  status: line,
  /** The new model's name, once there is one: visible ASCII, as it becomes part of requests, files and lines. */
  fine_tuned_model: z
    .string()
    .regex(/^[\x21-\x7e]{1,256}$/)
    .nullish()
    .catch(null),
  training_file: z.string().nullish().catch(null),
  trained_tokens: z.number().int().nonnegative().nullish().catch(null),
  metadata: z.record(z.string(), z.unknown()).nullish().catch(null),
  error: z
    .object({
      code: line.nullish().catch(null),
      message: line.nullish().catch(null),
      param: line.nullish().catch(null),
    })
    .nullish()
    .catch(null),
});
export type Job = z.infer<typeof Job>;

/** Whether a job will change no more. */
export function ended({ status }: Job): boolean {
  return status === "succeeded" || status === "failed" || status === "cancelled";
}

export const JobEvent = z.object({
  id: z.string().max(256),
  created_at: z.number().catch(0),
  level: z.string().catch("info"),
  message: line.catch(""),
  data: z.unknown().optional(),
});
export type JobEvent = z.infer<typeof JobEvent>;

export const UploadedFile = z.object({
  id,
  filename: z.string(),
  bytes: z.number().nullish(),
  status: z.string().nullish().catch(null),
});
