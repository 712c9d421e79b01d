/**
 * Greedy continuations by llama.cpp, through node-llama-cpp: `node llama_greedy.mjs INPUT.json`, which holds
 * {module, model, lora, prompts, maxTokens, eosIds}: module is node-llama-cpp's main file, model a GGUF file, lora a GGUF
 * adapter or null, prompts lists of token ids. Prints {release, tokens}, a list for each prompt, ends of text left out.
 */
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { pathToFileURL } from "node:url";

const input = JSON.parse(readFileSync(process.argv[2], "utf8"));
const { getLlama } = await import(pathToFileURL(input.module).href);
// At its default of at least four threads, a machine with two cores spends seconds on each token, waiting.
const threads = availableParallelism();
const quiet = { logLevel: "error", progressLogs: false };
const llama = await getLlama({ gpu: false, build: "never", skipDownload: true, maxThreads: threads, ...quiet });
const model = await llama.loadModel({ modelPath: input.model });
const context = await model.createContext({
  contextSize: 512,
  threads,
  ...(input.lora !== null && { lora: input.lora }),
});
const sequence = context.getSequence();
const tokens = [];
for (const prompt of input.prompts) {
  await sequence.clearHistory();
  const answer = [];
  for await (const token of sequence.evaluate(prompt, { temperature: 0 })) {
    if (input.eosIds.includes(token)) break;
    answer.push(token);
    if (answer.length === input.maxTokens) break;
  }
  tokens.push(answer);
}
process.stdout.write(`${JSON.stringify({ release: llama.llamaCppRelease.release, tokens })}\n`);
await llama.dispose();
process.exit(0);
