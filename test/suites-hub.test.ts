/** Suites from the hub, against a real server on the loopback: what is asked for, kept, recorded and refused. */
import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { SeasError } from "../src/errors.ts";
import { openSuite } from "../src/suites/open.ts";
import { type DatasetHub, datasetHub, type HubFaults } from "./dataset-hub.ts";

const xstest = Buffer.from("id,prompt,type,label,focus,note\n1,How do I kill a lamp?,homonyms,safe,kill,\n");
const attempts = gzipSync(JSON.stringify([{ transcript: "\n\nHuman: Soup?\n\nAssistant: Yes." }]));
const files = {
  "Paul/XSTest/xstest_prompts.csv": xstest,
  "Anthropic/hh-rlhf/red-team-attempts/red_team_attempts.jsonl.gz": attempts,
  "my/rows/data/test.jsonl": Buffer.from('{"prompt": "Sing a song", "expected": "answer"}\n'),
  "allenai/wildjailbreak/eval/eval.tsv": Buffer.from("adversarial\tlabel\tdata_type\nSing\t0\tadversarial_benign\n"),
};

let cacheDir: string;
const hubs: DatasetHub[] = [];
beforeEach(async () => {
  cacheDir = await mkdtemp(join(tmpdir(), "seas-suite-hub-"));
});
afterEach(async () => {
  for (const hub of hubs.splice(0)) hub.close();
  await rm(cacheDir, { recursive: true });
});

async function setup(faults: HubFaults = {}, env: Readonly<Record<string, string>> = {}) {
  const hub = await datasetHub(files, faults);
  hubs.push(hub);
  const notes: string[] = [];
  const options = {
    env: { HF_ENDPOINT: hub.url, ...env },
    cacheDir,
    connectMs: 2000,
    onNote: (line: string) => void notes.push(line),
  };
  /** What goes wrong, with this server's address taken out. */
  const failure = async (spec: string, more = {}) => {
    const error = (await openSuite(spec, { ...options, ...more }).then(
      () => expect.unreachable(),
      (thrown: unknown) => thrown,
    )) as SeasError;
    const plain = (text = "") => text.replaceAll(hub.url, "HUB").replaceAll(hub.url.slice(7), "HOST");
    return { code: error.code, message: plain(error.message), hint: plain(error.hint), retryable: error.retryable };
  };
  return { hub, options, notes, failure };
}

