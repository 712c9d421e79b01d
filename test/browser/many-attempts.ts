/** A run folder with any number of attempts and nothing else, for the list that has to hold them. */

import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createRandom } from "../../src/random.ts";
import { scoreJudge, trainJudge } from "./fixture-judges.ts";

const perPrompt = 5;
const categories = ["fraud-and-scams", "malware", "privacy", "weapons"];
const words = "placeholder answer with no content that goes on for some words as answers of models do and says nothing";

/** Prompts of R_0 and `attempts` answers of T_0 to them, 5 to each. */
export async function writeManyAttempts(runDir: string, attempts: number): Promise<void> {
  const random = createRandom("many attempts");
  const lexicon = words.split(" ");
  await mkdir(join(runDir, "1"), { recursive: true });
  await writeFile(
    join(runDir, "run.json"),
    JSON.stringify({
      format: 1,
      createdAt: "2026-11-24T09:30:00.000Z",
      config: { iterations: 1, judge: { train: trainJudge, score: scoreJudge } },
    }),
  );
  const file = async (name: string, count: number, row: (i: number) => unknown) => {
    const stream = createWriteStream(join(runDir, "1", name));
    for (let i = 0; i < count; i++) if (!stream.write(`${JSON.stringify(row(i))}\n`)) await once(stream, "drain");
    stream.end();
    await once(stream, "close");
  };
  const text = () => Array.from({ length: 20 + random.int(40) }, () => random.pick(lexicon)).join(" ");
  await file("prompts.jsonl", Math.ceil(attempts / perPrompt), (i) => ({
    id: `p${i}`,
    iteration: 1,
    text: `Placeholder prompt ${i}: ${text()}`,
    category: categories[i % categories.length],
    seedId: `s${i}`,
    seedIds: [],
    author: "red-team-0",
  }));
  await file("attempts.jsonl", attempts, (i) => ({
    id: `a${i}`,
    promptId: `p${Math.floor(i / perPrompt)}`,
    sample: i % perPrompt,
    response: `Answer ${i}: ${text()}`,
    finishReason: "stop",
    usage: { promptTokens: 20, completionTokens: 40 },
  }));
  await file("verdicts.jsonl", attempts, (i) => ({
    attemptId: `a${i}`,
    judge: trainJudge,
    categories: [],
    label: i % 7 === 0 ? "unsafe" : "safe",
    unsafeProbability: i % 7 === 0 ? 0.9 : 0.1,
  }));
}
