/**
 * The one error type of the house. Boundaries (files, config, replies) throw it; inside, types are trusted and
 * broken invariants throw a plain Error. The command prints message and hint; the stack only with --debug.
 */

/** Options of a {@link SeasError}. */
export interface SeasErrorOptions {
  /** What the reader can do about it, one sentence. */
  readonly hint?: string;
  readonly cause?: unknown;
  /** True when the same call may succeed later (a busy server, a cut connection). @default false */
  readonly retryable?: boolean;
}

/**
 * An error whose message is for people: what happened and where, with the numbers that matter.
 *
 * @example throw new SeasError("E_CONFIG", "run.yaml: unknown key `sede`", { hint: "did you mean `seed`?" });
 */
export class SeasError extends Error {
  /** Stable code: E_CONFIG, E_USAGE, E_MODEL, E_FORMAT, E_DATA, E_RUN, E_DISK, E_NETWORK, E_JUDGE, E_CANCELLED, … */
  readonly code: string;
  readonly hint: string | undefined;
  readonly retryable: boolean;

  constructor(code: string, message: string, options: SeasErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.name = "SeasError";
    this.code = code;
    this.hint = options.hint;
    this.retryable = options.retryable ?? false;
  }
}

/** One line for any thrown value, its causes included: `message: cause`. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? "" : `: ${describeError(error.cause)}`;
  return `${error.message}${cause}`;
}
