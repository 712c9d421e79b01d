/**
 * Everything written by people that a run works with, split into what may train and what may only measure. Our own
 * prompts, or an imported data set in their place; look-alikes and ordinary instructions are always ours.
 */
import type { Config } from "../config.ts";
import { createRandom } from "../random.ts";
import type { Prompt } from "../records.ts";
import { readDataset } from "./dataset.ts";
import { wrappedRequests } from "./harmless-requests.ts";
import { hashId } from "./ids.ts";
import { type LookAlike, lookAlikes } from "./look-alikes.ts";
import { type Ordinary, ordinary } from "./ordinary.ts";
import { type HandWrittenPrompt, handWrittenPrompts, takePrompts } from "./prompts.ts";
import { type Split, splitImported, splitPrompts } from "./split.ts";
import type { Wrapper } from "./styles.ts";

export interface SafetyData {
  readonly train: readonly Prompt[];
  /** No wrapper and no behaviour of these is in `train`. */
  readonly test: readonly Prompt[];
  /** What intervals are clustered by, for a test prompt: its behaviour. */
  readonly clusterOf: (promptId: string) => string;
  /** `dev` steers training and is never trained on; no cluster is in two of train, dev and test. */
  readonly lookAlikes: {
    readonly train: readonly LookAlike[];
    /** Harmless requests in the wrappers of training attacks; to train on. */
    readonly wrapped: readonly LookAlike[];
    readonly dev: readonly LookAlike[];
    readonly test: readonly LookAlike[];
  };
  readonly ordinary: { readonly train: readonly Ordinary[]; readonly test: readonly Ordinary[] };
  /** Of all of it; a run refuses to go on with other data. */
  readonly hash: string;
}

/**
 * The data of a run.
 *
 * @throws SeasError E_DATA naming file, line and reason
 */
export async function loadSafetyData(config: Config): Promise<SafetyData> {
  const own = splitPrompts(handWrittenPrompts());
  const { train, test, clusterOf } =
    config.data.dataset === null ? ownPrompts(own) : await importedPrompts(config.data.dataset);
  const harmless = lookAlikes();
  const wrapped = wrappedRequests(wrappersIn(own.train));
  const general = ordinary();
  const texts = [train, test, harmless.train, wrapped, harmless.test, general.train, general.test].flat();
  const ids = texts.map((row) => row.id);
  return {
    train: takePrompts(train, Math.min(train.length, config.data.trainPrompts), "train"),
    test,
    clusterOf,
    lookAlikes: { ...withDev(harmless.train), wrapped, test: harmless.test },
    ordinary: general,
    hash: hashId("safety-data", ...ids),
  };
}

/** Every fifth cluster, by chance but always the same. */
function withDev(rows: readonly LookAlike[]): Pick<SafetyData["lookAlikes"], "train" | "dev"> {
  const clusters = [...new Set(rows.map((row) => row.cluster))];
  const held = new Set(createRandom("look-alikes/dev").sample(clusters, Math.ceil(clusters.length / 5)));
  return { train: rows.filter((row) => !held.has(row.cluster)), dev: rows.filter((row) => held.has(row.cluster)) };
}

type Prompts = Pick<SafetyData, "train" | "test" | "clusterOf">;

function ownPrompts({ train, test }: Split<HandWrittenPrompt>): Prompts {
  const behaviours = new Map(test.map(({ prompt, behaviour }) => [prompt.id, behaviour.id]));
  return {
    train: train.map((row) => row.prompt),
    test: test.map((row) => row.prompt),
    clusterOf: (promptId) => behaviours.get(promptId) ?? promptId,
  };
}

/** Each wrapper once; those of training prompts are those that no test prompt has. */
function wrappersIn(prompts: readonly HandWrittenPrompt[]): Wrapper[] {
  return [...new Set(prompts.map(({ wrapper }) => wrapper))];
}

async function importedPrompts(path: string): Promise<Prompts> {
  return { ...splitImported(await readDataset(path)), clusterOf: (promptId) => promptId };
}
