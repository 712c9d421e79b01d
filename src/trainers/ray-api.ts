/**
 * The part of Ray's Jobs REST API that a training needs. What a cluster says is hostile: replies are cut at a length and parsed.
 *
 * Source: docs.ray.io, "Ray Jobs REST API" (POST /api/jobs/, GET /api/jobs/ID and /logs, POST /api/jobs/ID/stop), as of Ray 2.60.
 */
import http from "node:http";
import https from "node:https";
import { z } from "zod";
import { describeError, SeasError } from "../errors.ts";
import { cleaned } from "./trl-log.ts";

/** Where jobs are submitted. */
export interface Cluster {
  /** Of the head's dashboard, `http://HEAD:8265`. */
  readonly address: string;
  readonly apiKey?: string | undefined;
}

/** The body of a submission. */
export interface JobRequest {
  readonly submission_id: string;
  readonly entrypoint: string;
  readonly runtime_env: { readonly env_vars: Readonly<Record<string, string>> };
  readonly entrypoint_num_cpus: number;
  readonly entrypoint_num_gpus: number;
  readonly metadata: Readonly<Record<string, string>>;
}

const State = z.object({
  status: z.enum(["PENDING", "RUNNING", "STOPPED", "SUCCEEDED", "FAILED"]),
  message: z.string().nullish(),
  /** Milliseconds since 1970, by the cluster's clock. */
  start_time: z.number().nullish(),
});
/** What a cluster knows of a job. */
export type JobState = z.infer<typeof State>;

/** Longest wait for a reply, milliseconds. */
const timeout = 120_000;
const whereItIs =
  "`trainer.address` is where `ray start --head` says that its dashboard is, http://HEAD:8265 by default";
/** Bytes of the longest reply that is read. */
const longest = 256e6;

/** The state of a job; undefined when the cluster knows none of that id. */
export async function jobState(cluster: Cluster, id: string, signal?: AbortSignal): Promise<JobState | undefined> {
  return parsed(cluster, State, await call(cluster, `/api/jobs/${id}`, { signal }));
}

/** All that a job has logged so far. */
export async function jobLog(cluster: Cluster, id: string, signal?: AbortSignal): Promise<string> {
  const schema = z.object({ logs: z.string().nullish() });
  return parsed(cluster, schema, await call(cluster, `/api/jobs/${id}/logs`, { signal }))?.logs ?? "";
}

/** @throws SeasError E_NETWORK, not retryable when the cluster refuses the job */
export async function submitJob(cluster: Cluster, request: JobRequest): Promise<void> {
  await call(cluster, "/api/jobs/", { method: "POST", body: JSON.stringify(request) });
}

/** Asks for its end; it comes seconds later. */
export async function stopJob(cluster: Cluster, id: string): Promise<void> {
  await call(cluster, `/api/jobs/${id}/stop`, { method: "POST" });
}

function parsed<T>(cluster: Cluster, schema: z.ZodType<T>, text: string | undefined): T | undefined {
  if (text === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new SeasError("E_NETWORK", `${cluster.address} does not answer as Ray's dashboard does`, {
      hint: whereItIs,
      retryable: true,
      cause,
    });
  }
}

/** A reply's text; `undefined` for what is not there. */
async function call(
  cluster: Cluster,
  path: string,
  asked: { method?: string; body?: string; signal?: AbortSignal | undefined },
): Promise<string | undefined> {
  const { address } = cluster;
  const url = `${address.replace(/\/+$/, "")}${path}`;
  const { status, text } = await exchange(url, cluster.apiKey, asked).catch((cause: unknown) => {
    throw new SeasError("E_NETWORK", `no Ray cluster answers at ${address}: ${describeError(cause)}`, {
      hint: "is the head running, with its dashboard (`ray start --head --dashboard-host …`)? is `trainer.address` right?",
      retryable: true,
      cause,
    });
  });
  if (status >= 200 && status < 300) return text;
  // A web server that is no Ray says so with a page.
  if (status === 404 && asked.method === undefined && /does not exist/.test(text)) return undefined;
  // The last line of a Python traceback says what it was.
  const said = text.trim().split("\n").map(cleaned);
  throw new SeasError(
    "E_NETWORK",
    `${url}: ${status} ${said.findLast((line) => line.length > 1)?.slice(0, 300) ?? ""}`,
    {
      hint:
        status === 401 || status === 403
          ? "`trainer.apiKeyEnv` names the variable that holds the cluster's token"
          : status === 404
            ? whereItIs
            : "these are the cluster's words; its dashboard.log may say more",
      retryable: status >= 500 || status === 408 || status === 429,
    },
  );
}

/** One request. Not by fetch, which marks itself as a browser's (sec-fetch-mode): from browsers Ray takes no job. */
function exchange(
  url: string,
  apiKey: string | undefined,
  { method = "GET", body, signal }: { method?: string; body?: string; signal?: AbortSignal | undefined },
): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const options = {
      method,
      headers: {
        ...(body !== undefined && { "content-type": "application/json", "content-length": Buffer.byteLength(body) }),
        ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }),
      },
      signal: AbortSignal.any([AbortSignal.timeout(timeout), ...(signal === undefined ? [] : [signal])]),
    };
    const request = (url.startsWith("https:") ? https : http).request(url, options, (response) => {
      const parts: Buffer[] = [];
      let size = 0;
      response.on("data", (part: Buffer) => {
        parts.push(part);
        size += part.length;
        if (size > longest) response.destroy(new Error(`a reply of more than ${longest / 1e6} MB`));
      });
      response.on("error", reject);
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(parts).toString() }));
    });
    request.on("error", reject).end(body);
  });
}
