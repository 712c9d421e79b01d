/** Who trains: this process, or jobs of a fine-tuning API. */
import { z } from "zod";
import { FineTuning } from "./fine-tuning.ts";

const Embedded = z.strictObject({ kind: z.literal("embedded") });

export const TrainerDefinition = z.discriminatedUnion("kind", [Embedded, FineTuning]);
