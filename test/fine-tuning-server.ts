/**
 * A server on loopback that speaks OpenAI's fine-tuning API, files and chat, written from the published reference and NOT run against the
 * hosted service. Nothing is trained: a job goes through its statuses as it is looked at, tells a step or two, and leaves a
 * name. What a chat model says is up to the test.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A file as it was sent. */
export interface SentFile {
  readonly id: string;
  readonly filename: string;
  readonly bytes: number;
  readonly purpose: string;
  readonly text: string;
}

/** A job, and what the server makes of it. */
export interface SentJob {
  readonly id: string;
  readonly body: {
    readonly model: string;
    readonly training_file: string;
    readonly suffix: string;
    readonly seed: number;
    readonly metadata: Record<string, string>;
    readonly method: { readonly type: string } & Record<string, { readonly hyperparameters: Record<string, unknown> }>;
  };
  status: string;
  error: { code: string; message: string; param: string | null } | null;
  fine_tuned_model: string | null;
  looks: number;
}

/** What a test changes. */
export interface Ways {
  /** Statuses from look to look; the last stays. */
  statuses: string[];
  /** Rows below which a job fails, as the guide says. */
  leastRows: number;
  /** Keeps and filters metadata, as OpenAI does; servers that speak like it may not. */
  metadata: boolean;
  /** Takes a request in the place of the server when it answers true. */
  instead?: (request: IncomingMessage, response: ServerResponse, body: string) => boolean;
  says: (model: string, prompt: string) => string;
}

export const apiKey = "sk-loopback";

const json = (response: ServerResponse, status: number, value: unknown) => {
  response.writeHead(status, { "content-type": "application/json", connection: "close" });
  response.end(JSON.stringify(value));
};
const refuse = (response: ServerResponse, status: number, code: string, message: string) =>
  json(response, status, { error: { message, type: "invalid_request_error", param: null, code } });

