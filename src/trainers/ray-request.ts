/** What is submitted to a cluster, and under which names it sees our files. */
import type { RayTraining } from "../config/ray.ts";
import { pathThere } from "../servers/path-there.ts";
import type { JobRequest } from "./ray-api.ts";
import type { Numbers } from "./trl-command.ts";

/** What is submitted. */
export function jobRequest(config: RayTraining, id: string, entrypoint: string, options: Numbers): JobRequest {
  return {
    submission_id: id,
    entrypoint,
    runtime_env: { env_vars: config.environment },
    entrypoint_num_cpus: config.cpus,
    entrypoint_num_gpus: config.gpus,
    metadata: { name: `seas ${options.role} ${options.iteration}` },
  };
}

/** Where the cluster sees a path of this machine. */
export function seenAs(path: string, { folder }: RayTraining): string {
  return pathThere(path, folder, "the cluster", "set `output` to a folder in `trainer.folder.here`");
}
