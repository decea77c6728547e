import { createRequire } from "node:module";
import { join } from "node:path";
import type { Door } from "../../service";
import type { Workload } from "./workload";

/** Google's own emulators, of services that the local cloud has not: who runs one exports where it listens. */
const emulators = ["BIGTABLE_EMULATOR_HOST", "FIRESTORE_EMULATOR_HOST"];

/**
 * All that a process sees: what a container would, where its door is, and where the emulators are that somebody runs
 * beside. Nothing else of this machine's own environment, so that no credentials of the person at the laptop reach it,
 * and it reaches no real cloud.
 * @param folder its home; empty when it starts
 * @param modules where packages are that are not bundled
 */
export function processEnvironment(
  { kind, name, environment }: Workload,
  door: Door,
  folder: string,
  modules: readonly string[],
): { readonly [name: string]: string } {
  return {
    PATH: process.env["PATH"] ?? "",
    HOME: folder,
    TMPDIR: folder,
    NODE_ENV: "production",
    // As in a container; this machine may be elsewhere, and a program must not see it.
    TZ: "UTC",
    ...(modules.length > 0 && { NODE_PATH: modules.join(":") }),
    ...Object.fromEntries(emulators.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : []))),
    ...door.environment,
    ...environment,
    ...ownVariables(kind, name),
  };
}

/** What Cloud Run says of a container to itself; each attempt of a job's task is told more. */
function ownVariables(kind: Workload["kind"], name: string): { readonly [name: string]: string } {
  const revision = `${name}-00001-local`;
  switch (kind) {
    case "service":
      return { K_SERVICE: name, K_CONFIGURATION: name, K_REVISION: revision };
    case "worker-pool":
      return { CLOUD_RUN_WORKER_POOL: name, CLOUD_RUN_REVISION: revision };
    case "job":
      return { CLOUD_RUN_JOB: name };
  }
}

/** Where packages of a folder are found that its bundle still asks for by name. */
export function modulePaths(folder: string, external: readonly string[]): readonly string[] {
  if (external.length === 0) return [];
  return createRequire(join(folder, "package.json")).resolve.paths("any") ?? [];
}
