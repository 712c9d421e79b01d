/** Jobs of a fine-tuning API, on a real server on loopback that speaks it as its reference says (test/fine-tuning-server.ts). */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { apiKey, startFineTuningServer } from "../../test/fine-tuning-server.ts";
import type { Adapter, Example, Pair } from "../records.ts";
import type { DpoOptions, Model, TrainStep } from "../seams.ts";
import { type OpenaiTraining, openaiTrainer } from "./openai.ts";

let server: Awaited<ReturnType<typeof startFineTuningServer>>;
let folder: string;
let notes: string[];
let steps: TrainStep[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "seas-fine-tuning-"));
  [server, notes, steps] = [await startFineTuningServer(), [], []];
});
afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

const pairs: readonly Pair[] = Array.from({ length: 12 }, (_, i) => ({
  id: `p${i}`,
  role: "target",
  prompt: [{ role: "user", content: `Question ${i}?` }],
  chosen: "No.",
  rejected: "Sure.",
  kind: "attack",
  from: ["a", "b"],
}));
const examples: readonly Example[] = pairs.map(({ id, prompt }) => ({ id, prompt, completion: "Written." }));

const options = (over: Partial<DpoOptions> = {}): DpoOptions => ({
  role: "target",
  iteration: 1,
  outputDir: join(folder, "target"),
  learningRate: 1e-4,
  batchSize: 4,
  epochs: 2,
  warmupRatio: 0,
  schedule: "constant",
  weightDecay: 0,
  maxGradNorm: 1,
  maxLength: 128,
  loraRank: 4,
  loraAlpha: 8,
  seed: 1001,
  beta: 0.1,
  sftWeight: 1,
  onStep: (step) => void steps.push(step),
  ...over,
});
const trainer = (over: Partial<OpenaiTraining> = {}) =>
  openaiTrainer(
    {
      url: server.url,
      apiKey,
      model: "tiny-chat",
      learningRateMultiplier: "auto",
      deleteFiles: true,
      pollSeconds: 0.005,
      patienceSeconds: 20,
      serverPatienceSeconds: 0.05,
      retries: 0,
      ...over,
    },
    (text) => void notes.push(text),
  );
/** A player of which only the adapter counts here. */
const player = (adapter?: Adapter): Model => ({
  name: "player",
  adapter,
  with: player,
  generate: () => {
    throw new Error("nobody asks it");
  },
});
const inFile = async (name: string) => readFile(join(folder, "target", name), "utf8");
/** Takes the requests of one kind in the server's place. */
const instead = (kind: string, act: (response: ServerResponse, request: IncomingMessage) => void) => {
  server.way.instead = (request, response) => {
    const isIt = `${request.method} ${request.url!.replace(/\?.*/, "")}` === kind;
    if (isIt) act(response, request);
    return isIt;
  };
};
const says = (response: ServerResponse, status: number, value: unknown) => {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(typeof value === "string" ? value : JSON.stringify(value));
};
const failure = (work: Promise<unknown>) =>
  work.then(
    () => "nothing failed",
    (error: unknown) => error,
  );

