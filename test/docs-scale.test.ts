/** The configurations of docs/scale.md are configurations. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { estimateServers } from "../src/cli/estimate-servers.ts";
import { jobsText } from "../src/cli/ray-jobs.ts";
import { resolveConfig } from "../src/config.ts";

const text = await readFile(join(import.meta.dirname, "../docs/scale.md"), "utf8");
const blocks = [...text.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, block]) => block!);

it("has one for each size", () => expect(blocks).toHaveLength(4));

it.each(blocks)("%s", (block) => {
  const config = resolveConfig(parse(block));
  const { server } = config.model;
  if (server !== null) expect(Object.keys(config.servers)).toContain(server);
  // What a cluster would be asked can be said.
  expect(jobsText(config) !== undefined).toBe(config.trainer.kind === "ray");
  expect(estimateServers(config).length).toBe(server === null ? 0 : 2 + Object.keys(config.judge.define).length);
});
