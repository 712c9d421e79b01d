/**
 * The engine on WebGPU against the processor, through the software Vulkan driver that a Chromium brings, and the lines for
 * devices that a machine does not have.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { devices, usableDevice } from "../../src/engine/device.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const drivers = [
  "/usr/lib/chromium/vk_swiftshader_icd.json",
  "/opt/google/chrome/vk_swiftshader_icd.json",
  "/usr/lib/chromium-browser/vk_swiftshader_icd.json",
];

describe("devices", () => {
  it("computes on WebGPU what the processor computes", () => {
    const driver = drivers.find(existsSync);
    if (driver === undefined)
      throw new Error(`no software Vulkan driver: none of ${drivers.join(", ")}; install chromium`);
    const { stdout, stderr } = spawnSync(
      join(root, "node_modules/.bin/tsx"),
      [join(root, "test/services/scripts/on-device.ts"), "webgpu"],
      {
        encoding: "utf8",
        env: { ...process.env, VK_ICD_FILENAMES: driver, LD_LIBRARY_PATH: dirname(driver), XDG_RUNTIME_DIR: "/tmp" },
      },
    );
    const line = stdout.trim().split("\n").at(-1);
    if (!line?.startsWith("{")) throw new Error(stderr.slice(-2000));
    const { device, logProb, gradient, sameText } = JSON.parse(line);
    expect({ device, sameText }).toEqual({ device: "webgpu", sameText: true });
    expect(logProb).toBeLessThan(1e-4);
    expect(gradient).toBeLessThan(1e-4);
  });

  it("always has the processor", async () => {
    expect(await usableDevice("cpu")).toBe("cpu");
  });

  it("says of each other device that it works or what it needs", async () => {
    for (const device of devices) {
      const outcome = await usableDevice(device).catch((error) => `${error.message}; ${error.hint}`);
      if (outcome !== device)
        expect(outcome).toMatch(new RegExp(`^device ${device} cannot be used here: .+; it needs `));
    }
    expect(devices).toContain(await usableDevice("auto"));
  });
});
