/** The suites that are known by name, in the order in which lists show them. */
import type { SuiteSource } from "./source.ts";
import { advBench } from "./sources/advbench.ts";
import { beaverTails } from "./sources/beavertails.ts";
import { harmBench } from "./sources/harmbench.ts";
import { hhRedTeam } from "./sources/hh-red-team.ts";
import { jailbreakBench, jailbreakBenchBenign } from "./sources/jailbreakbench.ts";
import { orBenchHard, orBenchToxic } from "./sources/or-bench.ts";
import { seasTest } from "./sources/seas.ts";
import { strongReject } from "./sources/strongreject.ts";
import { wildJailbreak } from "./sources/wildjailbreak.ts";
import { xstest } from "./sources/xstest.ts";

/** All of them; each is fetched only when it is named. */
export const suiteSources: readonly SuiteSource[] = [
  seasTest,
  xstest,
  orBenchHard,
  orBenchToxic,
  harmBench,
  strongReject,
  jailbreakBench,
  jailbreakBenchBenign,
  advBench,
  beaverTails,
  wildJailbreak,
  hhRedTeam,
];

/** Names of those that are for measuring only. */
export const forMeasuringOnly: ReadonlySet<string> = new Set(
  suiteSources.filter((source) => source.evaluationOnly).map(({ name }) => name),
);
