/**
 * How busy other programs keep the processors. Threads that wait awake make an engine a fifth faster on a machine of its own, and
 * twice as slow beside another program, so it is asked before a session opens (dev/LOG.md, 2026-11-26).
 */
import { cpus } from "node:os";

/** Least time of all processors together that says something, ms. */
const leastWindow = 500;

/** @returns the share of all processors' time that other programs had since the last call, 0 … 1; 0 as long as too little has passed */
export function otherPrograms(): () => number {
  let last = used();
  let share = 0;
  return () => {
    const now = used();
    const all = now.all - last.all;
    if (all < leastWindow) return share;
    share = Math.min(1, Math.max(0, (now.busy - last.busy - (now.own - last.own)) / all));
    last = now;
    return share;
  };
}

/** Milliseconds of processor time since start: of all there is, of what was not idle, of this process. */
function used(): { readonly all: number; readonly busy: number; readonly own: number } {
  const times = cpus().map((cpu) => cpu.times);
  const all = times.reduce((sum, { user, nice, sys, irq, idle }) => sum + user + nice + sys + irq + idle, 0);
  const idle = times.reduce((sum, time) => sum + time.idle, 0);
  const { user, system } = process.cpuUsage();
  return { all, busy: all - idle, own: (user + system) / 1000 };
}
