/** Processor time of other programs, seen by running one. */
import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { otherPrograms } from "./other-programs.ts";

it("sees a program that keeps a processor busy, and does not take this one's work for another's", async () => {
  const others = otherPrograms();
  expect(others()).toBe(0);
  const program = spawn(process.execPath, ["-e", "for (;;);"], { stdio: "ignore" });
  try {
    await sleep(2000);
  } finally {
    program.kill("SIGKILL");
  }
  // Half of one processor at the least, whatever else runs.
  expect(others()).toBeGreaterThan(0.5 / availableParallelism());
});
