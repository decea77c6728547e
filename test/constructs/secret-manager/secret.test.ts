import { Testing, Token } from "cdktf";
import { expect, test } from "vitest";
import { GcpStack } from "../../../constructs/core/stack";
import { uses } from "../../../constructs/core/uses";
import { ServiceAccount } from "../../../constructs/iam/service-account";
import { Topic } from "../../../constructs/pubsub/topic";
import { PullSubscription } from "../../../constructs/pubsub/pull-subscription";
import { Secret } from "../../../constructs/secret-manager/secret";
import type { SecretProps } from "../../../constructs/secret-manager/secret-props";
import { Template } from "../../../constructs/testing/template";
import { aStack, anEncryptionKey, messageOf, settings, templateOf } from "../support";
import { aKeyIn, aPassword, examples } from "./examples";

test("a secret of which nothing is said is kept where its stack is", () => {
  const template = templateOf(examples.Secret.minimal);
  expect(template.resource("google_secret_manager_secret.api-key")).toEqual({
    secret_id: "api-key",
    replication: { user_managed: { replicas: [{ location: "europe-west1" }] } },
    deletion_protection: false,
    depends_on: ["time_sleep.apis"],
  });
});

test("a secret of which all is said", () => {
  const template = templateOf(examples.Secret.maximal, { removal: "keep", prefix: "alice" });
  expect(template.resource("google_secret_manager_secret.api-key")).toEqual({
    secret_id: "alice-api-key",
    replication: {
      user_managed: {
        replicas: [
          {
            location: "europe-west1",
            customer_managed_encryption: {
              kms_key_name: "projects/acme-keys/locations/europe-west1/keyRings/ring/cryptoKeys/own",
            },
          },
          {
            location: "europe-west4",
            customer_managed_encryption: {
              kms_key_name: "projects/acme-keys/locations/europe-west4/keyRings/ring/cryptoKeys/europe-west4",
            },
          },
        ],
      },
    },
    topics: [{ name: "${google_pubsub_topic.rotations.id}" }, { name: "${google_pubsub_topic.changes.id}" }],
    rotation: { rotation_period: "2592000s", next_rotation_time: "2030-01-01T03:00:00Z" },
    expire_time: "2040-01-01T00:00:00.5Z",
    version_destroy_ttl: "604800s",
    version_aliases: { live: "3", next: "4" },
    annotations: { owner: "Growth, 2nd $${floor}" },
    labels: { team: "growth" },
    deletion_protection: true,
    timeouts: { create: "10m" },
    lifecycle: { ignore_changes: ["rotation[0].next_rotation_time"] },
    depends_on: [
      "time_sleep.apis",
      "time_sleep.encryption-europe-west4-by-secret-manager",
      "time_sleep.encryption-own-by-secret-manager",
      "time_sleep.secret-api-key",
    ],
  });
});

test("Secret Manager tries its topics when they are set: it may publish to them, and no sooner is the secret made", () => {
  const template = templateOf((stack) => {
    const topic = new Topic(stack, "changes");
    new PullSubscription(stack, "read", { topic });
    new Secret(stack, "api-key", { notify: [topic, topic] });
  });
  expect(template.resource("google_secret_manager_secret.api-key")).toMatchObject({
    topics: [{ name: "${google_pubsub_topic.changes.id}" }],
    depends_on: ["time_sleep.apis", "time_sleep.secret-api-key"],
  });
  expect(template.resource("time_sleep.secret-api-key")).toMatchObject({
    depends_on: ["google_pubsub_topic_iam_member.changes-pubsub-publisher-secret-manager-agent"],
  });
  expect(template.journey).toMatchObject({
    whys: {
      "google_pubsub_topic_iam_member.changes-pubsub-publisher-secret-manager-agent":
        "tells of changes of a secret, and when to rotate it",
    },
  });
});

