import { TerraformVariable } from "cdktf";
import * as fc from "fast-check";
import type { Construct } from "constructs";
import { keyOf, type EncryptionKey } from "../../../constructs/core/encryption";
import { Topic } from "../../../constructs/pubsub/topic";
import { Secret } from "../../../constructs/secret-manager/secret";
import type { SecretProps } from "../../../constructs/secret-manager/secret-props";
import { SecretVersion, type SecretVersionProps } from "../../../constructs/secret-manager/secret-version";
import type { Examples } from "../examples";
import { anEncryptionKey, duration, labels, maybe } from "../support";

export const aKeyIn = (scope: Construct, location: string): EncryptionKey =>
  keyOf(scope, `projects/acme-keys/locations/${location}/keyRings/ring/cryptoKeys/${location}`);

/** Known only at apply. */
export const aPassword = (scope: Construct): string => new TerraformVariable(scope, "password", {}).stringValue;

const time = fc
  .date({ min: new Date("2030-01-01"), max: new Date("2040-01-01"), noInvalidDate: true })
  .map((date) => date.toISOString());

const many = (count: number, value: (index: number) => string = () => "1"): { readonly [name: string]: string } =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`n${index}`, value(index)]));

export const examples = {
  Secret: {
    minimal: (stack) => new Secret(stack, "api-key"),
    maximal: (stack) => {
      const all: Required<SecretProps> = {
        name: "api-key",
        replication: ["europe-west1", { region: "europe-west4", encryptionKey: aKeyIn(stack, "europe-west4") }],
        encryptionKey: anEncryptionKey(stack),
        rotation: { every: "30d", from: "2030-01-01T03:00:00Z", topic: new Topic(stack, "rotations") },
        notify: [new Topic(stack, "changes")],
        expiration: { at: "2040-01-01T00:00:00.5Z" },
        destroyDelay: "7d",
        aliases: { live: 3, next: 4 },
        annotations: { owner: "Growth, 2nd ${floor}" },
        labels: { team: "growth" },
        overrides: { timeouts: { create: "10m" } },
      };
      return new Secret(stack, "secret", all);
    },
    random: fc
      .record({
        replication: maybe(
          fc.oneof(
            fc.constant("automatic" as const),
            fc.uniqueArray(fc.constantFrom("europe-west1", "us-east1", "asia-northeast2"), { minLength: 1 }),
          ),
        ),
        rotation: maybe(fc.record({ every: duration("1h", "36500d"), from: time })),
        expiration: maybe(fc.oneof(fc.record({ after: duration("60s", "36500d") }), fc.record({ at: time }))),
        destroyDelay: maybe(duration("1d", "1000d")),
        aliases: maybe(
          fc.dictionary(fc.stringMatching(/^[a-z][A-Za-z0-9_-]{6,62}$/), fc.integer({ min: 1, max: 1_000 }), {
            maxKeys: 5,
          }),
        ),
        annotations: maybe(
          fc.dictionary(fc.stringMatching(/^[a-zA-Z0-9][a-zA-Z0-9._-]{0,61}[a-zA-Z0-9]$/), fc.string(), { maxKeys: 3 }),
        ),
        notify: fc.nat({ max: 9 }),
        labels: maybe(labels),
      })
      .map(({ rotation, notify, ...props }) => (scope, name) => {
        const topics = Array.from({ length: notify }, (_, index) => new Topic(scope, `${name}-changes-${index}`));
        const topic = topics[0] ?? new Topic(scope, `${name}-rotations`);
        return new Secret(scope, name, { ...props, notify: topics, rotation: rotation && { ...rotation, topic } });
      }),
    faults: {
      "name-form": ["", "a b", "a.b", "a/b", "x".repeat(256)].map(
        (name) => (stack) => new Secret(stack, "secret", { name }),
      ),
      "labels-form": [(stack) => new Secret(stack, "secret", { labels: { Team: "growth" } })],
      "replication-regions": [[], ["EU"], ["europe-west1", "europe-west1"], ["europe-west1-b"]].map(
        (replication) => (stack) => new Secret(stack, "secret", { replication }),
      ),
      "encryptionKey-place": [
        (stack) => new Secret(stack, "secret", { replication: "automatic", encryptionKey: anEncryptionKey(stack) }),
        (stack) => new Secret(stack, "secret", { encryptionKey: aKeyIn(stack, "global") }),
        (stack) =>
          new Secret(stack, "secret", {
            replication: ["europe-west1", "europe-west4"],
            encryptionKey: anEncryptionKey(stack),
          }),
        (stack) =>
          new Secret(stack, "secret", {
            replication: [{ region: "europe-west4", encryptionKey: anEncryptionKey(stack) }],
          }),
      ],
      "rotation-range": (["59m", "36501d", "3600.5s"] as const).map(
        (every) => (stack) =>
          new Secret(stack, "secret", {
            rotation: { every, from: "2030-01-01T03:00:00Z", topic: new Topic(stack, "rotations") },
          }),
      ),
      "rotation-time": ["2030-01-01", "2030-02-30T03:00:00Z", "2030-01-01T25:00:00Z", "2030-01-01T03:00:00+01:00"].map(
        (from) => (stack) =>
          new Secret(stack, "secret", { rotation: { every: "30d", from, topic: new Topic(stack, "rotations") } }),
      ),
      "notify-count": [
        (stack) =>
          new Secret(stack, "secret", {
            rotation: { every: "30d", from: "2030-01-01T03:00:00Z", topic: new Topic(stack, "rotations") },
            notify: Array.from({ length: 10 }, (_, index) => new Topic(stack, `changes-${index}`)),
          }),
      ],
      "expiration-range": (["59s", "36501d"] as const).map(
        (after) => (stack) => new Secret(stack, "secret", { expiration: { after } }),
      ),
      "expiration-time": ["", "tomorrow", "2030-01-01T00:00:00", " 2030-01-01T00:00:00Z"].map(
        (at) => (stack) => new Secret(stack, "secret", { expiration: { at } }),
      ),
      "destroyDelay-range": (["23h", "1001d"] as const).map(
        (destroyDelay) => (stack) => new Secret(stack, "secret", { destroyDelay }),
      ),
      "aliases-form": [
        { latest: 1 },
        { NEW: 1 },
        { "1st": 1 },
        { "a.b": 1 },
        { ["x".repeat(64)]: 1 },
        { live: 0 },
        { live: 1.5 },
        Object.fromEntries(Object.keys(many(51)).map((alias) => [alias, 1])),
      ].map((aliases) => (stack) => new Secret(stack, "secret", { aliases })),
      "annotations-form": [
        { "": "x" },
        { ".a": "x" },
        { "a.": "x" },
        { ["x".repeat(64)]: "x" },
        { a: "é".repeat(8 * 1024) },
        many(16, () => "x".repeat(1_024)),
      ].map((annotations) => (stack) => new Secret(stack, "secret", { annotations })),
    },
  },
  SecretVersion: {
    minimal: (stack) => new SecretVersion(stack, "api-key-1", { secret: new Secret(stack, "api-key") }),
    maximal: (stack) => {
      const all: Required<SecretVersionProps> = {
        secret: Secret.fromName(stack, "secret", { name: "api-key", project: "shop" }),
        name: "password",
        value: aPassword(stack),
        revision: 7,
        encoding: "base64",
        enabled: false,
        deletion: "abandon",
        overrides: { timeouts: { create: "10m" } },
      };
      return new SecretVersion(stack, "version", all);
    },
    random: fc
      .record({
        revision: maybe(fc.integer({ min: 1, max: 1_000 })),
        encoding: maybe(fc.constantFrom("text", "base64")),
        enabled: maybe(fc.boolean()),
        deletion: maybe(fc.constantFrom("destroy", "disable", "abandon")),
      })
      .map(
        (props) => (scope, name) =>
          new SecretVersion(scope, name, { ...props, secret: new Secret(scope, `${name}-s`) }),
      ),
    faults: {
      "name-form": ["", "1st", "a b", "a.b", "-a"].map(
        (name) => (stack) => new SecretVersion(stack, "version", { secret: new Secret(stack, "api-key"), name }),
      ),
      "value-literal": ["hunter2", "", "${var.password}"].map(
        (value) => (stack) => new SecretVersion(stack, "version", { secret: new Secret(stack, "api-key"), value }),
      ),
      "revision-range": [0, 1.5, -1].map(
        (revision) => (stack) =>
          new SecretVersion(stack, "version", { secret: new Secret(stack, "api-key"), revision }),
      ),
    },
  },
} satisfies Examples;
