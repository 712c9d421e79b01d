/** The report of a run: one static HTML file that opens from disk and asks the network for nothing. */
import { dirname, join, resolve } from "node:path";
import { makeFolder, writeAtomic } from "../run/atomic.ts";
import { collectAttempts } from "./attempts/collect.ts";
import { loadApp } from "./bundle.ts";
import { reportHtml } from "./html.ts";
import { summarize } from "./summary.ts";

/** Where to write, and what beside the run. */
export interface ReportOptions {
  /** The file. @default report.html in the run folder */
  readonly out?: string | undefined;
  /** Folder of another run, whose figures stand beside this one's. */
  readonly against?: string | undefined;
}

/**
 * Writes the report of a run, finished or not, and gives the path of the file.
 *
 * @throws SeasError E_RUN when the folder is no run; E_DISK when the file cannot be written; E_REPORT without a build
 * @example await writeReport("runs/2026-11-24-quick-7f3a");
 */
export async function writeReport(runDir: string, options: ReportOptions = {}): Promise<string> {
  const path = resolve(options.out ?? join(runDir, "report.html"));
  const [summary, app, attempts] = await Promise.all([summarize(runDir, options), loadApp(), collectAttempts(runDir)]);
  await makeFolder(dirname(path));
  await writeAtomic(path, reportHtml(summary, app, { attempts }));
  return path;
}
