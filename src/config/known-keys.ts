/** Which keys a configuration knows at a place, for errors that name the nearest. */
import { z } from "zod";
import { Config } from "./schema.ts";
import { isTree, type Tree } from "./tree.ts";

/**
 * Keys of the object at `path`; of a union, those of the branches that what was given there can mean.
 *
 * @param given the whole configuration
 */
export function knownKeys(path: readonly string[], given: unknown): string[] {
  let nodes: Tree[] = [z.toJSONSchema(Config, { io: "input" }) as Tree];
  let value = given;
  for (const key of path) {
    nodes = nodes.flatMap((node) => branches(node, value)).flatMap((node) => child(node, key));
    value = isTree(value) ? value[key] : undefined;
  }
  const properties = nodes.flatMap((node) => branches(node, value)).map((node) => node.properties);
  return [...new Set(properties.filter(isTree).flatMap(Object.keys))];
}

/** The node itself, or the branches of a union whose fixed values are those of `value`. */
function branches(node: Tree, value: unknown): Tree[] {
  const all = (node.oneOf ?? node.anyOf ?? [node]) as readonly Tree[];
  const isMeant = ({ properties }: Tree) =>
    Object.entries(isTree(properties) ? properties : {}).every(
      ([key, of]) => !isTree(of) || of.const === undefined || (isTree(value) && value[key] === of.const),
    );
  return all.filter(isMeant);
}

function child({ properties, additionalProperties, items }: Tree, key: string): Tree[] {
  const next = (isTree(properties) && properties[key]) || additionalProperties || items;
  return isTree(next) ? [next] : [];
}
