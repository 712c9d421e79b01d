/**
 * `npm run test:services`: what we export, read, run and ask, against the real programs and servers, which the tests bring
 * themselves. File by file, those named here first; words after `--` are files to run instead of all. `--minutes N` begins none
 * later than that, and says which it left out. The last line, alone on it, is `N passed, N failed, N skipped`.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { finish, root, skip, tests } from "./checks.mjs";

const first = ["transformers-serve", "judge-on-server", "ray", "llama-cpp-server", "faults", "export"];

const { values, positionals } = parseArgs({ options: { minutes: { type: "string" } }, allowPositionals: true });
const minutes = Number(values.minutes ?? "Infinity");
if (!(minutes > 0)) {
  process.stderr.write("--minutes: a number above 0\n");
  process.exit(2);
}

const place = (file) => first.findIndex((name) => file === `${name}.test.ts`) >>> 0;
const all = readdirSync(join(root, "test", "services")).filter((name) => name.endsWith(".test.ts"));
const files = all.sort((a, b) => place(a) - place(b) || (a < b ? -1 : 1)).map((name) => `test/services/${name}`);
const begin = performance.now();
for (const file of positionals.length > 0 ? positionals : files) {
  if (performance.now() - begin > 60_000 * minutes)
    skip(`${file}: NOT RUN, ${minutes} minutes are over; \`npm run test:services -- ${file}\` runs it`);
  else tests("services", {}, [file]);
}
finish();
