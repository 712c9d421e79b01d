/**
 * `seas init`: a configuration to start from. Every value stands in it as a comment, with the preset's number and what
 * it means, so that the file says no more than its owner changed and a new preset still reaches the rest.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { defineCommand } from "citty";
import { configJsonSchema, type Preset, presets } from "../config.ts";
import { describeError, SeasError } from "../errors.ts";
import type { CommandModule, Streams } from "./commands.ts";
import { screenOf, terminalSafe } from "./terminal.ts";

const schemaName = "seas.schema.json";

export const examples: CommandModule["examples"] = [
  ["seas init", "writes seas.yaml and seas.schema.json"],
  ["seas init --preset standard big.yaml", "with the values of another preset"],
];

export const command = defineCommand({
  args: {
    file: { type: "positional", required: false, default: "seas.yaml", description: "The file to write" },
    preset: { type: "enum", options: Object.keys(presets), default: "quick", description: "Whose values stand in it" },
    force: { type: "boolean", description: "Overwrite a file that is there" },
  },
  async run({ args, data }) {
    const file = resolve(args.file);
    await write(file, configText(args.preset as Preset), args.force === true);
    await write(join(dirname(file), schemaName), `${JSON.stringify(configJsonSchema(), null, 2)}\n`, true);
    const name = terminalSafe(args.file, 1000);
    screenOf((data as Streams).stdout).write(
      `${name} and ${schemaName} are written; try: seas run ${name} --dry-run\n`,
    );
  },
});

type Tree = { readonly [key: string]: unknown };

/** The commented YAML of a preset. */
export function configText(preset: Preset): string {
  const config = presets[preset] as unknown as Tree;
  const schema = configJsonSchema() as Tree;
  const head = [
    `# yaml-language-server: $schema=${schemaName}`,
    "# A configuration of seas. Values behind a # are the preset's: to change one, take the # from its line and from",
    "# the names above it. `seas run FILE --dry-run` says what a run would take.",
    "",
    `preset: ${preset}  # ${Object.keys(presets).join(", ")}`,
    `seed: ${config.seed}  # ${descriptionOf(schema, ["seed"])}`,
    "",
  ];
  const { preset: _, seed: __, ...rest } = config;
  return `${[...head, ...linesOf(rest, schema, [])].join("\n")}\n`;
}

function linesOf(tree: Tree, schema: Tree, path: readonly string[]): string[] {
  return Object.entries(tree).flatMap(([key, value]) => {
    const at = [...path, key];
    const indent = "  ".repeat(path.length);
    const about = descriptionOf(schema, at);
    const comment = about === undefined ? "" : `  # ${about}`;
    const inner = typeof value === "object" && value !== null && !Array.isArray(value);
    if (inner && Object.keys(value).length > 0) {
      return [
        `# ${indent}${key}:${comment}`,
        ...linesOf(value as Tree, schema, at),
        ...(path.length === 0 ? [""] : []),
      ];
    }
    return [`# ${indent}${key}: ${JSON.stringify(value)}${comment}`];
  });
}

function descriptionOf(schema: Tree, path: readonly string[]): string | undefined {
  let node: Tree | undefined = schema;
  for (const key of path) node = (node?.properties as Tree | undefined)?.[key] as Tree | undefined;
  return node?.description as string | undefined;
}

async function write(file: string, text: string, overwrite: boolean): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text, { flag: overwrite ? "w" : "wx" });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "EEXIST" && !overwrite) {
      throw new SeasError("E_USAGE", `${basename(file)} is there already`, {
        hint: "--force overwrites it; or name another file",
        cause,
      });
    }
    throw new SeasError("E_DISK", `${file} cannot be written: ${describeError(cause)}`, { cause });
  }
}
