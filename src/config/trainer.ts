/** Who trains: this process, jobs on a Ray cluster, or jobs of a fine-tuning API. */
import { z } from "zod";
import { FineTuning } from "./fine-tuning.ts";
import { RayTraining } from "./ray.ts";

const Embedded = z.strictObject({ kind: z.literal("embedded") });

export const TrainerDefinition = z.discriminatedUnion("kind", [Embedded, RayTraining, FineTuning]);
