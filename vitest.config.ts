import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

/**
 * Units beside the code run on every save; `models` brings a real model; `browser` needs a Chromium; `services` brings
 * Python with torch, and llama.cpp.
 */
export default defineConfig({
  resolve: { alias: { seas: fileURLToPath(new URL("src/index.ts", import.meta.url)) } },
  test: {
    projects: [
      { extends: true, test: { name: "unit", include: ["src/**/*.test.ts", "test/*.test.ts"], testTimeout: 30_000 } },
      {
        extends: true,
        test: {
          name: "models",
          include: ["test/{parity,e2e}/**/*.test.ts"],
          testTimeout: 600_000,
          hookTimeout: 600_000,
          fileParallelism: false,
        },
      },
      {
        extends: true,
        test: {
          name: "services",
          include: ["test/services/**/*.test.ts"],
          testTimeout: 1_800_000,
          hookTimeout: 600_000,
          fileParallelism: false,
        },
      },
      {
        extends: true,
        test: {
          name: "browser",
          include: ["test/browser/**/*.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
