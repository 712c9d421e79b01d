/**
 * A base model with its sessions. Every role, judge and reference is the same base with other LoRA inputs, so one
 * session a kind of work is enough; it opens when first used and closes when another kind needs the memory.
 */
import { availableParallelism } from "node:os";
import { SeasError } from "../errors.ts";
import type { BaseModel, WeightsFile } from "./base-model.ts";
import type { Device } from "./device.ts";
import { openSession, type Session } from "./graph/session.ts";
import { int8IsExact, prepareInt8 } from "./int8.ts";
import type { Lora } from "./lora.ts";
import type { Precision, Trainable } from "./nets/linear.ts";
import { otherPrograms } from "./other-programs.ts";
import { type Work, works } from "./work.ts";

export interface Engine {
  readonly base: BaseModel;
  readonly threads: number;
  readonly device: Device;
  readonly precision: Precision;
  readonly trainable: Trainable;
  /**
   * @param work one of the engine's own by name, or any other
   * @param played what plays, where that may be the bare base (no tensors): its graph is smaller and up to a third faster. @default
   *   what the engine trains
   */
  session(work: keyof typeof works | Work, played?: Lora): Promise<Session>;
  /** Frees the memory of every session. */
  close(): Promise<void>;
}

/** How an engine computes. */
export interface EngineOptions {
  /** 0 = one for each core. */
  readonly threads: number;
  /** Of the frozen matrices; int8 is two to three times as fast, its price stands in dev/LOG.md. @default "float32" */
  readonly precision?: Precision;
  /** "all" trains every weight of the base, in float32: for small models, as each player is then a whole one. @default "lora" */
  readonly trainable?: Trainable;
  /** Where graphs are computed, see usableDevice; the price of int8 pays on "cpu" only, so others compute in float32. @default "cpu" */
  readonly device?: Device;
  /** Token ids on which int8 measures its channels. @default texts of our own */
  readonly calibration?: readonly (readonly number[])[];
  /** A line for what takes long, the first time. */
  readonly onNote?: (line: string) => void;
}

/** Share of the processors' time up to which other programs do not matter. */
const mostOthers = 0.1;

/**
 * The engine of a base model. Nothing is opened before it is needed.
 *
 * @throws SeasError E_CONFIG when all weights are to be trained in another precision than float32
 * @example const engine = createEngine(await openBaseModel("smollm2-135m-instruct"), { threads: 0, precision: "int8" });
 */
export function createEngine(base: BaseModel, options: EngineOptions): Engine {
  const { precision = "float32", trainable = "lora", device = "cpu" } = options;
  if (trainable === "all" && precision !== "float32") {
    throw new SeasError("E_CONFIG", `all weights are trained in float32 only, not in ${precision}`, {
      hint: "set model.precision to float32, or model.trainable to lora",
    });
  }
  let weights: ReturnType<typeof weightsFor> | undefined;
  const threads = options.threads === 0 ? availableParallelism() : options.threads;
  const others = otherPrograms();
  /** By name; those of the bare base have one of their own. */
  const sessions = new Map<string, { readonly work: Work; readonly session: Promise<Session> }>();
  const open = async (work: Work, bare: boolean): Promise<Session> => {
    weights ??= weightsFor(base, { ...options, precision, threads });
    weights.catch(() => {
      weights = undefined;
    });
    const { files, precision: held } = await weights;
    const graph = work.graph(base.config, { precision: held, trainable: bare ? "none" : trainable });
    const { prepack = false, keepMemory = false } = work;
    const spin = work.spin === true && others() < mostOthers;
    return openSession(graph, { threads, device, weights: files, prepack, keepMemory, spin });
  };
  const close = async (which: (work: Work) => boolean) => {
    for (const [name, { work, session }] of sessions) {
      if (!which(work)) continue;
      sessions.delete(name);
      await (await session).close();
    }
  };
  return {
    base,
    threads,
    device,
    precision,
    trainable,
    async session(asked, played) {
      const work: Work = typeof asked === "string" ? works[asked] : asked;
      // A training holds the most memory, so it has all of it; to open the others again takes a second.
      await close((other) => (work.training ? other.name !== work.name : other.training === true));
      const bare = played?.tensors.size === 0;
      const name = bare ? `${work.name}, bare` : work.name;
      let session = sessions.get(name)?.session;
      if (session === undefined) {
        session = open(work, bare);
        sessions.set(name, { work, session });
        session.catch(() => sessions.delete(name));
      }
      return session;
    },
    close: () => close(() => true),
  };
}

/** The weights files of a precision; float32 where the processor gets 8-bit products wrong. */
async function weightsFor(
  base: BaseModel,
  options: EngineOptions,
): Promise<{ readonly files: readonly WeightsFile[]; readonly precision: Precision }> {
  if (options.precision !== "int8") return { files: [base.weights], precision: "float32" };
  if ((options.device ?? "cpu") !== "cpu") {
    options.onNote?.(`engine: 8-bit products are for the processor; ${options.device} computes in float32`);
    return { files: [base.weights], precision: "float32" };
  }
  if (!(await int8IsExact(options.threads))) {
    options.onNote?.("engine: this processor has no exact 8-bit products, so float32 is used, which is slower");
    return { files: [base.weights], precision: "float32" };
  }
  return { files: await prepareInt8(base, options), precision: "int8" };
}
