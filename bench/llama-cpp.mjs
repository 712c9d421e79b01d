/**
 * The peer llama.cpp, through node-llama-cpp: sampling as bench/ours.ts does it, in a process of its own.
 *
 *   node bench/llama-cpp.mjs --model FILE.gguf --package FOLDER [--batch 32 --prompt-length 24 --new-tokens 48]
 *     [--sequences 32] [--batch-size 512] [--flash-attention] [--runs 3] [--threads 2]
 *
 * `sequences` are read side by side in one context and take the next prompt when they are done; loading is not timed.
 * Progress on stderr, one JSON line on stdout.
 */
import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

const before = cpuSeconds();
const text = { type: "string" };
const { values: flags } = parseArgs({
  options: {
    model: text,
    package: text,
    batch: { ...text, default: "32" },
    "prompt-length": { ...text, default: "24" },
    "new-tokens": { ...text, default: "48" },
    sequences: { ...text, default: "32" },
    "batch-size": { ...text, default: "512" },
    "flash-attention": { type: "boolean", default: false },
    runs: { ...text, default: "3" },
    threads: { ...text, default: "2" },
  },
});
const [batch, promptLength, newTokens] = [flags.batch, flags["prompt-length"], flags["new-tokens"]].map(Number);
const [runs, threads] = [flags.runs, flags.threads].map(Number);

const folder = join(flags.package, "node_modules", "node-llama-cpp");
const { getLlama, LlamaLogLevel } = await import(pathToFileURL(join(folder, "dist", "index.js")).href);
const quiet = { logLevel: LlamaLogLevel.error, progressLogs: false };
const llama = await getLlama({ gpu: false, build: "never", maxThreads: 0, ...quiet });
const model = await llama.loadModel({ modelPath: flags.model });
const context = await model.createContext({
  sequences: Number(flags.sequences),
  contextSize: promptLength + newTokens,
  batchSize: Number(flags["batch-size"]),
  flashAttention: flags["flash-attention"],
  threads,
});
const sequences = Array.from({ length: Number(flags.sequences) }, () => context.getSequence());
const vocabulary = model.fileInfo.metadata.llama.vocab_size;
const ids = () => Array.from({ length: promptLength }, () => 100 + Math.floor(Math.random() * (vocabulary - 100)));
const prompts = Array.from({ length: batch }, ids);

const warmUp = await sample(4);
process.stderr.write(`warm-up: ${warmUp.toFixed(2)} s\n`);
const times = [];
for (let run = 1; run <= runs; run++) {
  times.push(await sample(newTokens));
  process.stderr.write(`run ${run}: ${times.at(-1).toFixed(2)} s\n`);
}
const seconds = times.reduce((a, b) => a + b) / runs;
const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
const versions = { "node-llama-cpp": version, "llama.cpp": llama.llamaCppRelease.release };
const figures = { seconds, fastest_seconds: Math.min(...times), tokens_per_second: (batch * newTokens) / seconds };
const others_cpu_share = othersShare(before, cpuSeconds());
const peak = Math.round(process.resourceUsage().maxRSS / 1024);
process.stdout.write(
  `${JSON.stringify({ program: "llama-cpp", ...figures, peak_rss_mib: peak, others_cpu_share, versions })}\n`,
);
process.exit(0);

/** Seconds of `length` tokens behind every prompt. */
async function sample(length) {
  const start = performance.now();
  let next = 0;
  const work = async (sequence) => {
    while (next < prompts.length) {
      const seed = next;
      const prompt = prompts[next++];
      await sequence.clearHistory();
      // topK 0: all tokens, as ours. An end of text is a token like others here, so that every answer has its length.
      const options = { temperature: 0.8, topP: 0.9, topK: 0, seed, yieldEogToken: true };
      let tokens = 0;
      for await (const _ of sequence.evaluate(prompt, options)) if (++tokens === length) break;
      if (tokens !== length) throw new Error("an answer ended early");
    }
  };
  await Promise.all(sequences.map(work));
  return (performance.now() - start) / 1000;
}

/** Seconds of this machine's processors so far: busy, all, and this program's own. */
function cpuSeconds() {
  const times = cpus().map((cpu) => cpu.times);
  const idle = times.reduce((sum, t) => sum + t.idle, 0) / 1000;
  const all = times.flatMap((t) => Object.values(t)).reduce((a, b) => a + b) / 1000;
  const { user, system } = process.cpuUsage();
  return { busy: all - idle, all, own: (user + system) / 1e6 };
}

/** Share of the machine that other programs took meanwhile; llama.cpp's waiting threads spin and suffer much from it. */
function othersShare(start, end) {
  const others = end.busy - start.busy - (end.own - start.own);
  return Math.max(0, others / (end.all - start.all));
}
