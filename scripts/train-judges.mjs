/**
 * `npm run train:judges`: both shipped judges from the labels and requests in ../shared/data, or in the folder that is given. Each
 * learns from one half of the requests and is measured on the other, so that the two share no label and no figure is taken on
 * what trained. Takes about an hour on two cores; `--check 3` adds three trainings of each that leave sources out.
 */
import { copyFileSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { root, run } from "./checks.mjs";

/** What they learn from, and what measures them and nothing else. */
export const files = {
  labels: [
    "judge-train.jsonl",
    "judge-train-jailbreakbench.jsonl",
    "labels/past_tense.jsonl",
    "labels/just_eval.jsonl",
    "labels/rbr_gold.jsonl",
    "labels/modern_refusals_hard.jsonl",
    "labels/refusal_direction.jsonl",
  ],
  requests: [
    "prompts/coconot_safety.jsonl",
    "prompts/modern_refusal_prompts.jsonl",
    "prompts/rbr_prompts.jsonl",
    "prompts/mitre_frr.jsonl",
    "prompts/red_instruct.jsonl",
    "prompts/ailuminate_nosex.jsonl",
  ],
  test: ["judge-dev.jsonl", "xstest.jsonl", "prompts/simple_safety_tests.jsonl"],
};

const about =
  "Answers with labels of GPTFuzz, JailbreakBench, llm-past-tense, just-eval, openai/safety-rbr and the refusal taxonomy (MIT), and refusal_direction (Apache-2.0); requests of CoCoNot, PurpleLlama, the refusal taxonomy and openai/safety-rbr (MIT), red-instruct (Apache-2.0) and AILuminate (CC-BY-4.0); texts of seas' own, which train no Target. English. Copyright, expert advice and other languages are hardly in it.";

/** Name, part of the requests, seed. */
const judges = [
  ["training", "1/2", "1"],
  ["scoring", "2/2", "2"],
];

function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { check: { type: "string", default: "0" } },
  });
  const folder = positionals[0] ?? join(root, "..", "shared", "data");
  const scratch = mkdtempSync(join(tmpdir(), "seas-judges-"));
  const paths = (names) => names.map((name) => join(folder, name)).join(",");
  for (const [name, part, seed] of judges) {
    const out = join(scratch, `${name}.safetensors`);
    const given = ["--labels", paths([...files.labels, ...files.requests]), "--test", paths(files.test), "--out", out];
    const how = ["--part", part, "--seed", seed, "--check", values.check, "--about", about];
    const status = run("tsx", [join(root, "src", "cli", "main.ts"), "judge", "train", ...given, ...how]);
    if (status !== 0 || !existsSync(out)) process.exit(status || 1);
    copyFileSync(out, join(root, "assets", "judges", `${name}.safetensors`));
  }
  rmSync(scratch, { recursive: true });
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) main();
