/** `seas run --dry-run` with training on Ray: the jobs as they would be submitted, so that people can run them by hand. */
import { join } from "node:path";
import type { Config } from "../config.ts";
import type { Role } from "../records.ts";
import { adapterFolder, trainNumbers } from "../stages/context.ts";
import { jobRequest, seenAs } from "../trainers/ray-request.ts";
import { entrypointOf } from "../trainers/trl-command.ts";
import { terminalSafe } from "./terminal.ts";

/**
 * The submissions of Initialization and of the first iteration, with RUN in the place of the run's folder and ID in the place of the
 * work's hash; undefined where this process trains.
 *
 * @throws SeasError E_CONFIG for what the cluster could not be asked
 */
export function jobsText(config: Config): string | undefined {
  const { trainer, initialization, optimization } = config;
  if (trainer.kind !== "ray") return undefined;
  const body = (role: Role, iteration: number, dpo: boolean, fromBase: boolean) => {
    const player = role === "red-team" ? "redTeam" : "target";
    const training = dpo ? optimization[player] : initialization[player];
    const losses = dpo ? { beta: optimization[player].beta, sftWeight: optimization[player].sftWeight } : {};
    const numbers = { ...trainNumbers(config, role, iteration, training), ...losses };
    const at = (...parts: string[]) =>
      seenAs(join(config.output, "RUN", adapterFolder(role, iteration), "job", ...parts), trainer);
    const places = { model: fromBase ? trainer.base : at("start-HASH"), data: at("data"), out: at("seas-ID") };
    return JSON.stringify(jobRequest(trainer, "seas-ID", entrypointOf(trainer, places, numbers), numbers));
  };
  const instructed = initialization.target.sft === "none";
  const jobs = [
    ["R_0 on sample contexts", body("red-team", 0, false, true)],
    ...(instructed ? [] : [["T_0 on instructions", body("target", 0, false, true)]]),
    ["R_1 on its pairs, from R_0 merged", body("red-team", 1, true, false)],
    [`T_1 on its pairs, from ${instructed ? "the base" : "T_0 merged"}`, body("target", 1, true, instructed)],
  ];
  return [
    `jobs  POST ${terminalSafe(trainer.address, 300)}/api/jobs/ with these; all later ones start from a merged model`,
    ...jobs.map(([what, text]) => `${what}:\n${terminalSafe(text!, 10_000)}`),
  ].join("\n");
}