test("a secret that tells nobody and never expires says nothing of either", () => {
  const secret = templateOf((stack) => new Secret(stack, "api-key", { notify: [] })).resource(
    "google_secret_manager_secret.api-key",
  );
  for (const argument of ["topics", "rotation", "ttl", "expire_time", "version_aliases", "lifecycle"]) {
    expect(secret).not.toHaveProperty(argument);
  }
});

test("a secret goes some time after it was made", () => {
  const template = templateOf((stack) => new Secret(stack, "api-key", { expiration: { after: "30d" } }));
  const secret = template.resource("google_secret_manager_secret.api-key");
  expect(secret["ttl"]).toBe("2592000s");
  expect(secret).not.toHaveProperty("expire_time");
});

test("a secret may be kept everywhere, by a key that is everywhere", () => {
  const plain = templateOf((stack) => new Secret(stack, "api-key", { replication: "automatic" }));
  expect(plain.resource("google_secret_manager_secret.api-key")["replication"]).toEqual({ auto: {} });
  const encrypted = templateOf((stack) => {
    new Secret(stack, "api-key", { replication: "automatic", encryptionKey: aKeyIn(stack, "global") });
  });
  expect(encrypted.resource("google_secret_manager_secret.api-key")).toMatchObject({
    replication: {
      auto: {
        customer_managed_encryption: {
          kms_key_name: "projects/acme-keys/locations/global/keyRings/ring/cryptoKeys/global",
        },
      },
    },
    depends_on: ["time_sleep.apis", "time_sleep.encryption-global-by-secret-manager"],
  });
});

test("the stage's key encrypts a secret in its region and no other", () => {
  const encryptionKey = "projects/acme-keys/locations/europe-west1/keyRings/ring/cryptoKeys/stage";
  const template = templateOf((stack) => new Secret(stack, "api-key"), { encryptionKey });
  expect(template.resource("google_secret_manager_secret.api-key")).toMatchObject({
    replication: {
      user_managed: { replicas: [{ customer_managed_encryption: { kms_key_name: encryptionKey } }] },
    },
  });
  expect(
    messageOf(() => new Secret(aStack({ encryptionKey }), "api-key", { replication: ["europe-west4"] })),
  ).toContain(
    "a copy is kept in europe-west4 and its key in europe-west1: give the replica an encryptionKey in europe-west4",
  );
});

test("each right on a secret is on that secret, and no right but one reads it", () => {
  const template = templateOf((stack) => {
    const secret = new Secret(stack, "api-key");
    const worker = new ServiceAccount(stack, "worker");
    secret.grantRead(worker);
    secret.grantAddVersion(worker);
    secret.grantManageVersions(worker);
  });
  const on = { project: "acme-dev", secret_id: "${google_secret_manager_secret.api-key.secret_id}" };
  expect(template.allResources("google_secret_manager_secret_iam_member")).toMatchObject({
    "api-key-secretmanager-secretAccessor-worker": { ...on, role: "roles/secretmanager.secretAccessor" },
    "api-key-secretmanager-secretVersionAdder-worker": { ...on, role: "roles/secretmanager.secretVersionAdder" },
    "api-key-secretmanager-secretVersionManager-worker": { ...on, role: "roles/secretmanager.secretVersionManager" },
  });
  expect(
    template.resource("google_secret_manager_secret_iam_member.api-key-secretmanager-secretAccessor-worker"),
  ).toMatchObject({ lifecycle: { replace_triggered_by: ["google_secret_manager_secret.api-key.id"] } });
});

const told = (granted: boolean) => () =>
  templateOf((stack) => {
    const secret = new Secret(stack, "api-key");
    const worker = new ServiceAccount(stack, "worker");
    uses.tell(worker, { member: worker.member, where: "env KEY", text: `${secret.path}/versions/latest` });
    if (granted) secret.grantRead(worker);
  });

