/** The jobs that `--dry-run` shows: each line a body that can be sent, with the names under which the cluster sees our files. */
import { expect, it } from "vitest";
import { resolveConfig } from "../config.ts";
import { jobsText } from "./ray-jobs.ts";

const ray = { kind: "ray", address: "http://head:8265", base: "hub/base", folder: { here: "/mnt", there: "/data" } };
const bodies = (given: object) =>
  jobsText(resolveConfig({ output: "/mnt/runs", trainer: ray, ...given }))!
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line));

it("shows Initialization and the first iteration", () => {
  const jobs = bodies({});
  expect(jobs.map(({ metadata }) => metadata.name)).toEqual(["seas red-team 0", "seas red-team 1", "seas target 1"]);
  expect(jobs[0].entrypoint).toMatch(/^trl sft --model_name_or_path hub\/base .* --seed 1000 /);
  expect(jobs[1].entrypoint).toContain("--model_name_or_path /data/runs/RUN/1/adapters/red-team/job/start-HASH ");
  expect(jobs[2].entrypoint).toContain("--model_name_or_path hub/base ");
  expect(jobs[2].entrypoint).toContain("--loss_weights 1 3 ");
  const instructed = bodies({ initialization: { target: { sft: "instructions" } } });
  expect(instructed.map(({ metadata }) => metadata.name)[1]).toBe("seas target 0");
  expect(instructed[3].entrypoint).toContain("/target/job/start-HASH ");
});

it("shows nothing where this process trains, and what the cluster could not be asked as an error", () => {
  expect(jobsText(resolveConfig({}))).toBeUndefined();
  expect(() => bodies({ output: "/home/me" })).toThrow("is not below /mnt");
  expect(() => bodies({ trainer: { ...ray, processes: 3 } })).toThrow("a batch of 4 cannot be shared among 3 parts");
});
