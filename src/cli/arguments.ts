/**
 * Arguments held against what a command declares, before citty reads them: citty lets unknown flags, missing values
 * and surplus arguments pass. What is wrong here is E_USAGE, exit code 2, with the nearest name.
 */
import { parseArgs } from "node:util";
import type { ArgsDef } from "citty";
import { SeasError } from "../errors.ts";
import { nearest } from "../nearest.ts";

/**
 * Checks the arguments of one command.
 *
 * @param command its name, for messages
 * @throws SeasError E_USAGE for an unknown flag, a flag without its value, a value outside of a list, or too many arguments
 */
export function checkArguments(command: string, rawArgs: readonly string[], definition: ArgsDef): void {
  const flags = Object.entries(definition).filter(([, arg]) => arg.type !== "positional");
  const positionals = Object.entries(definition).filter(([, arg]) => arg.type === "positional");
  const options = Object.fromEntries(
    flags.map(([name, arg]) => [name, { type: arg.type === "boolean" ? ("boolean" as const) : ("string" as const) }]),
  );
  const { tokens } = parseArgs({
    args: [...rawArgs],
    options,
    allowPositionals: true,
    allowNegative: true,
    strict: false,
    tokens: true,
  });
  let given = 0;
  for (const token of tokens) {
    if (token.kind === "positional" && ++given > positionals.length)
      throw surplus(command, token.value, positionals.length);
    if (token.kind !== "option") continue;
    const arg = definition[token.name];
    if (arg === undefined || arg.type === "positional")
      throw unknownFlag(
        command,
        token.rawName,
        flags.map(([name]) => name),
      );
    if (arg.type === "boolean") {
      if (token.value !== undefined) throw usage(command, `${token.rawName} takes no value, got \`${token.value}\``);
      continue;
    }
    if (token.value === undefined || token.value === "" || (!token.inlineValue && token.value.startsWith("-"))) {
      throw usage(command, `${token.rawName} needs a value`);
    }
    if (arg.type === "enum" && !(arg.options ?? []).includes(token.value)) {
      const near = nearest(token.value, arg.options ?? []);
      throw new SeasError("E_USAGE", `${token.rawName}: unknown value \`${token.value}\``, {
        hint: `${near === undefined ? "" : `did you mean \`${near}\`? `}one of ${(arg.options ?? []).join(", ")}`,
      });
    }
  }
}

/**
 * A whole number out of a flag's text.
 *
 * @throws SeasError E_USAGE when it is none, or less than `least`
 */
export function wholeNumber(text: string | undefined, flag: string, least = 0): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= least) return value;
  throw new SeasError("E_USAGE", `${flag}: expected a whole number of at least ${least}, got \`${text}\``);
}

/**
 * A share out of a flag's text.
 *
 * @throws SeasError E_USAGE when it is no number from 0 to 1
 */
export function share(text: string | undefined, flag: string): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (/^(\d+\.?\d*|\.\d+)$/.test(text) && value <= 1) return value;
  throw new SeasError("E_USAGE", `${flag}: expected a share from 0 to 1, got \`${text}\``, { hint: "0.05 is 5 %" });
}

/** All values of a flag that may be given again, or once with commas, in their order. */
export function valuesOf(rawArgs: readonly string[], flag: string): string[] {
  const options = { [flag]: { type: "string" as const } };
  const { tokens } = parseArgs({ args: [...rawArgs], options, allowPositionals: true, strict: false, tokens: true });
  return tokens.flatMap((token) =>
    token.kind === "option" && token.name === flag
      ? (token.value ?? "")
          .split(",")
          .map((value) => value.trim())
          .filter((value) => value !== "")
      : [],
  );
}

function unknownFlag(command: string, flag: string, known: readonly string[]): SeasError {
  const near = nearest(flag.replace(/^-+(no-)?/, ""), known);
  return new SeasError("E_USAGE", `unknown flag \`${flag}\` of \`seas ${command}\``, {
    hint: near === undefined ? `\`seas ${command} --help\` lists the flags` : `did you mean \`--${near}\`?`,
  });
}

function surplus(command: string, value: string, allowed: number): SeasError {
  return usage(
    command,
    `unexpected argument \`${value}\`: \`seas ${command}\` takes ${allowed === 0 ? "none" : `at most ${allowed}`}`,
  );
}

function usage(command: string, message: string): SeasError {
  return new SeasError("E_USAGE", message, { hint: `\`seas ${command} --help\` shows how` });
}
