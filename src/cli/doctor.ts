/**
 * `seas doctor`: what this machine has, what is missing, and how to get it. Each check is a line; the network is asked
 * for no more than a few seconds and nothing is downloaded. With a configuration, its servers are asked what they can do, which
 * takes as long as they take to answer. Fails only when a run cannot work.
 */
import { defineCommand } from "citty";
import { describeError, SeasError } from "../errors.ts";
import type { CommandModule, ExitCode, Streams } from "./commands.ts";
import { loadConfig } from "./config-file.ts";
import { checkMachine, checkModelSources, type Finding } from "./doctor-checks.ts";
import { checkServers } from "./doctor-servers.ts";
import { alarm, screenOf, terminalSafe } from "./terminal.ts";

export const examples: CommandModule["examples"] = [
  ["seas doctor", "look at everything"],
  ["seas doctor seas.yaml", "and whether its servers answer, and what they can do"],
  ["seas doctor --offline", "without asking the network"],
  ["seas doctor --device webgpu", "whether that device works here, and what it would need"],
];

export const command = defineCommand({
  args: {
    config: { type: "positional", description: "Configuration whose servers are asked", required: false },
    offline: { type: "boolean", description: "Do not ask the network" },
    device: { type: "string", valueHint: "NAME", description: "Also try this device: cuda, webgpu, coreml, dml" },
  },
  async run({ args, data }): Promise<ExitCode> {
    const screen = screenOf((data as Streams).stdout);
    const config = args.config === undefined ? undefined : await loadConfig(args.config, {});
    let failed = false;
    const say = ({ state, about, text }: Finding): void => {
      failed ||= state === "missing";
      const mark = state === "ok" ? "ok     " : alarm(state.padEnd(7), state === "warn" ? "warning" : "error", screen);
      screen.write(`${mark} ${about.padEnd(14)} ${terminalSafe(text, 400)}\n`);
    };
    for (const finding of await checkMachine(process.env)) say(finding);
    say(await checkEngine());
    if (args.device !== undefined) say(await checkDevice(args.device));
    for (const finding of await checkModelSources(process.env, { offline: args.offline === true })) say(finding);
    if (config !== undefined && args.offline !== true)
      for await (const finding of checkServers(config, process.env)) say(finding);
    return failed ? 1 : 0;
  },
});

async function checkDevice(name: string): Promise<Finding> {
  const { devices, usableDevice } = await import("../engine/device.ts");
  const device = devices.find((known) => known === name);
  if (device === undefined)
    throw new SeasError("E_USAGE", `unknown device \`${name}\``, { hint: `one of ${devices.join(", ")}` });
  try {
    return { state: "ok", about: "device", text: `${await usableDevice(device)} works` };
  } catch (error) {
    const { message, hint } = error as SeasError;
    return { state: "missing", about: "device", text: `${message}; ${hint}` };
  }
}

async function checkEngine(): Promise<Finding> {
  const about = "ONNX Runtime";
  try {
    const [{ engineVersion }, { probeSpeed }] = await Promise.all([
      import("../engine/graph/session.ts"),
      import("./speed.ts"),
    ]);
    const { gigaflops } = await probeSpeed(0, "int8", 0.3);
    const text = `${engineVersion()}, ${gigaflops.toFixed(0)} GF/s in float32`;
    return gigaflops >= 100
      ? { state: "ok", about, text }
      : { state: "warn", about, text: `${text}: slow, or busy now; begin with \`seas run --preset tiny\`` };
  } catch (error) {
    return { state: "missing", about, text: `does not load: ${describeError(error)}; \`npm ci\` installs it` };
  }
}
