/** What servers were asked in a run, by stage and role, and what that costs where prices are known. */
import { readdir } from "node:fs/promises";
import type { Prices } from "../config/servers.ts";
import type { Config } from "../config.ts";
import { type ServerUsage, summedUsage, type UsageByRole } from "../records.ts";
import { readBatchUsage } from "./batch-usage.ts";
import type { Done } from "./done.ts";
import type { Run } from "./run.ts";

/** What the servers of a stage were asked. */
export interface StageUsage {
  readonly iteration: number;
  readonly stage: string;
  readonly servers: UsageByRole;
}

/** What one role came to. */
export interface RoleUsage extends ServerUsage {
  readonly role: string;
  /** Absent where the configuration tells no prices. */
  readonly cost?: { readonly amount: number; readonly currency: string };
}

/** A finished stage, as far as its usage goes. */
type Finished = Pick<Done, "usage"> & { readonly iteration: number; readonly name: string };

/** By stage: of finished stages from their marks, of others from the batches they have kept. Stages without any are left out. */
export async function usageByStage(run: Pick<Run, "path">, finished: readonly Finished[]): Promise<StageUsage[]> {
  const found = finished.map(({ iteration, name, usage }) => ({
    iteration,
    stage: name,
    servers: usage.servers ?? {},
  }));
  const ended = new Set(finished.map(({ iteration, name }) => `${iteration}/${name}`));
  for (const folder of await readdir(run.path()).catch(() => [])) {
    if (!/^\d+$/.test(folder)) continue;
    for (const file of await readdir(run.path(folder)).catch(() => [])) {
      const [, stage] = /^(.+)\.usage\.jsonl$/.exec(file) ?? [];
      if (stage === undefined || ended.has(`${folder}/${stage}`)) continue;
      const rows = await readBatchUsage(run.path(folder, file));
      found.push({ iteration: Number(folder), stage, servers: totalUsage(rows) });
    }
  }
  return found.filter(({ servers }) => Object.keys(servers).length > 0);
}

/** All together. */
export function totalUsage(all: readonly { readonly servers: UsageByRole }[]): UsageByRole {
  return all.reduce<UsageByRole>((sum, { servers }) => summedUsage(sum, servers), {});
}

/** Where prices stand. */
type Priced = Pick<Config, "model" | "servers" | "judge">;

/** Each role with its cost; Red Team and Target first, then judges. */
export function costed(usage: UsageByRole, config: Priced | undefined): RoleUsage[] {
  const place = (role: string) => ["red-team", "target"].indexOf(role) >>> 0;
  return Object.entries(usage)
    .sort(([a], [b]) => place(a) - place(b) || (a < b ? -1 : 1))
    .map(([role, counts]) => {
      const prices = config && pricesOf(role, config);
      if (prices === undefined) return { role, ...counts };
      const amount = (counts.promptTokens * prices.input + counts.completionTokens * prices.output) / 1e6;
      return { role, ...counts, cost: { amount, currency: prices.currency } };
    });
}

/** What a role's tokens cost. */
function pricesOf(role: string, { model, servers, judge }: Priced): Prices | undefined {
  const own = <T>(all: Readonly<Record<string, T>>, name: string) => (Object.hasOwn(all, name) ? all[name] : undefined);
  if (role === "red-team" || role === "target") return own(servers, model.server ?? "")?.prices;
  const definition = own(judge.define, role.replace(/^judge /, ""));
  return definition !== undefined && "prices" in definition ? definition.prices : undefined;
}

/** Costs by currency. */
export function totalCosts(roles: readonly RoleUsage[]): { readonly amount: number; readonly currency: string }[] {
  const sums = new Map<string, number>();
  for (const { cost } of roles) if (cost) sums.set(cost.currency, (sums.get(cost.currency) ?? 0) + cost.amount);
  return [...sums].map(([currency, amount]) => ({ amount, currency }));
}
