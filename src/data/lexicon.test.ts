/** Disguised words are recognised, and topics that the behaviours do not name still pass. */
import { describe, expect, it } from "vitest";
import { behaviours } from "./behaviours.ts";
import { contentStems, domainLexicons, topicScore } from "./lexicon.ts";
import { domains } from "./taxonomy.ts";

describe("contentStems", () => {
  it("undoes disguises and endings, and drops words that say nothing", () => {
    const wanted = [...contentStems("scam")];
    for (const text of ["the scams", "Scamming", "s-c-a-m", "__s_c_a_m__", "sc+am", "5C4M", "ScAmMeD"]) {
      expect([...contentStems(text)], text).toEqual(wanted);
    }
    expect(contentStems("How do I make it with my 2 plans?").size).toBe(1);
  });
});

describe("domainLexicons", () => {
  it("let most behaviours of topics pass that they were not built from, and few of other domains", () => {
    // Figures of this measure: own domain 0.80, another domain 0.08.
    const clusters = [...new Set(behaviours.map((b) => b.cluster))];
    let own = 0;
    for (let fold = 0; fold < 5; fold++) {
      const held = new Set(clusters.filter((_, i) => i % 5 === fold));
      const lexicons = domainLexicons(behaviours.filter((b) => !held.has(b.cluster)));
      own += behaviours.filter((b) => held.has(b.cluster) && topicScore(b.text, lexicons.get(b.domain)!) >= 0.5).length;
    }
    expect(own / behaviours.length).toBeGreaterThan(0.75);

    const lexicons = domainLexicons();
    const others = behaviours.flatMap((b) =>
      domains.filter(({ id }) => id !== b.domain).map(({ id }) => topicScore(b.text, lexicons.get(id)!) >= 0.5),
    );
    expect(others.filter((hit) => hit).length / others.length).toBeLessThan(0.12);
  });
});