describe("a whole job", () => {
  it("sends pairs as preferences, tells its steps, and leaves the name of a model", async () => {
    const adapter = await trainer().dpo(player(), pairs, options());
    const [job] = server.jobs;
    expect(job!.body).toMatchObject({
      model: "tiny-chat",
      seed: 1001,
      suffix: "seas-target-1",
      method: {
        type: "dpo",
        dpo: { hyperparameters: { n_epochs: 2, batch_size: 4, learning_rate_multiplier: "auto", beta: 0.1 } },
      },
    });
    expect(adapter).toMatchObject({ role: "target", iteration: 1, rank: 0, model: job!.fine_tuned_model });
    expect(adapter.kept).toBeUndefined();
    expect(JSON.parse(await inFile("model.json"))).toMatchObject({
      model: job!.fine_tuned_model,
      job: job!.id,
      startedFrom: "tiny-chat",
      trainedTokens: 4321,
    });
    expect(steps).toEqual([
      { step: 1, epoch: 1 / 3, loss: 0.7, "rewards/accuracies": 0.5, "rewards/margins": 0.1 },
      { step: 2, epoch: 2 / 3, loss: 0.35, "rewards/accuracies": 0.5, "rewards/margins": 0.2 },
    ]);
    expect(
      (await inFile("train.jsonl"))
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line)),
    ).toEqual(steps);
    expect(notes).toEqual([
      `job ${job!.id}: validating_files`,
      `provider: Created fine-tuning job: ${job!.id}`,
      `job ${job!.id}: queued`,
      `job ${job!.id}: running`,
      `job ${job!.id}: succeeded`,
      "provider: The job has successfully completed",
      `job ${job!.id}: ${job!.fine_tuned_model}, 4321 tokens trained`,
    ]);
    // The rows are gone when they have done their work.
    expect(server.files()).toEqual([]);
  });

  it("sends examples as conversations, and keeps the file where it is told to", async () => {
    await trainer({ deleteFiles: false, learningRateMultiplier: 2 }).sft(player(), examples, options());
    expect(server.jobs[0]!.body.method).toEqual({
      type: "supervised",
      supervised: { hyperparameters: { n_epochs: 2, batch_size: 4, learning_rate_multiplier: 2 } },
    });
    const [file] = server.files();
    expect(file).toMatchObject({ purpose: "fine-tune", filename: expect.stringMatching(/^seas-[0-9a-f]{32}\.jsonl$/) });
    expect(JSON.parse(file!.text.split("\n")[3]!)).toEqual({
      messages: [
        { role: "user", content: "Question 3?" },
        { role: "assistant", content: "Written." },
      ],
    });
  });

  it("starts the next job from the model of the one before, and from none whose weights are here", async () => {
    const first = await trainer().dpo(player(), pairs, options());
    await trainer().dpo(player(first), pairs, options({ iteration: 2 }));
    expect(server.jobs.map(({ body }) => body.model)).toEqual([first.model, "tiny-chat"]);
    const { model: _, ...local } = first;
    await expect(trainer().dpo(player(local), pairs, options())).rejects.toMatchObject({
      code: "E_CONFIG",
      message: "a fine-tuning API cannot start from player, whose weights are here",
    });
  });

  it("a step that is not accepted is given up whole, and the next job starts where it did", async () => {
    const candidates: string[] = [];
    const accept = async ({ model }: Adapter) => {
      candidates.push(model!);
      return false;
    };
    const kept = await trainer({ played: "tiny" }).dpo(player(), pairs, options({ accept }));
    expect(candidates).toEqual([server.jobs[0]!.fine_tuned_model]);
    // As the players' server names what the job started from.
    expect(kept).toMatchObject({ model: "tiny", kept: 0 });
    expect(JSON.parse(await inFile("model.json"))).toMatchObject({ model: "tiny", accepted: false });
    expect(notes.at(-1)).toBe("target: weights at a provider cannot be weakened by parts: the whole step is given up");
    const yes = { ...options({ iteration: 2, accept: async () => true }) };
    expect(await trainer({ played: "tiny" }).dpo(player(kept), pairs, yes)).toMatchObject({ kept: 1 });
    expect(server.jobs[0]!.body.model).toBe("tiny-chat");
  });
});

