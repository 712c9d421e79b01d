/** Models on servers with the OpenAI API, under names of the user's. */
import { z } from "zod";
import { SeasError } from "../errors.ts";
import { nearest } from "../nearest.ts";

/** Of an API, with no key in it. */
export const serverUrl = z
  .url({ protocol: /^https?$/, error: "expected an http(s) url such as http://127.0.0.1:8000/v1" })
  .refine((text) => !/^https?:\/\/[^/]*@/i.test(text), {
    error: "keys stand in no file: `apiKeyEnv` names a variable",
  });

/** Of players and of judges alike, as `concurrency` and `patienceSeconds` are. */
export const serverUrls = z
  .union([serverUrl, z.array(serverUrl).min(1)])
  .describe("ends with /v1 for most; several serve the same, the least busy is asked");
export const concurrency = z
  .number()
  .int()
  .positive()
  .default(64)
  .describe("most requests at each url at once; fewer where more bring no more tokens a second");
export const patienceSeconds = z
  .number()
  .positive()
  .default(600)
  .describe("how long a server that is gone is waited for");

/** How the server comes to serve what a run trains. */
const AdapterServing = z
  .strictObject({
    kind: z
      .enum(["vllm", "sglang", "ollama", "llama-server", "folder", "command"])
      .describe(
        "folder: base and adapter are merged, and the folder is the model's name, as `transformers serve` takes it; llama-server has the adapters with which it was started",
      ),
    command: z
      .string()
      .default("")
      .describe(
        "of kind command, `./deploy.sh {role} {iteration} {path}`; its last line is the model's name, or nothing; of kind llama-server, starts it again with the GGUF file at {path} among its --lora",
      ),
    root: z
      .strictObject({ here: z.string(), there: z.string() })
      .optional()
      .describe("where the server sees a folder of this machine, when under another name"),
  })
  .refine(({ kind, command }) => kind === "llama-server" || (kind === "command") === (command !== ""), {
    path: ["command"],
    error: "a command is wanted for kind command, may be given for llama-server, and is for no other",
  });
export type AdapterServing = z.infer<typeof AdapterServing>;

/** What a server's tokens cost. */
export const Prices = z
  .strictObject({
    input: z.number().nonnegative().describe("of a million prompt tokens"),
    output: z.number().nonnegative().describe("of a million tokens that it writes"),
    currency: z.string().min(1).max(12).default("USD"),
  })
  .describe("none = tokens are counted, and no cost");
export type Prices = z.infer<typeof Prices>;

export const ServerDefinition = z.strictObject({
  url: serverUrls,
  model: z.string().min(1).describe("its name on that server"),
  api: z
    .enum(["chat", "completions"])
    .default("chat")
    .describe("completions: the messages as plain text, for a base model that has not learned to chat"),
  apiKeyEnv: z.string().min(1).optional().describe("environment variable with the key; keys never stand in a file"),
  concurrency,
  adapters: AdapterServing.optional().describe("how it comes to serve what a run trains; none = it cannot"),
  timeoutSeconds: z.number().positive().default(300).describe("of one attempt"),
  prices: Prices.optional(),
  patienceSeconds,
});
export type ServerDefinition = z.infer<typeof ServerDefinition>;

/** Ways in which a server takes adapters, for hints. */
export const adapterKinds = "vllm, sglang, ollama, llama-server, folder, or a command";

/** Whether a run's players can be on a server: it has to take what is trained, unless a provider trains, whose server has it already. */
export function takesTrained({ adapters }: ServerDefinition, trainer: { readonly kind: string }): boolean {
  return adapters !== undefined || trainer.kind === "openai";
}

/**
 * One of the configuration's servers.
 *
 * @param key that names it, for the error
 * @throws SeasError E_CONFIG naming the nearest
 */
export function serverNamed(
  name: string,
  servers: Readonly<Record<string, ServerDefinition>>,
  key: string,
): ServerDefinition {
  if (Object.hasOwn(servers, name)) return servers[name]!;
  const near = nearest(name, Object.keys(servers));
  throw new SeasError("E_CONFIG", `\`${key}\`: no server \`${name}\` under \`servers\``, {
    hint: near === undefined ? "describe it there: url, model, adapters" : `did you mean \`${near}\`?`,
  });
}
