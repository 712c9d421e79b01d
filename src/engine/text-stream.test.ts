/** Streams of text on a tokenizer whose tokens are bytes: whole characters only, and nothing beyond a stop text. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { textStream } from "./text-stream.ts";

const bytes = { decode: (ids: readonly number[]) => Buffer.from(ids).toString("utf8") };

/** All pieces of a text that comes byte by byte, the last of them what was still waiting. */
function pieces(text: Uint8Array | string, stops: readonly string[] = []) {
  const stream = textStream(bytes, stops);
  const given = [...Buffer.from(text)].map((byte) => stream.push(byte));
  return { given: [...given, stream.end()], stopped: stream.stopped };
}

describe("a stream of text", () => {
  it("gives whole characters and in the end all of them", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        const { given } = pieces(text);
        expect(given.join("")).toBe(text);
        expect(given.filter((piece) => piece.includes("\ufffd") && !text.includes("\ufffd"))).toEqual([]);
      }),
    );
    expect(pieces("é…").given).toEqual(["", "é", "", "", "…", ""]);
  });

  it("gives broken bytes in the end, and does not wait for ever for the rest", () => {
    expect(pieces(Uint8Array.of(0xe2, 0x80)).given.join("")).toBe("\ufffd");
    const { given } = pieces(new Uint8Array(40).fill(0xff));
    expect(given.join("")).toBe("\ufffd".repeat(40));
    expect(given.slice(0, 20).join("").length).toBeGreaterThan(5);
  });

  it("ends before the first stop text, and holds back what may become one", () => {
    expect(pieces("ab.cd", ["."])).toEqual({ given: ["a", "b", "", "", "", ""], stopped: true });
    expect(pieces("a--b---c", ["---"])).toEqual({
      given: ["a", "", "", "--b", "", "", "", "", ""],
      stopped: true,
    });
    expect(pieces("a--", ["---"])).toEqual({ given: ["a", "", "", "--"], stopped: false });
    const letters = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 20 });
    fc.assert(
      fc.property(letters, fc.string({ unit: fc.constantFrom("a", "b"), minLength: 1, maxLength: 4 }), (text, stop) => {
        const { given, stopped } = pieces(text, [stop]);
        expect(given.join("")).toBe(text.split(stop)[0]);
        expect(stopped).toBe(text.includes(stop));
      }),
    );
  });

  it("goes on from the tokens before it", () => {
    // As SentencePiece does it: the space before the first word is no part of a text.
    const words = {
      decode: (ids: readonly number[]) =>
        ids
          .map((id) => ` w${id}`)
          .join("")
          .slice(1),
    };
    expect(textStream(words).push(7)).toBe("w7");
    expect(textStream(words, [], [3]).push(7)).toBe(" w7");
  });
});
