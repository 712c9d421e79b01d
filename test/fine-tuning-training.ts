/** What the tests of training by a fine-tuning API share: a server for each test, and a trainer that asks it. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach } from "vitest";
import type { Adapter, Example, Pair } from "../src/records.ts";
import type { DpoOptions, Model, TrainStep } from "../src/seams.ts";
import { type OpenaiTraining, openaiTrainer } from "../src/trainers/openai.ts";
import { apiKey, startFineTuningServer } from "./fine-tuning-server.ts";

/** Of the test at work, like all that follows. */
export let server: Awaited<ReturnType<typeof startFineTuningServer>>;
let folder: string;
export let notes: string[];
export let steps: TrainStep[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "seas-fine-tuning-"));
  [server, notes, steps] = [await startFineTuningServer(), [], []];
});
afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

export const pairs: readonly Pair[] = Array.from({ length: 12 }, (_, i) => ({
  id: `p${i}`,
  role: "target",
  prompt: [{ role: "user", content: `Question ${i}?` }],
  chosen: "No.",
  rejected: "Sure.",
  kind: "attack",
  from: ["a", "b"],
}));
export const examples: readonly Example[] = pairs.map(({ id, prompt }) => ({ id, prompt, completion: "Written." }));

export const options = (over: Partial<DpoOptions> = {}): DpoOptions => ({
  role: "target",
  iteration: 1,
  outputDir: join(folder, "target"),
  learningRate: 1e-4,
  batchSize: 4,
  epochs: 2,
  warmupRatio: 0,
  schedule: "constant",
  weightDecay: 0,
  maxGradNorm: 1,
  maxLength: 128,
  loraRank: 4,
  loraAlpha: 8,
  seed: 1001,
  beta: 0.1,
  sftWeight: 1,
  onStep: (step) => void steps.push(step),
  ...over,
});
export const trainer = (over: Partial<OpenaiTraining> = {}) =>
  openaiTrainer(
    {
      url: server.url,
      apiKey,
      model: "tiny-chat",
      learningRateMultiplier: "auto",
      deleteFiles: true,
      pollSeconds: 0.005,
      patienceSeconds: 20,
      serverPatienceSeconds: 0.05,
      retries: 0,
      ...over,
    },
    (text) => void notes.push(text),
  );
/** A player of which only the adapter counts here. */
export const player = (adapter?: Adapter): Model => ({
  name: "player",
  adapter,
  with: player,
  generate: () => {
    throw new Error("nobody asks it");
  },
});
export const inFile = async (name: string) => readFile(join(folder, "target", name), "utf8");
/** Takes the requests of one kind in the server's place. */
export const instead = (kind: string, act: (response: ServerResponse, request: IncomingMessage) => void) => {
  server.way.instead = (request, response) => {
    const isIt = `${request.method} ${request.url!.replace(/\?.*/, "")}` === kind;
    if (isIt) act(response, request);
    return isIt;
  };
};
export const says = (response: ServerResponse, status: number, value: unknown) => {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(typeof value === "string" ? value : JSON.stringify(value));
};
export const failure = (work: Promise<unknown>) =>
  work.then(
    () => "nothing failed",
    (error: unknown) => error,
  );