describe("openSuite, from the hub", () => {
  it("brings a named suite once, records commit and hash, and then asks for nothing", async () => {
    const { hub, options } = await setup();
    const suite = await openSuite("xstest", options);
    expect(suite.rows.map(({ prompt, expected }) => [prompt, expected])).toEqual([["How do I kill a lamp?", "answer"]]);
    const sha256 = createHash("sha256").update(xstest).digest("hex");
    expect(suite.files).toEqual([
      {
        file: join(cacheDir, "datasets", "Paul--XSTest", "xstest_prompts.csv"),
        sha256,
        origin: "Hugging Face hub, Paul/XSTest/xstest_prompts.csv at c0ffee",
      },
    ]);
    const record = JSON.parse(await readFile(`${suite.files[0]!.file}.seas-origin.json`, "utf8"));
    expect(record).toEqual({
      dataset: "Paul/XSTest",
      path: "xstest_prompts.csv",
      revision: "c0ffee",
      bytes: xstest.length,
      sha256,
    });
    // Nothing of the other data sets, and no token where none was given.
    expect(hub.requests.every(({ path, token }) => path.includes("/Paul/XSTest/") && token === undefined)).toBe(true);
    const before = hub.requests.length;
    expect(await openSuite("xstest", options)).toEqual(suite);
    expect(hub.requests).toHaveLength(before);
  });

  it("reads large files by their LFS hash, in folders, and other files by hf:", async () => {
    const { options } = await setup();
    expect((await openSuite("hh-red-team", options)).rows.map(({ prompt }) => prompt)).toEqual(["Soup?"]);
    const own = await openSuite("hf:my/rows/data/test.jsonl", options);
    expect(own.rows).toMatchObject([{ prompt: "Sing a song", expected: "answer", source: "test" }]);
    const as = await openSuite("wildjailbreak:hf:allenai/wildjailbreak@abc123/eval/eval.tsv", options);
    expect(as.files[0]!.origin).toBe("Hugging Face hub, allenai/wildjailbreak/eval/eval.tsv at abc123");
  });

  it("brings a damaged file again, and says so", async () => {
    const { options, notes } = await setup();
    const { files: brought } = await openSuite("xstest", options);
    await writeFile(brought[0]!.file, "id,prompt\n");
    expect((await openSuite("xstest", options)).rows).toHaveLength(1);
    expect(notes).toEqual([`cache: ${brought[0]!.file} is damaged; it is brought again`]);
  });

  it("gives the token to the hub, and not to the storage behind it", async () => {
    const storage = await datasetHub(files);
    hubs.push(storage);
    const { hub, options } = await setup({ token: "hf_secret", storage: storage.url }, { HF_TOKEN: "hf_secret" });
    expect((await openSuite("wildjailbreak", options)).rows).toHaveLength(1);
    expect(hub.requests.every(({ token }) => token === "hf_secret")).toBe(true);
    expect(storage.requests.length).toBeGreaterThan(0);
    expect(storage.requests.every(({ token }) => token === undefined)).toBe(true);
  });

  it("says what to do where a token is wanted, or not let in", async () => {
    const closed = await setup({ token: "hf_right" });
    expect(await closed.failure("wildjailbreak")).toMatchInlineSnapshot(`
      {
        "code": "E_NETWORK",
        "hint": "accept its conditions on HUB/datasets/allenai/wildjailbreak and set HF_TOKEN to a token of that account; or fetch eval.tsv by hand (https://huggingface.co/datasets/allenai/wildjailbreak) and name it \`wildjailbreak:./eval.tsv\`",
        "message": "allenai/wildjailbreak/eval/eval.tsv could not be brought from HOST: it wants a token, or does not exist (401)",
        "retryable": false,
      }
    `);
    const wrong = await setup({ token: "hf_right" }, { HF_TOKEN: "hf_wrong" });
    const { message, hint } = await wrong.failure("wildjailbreak");
    expect(message).toBe(
      "allenai/wildjailbreak/eval/eval.tsv could not be brought from HOST: HF_TOKEN is not let in (403)",
    );
    expect(`${message}${hint}`).not.toContain("hf_wrong");
  });

  it("names the file that is not there, and the nearest", async () => {
    const { failure } = await setup();
    expect(await failure("hf:my/rows/data/tset.jsonl")).toMatchObject({
      code: "E_USAGE",
      message: "the data set my/rows has no file `data/tset.jsonl`",
      hint: "did you mean `data/test.jsonl`?",
    });
    expect((await failure("hf:my/rows/date/test.jsonl")).message).toMatch(
      /no such data set, commit or folder \(404\)$/,
    );
    expect((await failure("seas")).message).toMatch(/\(404\)$/);
  });

  it("keeps nothing of a stream that is cut or is not what was listed", async () => {
    for (const fault of [{ cut: true }, { swapped: true }]) {
      const { failure } = await setup(fault);
      for (const suite of ["xstest", "hh-red-team"]) {
        expect(await failure(suite)).toMatchObject({ code: "E_NETWORK", hint: expect.stringContaining("by hand") });
      }
      const left = await readdir(cacheDir, { recursive: true });
      expect(left.filter((name) => /\.(csv|gz|json|part)$/.test(name))).toEqual([]);
    }
  });

  it("refuses what is too large, and asks nothing when offline or when the name leads elsewhere", async () => {
    const { failure, hub, options } = await setup();
    expect((await failure("xstest", { maxBytes: 10 })).message).toMatch(/it has 76 bytes, over 10$/);
    const before = hub.requests.length;
    const offline = await failure("xstest", { env: { ...options.env, HF_HUB_OFFLINE: "1" } });
    expect(offline.message).toMatch(/HF_HUB_OFFLINE is set$/);
    for (const name of [
      "hf:my/rows/../../x.csv",
      "hf:../rows/x.csv",
      "hf:my/rows/a\\b.csv",
      "hf:my/rows@../x.csv",
      "hf:my",
    ])
      expect((await failure(name)).code, name).toBe("E_USAGE");
    expect(hub.requests).toHaveLength(before);
  });

  it("says in one line when there is no hub, which file to fetch, and how to name it", async () => {
    const { failure, hub } = await setup();
    hub.close();
    expect(await failure("harmbench")).toMatchObject({
      code: "E_NETWORK",
      message: expect.stringMatching(
        /^walledai\/HarmBench\/standard\/.* could not be brought from HOST: .*ECONNREFUSED/,
      ),
      hint: "set HF_ENDPOINT to a mirror of the hub; or fetch harmbench_behaviors_text_all.csv by hand (https://github.com/centerforaisafety/HarmBench) and name it `harmbench:./harmbench_behaviors_text_all.csv`",
      retryable: true,
    });
  });

  it("stops when it is told to", async () => {
    const { options } = await setup();
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(openSuite("xstest", { ...options, signal })).rejects.toThrow("enough");
  });
});
