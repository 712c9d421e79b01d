/** The names hold together: counts, spellings, and which domain stands under which risk. */
import { describe, expect, it } from "vitest";
import { attackTypes, categoryId, describeCategory, domains, findAttackType, findDomain } from "./taxonomy.ts";

describe("the paper's types", () => {
  it("are 9 styles and 5 risks with ids of their own", () => {
    expect(attackTypes.filter((type) => type.kind === "style")).toHaveLength(9);
    expect(attackTypes.filter((type) => type.kind === "risk")).toHaveLength(5);
    expect(new Set(attackTypes.map((type) => type.id)).size).toBe(14);
  });

  it("are found under SEAS's own spelling", () => {
    const spellings = [
      ["Role_Play", "role-play"],
      ["One_sided_statement", "one-sided-statement"],
      ["Goal_Hijacking", "goal-hijacking"],
      ["Unfairness_And_Discrimination", "unfairness-and-discrimination"],
      ["Crimes And Illegal Activities", "crimes-and-illegal-activities"],
    ] as const;
    for (const [spelling, id] of spellings) expect(findAttackType(spelling)?.id).toBe(id);
    expect(findAttackType("Poetry")).toBeUndefined();
  });
});

describe("our risk domains", () => {
  it("are at least 12, each under a risk category of the paper, and no id is used twice", () => {
    expect(domains.length).toBeGreaterThanOrEqual(12);
    for (const domain of domains) expect(findAttackType(domain.risk)?.kind).toBe("risk");
    expect(new Set(domains.map((domain) => domain.risk)).size).toBe(5);
    expect(new Set([...domains, ...attackTypes].map((entry) => entry.id)).size).toBe(domains.length + 14);
  });

  it("state their policy in one sentence", () => {
    for (const domain of domains) expect(domain.policy).toMatch(/^Unsafe: [^.]+\.$/);
  });
});

describe("category names", () => {
  it("become slugs, and describe themselves when unknown", () => {
    expect(categoryId("  Word Play\n")).toBe("word-play");
    expect(categoryId("Données privées")).toBe("données-privées");
    expect(categoryId("__")).toBe("");
    expect(describeCategory("tax-law")).toEqual({ name: "Tax law", description: "" });
    expect(describeCategory("weapons").name).toBe(findDomain("weapons")?.name);
  });
});
