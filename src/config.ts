/**
 * The configuration of a run: schema and presets are in config/; here a user's part becomes the whole. Unknown keys are errors
 * that name the nearest known key.
 */
import { z } from "zod";
import { knownKeys } from "./config/known-keys.ts";
import { presets } from "./config/presets.ts";
import { Config, type Preset } from "./config/schema.ts";
import { isTree, merge, type Tree } from "./config/tree.ts";
import { SeasError } from "./errors.ts";
import { nearest } from "./nearest.ts";

export { presets } from "./config/presets.ts";
export { Config, type Preset } from "./config/schema.ts";

/**
 * The whole configuration from what a user gave: preset, then the given values over it.
 *
 * @param given what a YAML file or a caller says; every key optional
 * @param source named in errors, e.g. the file
 * @throws SeasError E_CONFIG naming the key, and for an unknown one the nearest known
 * @example const config = resolveConfig({ preset: "tiny", seed: 7, attack: { seeds: 12 } });
 */
export function resolveConfig(given: unknown, source = "config"): Config {
  if (!isTree(given ?? {})) throw new SeasError("E_CONFIG", `${source}: expected keys and values, got ${typeof given}`);
  const tree = (given ?? {}) as Tree;
  const preset = (tree.preset ?? "quick") as Preset;
  if (typeof preset !== "string" || !Object.hasOwn(presets, preset)) {
    throw new SeasError("E_CONFIG", `${source}: unknown preset \`${String(preset)}\``, {
      hint: `one of ${Object.keys(presets).join(", ")}`,
    });
  }
  const parsed = Config.safeParse(merge(presets[preset], tree));
  if (parsed.success) {
    const { trainable, precision } = parsed.data.model;
    if (trainable === "lora" || precision === "float32") return parsed.data;
    throw new SeasError(
      "E_CONFIG",
      `${source}: \`model.trainable: all\` does not go with \`precision: ${precision}\``,
      {
        hint: "set `model.precision: float32`",
      },
    );
  }
  const issue = parsed.error.issues[0];
  const path = issue?.path.map(String) ?? [];
  if (issue?.code === "unrecognized_keys") {
    const key = issue.keys[0] ?? "";
    const known = knownKeys(path, tree);
    const near = nearest(key, known);
    throw new SeasError("E_CONFIG", `${source}: unknown key \`${[...path, key].join(".")}\``, {
      hint: near === undefined ? `known here: ${known.join(", ")}` : `did you mean \`${[...path, near].join(".")}\`?`,
    });
  }
  throw new SeasError("E_CONFIG", `${source}: \`${path.join(".")}\`: ${issue?.message ?? "invalid"}`);
}

/**
 * JSON Schema of a config file: every key optional, since the preset fills the rest.
 *
 * @example await writeFile("seas.schema.json", JSON.stringify(configJsonSchema(), null, 2));
 */
export function configJsonSchema(): object {
  const schema = z.toJSONSchema(Config, { io: "input" });
  return dropRequired(schema) as object;
}

function dropRequired(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(dropRequired);
  if (!isTree(node)) return node;
  return Object.fromEntries(
    Object.entries(node)
      .filter(([k]) => k !== "required")
      .map(([k, v]) => [k, dropRequired(v)]),
  );
}
