/** What servers were asked and what it costs, as a table that is safe for a terminal. */
import { type RoleUsage, totalCosts } from "../run/usage.ts";
import { count, table } from "./format.ts";
import { terminalSafe } from "./terminal.ts";

/** One row a role and one for all; undefined when no server was asked. */
export function usageTable(roles: readonly RoleUsage[], title = "servers"): string | undefined {
  if (roles.length === 0) return undefined;
  const cells = (name: string, all: readonly RoleUsage[]) => {
    const sum = (key: "requests" | "retries" | "promptTokens" | "completionTokens") =>
      count(all.reduce((total, role) => total + role[key], 0));
    return [name, sum("requests"), sum("retries"), sum("promptTokens"), sum("completionTokens"), costText(all)];
  };
  return table([
    [title, "requests", "retries", "prompt tokens", "written", "cost"],
    ...roles.map((role) => cells(terminalSafe(role.role.replace("-", " ")), [role])),
    ...(roles.length > 1 ? [cells("all", roles)] : []),
  ]);
}

/** `1.25 USD`, with `+ ?` where a part has no prices. */
export function costText(roles: readonly RoleUsage[]): string {
  const costs = totalCosts(roles).map(({ amount, currency }) => `${money(amount)} ${terminalSafe(currency)}`);
  if (costs.length === 0) return "no prices";
  return [...costs, ...(roles.some(({ cost }) => cost === undefined) ? ["?"] : [])].join(" + ");
}

/** Two digits behind the point, more for what is less than a hundredth. */
function money(amount: number): string {
  return amount >= 0.01 || amount === 0
    ? amount.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 })
    : amount.toPrecision(2);
}
