/** The public names of the library. */
export { type EmbeddedCast, embeddedCast } from "./cast.ts";
export { Config, configJsonSchema, type Preset, presets, resolveConfig } from "./config.ts";
export { openBaseModel } from "./engine/base-model.ts";
export { createEngine } from "./engine/engine.ts";
export { type AdapterExport, exportAdapter } from "./engine/export/export-adapter.ts";
export { SeasError } from "./errors.ts";
export { classifierJudge } from "./judges/classifier-judge.ts";
export { readJudge } from "./judges/judge-file.ts";
export { shippedJudge } from "./judges/shipped.ts";
export { embeddedModel } from "./players/embedded.ts";
export { Adapter, Attempt, EvaluationRow, Example, Message, Pair, Prompt, Score, Verdict } from "./records.ts";
export type * from "./seams.ts";
export { type Cast, type RunSummary, type SeasOptions, seas } from "./seas.ts";
export { embeddedTrainer } from "./trainers/embedded.ts";
