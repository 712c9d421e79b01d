/**
 * llama.cpp's own server and the one of llama-cpp-python, built once from one source package of PyPI into the cache: a few minutes and a
 * C++ compiler, no graphics card. The Python package gets the library that the other is built on, so nothing is compiled twice.
 */
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { defaultCacheDir } from "../../src/engine/base/cache.ts";
import { run } from "./programs.ts";

const version = "0.3.36";

/** What is needed to compile and what is not wanted of it. */
const options = [
  "-DCMAKE_BUILD_TYPE=Release",
  "-DCMAKE_BUILD_RPATH_USE_ORIGIN=ON",
  // As its own releases are built: with this machine's AMX kernels llama-cpp-python 0.3.36 ends in a segmentation fault at the first token.
  "-DGGML_NATIVE=OFF",
  "-DLLAMA_BUILD_TESTS=OFF",
  "-DLLAMA_BUILD_EXAMPLES=OFF",
  "-DLLAMA_BUILD_APP=OFF",
  "-DLLAMA_USE_PREBUILT_UI=OFF",
  "-DLLAMA_OPENSSL=OFF",
];

/** Two servers of one source. */
export interface LlamaCpp {
  /** The program `llama-server`. */
  readonly server: string;
  /** Python that has `llama_cpp.server`. */
  readonly python: string;
  /** The folder of libraries, for LLAMA_CPP_LIB_PATH. */
  readonly libraries: string;
}

/** Both, built where they are missing. */
export async function llamaCpp(): Promise<LlamaCpp> {
  const folder = join(defaultCacheDir(process.env, process.platform), "services", `llama-cpp-${version}`);
  const libraries = join(folder, "bin");
  const [server, python] = [join(libraries, "llama-server"), join(folder, "venv", "bin", "python")];
  // The environment knows its place, so it is made there; the mark of a whole one is the program, which comes last.
  if (!existsSync(server)) await build(folder, python, libraries);
  return { server, python, libraries };
}

async function build(folder: string, python: string, libraries: string): Promise<void> {
  await mkdir(dirname(folder), { recursive: true });
  const work = await mkdtemp(`${folder}.`);
  const log = (what: string) => console.info(`llama.cpp: ${what}`);
  try {
    log("building two servers from the sources, a few minutes");
    await run("python3", ["-m", "venv", "--clear", join(folder, "venv")]);
    const pip = (...args: string[]) => run(python, ["-m", "pip", "--quiet", ...args]);
    await pip("install", "cmake", "ninja");
    const package_ = `llama-cpp-python==${version}`;
    await pip("download", "--no-deps", "--no-binary", "llama-cpp-python", package_, "--dest", work);
    const archive = (await readdir(work)).find((name) => name.endsWith(".tar.gz"))!;
    await run("tar", ["-xzf", join(work, archive), "-C", work]);
    const source = join(work, archive.replace(/\.tar\.gz$/, ""));
    const cmake = join(dirname(python), "cmake");
    const ninja = `-DCMAKE_MAKE_PROGRAM=${join(dirname(python), "ninja")}`;
    const llama = join(source, "vendor", "llama.cpp");
    await run(cmake, ["-S", llama, "-B", join(work, "build"), "-G", "Ninja", ninja, ...options]);
    const jobs = `${availableParallelism()}`;
    await run(cmake, ["--build", join(work, "build"), "--parallel", jobs, "--target", "llama-server", "llama", "mtmd"]);
    await run(python, ["-m", "pip", "--quiet", "install", `${source}[server]`], { CMAKE_ARGS: "-DLLAMA_BUILD=OFF" });
    await rm(libraries, { recursive: true, force: true });
    await rename(join(work, "build", "bin"), libraries);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
