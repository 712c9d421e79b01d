/** Numbers and names as the page writes them. Shares are 0 … 1 in the data and percent on the page. */
import type { Figure } from "../types.ts";

/** `T₃` */
export function target(index: number): string {
  return `T${subscript(index)}`;
}

/** `R₃` */
export function redTeam(index: number): string {
  return `R${subscript(index)}`;
}

/** `12 %`; a dash for nothing. */
export function percent(value: number | null | undefined): string {
  return value === null || value === undefined ? "–" : `${round(value * 100)} %`;
}

/** `1,234` */
export function count(value: number): string {
  return value.toLocaleString("en-US");
}

/** A number with so many decimals; a dash for nothing. */
export function number(value: number | null | undefined, decimals = 2): string {
  return value === null || value === undefined ? "–" : value.toFixed(decimals).replace("-", "−");
}

/** `52–70 %`, or nothing without an interval. */
export function interval({ low, high }: Figure): string {
  return low === null || high === null ? "" : `${round(low * 100)}–${round(high * 100)} %`;
}

/** `−39 points`, of two shares. */
export function points(from: number, to: number): string {
  const difference = Math.round((to - from) * 1000) / 10;
  const size = Math.abs(difference) >= 10 ? Math.abs(Math.round(difference)) : Math.abs(difference);
  return `${signOf(difference)}${size} ${size === 1 ? "point" : "points"}`;
}

/** `+3.1 %`, of a ratio − 1. */
export function change(value: number): string {
  return `${signOf(value)}${Math.abs(value * 100).toFixed(1)} %`;
}

/** `n = 60`, how many had no verdict, and of how many the verdict is worth less. */
export function sample({ n, unscored, otherLanguage }: Figure, what: string): string {
  return [
    `${count(n)} ${what}`,
    ...(otherLanguage === undefined
      ? []
      : [`${count(otherLanguage)} of them in a language that the judge did not learn`]),
    ...(unscored > 0 ? [`${count(unscored)} without a verdict left out`] : []),
  ].join(", ");
}

/** `1 h 04 min`, `3 min 20 s`, `12 s` */
export function duration(seconds: number): string {
  const s = Math.round(seconds);
  if (s >= 3600) return `${Math.floor(s / 3600)} h ${String(Math.floor((s % 3600) / 60)).padStart(2, "0")} min`;
  if (s >= 60) return `${Math.floor(s / 60)} min ${String(s % 60).padStart(2, "0")} s`;
  return seconds < 10 ? `${seconds.toFixed(1)} s` : `${s} s`;
}

/** `nearDuplicate`, `near-duplicate` → `near duplicate` */
export function words(name: string): string {
  return name
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .replaceAll("-", " ")
    .toLowerCase();
}

function subscript(index: number): string {
  return String(index).replace(/\d/g, (digit) => String.fromCodePoint(0x2080 + Number(digit)));
}

function round(value: number): string {
  return String(Math.abs(value) < 10 ? Math.round(value * 10) / 10 : Math.round(value));
}

function signOf(value: number): string {
  if (value === 0) return "±";
  return value > 0 ? "+" : "−";
}
