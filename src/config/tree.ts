/** Objects laid over objects. */

/** An object of keys and values. */
export type Tree = { readonly [key: string]: unknown };

/** Values of `over` laid over `base`, object by object; arrays and scalars are replaced. */
export function merge(base: Tree, over: Tree): Tree {
  const result: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    if (value === undefined) continue;
    const old = result[key];
    result[key] = isTree(old) && isTree(value) ? merge(old, value) : value;
  }
  return result;
}

export function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
