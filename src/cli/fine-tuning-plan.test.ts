/** What a dry run says of jobs at a provider. */
import { expect, it } from "vitest";
import { resolveConfig } from "../config.ts";
import { planOf } from "./plan.ts";

const given = {
  preset: "quick",
  iterations: 2,
  model: { server: "provider" },
  servers: { provider: { url: "http://127.0.0.1:8000/v1", model: "tiny-chat" } },
  trainer: { kind: "openai", learningRateMultiplier: 1.8 },
};
const textOf = (over: object = {}) => planOf(resolveConfig({ ...given, ...over }), undefined).text;

it("names every job with its method, start, hyper-parameters and rows, and what leaves the machine", () => {
  const rows = textOf()
    .match(/^seas-.*$/gm)!
    .map((line) => line.split(/\s{2,}/));
  const common = (epochs: number, batch: number) =>
    `n_epochs ${epochs}, batch_size ${batch}, learning_rate_multiplier 1.8`;
  expect(rows).toEqual([
    ["seas-red-team-0", "supervised", "tiny-chat", common(1, 4), "288"],
    ["seas-red-team-1", "dpo", "what seas-red-team-0 left", `${common(2, 4)}, beta 0.1`, "28"],
    ["seas-target-1", "dpo", "tiny-chat", `${common(1, 8)}, beta 0.1`, "112"],
    ["seas-red-team-2", "dpo", "what seas-red-team-1 left", `${common(2, 4)}, beta 0.1`, "28"],
    ["seas-target-2", "dpo", "what seas-target-1 left", `${common(1, 8)}, beta 0.1`, "120"],
  ]);
  expect(textOf()).toContain("jobs at http://127.0.0.1:8000/v1");
  expect(textOf()).toContain("privacy  attacks, answers and safe answers leave this machine");
  expect(textOf()).not.toContain("cost  0");
  expect(textOf()).not.toContain("fewer than 10 rows");
});

it("says which jobs would be refused for want of rows, and that players must be on a server", () => {
  expect(textOf({ preset: "tiny" })).toContain("2 jobs with fewer than 10 rows, which OpenAI refuses");
  expect(() => textOf({ model: {} })).toThrow("the players are here");
  expect(() => textOf({ trainer: { kind: "openai", server: "provder" } })).toThrow("no server `provder`");
});

it("says nothing of jobs where this process trains", () => {
  expect(textOf({ trainer: { kind: "embedded" } })).not.toContain("jobs at");
});
