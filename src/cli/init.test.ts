/** The written configuration must say what it claims: taking every # away gives the preset itself. */
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { type Preset, presets, resolveConfig } from "../config.ts";
import { configText } from "./init.ts";

describe("configText", () => {
  it.each(Object.keys(presets) as Preset[])(
    "%s: as written it is the preset, and so it is with every comment taken away",
    (preset) => {
      const text = configText(preset);
      expect(resolveConfig(parse(text))).toEqual(presets[preset]);
      const [head, body] = text.split(/\n(?=# output)/);
      const open = `${head}\n${body?.replace(/^# /gm, "")}`;
      expect(parse(open)).toEqual(presets[preset]);
    },
  );

  it("says what values mean and names the schema on its first line", () => {
    const lines = configText("quick").split("\n");
    expect(lines[0]).toBe("# yaml-language-server: $schema=seas.schema.json");
    expect(lines).toContain("#   seeds: 24  # seed prompts an iteration (the paper: 5000)");
  });
});
