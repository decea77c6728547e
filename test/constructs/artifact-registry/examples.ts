import * as fc from "fast-check";
import { ArtifactRegistry, type ArtifactRegistryProps } from "../../../constructs/artifact-registry/artifact-registry";
import type { Examples } from "../examples";
import { anEncryptionKey, duration, labels, maybe } from "../support";

export const examples = {
  ArtifactRegistry: {
    minimal: (stack) => new ArtifactRegistry(stack, "images"),
    maximal: (stack) => {
      const all: Required<ArtifactRegistryProps> = {
        name: "images",
        description: "ours",
        format: "docker",
        immutableTags: true,
        scanning: "off",
        deleteUntaggedAfter: "30d",
        deleteOld: { after: "365d", keepRecent: 10, keepTags: ["release-"] },
        cleanupDryRun: true,
        labels: { team: "growth" },
        encryptionKey: anEncryptionKey(stack),
        overrides: { timeouts: { create: "10m" } },
      };
      return new ArtifactRegistry(stack, "registry", all);
    },
    random: fc
      .record({
        description: maybe(fc.constant("ours")),
        format: maybe(fc.constantFrom("docker", "npm", "python", "maven", "go", "apt", "yum", "generic")),
        scanning: maybe(fc.constantFrom("as the project says", "off")),
        deleteUntaggedAfter: maybe(duration("1d", "3650d")),
        deleteOld: maybe(
          fc.record({
            after: duration("1d", "3650d"),
            keepRecent: fc.integer({ min: 1, max: 1000 }),
            keepTags: maybe(fc.constant(["release-", "v"])),
          }),
        ),
        labels: maybe(labels),
      })
      .map((props) => (scope, name) => new ArtifactRegistry(scope, name, props)),
    faults: {
      "name-form": ["My_Images", "1images", "images-", "i".repeat(64)].map(
        (name) => (stack) => new ArtifactRegistry(stack, "images", { name }),
      ),
      "labels-form": [(stack) => new ArtifactRegistry(stack, "images", { labels: { Team: "growth" } })],
      "deleteUntaggedAfter-range": (["1h", "3651d"] as const).map(
        (deleteUntaggedAfter) => (stack) => new ArtifactRegistry(stack, "images", { deleteUntaggedAfter }),
      ),
      "deleteOld-range": (
        [
          { after: "1h", keepRecent: 1 },
          { after: "30d", keepRecent: 0 },
          { after: "30d", keepRecent: 1001 },
          { after: "30d", keepRecent: 1.5 },
        ] as const
      ).map((deleteOld) => (stack) => new ArtifactRegistry(stack, "images", { deleteOld })),
      "cleanupDryRun-alone": [(stack) => new ArtifactRegistry(stack, "images", { cleanupDryRun: true })],
      "immutableTags-format": [
        (stack) => new ArtifactRegistry(stack, "images", { immutableTags: true, format: "npm" }),
      ],
    },
  },
} satisfies Examples;
