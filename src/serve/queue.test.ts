/** What is sampled side by side, what waits, and what becomes of answers that nobody waits for any more. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tinyLlama, tinyLora } from "../../test/tiny-llama.ts";
import { createEngine, type Engine } from "../engine/engine.ts";
import { sampleBatch } from "../engine/generate.ts";
import { createQueue, type QueueOptions, type Wanted } from "./queue.ts";

let tiny: Awaited<ReturnType<typeof tinyLlama>>;
let engine: Engine;
beforeAll(async () => {
  tiny = await tinyLlama();
  const decode = (ids: readonly number[]) => ids.map((id) => String.fromCharCode(96 + id)).join("");
  const base = { ...tiny.base, tokenizer: { ...tiny.base.tokenizer, decode } };
  engine = createEngine(base, { threads: 1 });
});
afterAll(async () => {
  await engine.close();
  await tiny.remove();
});

/** A queue, and how many batches each of two models played. */
function counted(options: Partial<QueueOptions> = {}) {
  const batches = { one: 0, two: 0 };
  const lora = (name: keyof typeof batches) => {
    const adapter = tinyLora(name);
    return async () => {
      batches[name]++;
      return adapter;
    };
  };
  const [one, two] = [lora("one"), lora("two")];
  const want = (more: Partial<Wanted> = {}): Wanted => ({
    ...{ lora: one, prompt: [7, 8, 9], temperature: 2, topP: 1, maxTokens: 12, seed: "s" },
    signal: new AbortController().signal,
    ...more,
  });
  return { queue: createQueue(engine, { rows: 8, ...options }), batches, want, two };
}

describe("a queue", () => {
  it("samples side by side what comes together from one model, and the rest in turn", async () => {
    const { queue, batches, want, two } = counted();
    const same = Array.from({ length: 6 }, (_, i) => want({ seed: `${i}`, maxTokens: 3 + i }));
    const answers = await Promise.all(
      [...same, want({ lora: two }), want({ temperature: 1 }), want({ lora: two })].map(queue.answer),
    );
    expect(batches).toEqual({ one: 2, two: 1 });
    for (const [i, wanted] of same.entries()) {
      const options = { temperature: 2, topP: 1, maxTokens: wanted.maxTokens };
      const [alone] = await sampleBatch(engine, await wanted.lora(), [wanted], options);
      expect(answers[i]).toMatchObject({
        text: engine.base.tokenizer.decode(alone!.tokens),
        finishReason: alone!.finishReason,
        tokens: alone!.tokens.length + (alone!.finishReason === "stop" ? 1 : 0),
      });
    }
  });

  it("takes no more side by side than rows and memory allow, and one however long", async () => {
    const few = counted({ rows: 2 });
    await Promise.all(Array.from({ length: 5 }, (_, i) => few.queue.answer(few.want({ seed: `${i}` }))));
    expect(few.batches.one).toBe(3);
    const narrow = counted({ cacheBytes: 1 });
    await Promise.all([1, 2, 3].map((i) => narrow.queue.answer(narrow.want({ seed: `${i}` }))));
    expect(narrow.batches.one).toBe(3);
  });

  it("gives a short answer before the long ones beside it are through", async () => {
    const { queue, batches, want } = counted();
    const order: string[] = [];
    // Greedy from this prompt does not end by itself within these.
    const ask = (name: string, maxTokens: number) =>
      queue
        .answer(want({ temperature: 0, maxTokens }))
        .then(({ finishReason }) => order.push(`${name} ${finishReason}`));
    await Promise.all([ask("long", 40), ask("short", 2)]);
    expect([order, batches.one]).toEqual([["short length", "long length"], 1]);
  });

  it("drops what is cancelled, waiting or at work, and keeps what there was", async () => {
    const { queue, want, batches, two } = counted();
    const [atWork, waits] = [new AbortController(), new AbortController()];
    let text = "";
    const first = queue.answer(
      want({
        ...{ temperature: 0, maxTokens: 60, signal: atWork.signal },
        onText(piece) {
          text += piece;
          if (text.length === 3) atWork.abort();
        },
      }),
    );
    const second = queue.answer(want({ lora: two, signal: waits.signal }));
    waits.abort();
    expect(await second).toEqual({ text: "", finishReason: "cancelled", tokens: 0 });
    expect(await first).toEqual({ text, finishReason: "cancelled", tokens: 3 });
    expect(queue.waiting()).toBe(0);
    expect((await queue.answer(want())).finishReason).not.toBe("cancelled");
    expect(batches).toEqual({ one: 2, two: 0 });
  });

  it("closed, cancels everything and is at rest", async () => {
    const { queue, want, two } = counted();
    const answers = [queue.answer(want({ maxTokens: 60 })), queue.answer(want({ lora: two }))];
    await queue.close();
    for (const answer of [...answers, queue.answer(want())]) {
      expect((await answer).finishReason).toBe("cancelled");
    }
  });

  it("hands on what the engine throws, and goes on", async () => {
    const { queue, want } = counted();
    const broken = want({ lora: () => Promise.reject(new Error("no adapter")) });
    await expect(queue.answer(broken)).rejects.toThrow("no adapter");
    expect((await queue.answer(want())).finishReason).not.toBe("cancelled");
  });
});
