/**
 * All temporary files of a run in a folder of its own, which goes with it: cdktf makes an output folder for each app and
 * removes none of them, and there are thousands of apps.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

let folder = "";

export function setup(): void {
  folder = mkdtempSync(join(tmpdir(), "journey-tests-"));
  process.env["TMPDIR"] = folder;
}

export function teardown(): void {
  rmSync(folder, { recursive: true, force: true });
}
