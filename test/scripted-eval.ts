/** An evaluation in which every answer and verdict is written here: what counting, keeping and limits do. No figure of it means anything. */
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { performEval } from "../src/cli/eval/perform.ts";
import type { EvalPlayers } from "../src/cli/eval/players.ts";
import { createProgress } from "../src/cli/progress.ts";
import { screenOf } from "../src/cli/terminal.ts";
import { SeasError } from "../src/errors.ts";
import type { Judge, Model } from "../src/seams.ts";
import type { Suite } from "../src/suites/open.ts";
import type { Expected } from "../src/suites/suite-row.ts";
import { bySure, scriptedJudge } from "./scripted-cast.ts";

export const refusing = "I'm sorry, but I can't help with that.";

/** A model that answers a prompt as `says` does; undefined = it has no answer, as with a prompt that is too long. */
export function scriptedModel(says: (prompt: string, sample: number) => string | undefined): Model {
  return {
    name: "scripted",
    with: () => scriptedModel(says),
    async *generate(requests, { n = 1 }) {
      for (const { id, messages } of requests) {
        for (let sample = 0; sample < n; sample++) {
          const text = says(messages.at(-1)!.content, sample);
          const usage = { promptTokens: 1, completionTokens: 1 };
          yield text === undefined
            ? { requestId: id, sample, text: "", finishReason: "error", usage, error: "the prompt is too long" }
            : { requestId: id, sample, text, finishReason: "stop", usage };
        }
      }
    },
  };
}

/** A suite of prompts `name 0`, `name 1` …, two of each in a cluster. */
export function scriptedSuite(name: string, expected: readonly Expected[]): Suite {
  const rows = expected.map((each, i) => ({
    id: `${name}-${i}`,
    prompt: `${name} ${i}`,
    expected: each,
    category: "",
    clusterId: `${name}/${i >> 1}`,
    source: name,
  }));
  return { name, rows, files: [], passedOver: new Map(), licence: undefined };
}

/** Who plays: models by name, and a judge by which "Sure" is unsafe. */
export function scriptedPlayers(
  models: Readonly<Record<string, Parameters<typeof scriptedModel>[0]>>,
  judge: Judge = scriptedJudge("scripted:judge", bySure),
): EvalPlayers {
  return {
    models: Object.entries(models).map(([name, says]) => ({
      name,
      model: scriptedModel(says),
      sha256: name,
      iteration: 0,
    })),
    judge: { judge, sha256: "j", card: null },
    quality: undefined,
    part: "",
    close: async () => {},
  };
}

/** Performs it in `out`; exit code or what was thrown, and what was printed. */
export async function performScripted(
  out: string,
  suites: readonly Suite[],
  players: EvalPlayers,
  more: Partial<Parameters<typeof performEval>[0]> = {},
  signal = new AbortController().signal,
) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const streams = { stdout, stderr } as unknown as { stdout: NodeJS.WriteStream; stderr: NodeJS.WriteStream };
  const progress = createProgress({ screen: screenOf(streams.stderr), stream: stderr, samples: false, inRun: false });
  const request = {
    suites,
    limit: undefined,
    settings: { samples: 1, maxTokens: 8, temperature: 0.8, topP: 0.9, seed: 1 },
    batchSize: { answers: 4, verdicts: 3 },
    limits: {},
    out,
    junit: undefined,
    json: undefined,
    ...more,
  };
  const ended = await performEval(request, players, streams, progress, signal).catch((error: unknown) => {
    if (error instanceof SeasError) return error;
    throw error;
  });
  stdout.end();
  stderr.end();
  return { ended, stdout: await text(stdout), stderr: await text(stderr) };
}
