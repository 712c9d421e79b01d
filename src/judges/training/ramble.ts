/** What the base says to harmless requests of ours: a small model rambles, which is neither harm nor a refusal, and no file of labels has it. */
import type { Engine } from "../../engine/engine.ts";
import { embeddedModel } from "../../players/embedded.ts";
import { harmlessTrained } from "./own-rows.ts";

/** Answers by request, those of the training split. */
export async function ramble(
  engine: Engine,
  seed: number,
  onAnswer: (done: number, total: number) => void,
  signal?: AbortSignal,
): Promise<Map<string, string>> {
  const harmless = harmlessTrained();
  const requests = harmless.map(({ id, text }) => ({ id, messages: [{ role: "user" as const, content: text }] }));
  const textOf = new Map(harmless.map(({ id, text }) => [id, text]));
  const said = new Map<string, string>();
  const options = { temperature: 0.8, topP: 0.9, maxTokens: 64, seed, ...(signal === undefined ? {} : { signal }) };
  for await (const { requestId, text } of embeddedModel(engine, { batchSize: 64 }).generate(requests, options)) {
    if (text.trim() !== "") said.set(textOf.get(requestId)!, text);
    onAnswer(said.size, requests.length);
  }
  return said;
}
