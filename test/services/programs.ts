/**
 * The real programs that our exports are for, brought where they are missing: Python with transformers and peft in the
 * virtual environment of ../shared/peers, llama.cpp as node-llama-cpp in a folder of the cache. What cannot be brought is
 * an error that says so. Each call is a process of its own that reads one JSON file and prints one JSON object.
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { llamaCppFolder } from "../../scripts/llama-cpp.mjs";
import { defaultCacheDir } from "../../src/engine/base/cache.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/**
 * Runs scripts/`script`.py.
 *
 * @param folder for the input file
 * @returns what it printed last
 */
export async function python<T>(script: string, folder: string, input: unknown): Promise<T> {
  const program = await pythonWithPeers();
  return last(await run(program, [here(`scripts/${script}.py`), await inputFile(folder, input)]));
}

/** Runs scripts/llama_greedy.mjs, which says what `input` is; node-llama-cpp's place is added. */
export async function llamaGreedy(
  folder: string,
  input: Readonly<Record<string, unknown>>,
): Promise<{ readonly release: string; readonly tokens: readonly number[][] }> {
  const module = nodeLlamaCpp();
  return last(
    await run(process.execPath, [here("scripts/llama_greedy.mjs"), await inputFile(folder, { ...input, module })]),
  );
}

/** Python of the peers' virtual environment, made by their own script where that is there. */
export async function pythonWithPeers(): Promise<string> {
  const venv = process.env.SEAS_PEERS_VENV || join(homedir(), ".cache", "seas-peers");
  const program = join(venv, "bin", "python");
  const install = here("../../../shared/peers/install.sh");
  if (existsSync(install)) await run("bash", [install]);
  else if (!existsSync(program)) {
    throw new Error(
      `Python with transformers and peft is missing: neither ${program} nor ${install}; SEAS_PEERS_VENV names another environment`,
    );
  }
  return program;
}

/** The main file of node-llama-cpp, installed into the cache where it is missing. */
function nodeLlamaCpp(): string {
  const folder = llamaCppFolder(defaultCacheDir(process.env, process.platform));
  return join(folder, "node_modules", "node-llama-cpp", "dist", "index.js");
}

async function inputFile(folder: string, input: unknown): Promise<string> {
  const path = join(folder, "input.json");
  await writeFile(path, JSON.stringify(input));
  return path;
}

function last<T>(output: string): T {
  return JSON.parse(output.trimEnd().split("\n").at(-1) ?? "") as T;
}

/** Standard output of a program; standard error goes to ours. Not waited for in this thread: vitest wants to be answered. */
export async function run(
  program: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<string> {
  const child = spawn(program, args, {
    stdio: ["ignore", "pipe", "inherit"],
    shell: process.platform === "win32" && program === "npm",
    env: {
      ...process.env,
      HF_HUB_OFFLINE: "1",
      TRANSFORMERS_VERBOSITY: "error",
      CUDA_VISIBLE_DEVICES: "",
      ...environment,
    },
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  const what = [program, ...args].join(" ");
  await new Promise<void>((resolve, reject) => {
    child.on("error", (cause) => reject(new Error(`${what}: ${cause.message}`, { cause })));
    child.on("close", (code) => (code === 0 ? resolve() : reject(new Error(`${what} ended with ${code}:\n${output}`))));
  });
  return output;
}