test("what is told of a secret may read it, or says which verb is missing", () => {
  expect(told(true)).not.toThrow();
  expect(messageOf(told(false))).toContain(
    "env KEY names projects/acme-dev/secrets/api-key, on which this workload's account has no right: give it one (grantRead)",
  );
});

test("another stack names a secret in plain text and is deployed after it", () => {
  const app = Testing.app();
  const secret = new Secret(new GcpStack(app, "secrets", settings), "api-key");
  const services = new GcpStack(app, "services", settings);
  secret.grantRead(new ServiceAccount(services, "worker"));
  expect(secret).toMatchObject({ fullName: "projects/acme-dev/secrets/api-key", key: "api-key", project: "acme-dev" });
  expect(
    Template.fromStack(services).resource(
      "google_secret_manager_secret_iam_member.api-key-secretmanager-secretAccessor-worker",
    ),
  ).toMatchObject({ secret_id: "api-key" });
  expect(services.dependencies.map(({ node }) => node.id)).toEqual(["secrets"]);
});

test("a secret that is there already is named in full, read, and made by nobody", () => {
  const template = templateOf((stack) => {
    const theirs = Secret.fromName(stack, "theirs", { name: "api-key", project: "shop" });
    expect(theirs).toMatchObject({ path: "projects/shop/secrets/api-key", key: "shop-api-key", name: "api-key" });
    const worker = new ServiceAccount(stack, "worker");
    uses.tell(worker, { member: worker.member, where: "env KEY", text: theirs.fullName });
    theirs.grantRead(worker);
    Secret.fromName(stack, "ours", { name: "other", grants: "assume" }).grantRead(worker);
  });
  expect(template.allResources("google_secret_manager_secret")).toEqual({});
  expect(template.allResources("google_secret_manager_secret_iam_member")).toMatchObject({
    "shop-api-key-secretmanager-secretAccessor-worker": { secret_id: "api-key", project: "shop" },
  });
  expect(template.journey["assumed"]).toMatchObject([{ on: { secretId: "other", project: "acme-dev" } }]);
  expect(() => Secret.fromName(aStack(), "bad", { name: "a b" })).toThrow('name is "a b"');
});

test("what is told of one that is there already has a right on it", () => {
  expect(
    messageOf(() =>
      templateOf((stack) => {
        const theirs = Secret.fromName(stack, "theirs", { name: "api-key" });
        const worker = new ServiceAccount(stack, "worker");
        uses.tell(worker, { member: worker.member, where: "env KEY", text: theirs.fullName });
      }),
    ),
  ).toContain("(grantRead)");
});

test("as many topics are told as Secret Manager tells, the rotation's among them", () => {
  const stack = aStack();
  const topics = Array.from({ length: 10 }, (_, index) => new Topic(stack, `changes-${index}`));
  const [topic] = topics;
  if (topic === undefined) throw new Error("no topic");
  const rotation = { every: "1h", from: "2030-01-01T03:00:00Z", topic } as const;
  expect(() => new Secret(stack, "api-key", { notify: topics, rotation })).not.toThrow();
});

