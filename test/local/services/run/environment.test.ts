import { afterEach, expect, test, vi } from "vitest";
import { processEnvironment } from "../../../../local/services/run/environment";
import type { Workload } from "../../../../local/services/run/workload";

afterEach(() => vi.unstubAllEnvs());

const door = { grpc: "", http: "", environment: { GOOGLE_CLOUD_PROJECT: "acme-dev" } };
const seen = (own: { readonly [name: string]: string } = {}) =>
  processEnvironment({ kind: "service", name: "shop", environment: own } as unknown as Workload, door, "/home", []);

test("a process is told of the emulators that somebody runs beside, and of nothing else on this machine", () => {
  vi.stubEnv("FIRESTORE_EMULATOR_HOST", "127.0.0.1:8081");
  vi.stubEnv("BIGTABLE_EMULATOR_HOST", "");
  vi.stubEnv("SECRET_OF_THE_LAPTOP", "x");
  expect(seen()).toMatchObject({ FIRESTORE_EMULATOR_HOST: "127.0.0.1:8081", GOOGLE_CLOUD_PROJECT: "acme-dev" });
  expect(Object.keys(seen())).not.toContain("BIGTABLE_EMULATOR_HOST");
  expect(Object.keys(seen())).not.toContain("SECRET_OF_THE_LAPTOP");
});

test("what the stack says of an emulator goes before what this machine says", () => {
  vi.stubEnv("FIRESTORE_EMULATOR_HOST", "127.0.0.1:8081");
  expect(seen({ FIRESTORE_EMULATOR_HOST: "127.0.0.1:9" })).toMatchObject({ FIRESTORE_EMULATOR_HOST: "127.0.0.1:9" });
});
