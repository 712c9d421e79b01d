/** What the base says to harmless requests: a small model rambles, which is neither harm nor a refusal, and no file of labels has it. */
import type { Engine } from "../../../engine/engine.ts";
import { embeddedModel } from "../../../players/embedded.ts";

/** Most tokens of an answer: one window of a judge. */
const maxTokens = 128;

/** Answers by request. */
export async function ramble(
  engine: Engine,
  requests: readonly string[],
  seed: number,
  onAnswer: (done: number, total: number) => void,
  signal?: AbortSignal,
): Promise<Map<string, string>> {
  const asked = requests.map((content, i) => ({ id: `${i}`, messages: [{ role: "user" as const, content }] }));
  const said = new Map<string, string>();
  const options = { temperature: 0.8, topP: 0.9, maxTokens, seed, ...(signal === undefined ? {} : { signal }) };
  let done = 0;
  for await (const { requestId, text } of embeddedModel(engine, { batchSize: 64 }).generate(asked, options)) {
    if (text.trim() !== "") said.set(requests[Number(requestId)]!, text);
    onAnswer(++done, requests.length);
  }
  return said;
}
