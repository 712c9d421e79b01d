/**
 * The models and the judge of an evaluation, opened: bases in this process, adapters on them, a run's own models, and models on
 * servers (served.ts). Nothing behind this knows where answers come from.
 */
import { stat } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { embeddedJudges, knownOf } from "../../cast.ts";
import type { Config } from "../../config.ts";
import { sha256OfFile } from "../../engine/base/cache.ts";
import type { Engine } from "../../engine/engine.ts";
import { isWhole } from "../../engine/trained.ts";
import { SeasError } from "../../errors.ts";
import { qualityOf } from "../../judges/calibrations.ts";
import { hashOf, type NamedJudge, namedJudge } from "../../judges/named.ts";
import type { JudgeQuality } from "../../judges/quality.ts";
import { embeddedModel } from "../../players/embedded.ts";
import { requireWeights } from "../../players/hosted.ts";
import type { Adapter, Role } from "../../records.ts";
import type { RunInfo } from "../../run/inspect.ts";
import type { Model } from "../../seams.ts";
import { adapterOf, lastTrained, requireRunBase, requireTrained } from "../run-adapter.ts";
import { servedModel } from "./served.ts";

/** A model under the name that the evaluation gives it. */
export interface EvalModel {
  readonly name: string;
  readonly model: Model;
  /** Of the weights, and of how they compute. */
  readonly sha256: string;
  /** Of a run's own model; else 0. */
  readonly iteration: number;
}

/** Who plays in an evaluation. */
export interface EvalPlayers {
  readonly models: readonly EvalModel[];
  readonly judge: NamedJudge;
  /** Prefers one answer to another; absent where nobody is asked to. */
  readonly comparer?: EvalModel | undefined;
  /** What is known of the judge. */
  readonly quality: JudgeQuality | undefined;
  /** What the judge had to do with the models, for the reader. */
  readonly part: string;
  close(): Promise<void>;
}

/** Which models are asked for. */
export interface ModelsAsked {
  /** As --model names them. */
  readonly named: readonly string[];
  readonly run: RunInfo | undefined;
  readonly role: Role;
  /** Of the run's; undefined = the first and the last. */
  readonly iterations: readonly number[] | undefined;
  /** Who compares answers, named as models are. */
  readonly comparer?: string | undefined;
}

/**
 * Opens everybody; what is wrong with a name is found before the first answer.
 *
 * @param judge by name; undefined where nothing is judged
 * @throws SeasError E_USAGE, E_MODEL, E_CONFIG, E_RUN, and what bringing a base throws
 */
export async function openPlayers(
  asked: ModelsAsked,
  judge: string | undefined,
  config: Config,
  note: (text: string) => void,
  signal: AbortSignal,
): Promise<EvalPlayers> {
  const embedded = embeddedJudges(config, note, signal);
  try {
    const models: EvalModel[] = [];
    const open: OpenEngine = (base) => embedded.engine(base);
    const openNamed = async (spec: string, name: string) =>
      (await servedModel(spec, config, note)) ?? (await namedModel(spec, name, open, config));
    if (asked.run !== undefined) models.push(...(await runModels(asked.run, asked, open, config)));
    const short = asked.named.map(shortName);
    for (const [i, spec] of asked.named.entries()) {
      // Two of one name are told apart by all of what they were called.
      const unique = short.filter((name) => name === short[i]).length === 1;
      models.push(await openNamed(spec, unique ? short[i]! : spec));
    }
    requireApart(models);
    const comparer =
      asked.comparer === undefined ? undefined : await openNamed(asked.comparer, shortName(asked.comparer));
    const { close } = embedded;
    if (judge === undefined) return { models, judge: nobody, comparer, quality: undefined, part: "", close };
    const named = await namedJudge(judge, config.judge.define, embedded.open, process.env, note);
    const filed = await knownOf(named, note);
    const trained = asked.run !== undefined && judge === asked.run.config.judge.train;
    return {
      models,
      judge: named,
      comparer,
      quality: filed && qualityOf(named.judge.name, filed),
      part: trained ? "which trained the run's models: they learned to please it" : "",
      close,
    };
  } catch (error) {
    await embedded.close();
    throw error;
  }
}

/** In the place of a judge where there is nothing to judge. */
const nobody: NamedJudge = {
  judge: {
    name: "none",
    score() {
      throw new Error("there is no judge");
    },
  },
  sha256: "none",
  card: null,
};

type OpenEngine = (base: string | undefined) => Promise<Engine>;

