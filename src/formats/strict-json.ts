/**
 * JSON in which no object has a key twice. JSON.parse keeps the last of them silently, so that two readers of one
 * file could see different things.
 */

/** Parses JSON text. Throws SyntaxError for what is no JSON, and for a key that stands twice in an object. */
export function parseStrictJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  const twice = duplicateKey(text);
  if (twice !== undefined) throw new SyntaxError(`the key ${JSON.stringify(twice)} stands twice`);
  return value;
}

/** The first key that an object of this valid JSON repeats. By hand: a pattern over long strings exhausts its stack. */
function duplicateKey(json: string): string | undefined {
  // The keys so far of each open object; undefined for an array.
  const open: (Set<string> | undefined)[] = [];
  let keyComes = false;
  for (let i = 0; i < json.length; i++) {
    const c = json[i];
    if (c === "{" || c === "[") {
      open.push(c === "{" ? new Set() : undefined);
      keyComes = c === "{";
    } else if (c === "}" || c === "]") {
      open.pop();
    } else if (c === ",") {
      keyComes = open.at(-1) !== undefined;
    } else if (c === '"') {
      const start = i;
      for (i++; json[i] !== '"'; i++) if (json[i] === "\\") i++;
      if (!keyComes) continue;
      keyComes = false;
      const key = JSON.parse(json.slice(start, i + 1)) as string;
      const keys = open.at(-1);
      if (keys?.has(key)) return key;
      keys?.add(key);
    }
  }
  return undefined;
}
