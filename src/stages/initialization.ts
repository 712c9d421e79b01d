/**
 * Initialization (paper section 4.1): R_0 learns to write prompts from "random sample contexts", k prompts of a
 * category in and another of the same category out. T_0 is the instructed base as it is; a base that was never
 * instructed gets supervised tuning on ordinary instructions first, without any safety data, as in the paper.
 */
import { asked } from "../data/pairs.ts";
import { drawSftExamples } from "../data/seed-prompts.ts";
import { createRandom } from "../random.ts";
import type { Adapter, Example } from "../records.ts";
import { adapterStage, stepsOf } from "./adapter-stage.ts";
import { type Context, player, trainOptions } from "./context.ts";

/** The adapters of one iteration; a player without one is the base. */
export interface Players {
  readonly redTeam: Adapter | undefined;
  readonly target: Adapter | undefined;
}

/** R_0 and T_0. */
export async function initialization(context: Context): Promise<Players> {
  const { config, data, trainer } = context;
  const settings = config.initialization;
  const redExamples = drawSftExamples(data.train, {
    count: settings.redTeam.examples,
    k: config.attack.examplesPerSeed,
    outs: settings.redTeam.promptsPerExample,
    seed: config.seed,
  });
  const redTeam = await adapterStage(context, "red-team", 0, stepsOf(settings.redTeam.examples, settings.redTeam), () =>
    trainer.sft(player(context, undefined), redExamples, trainOptions(context, "red-team", 0, settings.redTeam)),
  );
  if (settings.target.sft === "none") return { redTeam, target: undefined };
  const instructions = instructionExamples(context);
  const target = await adapterStage(context, "target", 0, stepsOf(instructions.length, settings.target), () =>
    trainer.sft(player(context, undefined), instructions, trainOptions(context, "target", 0, settings.target)),
  );
  return { redTeam, target };
}

/** Ordinary instructions with their written answers, as many as asked for and there are. */
function instructionExamples({ config, data }: Context): Example[] {
  const rows = data.ordinary.train;
  return createRandom(`instructions/${config.seed}`)
    .sample(rows, Math.min(rows.length, config.initialization.target.examples))
    .map(({ id, text, answer }) => ({ id, prompt: asked(text), completion: answer }));
}
