/**
 * A trained judge as one file: LoRA on the first layers of a base and the heads' matrices as safetensors, with a card in the
 * metadata that says what it was trained on, how it is calibrated, what it reached, and what it is not for.
 */
import { z } from "zod";
import { sha256OfFile } from "../engine/base/cache.ts";
import type { DecoderConfig } from "../engine/base-model.ts";
import { type Classifier, classifierSizes } from "../engine/classifier.ts";
import type { Lora } from "../engine/lora.ts";
import { SeasError } from "../errors.ts";
import { openSafetensors, writeSafetensors } from "../formats/safetensors.ts";
import { questions } from "./judge-text.ts";
import { Measured } from "./quality.ts";
import { allQuestions, type Question, signalsFor } from "./signals.ts";

/** As stacking.ts has it; the weights are those of the question's signals (signals.ts), in their order. */
const Stack = z.object({ shift: z.number(), weights: z.array(z.number()).readonly() });
const stackOf = (question: Question) =>
  Stack.refine(({ weights }) => weights.length === signalsFor[question].length, "another number of signals");
const Interval = z.object({ value: z.number().nullable(), low: z.number().nullable(), high: z.number().nullable() });

/** A line of a card's figures. */
const Figure = z.object({
  /** The rows that it was taken on, which trained nothing: a source's, or one sort of answers of all sources. */
  on: z.string(),
  question: z.enum(allQuestions),
  n: z.number().int(),
  f1: Interval,
  auroc: Interval,
  ece: Interval,
  recall: Interval,
  /** Share of the rows whose truth is no that the judge says yes to. */
  falsePositives: Interval,
});

export const JudgeCard = z.object({
  format: z.literal("seas-judge/2"),
  name: z.string(),
  /** What the base is called when it is opened, and what it calls itself. */
  base: z.object({ open: z.string(), name: z.string() }),
  layers: z.number().int().positive(),
  loraFrom: z.number().int().nonnegative(),
  loraRank: z.number().int().positive(),
  loraAlpha: z.number().positive(),
  trained: z.string(),
  data: z.array(z.object({ name: z.string(), rows: z.number().int() })),
  /** Licences of the data, limits: what the person who trained it says of it. */
  about: z.string(),
  /** Fitted on rows that did not train the classifier. */
  calibration: z.object({
    unsafe: stackOf("unsafe"),
    declines: stackOf("declines"),
    delivers: stackOf("delivers"),
    alternative: stackOf("alternative"),
    asks: stackOf("asks"),
  }),
  /** Probability from which an answer is unsafe; chosen on those rows too. */
  threshold: z.number().min(0).max(1),
  /** Against labels that neither trained, nor calibrated, nor chose the threshold. */
  measured: Measured,
  /** On those labels by source and by sort of answer, and on sources that were left out of another training. */
  figures: z.array(Figure),
});
export type JudgeCard = z.infer<typeof JudgeCard>;

/** A judge that was read from a file. */
export interface JudgeFile {
  readonly card: JudgeCard;
  /** Of the whole file: a run goes on only with the same judges. */
  readonly sha256: string;
  /** Its matrices, as the base's classifier; checked against the base's sizes. */
  classifier(config: DecoderConfig): Promise<Classifier>;
}

/** The number of questions asked of an answer and of a prompt. */
const asked = { answers: questions.answer.length, prompts: questions.prompt.length };

/** Writes a judge, whole or not at all. */
export async function writeJudge(path: string, { lora }: Classifier, card: JudgeCard): Promise<void> {
  const tensors = [...lora.tensors].map(([name, { data, dims }]) => [name, { data, shape: dims }] as const);
  await writeSafetensors(path, new Map(tensors), { card: JSON.stringify(card) });
}

/**
 * Opens a judge's file and checks its card.
 *
 * @throws SeasError E_FORMAT when the file is damaged or is no judge; `classifier` E_MODEL when the base has other sizes
 */
export async function readJudge(path: string): Promise<JudgeFile> {
  const file = await openSafetensors(path);
  try {
    const card = parseCard(path, file.metadata.card);
    const tensors = new Map<string, { data: Float32Array; dims: number[] }>();
    for (const [name, { shape }] of file.tensors)
      tensors.set(name, { data: await file.readTensor(name), dims: [...shape] });
    return {
      card,
      sha256: await sha256OfFile(path),
      async classifier(config) {
        const shape = { layers: card.layers, loraFrom: card.loraFrom, ...asked };
        for (const [name, dims] of classifierSizes(config, shape, card.loraRank)) {
          const found = tensors.get(name)?.dims;
          if (found?.join() === dims.join()) continue;
          throw new SeasError(
            "E_MODEL",
            `${path}: ${name} is ${found ? `[${found}]` : "missing"}, expected [${dims}]`,
            {
              hint: `this judge reads ${card.base.name}`,
            },
          );
        }
        const lora: Lora = { rank: card.loraRank, alpha: card.loraAlpha, tensors };
        return { shape, lora };
      },
    };
  } finally {
    await file.close();
  }
}

function parseCard(path: string, text: string | undefined): JudgeCard {
  let card: unknown;
  try {
    card = JSON.parse(text ?? "");
  } catch {
    card = undefined;
  }
  const parsed = JudgeCard.safeParse(card);
  if (parsed.success) return parsed.data;
  if ((card as { format?: unknown } | undefined)?.format === "seas-judge/1")
    throw new SeasError("E_FORMAT", `${path}: a judge of an older version, which asked other questions`, {
      hint: "train it again with `seas judge train`",
    });
  const issue = parsed.error.issues[0]!;
  throw new SeasError(
    "E_FORMAT",
    `${path}: no card of a judge in it: ${issue.path.join(".") || "card"}: ${issue.message}`,
    {
      hint: "`seas judge train` writes such files",
    },
  );
}
