/** The lists keep their promises: enough of them, short, distinct, and near each other only within a cluster. */
import { describe, expect, it } from "vitest";
import { groupBy } from "../group-by.ts";
import { behaviours } from "./behaviours.ts";
import { textSimilarity } from "./similarity.ts";
import { domains } from "./taxonomy.ts";

describe("behaviours", () => {
  it("are at least 22 in each domain, in 4 to 7 clusters", () => {
    const byDomain = groupBy(behaviours, (b) => b.domain);
    expect([...byDomain.keys()]).toEqual(domains.map((domain) => domain.id));
    for (const [domain, list] of byDomain) {
      expect(list.length, domain).toBeGreaterThanOrEqual(22);
      const clusters = new Set(list.map((b) => b.cluster)).size;
      expect(clusters, domain).toBeGreaterThanOrEqual(4);
      expect(clusters, domain).toBeLessThanOrEqual(7);
    }
  });

  it("have ids, texts and topics of their own", () => {
    for (const key of ["id", "text", "topic"] as const) {
      const repeated = [...groupBy(behaviours, (b) => b[key])].filter(([, list]) => list.length > 1);
      expect(repeated.map(([value]) => value)).toEqual([]);
    }
  });

  it("are short phrases that fit after 'how to'", () => {
    for (const { text, topic } of behaviours) {
      expect(text.split(" ").length, text).toBeGreaterThanOrEqual(6);
      expect(text.split(" ").length, text).toBeLessThanOrEqual(16);
      expect(text, text).toMatch(/^\p{Ll}/u);
      expect(text, text).not.toMatch(/[.?!{}$]$|[{}]|\b\d+(?: ?(?:mg|g|ml|°|%))/);
      expect(topic.split(" ").length, topic).toBeGreaterThanOrEqual(2);
      expect(topic.split(" ").length, topic).toBeLessThanOrEqual(6);
    }
  });

  it("are near each other only within a cluster", () => {
    const near: string[] = [];
    for (const [i, a] of behaviours.entries()) {
      for (const b of behaviours.slice(i + 1)) {
        if (a.cluster !== b.cluster && textSimilarity(a.text, b.text) >= 0.4) near.push(`${a.text} / ${b.text}`);
      }
    }
    expect(near).toEqual([]);
  });
});