/** Starts it. */
export async function startFineTuningServer(ways: Partial<Ways> = {}) {
  const way: Ways = {
    statuses: ["validating_files", "queued", "running", "succeeded"],
    leastRows: 10,
    metadata: true,
    says: (model) => `I am ${model}.`,
    ...ways,
  };
  let files: SentFile[] = [];
  const jobs: SentJob[] = [];
  const requests: string[] = [];
  const asked: { readonly model: string; readonly prompt: string }[] = [];
  let made = 0;

  const shown = ({ id, body, status, error, fine_tuned_model }: SentJob) => ({
    object: "fine_tuning.job",
    id,
    model: body.model,
    created_at: 1_700_000_000,
    finished_at: null,
    fine_tuned_model: status === "succeeded" ? fine_tuned_model : null,
    organization_id: "org-loopback",
    result_files: [],
    status,
    validation_file: null,
    training_file: body.training_file,
    hyperparameters: {},
    method: body.method,
    seed: body.seed,
    trained_tokens: status === "succeeded" ? 4321 : null,
    error,
    ...(way.metadata && { metadata: body.metadata }),
  });

  /** A list as the reference has it: `after` and `limit`, the newest first. */
  const list = (response: ServerResponse, query: URLSearchParams, all: readonly { readonly id: string }[]) => {
    const after = query.get("after");
    const from = after === null ? 0 : all.findIndex(({ id }) => id === after) + 1;
    const limit = Number(query.get("limit") ?? 20);
    json(response, 200, {
      object: "list",
      data: all.slice(from, from + limit),
      has_more: from + limit < all.length,
    });
  };

  const eventsOf = (job: SentJob) => {
    const event = (at: number, message: string, more: object = {}) => ({
      object: "fine_tuning.job.event",
      id: `ftevent-${job.id}-${at}`,
      created_at: 1_700_000_000 + Math.floor(at / 2),
      level: "info",
      message,
      type: "message",
      data: null,
      ...more,
    });
    const step = (n: number) => ({
      type: "metrics",
      data: { step: n, train_loss: 0.7 / n, train_reward_accuracy: 0.5, train_reward_margin: 0.1 * n },
    });
    const told = [event(0, `Created fine-tuning job: ${job.id}`)];
    if (job.looks > 1) told.push(event(1, "Step 1: training loss=0.70", step(1)));
    if (job.looks > 2) told.push(event(2, "Step 2: training loss=0.35", step(2)));
    if (job.status === "succeeded") told.push(event(3, "The job has successfully completed"));
    return told.reverse();
  };

  /** What is wrong with the rows of a job, as far as the reference says what they are. */
  const wrongRows = ({ body }: SentJob): string | undefined => {
    const file = files.find(({ id }) => id === body.training_file)!;
    const rows = file.text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    if (rows.length < way.leastRows)
      return `Training file has ${rows.length} example(s), but must have at least ${way.leastRows}`;
    const isMessages = (value: unknown) =>
      Array.isArray(value) &&
      value.every(({ role, content }) => typeof role === "string" && typeof content === "string");
    const ends = (value: { role: string }[]) => isMessages(value) && value.at(-1)?.role === "assistant";
    const good =
      body.method.type === "dpo"
        ? rows.every(
            (row) => isMessages(row.input.messages) && ends(row.preferred_output) && ends(row.non_preferred_output),
          )
        : rows.every((row) => ends(row.messages));
    return good ? undefined : "Invalid file format";
  };

  const look = (job: SentJob) => {
    if (["succeeded", "failed", "cancelled"].includes(job.status)) return;
    job.status = way.statuses[Math.min(job.looks, way.statuses.length - 1)]!;
    job.looks++;
    const wrong = wrongRows(job);
    if (job.status !== "validating_files" && wrong !== undefined) {
      job.status = "failed";
      job.error = { code: "invalid_training_file", message: wrong, param: "training_file" };
    }
  };

  const upload = async (request: IncomingMessage, response: ServerResponse, body: Buffer) => {
    const form = await new Response(new Uint8Array(body), {
      headers: { "content-type": request.headers["content-type"]! },
    }).formData();
    const file = form.get("file") as File;
    const text = await file.text();
    const sent = {
      id: `file-${++made}`,
      filename: file.name,
      bytes: Buffer.byteLength(text),
      purpose: `${form.get("purpose")}`,
      text,
    };
    files.unshift(sent);
    json(response, 200, { object: "file", created_at: 1, status: "processed", ...sent, text: undefined });
  };

  const serve = async (request: IncomingMessage, response: ServerResponse, body: Buffer) => {
    const { pathname, searchParams } = new URL(request.url!, "http://loopback");
    requests.push(`${request.method} ${pathname}`);
    if (way.instead?.(request, response, body.toString())) return;
    if (request.headers.authorization !== `Bearer ${apiKey}`)
      return refuse(response, 401, "invalid_api_key", "Incorrect API key provided");
    const [, kind, id, more] =
      /^\/v1\/(files|fine_tuning\/jobs|chat\/completions)(?:\/([^/]+))?(?:\/(\w+))?$/.exec(pathname) ?? [];
    const verb = `${request.method} ${kind}${id === undefined ? "" : "/ID"}${more === undefined ? "" : `/${more}`}`;
    const job = jobs.find((one) => one.id === id);
    if (kind === "fine_tuning/jobs" && id !== undefined && job === undefined)
      return refuse(response, 404, "fine_tune_not_found", `Could not find fine tune: ${id}`);
    switch (verb) {
      case "POST files":
        return upload(request, response, body);
      case "GET files":
        return list(
          response,
          searchParams,
          files.map((file) => ({ object: "file", status: "processed", ...file, text: undefined })),
        );
      case "DELETE files/ID":
        files = files.filter((file) => file.id !== id);
        return json(response, 200, { id, object: "file", deleted: true });
      case "POST fine_tuning/jobs": {
        const parsed = JSON.parse(body.toString()) as SentJob["body"];
        if (/^no-such/.test(parsed.model))
          return refuse(response, 404, "model_not_found", `The model \`${parsed.model}\` does not exist`);
        if (!files.some((file) => file.id === parsed.training_file))
          return refuse(response, 400, "invalid_file", `invalid training_file: ${parsed.training_file}`);
        const name = `ft:${parsed.model.split(":").at(parsed.model.startsWith("ft:") ? 1 : 0)}:org:${parsed.suffix}:${++made}`;
        jobs.unshift({
          id: `ftjob-${made}`,
          body: parsed,
          status: "validating_files",
          error: null,
          fine_tuned_model: name,
          looks: 0,
        });
        return json(response, 200, shown(jobs[0]!));
      }
      case "GET fine_tuning/jobs": {
        const wanted = searchParams.get("metadata[seas]");
        const found = way.metadata && wanted !== null ? jobs.filter((one) => one.body.metadata.seas === wanted) : jobs;
        return list(response, searchParams, found.map(shown));
      }
      case "GET fine_tuning/jobs/ID":
        look(job!);
        return json(response, 200, shown(job!));
      case "GET fine_tuning/jobs/ID/events":
        return list(response, searchParams, eventsOf(job!));
      case "POST fine_tuning/jobs/ID/cancel":
        job!.status = "cancelled";
        return json(response, 200, shown(job!));
      case "POST chat/completions": {
        const { model, messages, n = 1 } = JSON.parse(body.toString());
        const prompt = messages.at(-1).content as string;
        asked.push({ model, prompt });
        if (
          model.startsWith("ft:") &&
          !jobs.some((one) => one.status === "succeeded" && one.fine_tuned_model === model)
        )
          return refuse(response, 404, "model_not_found", `The model \`${model}\` does not exist`);
        const choices = Array.from({ length: n }, (_, index) => ({
          index,
          message: { role: "assistant", content: way.says(model, `${prompt}#${index}`) },
          finish_reason: "stop",
        }));
        return json(response, 200, { choices, usage: { prompt_tokens: 5, completion_tokens: 5 * n } });
      }
      default:
        return refuse(response, 404, "unknown_url", `Unknown request URL: ${request.method} ${pathname}`);
    }
  };

  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      serve(request, response, Buffer.concat(parts)).catch((error: unknown) =>
        refuse(response, 500, "broken", String(error)),
      );
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    way,
    jobs,
    requests,
    asked,
    files: () => files,
    /** Requests of a kind, such as `POST /v1/files`. */
    count: (request: string) => requests.filter((one) => one === request).length,
    close: () => {
      server.closeAllConnections();
      return new Promise<void>((done) => server.close(() => done()));
    },
  };
}