test.each<[string, (stack: GcpStack) => SecretProps, string]>([
  ["api key", () => ({}), 'name is "api key": Secret Manager takes 1 to 255 letters, digits, "_" and "-"'],
  ["s", () => ({ replication: [] }), "replication has no region: the values would be nowhere"],
  [
    "s",
    () => ({ replication: ["europe-west1", "europe-west1"] }),
    'replication has "europe-west1" twice: a region keeps one copy',
  ],
  [
    "s",
    () => ({ replication: ["EU"] }),
    'replication has "EU": Secret Manager takes regions, such as "europe-west1", or "automatic"',
  ],
  [
    "s",
    (stack) => ({ replication: "automatic", encryptionKey: anEncryptionKey(stack) }),
    "a copy is kept everywhere (automatic) and its key in europe-west1: give encryptionKey, one in global",
  ],
  [
    "s",
    (stack) => ({ rotation: { every: "5m", from: "2030-01-01T03:00:00Z", topic: new Topic(stack, "told") } }),
    'rotation.every is "5m": Secret Manager takes 1h to 36500d',
  ],
  [
    "s",
    (stack) => ({ rotation: { every: "1h", from: "soon", topic: new Topic(stack, "told") } }),
    'rotation.from is "soon": write a time of UTC, as in "2030-01-01T03:00:00Z"',
  ],
  [
    "s",
    (stack) => ({ notify: Array.from({ length: 11 }, (_, index) => new Topic(stack, `told-${index}`)) }),
    "11 topics are told: Secret Manager tells at most 10 of a secret",
  ],
  ["s", () => ({ expiration: { after: "1s" } }), 'expiration.after is "1s": Secret Manager takes 60s to 36500d'],
  ["s", () => ({ expiration: { at: "2030" } }), 'expiration.at is "2030": write a time of UTC'],
  ["s", () => ({ destroyDelay: "1h" }), 'destroyDelay is "1h": Secret Manager takes 1d to 1000d'],
  [
    "s",
    () => ({ aliases: { latest: 1 } }),
    'aliases has "latest": Secret Manager takes 1 to 63 letters, digits, "_" and "-", a letter first, and neither "latest" nor "NEW"',
  ],
  ["s", () => ({ aliases: { live: 0 } }), "aliases.live is 0: versions count from 1"],
  [
    "s",
    () => ({ aliases: Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`a${index}`, 1])) }),
    "aliases has 51 names: Secret Manager takes at most 50",
  ],
  [
    "s",
    () => ({ annotations: { "-a": "x" } }),
    'annotations has "-a": Secret Manager takes 1 to 63 letters, digits and "-_.", a letter or digit first and last',
  ],
  [
    "s",
    () => ({ annotations: { a: "x".repeat(16_383) } }),
    "annotations is 16384 bytes: Secret Manager takes less than 16384",
  ],
])("a secret %s that is not valid says why", (name, props, says) => {
  const stack = aStack();
  expect(messageOf(() => new Secret(stack, "secret", { name, ...props(stack) }))).toContain(says);
});

test("what is known only at apply is not looked at, but for lengths of time", () => {
  const stack = aStack();
  const later = aPassword(stack);
  const topic = new Topic(stack, "told");
  for (const [index, props] of [
    { name: later },
    { labels: { Team: later } },
    { rotation: { every: "30d", from: later, topic } },
    { expiration: { at: later } },
    { aliases: { latest: Token.asNumber(later) } },
    { annotations: { "": later } },
    { replication: [later] },
    { replication: [{ region: later, encryptionKey: anEncryptionKey(stack) }] },
  ].entries() as Iterable<[number, SecretProps]>) {
    expect(() => new Secret(stack, `secret-${index}`, props), String(index)).not.toThrow();
  }
  const time = later as "30d";
  for (const [props, says] of [
    [{ rotation: { every: time, from: "2030-01-01T03:00:00Z", topic } }, "rotation.every is known only when"],
    [{ expiration: { after: time } }, "expiration.after is known only when"],
    [{ destroyDelay: time }, "destroyDelay is known only when"],
  ] as const) {
    expect(messageOf(() => new Secret(stack, says, props))).toContain(says);
  }
});

test.each<[string, SecretProps]>([
  ["notes up to the limit", { annotations: { a: "x".repeat(16_382) } }],
  ["a name of one letter", { annotations: { a: "x" } }],
  ["as many aliases as may be", { aliases: Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`a${i}`, 1])) }],
  ["aliases that begin as a reserved word does", { aliases: { "latest-2": 1, NEWER: 2 } }],
  ["an alias of the greatest length", { aliases: { ["x".repeat(63)]: 1 } }],
])("a secret may have %s", (_, props) => {
  expect(() => new Secret(aStack(), "secret", props)).not.toThrow();
});
