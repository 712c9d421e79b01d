/** What a configuration may say of who trains, and what it is told when it says something else. */
import { describe, expect, it } from "vitest";
import { resolveConfig } from "../config.ts";

const trainer = (given: object | string, more: object = {}) => resolveConfig({ trainer: given, ...more }).trainer;

describe("trainer", () => {
  it("is this process unless it says otherwise, and a fine-tuning API with values for what is not said", () => {
    expect(resolveConfig({}).trainer).toEqual({ kind: "embedded" });
    expect(trainer({ kind: "openai", server: "big" })).toEqual({
      kind: "openai",
      server: "big",
      learningRateMultiplier: "auto",
      deleteFiles: true,
      pollSeconds: 10,
      patienceSeconds: 86_400,
    });
  });

  it.each([
    [{ kind: "openai", pollSecond: 1 }, "unknown key `trainer.pollSecond`", "did you mean `trainer.pollSeconds`?"],
    [{ kind: "embedded", pollSeconds: 1 }, "unknown key `trainer.pollSeconds`", "known here: kind"],
    [{ kind: "opneai" }, "`trainer.kind`", undefined],
    [{ kind: "openai", server: "a", url: "http://a/v1" }, "`trainer.url`: `server` or `url`, not both", undefined],
    [{ kind: "openai", apiKeyEnv: "KEY" }, "`trainer.apiKeyEnv`: goes with `url`", undefined],
    [{ kind: "openai", url: "http://key@a/v1" }, "`trainer.url`: keys stand in no file", undefined],
    [{ kind: "openai", learningRateMultiplier: 0 }, "`trainer.learningRateMultiplier`", undefined],
  ])("%j is refused", (given, message, hint) => {
    const error = (() => {
      try {
        return trainer(given);
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toMatchObject({ code: "E_CONFIG", message: expect.stringContaining(message) });
    if (hint !== undefined) expect(error).toMatchObject({ hint });
  });

  it("a key that is not known below a server of any name is named too", () => {
    const servers = { mine: { url: "http://a/v1", model: "m", adapters: { kind: "vllm", rot: 1 } } };
    expect(() => resolveConfig({ servers })).toThrow("unknown key `servers.mine.adapters.rot`");
  });
});
