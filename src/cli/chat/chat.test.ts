/** A chat without a terminal: what is asked and remembered, how lines and interrupts come, what a reader gets to see. */
import { PassThrough } from "node:stream";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hostile } from "../../../test/browser/hostile.ts";
import type { Screen } from "../terminal.ts";
import { columnsOf } from "../text-lines.ts";
import { answerPage } from "./columns.ts";
import { linesOf } from "./lines.ts";
import { chatSession } from "./session.ts";

const screen = (more: Partial<Screen> = {}): Screen => ({
  ...{ write: () => {}, isTTY: true, columns: 83, colour: false },
  ...more,
});

describe("a session", () => {
  it("keeps a conversation for each model, without what one could not hear", async () => {
    const typed = ["one", "", "/help", "two", "/reset", " three ", undefined];
    const asked: string[] = [];
    const said: string[] = [];
    await chatSession({
      models: 2,
      lines: { next: async () => typed.shift() },
      async ask(conversations) {
        asked.push(conversations.map((messages) => messages.map(({ content }) => content).join(" ")).join(" | "));
        return conversations.map((_, i) => ({ text: i === 1 && asked.length === 1 ? undefined : `a${i}` }));
      },
      show: (line) => said.push(line),
      say: (text) => said.push(text),
    });
    expect(asked).toEqual(["one | one", "one a0 two | two", "three | three"]);
    expect(said).toEqual([
      "one",
      "there are /reset, which begins anew, and /quit",
      "two",
      "the conversation begins anew",
      "three",
    ]);
  });
});

describe("lines", () => {
  it("come one at a time, typed ahead or not, and end with the input", async () => {
    const input = new PassThrough();
    const lines = linesOf({ input, onInterrupt: () => {} });
    input.write("one\ntwo\nthr");
    expect([await lines.next(), await lines.next()]).toEqual(["one", "two"]);
    const third = lines.next();
    input.end("ee");
    expect([await third, await lines.next()]).toEqual(["three", undefined]);
    lines.close();
  });

  it("tell an interrupt, which may end them", async () => {
    const [input, output] = [new PassThrough(), new PassThrough()];
    let interrupts = 0;
    const lines = linesOf({
      ...{ input, output },
      onInterrupt: (end) => {
        if (++interrupts === 2) end();
      },
    });
    const next = lines.next();
    input.write("\u0003");
    input.write("one\r");
    expect(await next).toBe("one");
    const last = lines.next();
    input.write("half\u0003");
    expect([await last, interrupts]).toEqual([undefined, 2]);
    lines.close();
  });
});

describe("the answers", () => {
  const answers = [
    { name: "T_0", text: "a word and another word that make a line too long for it\n\nend" },
    { name: "T_3", text: "no", note: "stopped" },
  ];

  it("stand side by side where there is room", () => {
    expect(answerPage(answers, screen())).toBe(
      [
        "T_0                                      │ T_3",
        "a word and another word that make a line │ no",
        "too long for it                          │ (stopped)",
        "                                         │",
        "end                                      │",
        "\n",
      ].join("\n"),
    );
  });

  it("stand one under the other where there is none, unbroken where nobody looks", () => {
    expect(answerPage(answers, screen({ columns: 40 }))).toBe(
      "T_0\n  a word and another word that make a\n  line too long for it\n  \n  end\nT_3\n  no\n  (stopped)\n\n",
    );
    expect(answerPage(answers, screen({ isTTY: false }))).toContain(
      "\n  a word and another word that make a line too long for it\n",
    );
  });

  it("do nothing to a terminal, whatever a model writes", () => {
    const text = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom(...hostile));
    fc.assert(
      fc.property(text, fc.integer({ min: 20, max: 200 }), fc.boolean(), (written, columns, colour) => {
        const page = answerPage([{ name: "T_0", text: written }, answers[1]!], screen({ columns, colour }));
        // Our own: bold, grey, and the end of both.
        const plain = ["[1m", "[2m", "[22m"].reduce((rest, code) => rest.replaceAll(`\u001b${code}`, ""), page);
        expect(plain).not.toMatch(/(?!\n)[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/u);
        for (const line of plain.split("\n")) expect(columnsOf(line)).toBeLessThanOrEqual(columns);
      }),
    );
  });
});
