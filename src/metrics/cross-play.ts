/**
 * Cross-play (the paper's Table 2): every Red Team R_i against every Target T_j. Down a column the attackers grow, along
 * a row the Targets do; the diagonal alone hides whether old attacks came back.
 */
import { groupBy } from "../group-by.ts";
import { type AsrRow, type AttackSuccess, attackSuccess } from "./asr.ts";
import type { IntervalOptions } from "./estimate.ts";

/** One judged answer of T_target to a prompt of R_redTeam. */
export interface CrossPlayRow extends AsrRow {
  readonly redTeam: number;
  readonly target: number;
}

/** One cell: ASR of a Red Team on a Target. */
export interface CrossPlayCell extends AttackSuccess {
  readonly redTeam: number;
  readonly target: number;
}

/** The matrix; a pair that never met is `undefined`. */
export interface CrossPlay {
  /** Red Teams, rising; the rows. */
  readonly redTeams: readonly number[];
  /** Targets, rising; the columns. */
  readonly targets: readonly number[];
  /** Shape (redTeams, targets). */
  readonly cells: readonly (readonly (CrossPlayCell | undefined)[])[];
}

/** The matrix of all answers; every cell draws by the same seed, so cells of the same prompts compare. */
export function crossPlay(rows: readonly CrossPlayRow[], options: IntervalOptions): CrossPlay {
  const redTeams = rising(rows.map((row) => row.redTeam));
  const targets = rising(rows.map((row) => row.target));
  const groups = groupBy(rows, (row) => `${row.redTeam}/${row.target}`);
  const cells = redTeams.map((redTeam) =>
    targets.map((target) => {
      const answers = groups.get(`${redTeam}/${target}`);
      return answers && { redTeam, target, ...attackSuccess(answers, options) };
    }),
  );
  return { redTeams, targets, cells };
}

/** One Red Team against every Target, in order. */
export function crossPlayRow(matrix: CrossPlay, redTeam: number): readonly (CrossPlayCell | undefined)[] {
  return matrix.cells[matrix.redTeams.indexOf(redTeam)] ?? [];
}

/** Every Red Team against one Target, in order. */
export function crossPlayColumn(matrix: CrossPlay, target: number): readonly (CrossPlayCell | undefined)[] {
  const column = matrix.targets.indexOf(target);
  return column < 0 ? [] : matrix.cells.map((row) => row[column]);
}

function rising(values: readonly number[]): number[] {
  return [...new Set(values)].sort((a, b) => a - b);
}
