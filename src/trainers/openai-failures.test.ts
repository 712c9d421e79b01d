/** What goes wrong at a fine-tuning API, and what a hostile one says: one clear line each (test/fine-tuning-server.ts). */
import type { ServerResponse } from "node:http";
import { describe, expect, it } from "vitest";
import { startFineTuningServer } from "../../test/fine-tuning-server.ts";
import {
  failure,
  instead,
  notes,
  options,
  pairs,
  player,
  says,
  server,
  steps,
  trainer,
} from "../../test/fine-tuning-training.ts";

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
        message: expect.stringContaining("a look at its jobs and files: 404 Not Found"),
        hint: expect.stringContaining("fine-tuning API"),
      },
    ],
    [
      "a server that breaks",
      "GET /v1/files",
      500,
      { code: "x", message: "oops" },
      { message: expect.stringContaining("refuses a look at its jobs and files: 500 oops") },
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

  it("a reply without end is given up", async () => {
    let sent = 0;
    takes((response) => {
      response.writeHead(200, { "content-type": "application/json" });
      const part = Buffer.alloc(2 ** 20, " ");
      const more = () => {
        while (!response.destroyed && response.write(part)) sent++;
      };
      response.on("drain", more);
      more();
    });
    expect(await failure(trainer().dpo(player(), pairs, options()))).toMatchObject({
      code: "E_TRAINING",
      message: expect.stringContaining("a reply of more than 64 MiB"),
    });
    // What still lay in buffers beside it.
    expect(sent).toBeLessThan(100);
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
