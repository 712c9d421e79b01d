/** `npm run build`: dist/ from src/ by plain tsc, and the report's page as app.js and app.css by esbuild. */
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const require = createRequire(import.meta.url);

// What was deleted from the source must not live on in the build.
rmSync(join(root, "dist"), { recursive: true, force: true });
const tsc = join(dirname(require.resolve("typescript/package.json")), "bin", "tsc");
const { status } = spawnSync(process.execPath, [tsc, "-p", "tsconfig.build.json"], { cwd: root, stdio: "inherit" });
if (status !== 0) process.exit(1);
chmodSync(join(root, "dist", "cli", "main.js"), 0o755);

const page = join(root, "src", "report", "app", "main.ts");
if (existsSync(page)) {
  const { build } = await import("esbuild");
  // The options of src/report/bundle.ts, so that a report is the same from source and from the build.
  await build({
    entryPoints: { app: page },
    outdir: join(root, "dist", "report"),
    bundle: true,
    minify: true,
    format: "iife",
    target: "es2022",
    legalComments: "eof",
    logLevel: "warning",
  });
}
