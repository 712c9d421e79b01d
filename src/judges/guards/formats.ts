/** The guards by the name that a configuration gives them; Qwen3Guard's other reading stands beside it. */
import type { GuardFormat } from "./format.ts";
import { graniteGuardian } from "./granite-guardian.ts";
import { llamaGuard } from "./llama-guard.ts";
import { qwen3Guard } from "./qwen3-guard.ts";
import { gptOssSafeguard, rubric } from "./rubric.ts";
import { shieldGemma } from "./shield-gemma.ts";
import { wildGuard } from "./wildguard.ts";

export const guardFormats = {
  "llama-guard-2": llamaGuard,
  "llama-guard-3": llamaGuard,
  "llama-guard-4": llamaGuard,
  "qwen3-guard": qwen3Guard("loose"),
  "qwen3-guard-strict": qwen3Guard("strict"),
  wildguard: wildGuard,
  shieldgemma: shieldGemma,
  "granite-guardian": graniteGuardian,
  "gpt-oss-safeguard": gptOssSafeguard,
  rubric,
} as const satisfies Readonly<Record<string, GuardFormat>>;