describe("the same work again", () => {
  it.each([["keeps metadata"], ["keeps none"]])("finds the job that goes on, on a server that %s", async (kind) => {
    server.way.metadata = kind === "keeps metadata";
    server.way.statuses = ["running"];
    // Like a process that was killed: nothing is cancelled.
    await failure(trainer({ patienceSeconds: 0.02 }).dpo(player(), pairs, options()));
    expect(server.jobs.map(({ status }) => status)).toEqual(["running"]);
    server.way.statuses = ["succeeded"];
    const adapter = await trainer().dpo(player(), pairs, options());
    expect(server.jobs).toHaveLength(1);
    expect(adapter.model).toBe(server.jobs[0]!.fine_tuned_model);
    expect([server.count("POST /v1/files"), server.count("POST /v1/fine_tuning/jobs")]).toEqual([1, 1]);
    // One that has ended is found too.
    await trainer().dpo(player(), pairs, options());
    expect(server.jobs).toHaveLength(kind === "keeps metadata" ? 1 : 2);
  });

  it("begins another job for other rows, another start, another seed or other hyper-parameters", async () => {
    await trainer().dpo(player(), pairs, options());
    await trainer().dpo(player(), pairs.slice(1), options());
    await trainer({ model: "other" }).dpo(player(), pairs, options());
    await trainer().dpo(player(), pairs, options({ seed: 1 }));
    await trainer().dpo(player(), pairs, options({ beta: 0.2 }));
    await trainer().dpo(player(), pairs, options({ role: "red-team" }));
    expect(server.jobs).toHaveLength(6);
  });

  it("finds the job among many others", async () => {
    await trainer().dpo(player(), pairs, options());
    const [mine] = server.jobs;
    const others = Array.from({ length: 250 }, (_, i) => ({
      ...mine!,
      id: `ftjob-other-${i}`,
      body: { ...mine!.body, metadata: {}, training_file: `file-x${i}` },
    }));
    server.jobs.unshift(...others);
    // Also where the filter by metadata is not known.
    server.way.instead = (request) => {
      request.url = request.url!.replace(/metadata[^&]*&?/, "");
      return false;
    };
    await trainer().dpo(player(), pairs, options());
    expect(server.count("POST /v1/fine_tuning/jobs")).toBe(1);
  });

  it("makes nothing twice when a reply was lost", async () => {
    const lost = new Set(["POST /v1/files", "POST /v1/fine_tuning/jobs"]);
    server.way.instead = (request, response) => {
      if (lost.delete(`${request.method} ${request.url}`)) {
        // It is done, but nobody hears of it.
        response.writeHead = (() => response) as never;
        response.end = (() => request.socket.destroy()) as never;
      }
      return false;
    };
    await trainer({ retries: 2 }).dpo(player(), pairs, options());
    expect([server.count("POST /v1/files"), server.count("POST /v1/fine_tuning/jobs")]).toEqual([1, 1]);
  });
});

describe("an interruption", () => {
  it("cancels the job, and the same work then begins another", async () => {
    server.way.statuses = ["running"];
    const stop = new AbortController();
    const work = failure(trainer().dpo(player(), pairs, options({ signal: stop.signal })));
    while (server.jobs[0]?.status !== "running") await new Promise((done) => setTimeout(done, 2));
    const reason = new Error("enough");
    stop.abort(reason);
    expect(await work).toBe(reason);
    expect(server.jobs[0]!.status).toBe("cancelled");
    expect(notes.at(-1)).toBe(`job ${server.jobs[0]!.id}: cancelled`);
    server.way.statuses = ["succeeded"];
    await trainer().dpo(player(), pairs, options());
    expect(server.jobs.map(({ status }) => status)).toEqual(["succeeded", "cancelled"]);
    // The rows were there already.
    expect(server.count("POST /v1/files")).toBe(1);
  });

  it("while the job is being begun cancels it too, and says where that was not possible", async () => {
    const stop = new AbortController();
    server.way.statuses = ["running"];
    server.way.instead = ({ method, url }, response) => {
      if (`${method} ${url}` === "POST /v1/fine_tuning/jobs") setTimeout(() => stop.abort(new Error("enough")), 5);
      if (`${method} ${url}` === "POST /v1/fine_tuning/jobs") response.end = (() => response) as never;
      return false;
    };
    await failure(trainer().dpo(player(), pairs, options({ signal: stop.signal })));
    expect(server.jobs.map(({ status }) => status)).toEqual(["cancelled"]);

    const again = new AbortController();
    server.way.instead = ({ url }, response) => {
      if (url!.endsWith("/cancel")) says(response, 400, { error: { message: "Not now", code: "no" } });
      return url!.endsWith("/cancel");
    };
    const work = failure(trainer().dpo(player(), pairs, options({ signal: again.signal })));
    while (server.jobs[0]?.status !== "running") await new Promise((done) => setTimeout(done, 2));
    again.abort(new Error("enough"));
    await work;
    expect(notes.at(-1)).toContain("could not be cancelled and may go on at the provider");
  });
});

