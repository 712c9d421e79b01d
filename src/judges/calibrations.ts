/**
 * What `seas judge calibrate` found, kept in the cache folder under the judge's configuration hash: whoever judges with the same
 * judge, in whatever run, finds it there. A judge has one calibration, the last.
 */
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import { prepareFolder, writeWhole } from "../engine/base/cache.ts";
import { describeError, SeasError } from "../errors.ts";
import { type JudgeQuality, Measured } from "./quality.ts";

/** A judge's calibration as it is filed. */
export const Calibration = Measured.extend({
  format: z.literal(1),
  /** The name it had; the hash is what counts. */
  judge: z.string(),
  /** Of all that decides the judge's verdicts. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  date: z.iso.datetime(),
  /** Said by the card that a trained judge comes with; absent where `seas judge calibrate` found it. */
  source: z.literal("card").optional(),
  /** Krippendorff's alpha of the people who labelled, where several did. */
  raters: Measured.shape.figures.shape.alpha.optional(),
});
export type Calibration = z.infer<typeof Calibration>;

/** Of both judges of a run, as its facts keep them. */
export const Calibrations = z.object({ train: Calibration.optional(), score: Calibration.optional() });
export type Calibrations = z.infer<typeof Calibrations>;

/** What a calibration says of a judge, as it stands beside its figures. */
export function qualityOf(judge: string, calibration: Calibration): JudgeQuality {
  const { source = "calibration", labels, figures, bins, confusion, effective, unscored, date } = calibration;
  return { judge, source, date, labels, figures, ...(bins && { bins }), confusion, effective, unscored };
}

/** Where the calibration of a judge lies. */
export function calibrationPath(cacheDir: string, sha256: string): string {
  return join(cacheDir, "calibrations", `${sha256}.json`);
}

/**
 * Files a calibration in the place of an older one, whole or not at all.
 *
 * @returns its path
 * @throws SeasError E_DISK
 */
export async function writeCalibration(cacheDir: string, calibration: Calibration): Promise<string> {
  const path = calibrationPath(cacheDir, calibration.sha256);
  await prepareFolder(dirname(path));
  await writeWhole(path, (file) => file.writeFile(`${JSON.stringify(calibration, null, 2)}\n`));
  return path;
}

/**
 * The calibration of a judge; undefined when it was never measured.
 *
 * @throws SeasError E_DATA for one that is damaged, cannot be read, or belongs to another judge
 */
export async function readCalibration(cacheDir: string, sha256: string): Promise<Calibration | undefined> {
  const path = calibrationPath(cacheDir, sha256);
  const refused = (what: string, cause?: unknown) =>
    new SeasError("E_DATA", `${path}: ${what}`, { hint: "`seas judge calibrate` makes it anew", cause });
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw refused(`cannot be read: ${describeError(cause)}`, cause);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw refused("damaged: not JSON", cause);
  }
  const parsed = Calibration.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw refused(`no calibration that is known: \`${issue?.path.join(".")}\`: ${issue?.message}`, parsed.error);
  }
  if (parsed.data.sha256 !== sha256) throw refused(`the calibration of another judge, ${parsed.data.sha256}`);
  return parsed.data;
}
