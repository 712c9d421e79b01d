/** Commands of the user's with values in braces: words are fixed before anything is put into them, so no value can become a command. */
import { SeasError } from "../errors.ts";

/** Words as a shell would part them, with quotes and without anything else. */
function wordsOf(command: string): string[] {
  return [...command.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, bare]) => double ?? single ?? bare!,
  );
}

/**
 * The words with values in the place of `{name}`.
 *
 * @throws SeasError E_CONFIG for a name that is not known
 */
export function filledWords(command: string, values: Readonly<Record<string, string | number>>): string[] {
  return wordsOf(command).map((word) =>
    word.replace(/\{(\w+)\}/g, (_, key: string) => {
      if (Object.hasOwn(values, key)) return `${values[key]}`;
      const known = Object.keys(values).map((name) => `{${name}}`);
      throw new SeasError("E_CONFIG", `${command}: {${key}} is not known`, { hint: known.join(", ") });
    }),
  );
}
