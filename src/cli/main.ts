#!/usr/bin/env node
/**
 * The `seas` program: runs a command and leaves with its exit code. Everything else is in commands.ts, so that
 * tests can call it without starting a process.
 */
import { seasCommand } from "./commands.ts";

process.exitCode = await seasCommand(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
});
