/** What servers were asked in a run, by role and stage, with its cost where the configuration tells prices. */
import { join } from "node:path";
import { Config } from "../config.ts";
import { Done } from "../run/done.ts";
import { costed, usageByStage } from "../run/usage.ts";
import { type RunFiles, readJson } from "./files.ts";
import type { AskedOfServers } from "./types.ts";

/**
 * One row a role and stage, iterations together.
 *
 * @param marks of finished stages, relative to the run folder
 * @param config as run.json has it; without one that can be read there are no costs
 */
export async function readUsage(files: RunFiles, marks: readonly string[], config: unknown): Promise<AskedOfServers[]> {
  const finished: { iteration: number; name: string; usage: Done["usage"] }[] = [];
  for (const mark of marks) {
    const [, iteration, name] = /^(\d+)\/(.+)\.done$/.exec(mark) ?? [];
    const done = name === undefined ? null : await readJson(files, mark, Done);
    if (done !== null) finished.push({ iteration: Number(iteration), name: name!, usage: done.usage });
  }
  const path = (...parts: string[]) => join(files.runDir, ...parts);
  const known = Config.safeParse(config).data;
  const rows = new Map<string, AskedOfServers>();
  for (const { stage, servers } of await usageByStage({ path }, finished)) {
    for (const { role, requests, retries, promptTokens, completionTokens, cost } of costed(servers, known)) {
      const key = JSON.stringify([role, stage]);
      const sum = rows.get(key);
      rows.set(key, {
        role,
        stage,
        requests: (sum?.requests ?? 0) + requests,
        retries: (sum?.retries ?? 0) + retries,
        promptTokens: (sum?.promptTokens ?? 0) + promptTokens,
        completionTokens: (sum?.completionTokens ?? 0) + completionTokens,
        cost: cost === undefined ? null : { ...cost, amount: (sum?.cost?.amount ?? 0) + cost.amount },
      });
    }
  }
  return [...rows.values()];
}
