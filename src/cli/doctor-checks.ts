/** The checks of `seas doctor` that look at the machine, the disk and where the default model can come from. */
import { readFile, stat, statfs } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { basename, dirname, join } from "node:path";
import { defaultCacheDir, type Env } from "../engine/base/cache.ts";
import { defaultModelId } from "../engine/base/find.ts";
import { hubAddress, readHubOrigin } from "../engine/base/hub.ts";
import { impatientFetch, splitCredentials } from "../engine/base/network.ts";
import { findPackageIndexes } from "../engine/base/pip-config.ts";
import { smollm2Wheel } from "../engine/base/pypi-wheel.ts";
import { describeError } from "../errors.ts";
import { bytes } from "./format.ts";

/** One line of the doctor. `missing`: without it a run cannot work. */
export interface Finding {
  readonly state: "ok" | "warn" | "missing";
  readonly about: string;
  readonly text: string;
}

const oldestNode = [20, 19] as const;
const memoryNeeded = 6 * 2 ** 30;
const diskNeeded = 2 * 2 ** 30;

/** Node, cores, processor, memory, room for the cache. */
export async function checkMachine(env: Env): Promise<readonly Finding[]> {
  const cores = availableParallelism();
  const memory = process.availableMemory();
  const cache = defaultCacheDir(env, process.platform);
  return [
    checkNode(process.versions.node),
    { state: cores > 1 ? "ok" : "warn", about: "cores", text: `${cores}${cores > 1 ? "" : ": a run will take long"}` },
    checkProcessor(process.arch, await readFile("/proc/cpuinfo", "utf8").catch(() => undefined)),
    {
      state: memory >= memoryNeeded ? "ok" : "warn",
      about: "memory",
      text: `${bytes(memory)} free${memory >= memoryNeeded ? "" : `; the default run wants ${bytes(memoryNeeded)}: close other programs, or take --preset tiny`}`,
    },
    await checkDisk(cache),
  ];
}

/** Node's version against the oldest that works. */
export function checkNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const ok = major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1]);
  return {
    state: ok ? "ok" : "missing",
    about: "Node",
    text: ok ? version : `${version}; seas needs ${oldestNode.join(".")} or newer`,
  };
}

/** What the processor can do, from the flags in /proc/cpuinfo; undefined where there is none. */
export function checkProcessor(arch: string, cpuinfo: string | undefined): Finding {
  const about = "processor";
  const flags = new Set(
    /^flags\s*:(.*)$/m
      .exec(cpuinfo ?? "")?.[1]
      ?.trim()
      .split(/\s+/) ?? [],
  );
  if (arch !== "x64" || flags.size === 0) return { state: "ok", about, text: `${arch}; the speed is measured below` };
  if (flags.has("avx512f")) return { state: "ok", about, text: "AVX-512" };
  if (flags.has("avx2"))
    return { state: "warn", about, text: "AVX2 without AVX-512: up to five times slower; begin with --preset tiny" };
  return { state: "warn", about, text: "neither AVX-512 nor AVX2: very slow" };
}

async function checkDisk(cache: string): Promise<Finding> {
  const about = "disk";
  try {
    const { bavail, bsize } = await statfs(await existing(cache));
    const free = bavail * bsize;
    const text = `${bytes(free)} free for the cache in ${cache}`;
    return free >= diskNeeded
      ? { state: "ok", about, text }
      : {
          state: "warn",
          about,
          text: `${text}; the default model wants ${bytes(diskNeeded)}: set SEAS_CACHE to another folder`,
        };
  } catch (error) {
    return { state: "warn", about, text: `${cache}: ${describeError(error)}; set SEAS_CACHE to another folder` };
  }
}

/** The default model: in the cache, or who could bring it. */
export async function checkModelSources(
  env: Env,
  options: { readonly offline: boolean; readonly fetch?: typeof fetch },
): Promise<readonly Finding[]> {
  const cache = defaultCacheDir(env, process.platform);
  const cached = await inCache(cache);
  const model = (text: string, state: Finding["state"] = "ok"): Finding => ({ state, about: "default model", text });
  if (options.offline)
    return [
      cached === undefined
        ? model("not in the cache; the network was not asked", "warn")
        : model(`in the cache: ${cached}`),
    ];
  const ask = impatientFetch({ connectMs: 3000, ...(options.fetch && { fetch: options.fetch }) });
  const sources = await Promise.all([checkHub(env, ask), checkIndex(env, ask)]);
  const reachable = sources.some(({ state }) => state === "ok");
  const fate =
    cached !== undefined
      ? model(`in the cache: ${cached}`)
      : reachable
        ? model("not in the cache; the first run brings it (100 to 300 MB)")
        : model(
            "not in the cache, and nobody to bring it: give `seas run --model` a .gguf file, or set HF_ENDPOINT or PIP_INDEX_URL to a mirror",
            "missing",
          );
  return [...sources, fate];
}

async function inCache(cache: string): Promise<string | undefined> {
  const folder = join(cache, "hub", defaultModelId.replace("/", "--"));
  if ((await readHubOrigin(folder)) !== undefined) return folder;
  const file = join(cache, basename(smollm2Wheel.files[0].entry));
  return stat(file).then(
    () => file,
    () => undefined,
  );
}

async function checkHub(env: Env, ask: typeof fetch): Promise<Finding> {
  const address = hubAddress(env);
  return reach(
    "model hub",
    ask,
    `${address}/api/models/${defaultModelId}`,
    {},
    "the default model can come from the package index instead",
  );
}

async function checkIndex(env: Env, ask: typeof fetch): Promise<Finding> {
  const [index] = await findPackageIndexes(env, process.platform).catch(() => []);
  if (index === undefined) return { state: "warn", about: "package index", text: "pip is configured to use none" };
  const { url, headers } = splitCredentials(`${index}/${smollm2Wheel.project}/`);
  return reach("package index", ask, url.href, headers, "the default model can come from the hub instead");
}

async function reach(
  about: string,
  ask: typeof fetch,
  address: string,
  headers: Readonly<Record<string, string>>,
  otherwise: string,
): Promise<Finding> {
  const { host } = new URL(address);
  try {
    const answer = await ask(address, { headers });
    await answer.body?.cancel();
    if (answer.ok) return { state: "ok", about, text: `${host} answers` };
    return { state: "warn", about, text: `${host} says ${answer.status}; ${otherwise}` };
  } catch (error) {
    return { state: "warn", about, text: `${host} cannot be reached (${describeError(error)}); ${otherwise}` };
  }
}

/** The nearest folder above that is there. */
async function existing(path: string): Promise<string> {
  for (let at = path; ; at = dirname(at)) {
    if (
      await stat(at).then(
        () => true,
        () => false,
      )
    )
      return at;
    if (dirname(at) === at) return at;
  }
}