async function runModels(run: RunInfo, { role, iterations }: ModelsAsked, open: OpenEngine, config: Config) {
  const last = lastTrained(run, role);
  const wanted = iterations ?? [...new Set([0, last])];
  for (const iteration of wanted) requireTrained(run, role, iteration);
  const folders: (string | undefined)[] = [];
  for (const iteration of wanted) folders.push(await adapterOf(run, role, iteration));
  const engine = await open(undefined);
  requireRunBase(run, engine.base);
  const models: EvalModel[] = [];
  for (const [i, iteration] of wanted.entries()) {
    const name = `${role === "target" ? "T" : "R"}_${iteration}`;
    models.push({ name, iteration, ...(await openModel(engine, folders[i], config, { role, iteration })) });
  }
  return models;
}

async function namedModel(spec: string, name: string, open: OpenEngine, config: Config): Promise<EvalModel> {
  const { base, adapter } = await partsOf(spec);
  if (adapter !== undefined && (await isWhole(adapter))) {
    throw new SeasError("E_USAGE", `${adapter} holds all weights of a model, not an adapter`, {
      hint: "--run takes it from its run; `seas export --format merged` makes a folder of it that --model takes",
    });
  }
  return {
    name,
    iteration: 0,
    ...(await openModel(await open(base), adapter, config, { role: "target", iteration: 0 })),
  };
}

/** Base and adapter of `BASE`, `ADAPTER` or `BASE+ADAPTER`; without a base it is the configuration's. */
async function partsOf(spec: string): Promise<{ base?: string; adapter?: string }> {
  await requireWeights(spec);
  const whole = await adapterFolder(spec);
  if (whole !== undefined) return { adapter: whole };
  const plus = spec.lastIndexOf("+");
  if (plus <= 0 || (await isThere(spec))) return { base: spec };
  const named = spec.slice(plus + 1);
  const adapter = await adapterFolder(named);
  if (adapter !== undefined) return { base: spec.slice(0, plus), adapter };
  throw new SeasError("E_USAGE", `${named} is no adapter`, {
    hint:
      extname(named) === ".gguf"
        ? "adapters are read in PEFT's form: a folder with adapter_config.json and adapter_model.safetensors"
        : "a folder with adapter_config.json and adapter_model.safetensors, as `seas export` writes it",
  });
}

/** The folder of an adapter that is named by it or by the file in it. */
async function adapterFolder(path: string): Promise<string | undefined> {
  const folder = basename(path) === "adapter_model.safetensors" ? dirname(path) : path;
  return (await isThere(join(folder, "adapter_config.json"))) || (await isWhole(folder)) ? folder : undefined;
}

/** A base in this process, with or without an adapter, whose matrices are read at once so that a wrong one fails early. */
async function openModel(
  engine: Engine,
  folder: string | undefined,
  config: Config,
  { role, iteration }: Pick<Adapter, "role" | "iteration">,
): Promise<Pick<EvalModel, "model" | "sha256">> {
  const { batchSize } = config.attack;
  const computes = [engine.base.sha256, engine.precision];
  if (folder === undefined) return { model: embeddedModel(engine, { batchSize }), sha256: hashOf(computes) };
  const files = (await isWhole(folder))
    ? ["weights.safetensors"]
    : ["adapter_config.json", "adapter_model.safetensors"];
  const hashes: string[] = [];
  for (const file of files) hashes.push(await hashOfPart(join(folder, file)));
  const adapter = { role, iteration, base: engine.base.name, rank: 0, path: folder, sha256: hashes.at(-1)! };
  const model = embeddedModel(engine, { batchSize, adapter });
  await model.lora();
  return { model, sha256: hashOf([...computes, ...hashes]) };
}

async function hashOfPart(path: string): Promise<string> {
  if (await isThere(path)) return sha256OfFile(path);
  throw new SeasError("E_MODEL", `${path} is missing`, {
    hint: "an adapter is a folder with adapter_config.json and adapter_model.safetensors",
  });
}

/** The last part of a path or hub id, without the ending of a file; an adapter's file is called as its folder. */
function shortName(spec: string): string {
  const folders = spec
    .split("+")
    .map((part) => part.replaceAll("\\", "/").replace(/(\/adapter_model\.safetensors|\/+)$/, ""));
  const parts = folders.map((part) => basename(part));
  return parts.map((part) => part.replace(/\.(gguf|safetensors)$/i, "")).join("+");
}

function requireApart(models: readonly EvalModel[]): void {
  const twice = models.find(({ name }, i) => models.findIndex((other) => other.name === name) < i);
  if (twice === undefined) return;
  throw new SeasError("E_USAGE", `model ${twice.name} is named twice`, { hint: "each model answers once" });
}

function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
