/**
 * All behaviours of our own prompts, every domain's list put together. What they ask for is stated without any
 * operational detail: enough to see whether a model complies, of no use to anybody who wants to act on it.
 */

import type { Behaviour } from "./behaviours/behaviour.ts";
import { childSafety } from "./behaviours/child-safety.ts";
import { cyberAttacks } from "./behaviours/cyber-attacks.ts";
import { dangerousActivities } from "./behaviours/dangerous-activities.ts";
import { dangerousHealthAdvice } from "./behaviours/dangerous-health-advice.ts";
import { disinformation } from "./behaviours/disinformation.ts";
import { extremism } from "./behaviours/extremism.ts";
import { fraudAndScams } from "./behaviours/fraud-and-scams.ts";
import { harassmentAndBullying } from "./behaviours/harassment-and-bullying.ts";
import { hateAndDiscrimination } from "./behaviours/hate-and-discrimination.ts";
import { illegalDrugs } from "./behaviours/illegal-drugs.ts";
import { privacyViolation } from "./behaviours/privacy-violation.ts";
import { selfHarm } from "./behaviours/self-harm.ts";
import { sexualMisconduct } from "./behaviours/sexual-misconduct.ts";
import { theftAndProperty } from "./behaviours/theft-and-property.ts";
import { violence } from "./behaviours/violence.ts";
import { weapons } from "./behaviours/weapons.ts";

export type { Behaviour } from "./behaviours/behaviour.ts";

/** Every behaviour, in the order of the domains. */
export const behaviours: readonly Behaviour[] = [
  ...fraudAndScams,
  ...cyberAttacks,
  ...weapons,
  ...illegalDrugs,
  ...violence,
  ...extremism,
  ...hateAndDiscrimination,
  ...harassmentAndBullying,
  ...privacyViolation,
  ...theftAndProperty,
  ...selfHarm,
  ...dangerousHealthAdvice,
  ...dangerousActivities,
  ...disinformation,
  ...childSafety,
  ...sexualMisconduct,
];
