/** What servers will be asked, worked by hand for `tiny`; what is on this machine costs nothing. */
import { describe, expect, it } from "vitest";
import { presets, resolveConfig } from "../config.ts";
import { assumptions, estimateServers } from "./estimate-servers.ts";
import { planOf } from "./plan.ts";

const server = { url: "http://127.0.0.1:8000/v1", model: "m", adapters: { kind: "vllm" } };
const prices = { input: 2, output: 10 };
const tiny = (more: object) => resolveConfig({ preset: "tiny", ...more });

describe("estimateServers", () => {
  it("is empty where everything runs on this machine", () => {
    expect(estimateServers(presets.tiny)).toEqual([]);
    expect(planOf(presets.tiny, undefined).text).toContain("cost  0: everything runs on this machine");
  });

  it("counts a request for each seed prompt and each prompt that is asked, under the paper's rules", () => {
    const config = resolveConfig({ preset: "paper", model: { server: "s" }, servers: { s: server } });
    const [red, target] = estimateServers(config);
    // 3 attacks of 5,000 seed prompts, 4 rows of the matrix of 5,000.
    expect(red).toMatchObject({ role: "red-team", requests: 35_000, completionTokens: (75_000 + 100_000) * 25 });
    // 75,000 prompts of attacks; 4 Targets on 2,000 + 300 prompts and on 4 × 25,000 of the matrix.
    expect(target!.requests).toBe(75_000 + 4 * (2300 + 100_000));
    expect(target!.completionTokens).toBe((375_000 + 4 * 102_300) * 400);
    expect(target!.cost).toBeUndefined();
  });

  it("costs what its tokens cost, each role at its own server's prices", () => {
    const guard = {
      guard: "llama-guard-3",
      url: "http://127.0.0.1:8001/v1",
      model: "g",
      prices: { input: 1, output: 1, currency: "EUR" },
    };
    const config = tiny({
      model: { server: "s" },
      servers: { s: { ...server, prices } },
      judge: { train: "guard", define: { guard, both: { of: ["guard", "embedded:scoring"], rule: "any" } } },
    });
    const roles = estimateServers(config);
    expect(roles.map(({ role }) => role)).toEqual(["red-team", "target", "judge guard"]);
    for (const { promptTokens, completionTokens, cost } of roles.slice(0, 2))
      expect(cost!.amount).toBeCloseTo((2 * promptTokens + 10 * completionTokens) / 1e6, 12);
    expect(roles[2]!.cost!.currency).toBe("EUR");
    const ensemble = { ...config, judge: { ...config.judge, train: "both" } };
    expect(estimateServers(ensemble)).toEqual(roles);
    const { text } = planOf(config, undefined);
    expect(text).toMatch(/cost {2}about [\d.]+ USD \+ [\d.]+ EUR, an estimate$/m);
    expect(text).toContain(assumptions(config));
  });

  it("says that it does not know a cost without prices", () => {
    const config = tiny({ model: { server: "s" }, servers: { s: server } });
    expect(planOf(config, undefined).text).toContain("cost  not known: `prices: {input, output}`");
  });

  it("takes no time on this machine for what a server samples", () => {
    const speeds = { trainTokensPerSecond: 1, sampleTokensPerSecond: 1, judgeTokensPerSecond: 1, gigaflops: 1 };
    const here = planOf(presets.tiny, speeds).seconds;
    const there = planOf(tiny({ model: { server: "s" }, servers: { s: server } }), speeds).seconds;
    expect(there).toBeLessThan(0.7 * here);
    expect(there).toBeGreaterThan(0);
  });
});
