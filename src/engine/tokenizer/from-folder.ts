/**
 * The tokenizer of a Hugging Face folder: tokenizer.json, and from tokenizer_config.json, generation_config.json and
 * chat_template.jinja what belongs to it. Only the parts that the engine needs are read.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { describeError, SeasError } from "../../errors.ts";
import { createTokenizer, type Tokenizer } from "./tokenizer.ts";

const TokenizerJson = z.looseObject({
  model: z.looseObject({ type: z.string().optional(), vocab: z.record(z.string(), z.number().int().nonnegative()) }),
  added_tokens: z
    .array(
      z.object({
        id: z.number().int().nonnegative(),
        content: z.string(),
        special: z.boolean().default(false),
        lstrip: z.boolean().default(false),
        rstrip: z.boolean().default(false),
      }),
    )
    .default([]),
});

const TokenName = z.union([z.string(), z.looseObject({ content: z.string() })]).nullish();

const TokenizerConfig = z.looseObject({
  bos_token: TokenName,
  eos_token: TokenName,
  pad_token: TokenName,
  unk_token: TokenName,
  chat_template: z.union([z.string(), z.array(z.object({ name: z.string(), template: z.string() }))]).nullish(),
});

const GenerationConfig = z.looseObject({
  eos_token_id: z.union([z.number().int(), z.array(z.number().int())]).nullish(),
});

/**
 * @param folder holds tokenizer.json; the other files are optional
 * @throws SeasError E_MODEL when tokenizer.json is missing, or a file is not what it should be
 */
export async function tokenizerFromFolder(folder: string): Promise<Tokenizer> {
  const json = await readJson(join(folder, "tokenizer.json"), TokenizerJson);
  if (json === undefined) {
    throw new SeasError("E_MODEL", `${folder}: tokenizer.json is missing`, {
      hint: "copy it from the model's page beside the weights",
    });
  }
  const config = (await readJson(join(folder, "tokenizer_config.json"), TokenizerConfig)) ?? {};
  const generation = await readJson(join(folder, "generation_config.json"), GenerationConfig);
  const written = await readText(join(folder, "chat_template.jinja"));
  const listed = config.chat_template;
  const template = typeof listed === "string" ? listed : listed?.find((entry) => entry.name === "default")?.template;
  const name = (token: z.infer<typeof TokenName>) => (typeof token === "string" ? token : token?.content);
  return createTokenizer({
    json,
    chatTemplate: written ?? template,
    tokens: {
      bos_token: name(config.bos_token),
      eos_token: name(config.eos_token),
      pad_token: name(config.pad_token),
      unk_token: name(config.unk_token),
    },
    eosIds: [generation?.eos_token_id ?? []].flat(),
  });
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new SeasError("E_MODEL", `${path} cannot be read: ${describeError(cause)}`, { cause });
  }
}

/** A file of JSON that has this form; undefined where there is none. Throws SeasError E_MODEL for another form. */
export async function readJson<T>(path: string, schema: z.ZodType<T>): Promise<T | undefined> {
  const text = await readText(path);
  if (text === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    const issue = cause instanceof z.ZodError ? cause.issues[0] : undefined;
    const what = issue === undefined ? describeError(cause) : `\`${issue.path.join(".")}\`: ${issue.message}`;
    throw new SeasError("E_MODEL", `${path}: ${what}`, { cause });
  }
}
