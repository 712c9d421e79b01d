/** Following a job, against a server on loopback that answers as Ray's dashboard does, also when it does not. */
import { once } from "node:events";
import { createServer, request as httpRequest, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { TrainStep } from "../seams.ts";
import { type Following, followJob, type RayJob } from "./ray-job.ts";

interface Job {
  status: string;
  logs: string;
  message?: string;
  start_time?: number;
}

let server: Server;
/** Jobs by id, and what was asked. */
let jobs: Map<string, Job>;
let submitted: Record<string, unknown>[];
let stopped: string[];
/** Says something else in the place of the next replies; `undefined` cuts the connection. */
let faults: ({ status: number; text: string } | undefined)[];
/** Called at each look at a job's state. */
let onLook: (id: string, job: Job) => void;
let token: string | undefined;

beforeEach(async () => {
  [jobs, submitted, stopped, faults, onLook, token] = [new Map(), [], [], [], () => {}, undefined];
  server = createServer((request, response) => {
    void answer(request).then((reply) => {
      if (reply === undefined) return request.socket.destroy();
      response.writeHead(reply.status, { "content-type": "application/json" }).end(reply.text);
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

async function answer(request: IncomingMessage): Promise<{ status: number; text: string } | undefined> {
  let body = "";
  for await (const part of request) body += part;
  // As Ray does with what it takes for a browser.
  if (request.method === "POST" && request.headers["sec-fetch-mode"] !== undefined)
    return { status: 405, text: "'POST' method not allowed for browser traffic." };
  if (faults.length > 0) return faults.shift();
  if (token !== undefined && request.headers.authorization !== `Bearer ${token}`)
    return { status: 401, text: "Unauthorized: Missing authentication token" };
  const [, , , id = "", what] = request.url!.split("/");
  const ok = (value: unknown) => ({ status: 200, text: JSON.stringify(value) });
  if (request.method === "POST" && id === "") {
    const job = JSON.parse(body);
    if (jobs.has(job.submission_id)) return { status: 400, text: "ValueError: already exists" };
    submitted.push(job);
    jobs.set(job.submission_id, { status: "PENDING", logs: "" });
    return ok({ job_id: job.submission_id, submission_id: job.submission_id });
  }
  const job = jobs.get(id);
  if (job === undefined) return { status: 404, text: `Job ${id} does not exist` };
  if (what === "stop") {
    stopped.push(id);
    job.status = "STOPPED";
    return ok({ stopped: true });
  }
  if (what === "logs") return ok({ logs: job.logs });
  onLook(id, job);
  return ok({ ...job, type: "SUBMISSION" });
}

const step = (loss: number) =>
  `{'loss': '${loss}', 'grad_norm': '1', 'learning_rate': '1', 'num_tokens': '${100 * loss}', 'epoch': '1'}\n`;

/** Runs on as a job does: one step a look, then its end. */
function training(steps: number, end: string) {
  let looks = 0;
  onLook = (_, job) => {
    looks++;
    if (job.status === "PENDING") job.status = "RUNNING";
    else if (looks <= steps + 1) job.logs += `${looks - 1}/${steps} [00:01<\n${step(looks - 1)}`;
    else if (job.status === "RUNNING") job.status = end;
  };
}

function job(more: Partial<RayJob> = {}): RayJob {
  const { port } = server.address() as AddressInfo;
  return {
    cluster: { address: `http://127.0.0.1:${port}/` },
    id: "seas-1",
    request: (id) => ({
      submission_id: id,
      entrypoint: `train ${id}`,
      runtime_env: { env_vars: {} },
      entrypoint_num_cpus: 1,
      entrypoint_num_gpus: 0,
      metadata: {},
    }),
    finished: async () => true,
    ...more,
  };
}

/** How the tests follow, and what they hear. */
function following(more: Partial<Following> = {}) {
  const notes: string[] = [];
  const steps: [TrainStep, { readonly done: number; readonly total: number; readonly tokens: number }][] = [];
  const note = (text: string) => void notes.push(text);
  const onStep: Following["onStep"] = (...told) => void steps.push(told);
  return { notes, steps, poll: 5, life: 1e9, quiet: 1e9, note, onStep, ...more };
}

it("submits the job and tells each step once, with its tokens", async () => {
  training(3, "SUCCEEDED");
  const heard = following();
  const { id, steps } = await followJob(job(), heard);
  expect(id).toBe("seas-1");
  expect(steps.map(({ loss }) => loss)).toEqual([1, 2, 3]);
  expect(heard.steps.map(([{ loss }, progress]) => ({ loss, ...progress }))).toEqual([
    { loss: 1, done: 1, total: 3, tokens: 100 },
    { loss: 2, done: 2, total: 3, tokens: 100 },
    { loss: 3, done: 3, total: 3, tokens: 100 },
  ]);
  expect(submitted).toMatchObject([{ submission_id: "seas-1", entrypoint: "train seas-1" }]);
  expect(heard.notes.map((text) => text.replace(/http\S+/, "ADDRESS"))).toEqual([
    "job seas-1 submitted to ADDRESS",
    "job seas-1: running",
    "job seas-1: succeeded",
  ]);
});

it.each(["RUNNING", "SUCCEEDED"])("finds a job that is %s and submits no second one", async (status) => {
  jobs.set("seas-1", { status, logs: step(1) });
  onLook = (_, known) => {
    known.status = "SUCCEEDED";
  };
  const { steps } = await followJob(job(), following());
  expect(steps).toHaveLength(1);
  expect(submitted).toEqual([]);
});

it("submits anew after jobs that failed, and after one whose result is gone", async () => {
  jobs.set("seas-1", { status: "FAILED", logs: "" });
  jobs.set("seas-1-2", { status: "STOPPED", logs: "" });
  jobs.set("seas-1-3", { status: "SUCCEEDED", logs: "" });
  training(1, "SUCCEEDED");
  const { id } = await followJob(job({ finished: async (name) => name !== "seas-1-3" }), following());
  expect(id).toBe("seas-1-4");
  expect(submitted).toHaveLength(1);
});

it("waits for a cluster that fails, stumbles, talks nonsense and cuts lines, and submits once", async () => {
  training(2, "SUCCEEDED");
  const nonsense = [
    { status: 500, text: "Traceback\n  File x\nRuntimeError: no agent\n" },
    undefined,
    { status: 200, text: "<html>" },
    { status: 429, text: "slowly" },
  ];
  let looks = 0;
  const before = onLook;
  onLook = (id, known) => {
    before(id, known);
    if (looks++ === 1) faults.push(...nonsense);
  };
  const heard = following();
  const { steps } = await followJob(job(), heard);
  expect(steps).toHaveLength(2);
  expect(submitted).toHaveLength(1);
  expect(faults).toEqual([]);
  expect(heard.notes.filter((text) => text.endsWith("waiting for it"))).toHaveLength(1);
});

it("does not submit twice when the reply to a submission is lost", async () => {
  training(1, "SUCCEEDED");
  const { port } = server.address() as AddressInfo;
  // A proxy that takes the submission to the cluster and loses the reply.
  let lost = 0;
  const proxy = createServer((request, response) => {
    void (async () => {
      let body = "";
      for await (const part of request) body += part;
      const { method = "GET" } = request;
      const through = httpRequest({ port, method, path: request.url }, (reply) => {
        if (method === "POST" && lost++ === 0) request.socket.destroy();
        else reply.pipe(response.writeHead(reply.statusCode!));
      });
      through.end(body);
    })();
  }).listen(0, "127.0.0.1");
  await once(proxy, "listening");
  try {
    const cluster = { address: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` };
    const { id } = await followJob(job({ cluster }), following());
    expect({ id, lost, submitted: submitted.length }).toEqual({ id: "seas-1", lost: 1, submitted: 1 });
  } finally {
    proxy.closeAllConnections();
    proxy.close();
  }
});

it("gives up a cluster that stays away, and says so", async () => {
  training(9, "SUCCEEDED");
  let looks = 0;
  const before = onLook;
  onLook = (id, known) => {
    before(id, known);
    if (looks++ === 1) faults = new Array(1e4).fill({ status: 503, text: "gone\u001b[31m" });
  };
  const away = followJob(job(), following({ patience: 40 }));
  await expect(away).rejects.toMatchObject({
    code: "E_NETWORK",
    retryable: true,
    message: expect.stringMatching(/503 gone$/),
  });
});

it("says at once that nobody is at an address, that it is no Ray, and that a token is wanted", async () => {
  const nobody = createServer().listen(0, "127.0.0.1");
  await once(nobody, "listening");
  const { port } = nobody.address() as AddressInfo;
  await new Promise((resolve) => nobody.close(resolve));
  const at = (address: string) => followJob(job({ cluster: { address } }), following());
  await expect(at(`http://127.0.0.1:${port}`)).rejects.toMatchObject({
    code: "E_NETWORK",
    message: expect.stringContaining(`no Ray cluster answers at http://127.0.0.1:${port}`),
    hint: expect.stringContaining("ray start --head"),
  });
  faults.push({ status: 200, text: "<html>hello</html>" });
  await expect(followJob(job(), following())).rejects.toThrow("does not answer as Ray's dashboard does");
  faults.push({ status: 404, text: "<html>Not Found</html>" });
  await expect(followJob(job(), following())).rejects.toMatchObject({
    hint: expect.stringContaining("trainer.address"),
  });
  token = "secret";
  await expect(followJob(job(), following())).rejects.toMatchObject({ hint: expect.stringContaining("apiKeyEnv") });
  training(1, "SUCCEEDED");
  await followJob(job({ cluster: { ...job().cluster, apiKey: "secret" } }), following());
});

it.each([
  ["OSError: [Errno 28] No space left on device: '/there'", "disk is full"],
  ["FileNotFoundError: Couldn't find any data file at /there/data", "trainer.folder"],
  ["torch.OutOfMemoryError: CUDA out of memory.", "trainer.accumulation"],
  ["/bin/sh: 1: trl: not found", "pip install trl peft"],
])("a job that failed: %s", async (line, remedy) => {
  onLook = (_, known) => {
    known.status = "FAILED";
    known.logs = `${step(1)}\u001b[31mTraceback\u0007 (most recent call last):\n${line}\nsubprocess.CalledProcessError: x\n`;
    if (line.startsWith("/bin")) known.logs = line;
  };
  const heard = following();
  await expect(followJob(job(), heard)).rejects.toMatchObject({
    code: "E_TRAINING",
    retryable: true,
    message: `job seas-1 failed: ${line}`,
    hint: expect.stringContaining(remedy),
  });
  expect(heard.notes.join("")).not.toMatch(/\p{Cc}/u);
  expect(heard.notes).toContain(`  ${line}`);
});

it("says what Ray says of a job that never ran, and of one that somebody stopped", async () => {
  onLook = (_, known) => Object.assign(known, { status: "FAILED", message: "Job supervisor died: no such node." });
  await expect(followJob(job(), following())).rejects.toThrow("job seas-1 failed: Job supervisor died: no such node.");
  onLook = (_, known) => Object.assign(known, { status: "STOPPED" });
  await expect(followJob(job(), following())).rejects.toThrow("job seas-1-2 was stopped on the cluster");
});

it("says that the cluster has forgotten the job", async () => {
  onLook = () => jobs.clear();
  await expect(followJob(job(), following())).rejects.toMatchObject({
    message: "the cluster no longer knows job seas-1",
    retryable: true,
  });
});

it("stops a job that logs nothing, and one that does not end", async () => {
  onLook = (_, known) => {
    if (known.status === "PENDING") Object.assign(known, { status: "RUNNING", logs: "first line\nlast line\n" });
  };
  await expect(followJob(job(), following({ quiet: 60 }))).rejects.toMatchObject({
    message: "job seas-1 has logged nothing for 0.001 min, and was stopped; its last line: last line",
    hint: expect.stringContaining("trainer.quietMinutes"),
  });
  expect(stopped).toEqual(["seas-1"]);
  jobs.clear();
  onLook = (_, known) => Object.assign(known, { status: "PENDING", start_time: Date.now() - 7_300_000 });
  await expect(followJob(job(), following({ life: 7_200_000 }))).rejects.toMatchObject({
    message: "job seas-1 has not ended after 2 h, and was stopped; its last line: none",
    hint: expect.stringContaining("trainer.hoursAtMost"),
  });
  expect(stopped).toEqual(["seas-1", "seas-1"]);
});

it("stops the job when it is interrupted, and submits it anew when it goes on", async () => {
  training(1e9, "SUCCEEDED");
  const controller = new AbortController();
  const reason = new Error("interrupted");
  const onStep = () => controller.abort(reason);
  await expect(followJob(job(), following({ signal: controller.signal, onStep }))).rejects.toBe(reason);
  expect(stopped).toEqual(["seas-1"]);
  training(1, "SUCCEEDED");
  expect(await followJob(job(), following())).toMatchObject({ id: "seas-1-2" });
  // Interrupted before it began: nothing is submitted.
  await expect(followJob(job({ id: "other" }), following({ signal: controller.signal }))).rejects.toBe(reason);
  expect(submitted).toHaveLength(2);
});