describe("what goes wrong is one clear line, and the same command can go on", () => {
  const expected = { retryable: true, hint: expect.any(String) };

  it("a job that fails gives its reason, and another is begun next time", async () => {
    const few = failure(trainer().dpo(player(), pairs.slice(0, 3), options()));
    expect(await few).toMatchObject({
      ...expected,
      code: "E_TRAINING",
      message: `job ${server.jobs[0]!.id} failed: invalid_training_file Training file has 3 example(s), but must have at least 10 (training_file)`,
    });
    server.way.leastRows = 1;
    await trainer().dpo(player(), pairs.slice(0, 3), options());
    expect(server.jobs.map(({ status }) => status)).toEqual(["succeeded", "failed"]);
  });

  it.each<[string, string, number, object, object]>([
    [
      "a file refused by moderation",
      "POST /v1/files",
      400,
      { code: "content_policy", message: "unsafe\u001b[2J rows" },
      { message: expect.stringMatching(/^http:\S+ refuses the training file: 400 unsafe \[2J rows$/) },
    ],
    [
      "a quota that is used up",
      "POST /v1/fine_tuning/jobs",
      429,
      { code: "insufficient_quota", message: "no money" },
      { code: "E_NETWORK", message: expect.stringContaining("429 no money"), hint: expect.stringContaining("quota") },
    ],
    [
      "no right to train",
      "POST /v1/fine_tuning/jobs",
      403,
      { code: "forbidden", message: "not for you" },
      { message: expect.stringContaining("refuses the job: 403 not for you") },
    ],
    [
      "a server without this API",
      "GET /v1/fine_tuning/jobs",
      404,
      { code: "x", message: "Not Found" },
      {
        message: expect.stringContaining("the list of jobs: 404 Not Found"),
        hint: expect.stringContaining("fine-tuning API"),
      },
    ],
    [
      "a server that breaks",
      "GET /v1/files",
      500,
      { code: "x", message: "oops" },
      { message: expect.stringContaining("refuses the training file: 500 oops") },
    ],
  ])("%s", async (_, kind, status, error, wanted) => {
    instead(kind, (response) => says(response, status, { error }));
    expect(await failure(trainer().dpo(player(), pairs, options()))).toMatchObject({ ...expected, ...wanted });
    server.way.instead = () => false;
    expect(await trainer().dpo(player(), pairs, options())).toMatchObject({ model: expect.stringMatching(/^ft:/) });
  });

  it("a bad key, a model that is not there, nobody at home, a job that hangs", async () => {
    expect(await failure(trainer({ apiKey: "wrong" }).dpo(player(), pairs, options()))).toMatchObject({
      ...expected,
      message: expect.stringContaining("refuses the key: 401 Incorrect API key"),
    });
    expect(await failure(trainer({ model: "no-such" }).dpo(player(), pairs, options()))).toMatchObject({
      ...expected,
      message: expect.stringContaining("the job: 404 The model `no-such` does not exist"),
    });
    const closed = await startFineTuningServer();
    await closed.close();
    expect(await failure(trainer({ url: closed.url }).dpo(player(), pairs, options()))).toMatchObject({
      ...expected,
      message: expect.stringContaining(`${closed.url}: no answer for 0 s`),
    });
    server.way.statuses = ["queued"];
    expect(await failure(trainer({ patienceSeconds: 0.05 }).dpo(player(), pairs, options()))).toMatchObject({
      ...expected,
      code: "E_TRAINING",
      message: expect.stringMatching(/^job ftjob-\d+: queued, without news for 0 s$/),
    });
  });
});

describe("a hostile server", () => {
  const look = () => `GET /v1/fine_tuning/jobs/${server.jobs[0]?.id}`;
  const takes = (act: (response: ServerResponse) => void) => {
    server.way.instead = ({ method, url }, response) => {
      const isLook = `${method} ${url}` === look();
      if (isLook) act(response);
      return isLook;
    };
  };
  const job = (over: object) => ({ id: server.jobs[0]!.id, status: "succeeded", fine_tuned_model: "ft:x", ...over });

  it.each<[string, object, string]>([
    [
      "a model with control characters",
      { fine_tuned_model: "ft:x\u001b]0;owned\u0007" },
      "it names no model that could be asked for",
    ],
    ["a model as long as a book", { fine_tuned_model: "x".repeat(5000) }, "it names no model that could be asked for"],
    ["a model that is none", { fine_tuned_model: { a: 1 } }, "it names no model that could be asked for"],
    [
      "an error with escapes",
      { status: "failed", error: { code: "\u001b[31m", message: "a\nb\u202e" } },
      "failed: [31m a b",
    ],
    [
      "an error of a megabyte",
      { status: "failed", error: { code: "c", message: "m".repeat(1e6) } },
      `failed: c ${"m".repeat(299)}…`,
    ],
    ["an error that is a list", { status: "cancelled", error: [1] }, "cancelled: no reason is given"],
  ])("%s ends in one clean line", async (_, over, message) => {
    takes((response) => says(response, 200, job(over)));
    const error = (await failure(trainer().dpo(player(), pairs, options()))) as Error;
    expect(error).toMatchObject({ code: "E_TRAINING", message: expect.stringContaining(message) });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: none may be there
    expect(error.message).not.toMatch(/[\u0000-\u001f\u202e]/);
  });

  it.each([
    ["no JSON", "{"],
    ["null", "null"],
    ["a list", "[]"],
    ["an id that leads elsewhere", '{"id":"../x","status":"succeeded"}'],
  ])("%s in the place of a job is no job", async (_, text) => {
    takes((response) => says(response, 200, text));
    expect(await failure(trainer().dpo(player(), pairs, options()))).toMatchObject({
      code: "E_TRAINING",
      message: expect.stringMatching(/refuses job ftjob-\d+: /),
    });
  });

  it("events that are wrong, huge or without end are passed over, cut and counted", async () => {
    let pages = 0;
    server.way.instead = ({ url }, response) => {
      if (!url!.includes("/events")) return false;
      const page = ++pages;
      const data = Array.from({ length: 100 }, (_, i) => ({
        id: `e${page}-${i}`,
        created_at: 1,
        message: `\u001b[2J${"y".repeat(2000)}`,
      }));
      const odd = [
        null,
        7,
        { id: 3 },
        { id: "s", message: 1, data: { step: -1, train_loss: "x" } },
        { id: "n", data: { step: 1e300, train_loss: null } },
      ];
      says(response, 200, { object: "list", data: [...odd, ...data], has_more: true });
      return true;
    };
    server.way.statuses = ["succeeded"];
    await trainer().dpo(player(), pairs, options());
    expect(steps).toEqual([]);
    // Ten thousand entries, and no more.
    expect(pages).toBe(96);
    const told = notes.filter((note) => note.startsWith("provider: "));
    expect(told).toHaveLength(200);
    expect(Math.max(...told.map(({ length }) => length))).toBeLessThan(320);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: none may be there
    expect(told.join("")).not.toMatch(/[\u0000-\u001f]/);
  });

  it("a list of strangers' jobs and of nonsense is not taken for ours", async () => {
    let lists = 0;
    server.way.instead = ({ method, url }, response) => {
      if (method !== "GET" || !/jobs\?/.test(url!)) return false;
      lists++;
      const strangers = [
        { id: "ftjob-s", status: "succeeded", fine_tuned_model: "ft:theirs", metadata: { seas: "f".repeat(64) } },
        { id: "ftjob-t", status: "succeeded", fine_tuned_model: "ft:theirs" },
        "x",
        null,
      ];
      says(response, 200, { object: "list", data: strangers, has_more: false });
      return true;
    };
    const adapter = await trainer().dpo(player(), pairs, options());
    expect(adapter.model).toBe(server.jobs[0]!.fine_tuned_model);
    expect(lists).toBe(2);
  });
});
