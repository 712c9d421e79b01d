/** Colours by meaning, as custom properties that base.css sets for dark and light. */

export const colors = {
  target: "var(--target)",
  redTeam: "var(--red-team)",
  quiet: "var(--quiet)",
  ink: "var(--ink)",
  muted: "var(--muted)",
  line: "var(--line)",
  surface: "var(--surface)",
} as const;

const series = ["--c1", "--c2", "--c3", "--c4", "--c5", "--c6", "--c7"] as const;

/** A colour for the i-th kind of something. */
export function seriesColor(i: number): string {
  return `var(${series[i % series.length]})`;
}
