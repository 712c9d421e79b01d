/**
 * `npm run test:services`: what we export, read and run, against the real programs, which the tests bring themselves.
 * The last line, alone on it, is `N passed, N failed, N skipped`.
 */
import { finish, tests } from "./checks.mjs";

tests("services");
finish();
