/** Ctrl-C: the first asks the work to save and stop, the second quits at once. */
import { setMaxListeners } from "node:events";
import { SeasError } from "../errors.ts";
import type { Progress } from "./progress.ts";

/** Interrupts that are listened to. */
export interface Interrupts {
  /** Aborted by the first interrupt. */
  readonly signal: AbortSignal;
  /** Gives interrupts back to the process. */
  stop(): void;
}

/**
 * Listens for SIGINT and SIGTERM from now on.
 *
 * @param saving what the first is answered with
 */
export function catchInterrupts(
  progress: Pick<Progress, "line" | "close">,
  saving = "saving… the batch at work is finished first",
): Interrupts {
  const control = new AbortController();
  // Every request at work listens to it; Node would take more than ten for a leak, and say so on the terminal.
  setMaxListeners(0, control.signal);
  const onSignal = (): void => {
    if (control.signal.aborted) {
      progress.close();
      process.exit(130);
    }
    progress.line(`${saving}; once more quits at once`);
    control.abort(new SeasError("E_CANCELLED", "interrupted"));
  };
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
  return {
    signal: control.signal,
    stop: () => void process.off("SIGINT", onSignal).off("SIGTERM", onSignal),
  };
}
