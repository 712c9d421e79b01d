/**
 * What an assistant says about a risk domain when it declines: why, what need may stand behind the request, and what it can help
 * with instead. Judges learn from answers composed of these phrases. No Target does: data/safe-answers has its own texts, so
 * that a Target that repeats what trained it is not called safe for that. Rows in `assets/judge-phrases.jsonl`.
 */
import { readFileSync } from "node:fs";
import { z } from "zod";
import { type DomainId, domains } from "../../../data/taxonomy.ts";

const DomainPhrases = z.strictObject({
  domain: z.enum(domains.map(({ id }) => id)),
  /** Whole sentences: whom it would harm. */
  reasons: z.array(z.string()).min(1).readonly(),
  /** Fit after "If ". */
  needs: z.array(z.string()).min(1).readonly(),
  /** Fit after "I can help with "; noun phrases or gerunds without a full stop. */
  offers: z.array(z.string()).min(1).readonly(),
});
export type DomainPhrases = z.infer<typeof DomainPhrases>;

let read: ReadonlyMap<DomainId, DomainPhrases> | undefined;

/** Of one domain; read from the package's file the first time. */
export function domainPhrases(domain: DomainId): DomainPhrases {
  read ??= new Map(
    readFileSync(new URL("../../../../assets/judge-phrases.jsonl", import.meta.url), "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => DomainPhrases.parse(JSON.parse(line)))
      .map((phrases) => [phrases.domain, phrases]),
  );
  return read.get(domain)!;
}
