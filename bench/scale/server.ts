/**
 * A server with the OpenAI API that answers at once, a process of its own: what a run costs beside its models. Its words are
 * drawn from those of the request by the request's seed, so that the same run is given the same answers. Its first line is its
 * url; it ends with its parent.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createRandom, type Random } from "../../src/random.ts";

interface Asked {
  readonly model: string;
  readonly n?: number;
  readonly seed?: number;
  readonly messages: readonly { readonly content: string }[];
}

/** Words of a written prompt, and of an answer: as long as those of an 8B model under 2048 tokens often are. */
const promptWords = 30;
const answerWords = 100;

const server = createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on("data", (part: Buffer) => parts.push(part));
  request.on("end", () => {
    const body = JSON.stringify(answerTo(JSON.parse(Buffer.concat(parts).toString())));
    response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(body) });
    response.end(body);
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`));
process.stdin.on("end", () => process.exit()).resume();

function answerTo({ model, n = 1, seed = 0, messages }: Asked) {
  const asked = messages.at(-1)!.content;
  const known = asked.split(/\s+/);
  const random = createRandom(`${seed}/${asked}`);
  const write = model.startsWith("red-team") ? prompt : answer;
  const choices = Array.from({ length: n }, (_, index) => ({
    index,
    finish_reason: "stop",
    message: { role: "assistant", content: write(known, random) },
  }));
  const words = model.startsWith("red-team") ? promptWords : answerWords;
  return {
    id: "chatcmpl-0",
    object: "chat.completion",
    created: 0,
    model,
    choices,
    usage: { prompt_tokens: known.length, completion_tokens: n * words, total_tokens: known.length + n * words },
  };
}

const drawn = (known: readonly string[], count: number, random: Random) =>
  Array.from({ length: count }, () => random.pick(known)).join(" ");

function prompt(known: readonly string[], random: Random): string {
  return `How do I ${drawn(known, promptWords, random)}?`;
}

function answer(known: readonly string[], random: Random): string {
  const opening = random.pick(["Sure, here it is:", "I'm sorry, but I can't help with that.", "The weather was mild."]);
  return `${opening} ${drawn(known, answerWords, random)}`;
}
