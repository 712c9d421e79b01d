/** What servers were asked: requests, tokens and cost by role and stage. */
import type { AskedOfServers, Summary } from "../types.ts";
import { h, section } from "./dom.ts";
import { count } from "./format.ts";
import { stageName } from "./stage-names.ts";
import { table } from "./table.ts";
import { visibleLine } from "./visible.ts";

/** Null in a run that asked no server. */
export function serverUsage({ usage }: Pick<Summary, "usage">): HTMLElement | null {
  if (usage.length === 0) return null;
  const row = (name: string, stage: string, all: readonly AskedOfServers[]) => {
    const sum = (key: "requests" | "retries" | "promptTokens" | "completionTokens") =>
      count(all.reduce((total, part) => total + part[key], 0));
    return [name, stage, sum("requests"), sum("retries"), sum("promptTokens"), sum("completionTokens"), costOf(all)];
  };
  const rows = usage.map((part) => row(visibleLine(part.role.replace("-", " "), 80), stageName(part.stage), [part]));
  return section(
    "usage",
    "What servers were asked",
    "Counted once for every answer and verdict that the run kept. Answers to one prompt together are one request; cost by the prices of the configuration.",
    h(
      "div",
      {},
      table(
        "Requests, tokens and cost by role and stage",
        ["Role", "Stage", "Requests", "Retries", "Prompt tokens", "Written tokens", "Cost"],
        [...rows, row("all", "", usage)],
      ),
    ),
  );
}

/** A dash without prices; a question mark where only a part has them. */
function costOf(all: readonly AskedOfServers[]): string {
  const sums = new Map<string, number>();
  for (const { cost } of all) if (cost !== null) sums.set(cost.currency, (sums.get(cost.currency) ?? 0) + cost.amount);
  if (sums.size === 0) return "–";
  const known = [...sums].map(([currency, amount]) => `${amount.toFixed(2)} ${visibleLine(currency, 12)}`);
  return [...known, ...(all.some(({ cost }) => cost === null) ? ["?"] : [])].join(" + ");
}
