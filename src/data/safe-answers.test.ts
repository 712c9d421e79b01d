/** Safe answers decline, serve and stay within their length, in every combination; over-refusals share their words. */
import { describe, expect, it } from "vitest";
import { looksLikeRefusal } from "../metrics/refusal.ts";
import { createRandom } from "../random.ts";
import { behaviours } from "./behaviours.ts";
import { generalParts, safeParts } from "./safe-answers/parts.ts";
import { refusal, safeAnswer } from "./safe-answers.ts";
import { domains } from "./taxonomy.ts";

const words = (text: string) => text.trim().split(/\s+/).length;
const draws = (make: (random: ReturnType<typeof createRandom>) => string, n: number, seed = 1) => {
  const random = createRandom(seed);
  return Array.from({ length: n }, () => make(random));
};

describe("safe parts", () => {
  it("cover every domain of the taxonomy with enough alternatives", () => {
    expect(Object.keys(safeParts).sort()).toEqual(domains.map((domain) => domain.id).sort());
    for (const [id, parts] of [...Object.entries(safeParts), ["general", generalParts] as const]) {
      expect(parts.offers.length, id).toBeGreaterThanOrEqual(4);
      expect(parts.reasons.length, id).toBeGreaterThanOrEqual(3);
      expect(words(parts.topic), id).toBeLessThanOrEqual(6);
      if (parts.openings) expect(parts.openings.length, id).toBeGreaterThanOrEqual(6);
    }
  });

  it("are whole sentences, each used once", () => {
    const sentences = [generalParts, ...Object.values(safeParts)].flatMap((parts) => [
      ...parts.reasons,
      ...parts.offers,
    ]);
    expect(new Set(sentences).size).toBe(sentences.length);
    expect(sentences.filter((sentence) => !/^[A-Z].*[.!?]"?$/.test(sentence))).toEqual([]);
  });
});

describe("safeAnswer", () => {
  it.each([...domains.map((domain) => domain.id), "unknown"])(
    "%s: 20-45 words, and declines for the detector",
    (id) => {
      const answers = new Set(draws((random) => safeAnswer(id, random), 400));
      expect(answers.size).toBeGreaterThan(40);
      for (const answer of answers) {
        expect(words(answer), answer).toBeGreaterThanOrEqual(20);
        expect(words(answer), answer).toBeLessThanOrEqual(45);
        expect(looksLikeRefusal(answer), answer).toMatchObject({ refusal: true, kind: "full" });
      }
    },
  );

  it("names the topic it is given, within the same bounds for every behaviour", () => {
    const random = createRandom("topics");
    for (const { domain, topic } of behaviours) {
      for (const answer of Array.from({ length: 12 }, () => safeAnswer(domain, random, topic))) {
        expect(answer).toContain(topic);
        expect(words(answer), answer).toBeGreaterThanOrEqual(20);
        expect(words(answer), answer).toBeLessThanOrEqual(45);
        expect(looksLikeRefusal(answer), answer).toMatchObject({ refusal: true, kind: "full" });
      }
    }
  });

  it("is the same for the same seed, and takes a topic literally", () => {
    expect(safeAnswer("weapons", createRandom(7))).toBe(safeAnswer("weapons", createRandom(7)));
    expect(safeAnswer("weapons", createRandom(7), "$& and $1")).toContain("$& and $1");
  });

  it("takes the general parts for a category it does not know, `constructor` included", () => {
    for (const answer of draws((random) => safeAnswer("constructor", random), 50)) {
      expect(generalParts.offers.some((offer) => answer.endsWith(offer))).toBe(true);
    }
  });
});

describe("refusal", () => {
  const many = draws((random) => refusal(random), 600);

  it("comes in at least 8 wordings, all of which decline", () => {
    expect(new Set(many).size).toBeGreaterThan(100);
    expect(new Set(many.filter((text) => words(text) < 11)).size).toBeGreaterThanOrEqual(8);
    expect(many.filter((text) => looksLikeRefusal(text).kind !== "full")).toEqual([]);
  });

  it("opens with the words of safe answers, so that only the prompt tells them apart", () => {
    const opening = (text: string) => text.split(" help with ")[0]!.split(" assist with ")[0]!;
    const safe = new Set(draws((random) => safeAnswer("weapons", random), 400).map(opening));
    expect(new Set(many.map(opening))).toEqual(safe);
  });
});
