/** How far a part of an evaluation is, for whoever watches. */
import type { Reporter } from "../seams.ts";

/** Tells of a stage: how far it is, what was there `before` counted in. */
export function stageOf(name: string, total: number, report: Reporter, before: number) {
  const stage = { iteration: 0, stage: name };
  const start = performance.now();
  let [done, tokens] = [before, 0];
  const tell = () => report({ type: "progress", ...stage, done, total, tokens });
  report({ type: "stage-start", ...stage, total, unit: name });
  if (before > 0 && before < total) tell();
  return {
    done(more: number) {
      done += more;
      tell();
    },
    tokens(more: number) {
      tokens += more;
      tell();
    },
    end() {
      const seconds = (performance.now() - start) / 1000;
      report({ type: "stage-end", ...stage, seconds, resumed: before >= total });
    },
  };
}
