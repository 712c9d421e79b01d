/**
 * What a failed request means for the next one. Nothing that may pass is given up at once, nothing that never will is tried
 * twice, and what is wrong with the set-up stops the work before ten thousand requests have found out.
 */
import { APIConnectionTimeoutError, APIError } from "openai";
import { describeError, SeasError } from "../errors.ts";

/** What to do after a failure. */
export type Failure =
  /** This request will never pass: it is an attempt with an error. */
  | { readonly kind: "never"; readonly reason: string }
  /** It may pass; `busy` = the server has too much to do, and wants `rest` milliseconds where it says so. */
  | { readonly kind: "again"; readonly reason: string; readonly busy: boolean; readonly rest?: number | undefined }
  /** Nobody answers, or a gateway says that nobody does; `rest` as above. */
  | { readonly kind: "gone"; readonly reason: string; readonly rest?: number | undefined }
  /** No request will pass. */
  | { readonly kind: "fatal"; readonly error: SeasError };

/** Statuses that may pass, beside all from 500. */
const passing = [408, 409, 425, 429];

/** A gateway whose server is away, and a server that is still loading. */
const away = [502, 503, 504];

/** Codes of a connection that was never made. */
const unreachable = ["ECONNREFUSED", "ENOTFOUND", "EHOSTUNREACH", "ENETUNREACH", "EAI_AGAIN", "EHOSTDOWN"];

/**
 * @param url of the copy that was asked
 * @param worked whether this server has answered anything before: until then a refusal means the set-up
 */
export function failureOf(error: unknown, url: string, model: string, worked: boolean): Failure {
  const reason = describeError(error).slice(0, 300);
  if (error instanceof APIConnectionTimeoutError) return { kind: "again", reason: "no answer in time", busy: true };
  if (!(error instanceof APIError) || error.status === undefined) {
    // Wrong JSON and a body that was cut are failures of the way; only a server that cannot be reached is gone.
    return codesOf(error).some((code) => unreachable.includes(code))
      ? { kind: "gone", reason }
      : { kind: "again", reason, busy: false };
  }
  const { status, code } = error;
  if (code === "insufficient_quota")
    return fatal(`${url}: ${reason}`, "the account's quota is used up; the run goes on when there is more");
  if (status === 401) return fatal(`${url} refuses the key: ${reason}`, "set the variable that `apiKeyEnv` names");
  if (status === 404)
    return fatal(
      `${url} knows no ${model}: ${reason}`,
      "check `model`, and that the url ends as the server's does (/v1)",
    );
  if (status === 403 && !worked) return fatal(`${url} forbids it: ${reason}`, "check the key's rights and the model");
  if (away.includes(status)) return { kind: "gone", reason, rest: restOf(error) };
  if (status >= 500 || passing.includes(status))
    return { kind: "again", reason, busy: status === 429, rest: restOf(error) };
  return { kind: "never", reason };
}

function fatal(message: string, hint: string): Failure {
  return { kind: "fatal", error: new SeasError("E_NETWORK", message, { hint, retryable: true }) };
}

/** Retry-After in milliseconds, from seconds or a date; five minutes at the most. */
function restOf({ headers }: APIError): number | undefined {
  const exact = Number(headers?.get("retry-after-ms") ?? Number.NaN);
  const text = headers?.get("retry-after") ?? "";
  const seconds = text.trim() === "" ? Number.NaN : Number(text);
  const rest = [exact, 1000 * seconds, Date.parse(text) - Date.now()].find(Number.isFinite);
  return rest === undefined ? undefined : Math.min(300_000, Math.max(0, rest));
}

/** Codes of an error and its causes. */
function codesOf(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  const { code, errors = [] } = error as { code?: unknown; errors?: unknown[] };
  return [...(typeof code === "string" ? [code] : []), ...errors.flatMap(codesOf), ...codesOf(error.cause)];
}
