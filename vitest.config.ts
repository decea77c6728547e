import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: "test/own-tmp.ts",
    // Two cores are the least that CI has; the journeys start processes of their own.
    maxWorkers: 2,
    testTimeout: 60_000,
    reporters: ["default"],
    env: {
      // Google's clients look for a metadata server for seconds unless they are told that there is none.
      METADATA_SERVER_DETECTION: "none",
      GOOGLE_CLOUD_PROJECT: "acme-dev",
    },
  },
});
