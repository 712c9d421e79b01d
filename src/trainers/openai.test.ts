/** Jobs of a fine-tuning API, on a real server on loopback that speaks it as its reference says (test/fine-tuning-server.ts). */
import { describe, expect, it } from "vitest";
import {
  examples,
  failure,
  inFile,
  notes,
  options,
  pairs,
  player,
  says,
  server,
  steps,
  trainer,
} from "../../test/fine-tuning-training.ts";
import type { Adapter } from "../records.ts";

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
  it.each([
    ["keeps metadata", true],
    ["keeps none", false],
  ])("cancels the job on a server that %s, and the same work then begins another", async (_, metadata) => {
    server.way.metadata = metadata;
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
