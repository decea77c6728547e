import { expect, test } from "vitest";
import { places } from "../../../constructs/core/places";
import { uses } from "../../../constructs/core/uses";
import { FirestoreDatabase } from "../../../constructs/firestore/database";
import type { FirestoreDatabaseProps } from "../../../constructs/firestore/database-props";
import { FirestoreField } from "../../../constructs/firestore/firestore-field";
import { FirestoreIndex, type IndexedField } from "../../../constructs/firestore/firestore-index";
import { ServiceAccount } from "../../../constructs/iam/service-account";
import { Template } from "../../../constructs/testing/template";
import { aStack, messageOf, templateOf } from "../support";
import { examples } from "./examples";

const type = "google_firestore_database";

test("a database of which nothing is said is deleted with its stack", () => {
  expect(templateOf(examples.FirestoreDatabase.minimal).resource(`${type}.events`)).toEqual({
    name: "events",
    location_id: "europe-west1",
    type: "FIRESTORE_NATIVE",
    point_in_time_recovery_enablement: "POINT_IN_TIME_RECOVERY_DISABLED",
    delete_protection_state: "DELETE_PROTECTION_DISABLED",
    deletion_policy: "DELETE",
    depends_on: ["time_sleep.apis"],
  });
});

test("where the stage keeps data nothing destroys it, and its last days can be read", () => {
  expect(templateOf(examples.FirestoreDatabase.minimal, { removal: "keep" }).resource(`${type}.events`)).toMatchObject({
    point_in_time_recovery_enablement: "POINT_IN_TIME_RECOVERY_ENABLED",
    delete_protection_state: "DELETE_PROTECTION_ENABLED",
    lifecycle: { prevent_destroy: true },
  });
  const frugal = templateOf((stack) => new FirestoreDatabase(stack, "events", { pointInTimeRecovery: false }), {
    removal: "keep",
  });
  expect(frugal.resource(`${type}.events`)["point_in_time_recovery_enablement"]).toBe(
    "POINT_IN_TIME_RECOVERY_DISABLED",
  );
});

test("a database of which all is said", () => {
  const template = templateOf(examples.FirestoreDatabase.maximal, { prefix: "alice" });
  expect(template.resource(`${type}.events`)).toEqual({
    name: "alice-events",
    location_id: "europe-west1",
    type: "FIRESTORE_NATIVE",
    concurrency_mode: "OPTIMISTIC",
    point_in_time_recovery_enablement: "POINT_IN_TIME_RECOVERY_ENABLED",
    delete_protection_state: "DELETE_PROTECTION_DISABLED",
    deletion_policy: "DELETE",
    cmek_config: { kms_key_name: "projects/acme-keys/locations/europe-west1/keyRings/ring/cryptoKeys/own" },
    timeouts: { create: "10m" },
    depends_on: ["time_sleep.apis", "time_sleep.encryption-own-by-firestore"],
  });
  expect(template.resource("google_firestore_backup_schedule.events-daily")).toEqual({
    database: "${google_firestore_database.events.name}",
    retention: "604800s",
    daily_recurrence: {},
    depends_on: ["time_sleep.apis"],
  });
  expect(template.resource("google_firestore_backup_schedule.events-weekly")).toEqual({
    database: "${google_firestore_database.events.name}",
    retention: "8467200s",
    weekly_recurrence: { day: "SUNDAY" },
    depends_on: ["time_sleep.apis"],
  });
});

test("a project's one default database has no prefix", () => {
  const template = templateOf((stack) => new FirestoreDatabase(stack, "data", { name: "(default)" }), {
    prefix: "alice",
  });
  expect(template.resource(`${type}.default`)["name"]).toBe("(default)");
});

test.each([
  ["grantRead", "datastore-viewer", "roles/datastore.viewer"],
  ["grantWrite", "datastore-user", "roles/datastore.user"],
] as const)("%s is on the project, for this database alone", (verb, words, role) => {
  const template = templateOf(
    (stack) => new FirestoreDatabase(stack, "events")[verb](new ServiceAccount(stack, "reader")),
    {
      prefix: "alice",
    },
  );
  expect(template.resource(`google_project_iam_member.events-${words}-reader-if-database-events`)).toEqual({
    project: "acme-dev",
    role,
    member: "${google_service_account.reader.member}",
    condition: {
      title: "database events",
      expression: 'resource.name == "projects/acme-dev/databases/alice-events"',
    },
    lifecycle: { replace_triggered_by: ["google_firestore_database.events.id"] },
    depends_on: ["google_service_account.reader", "time_sleep.apis"],
  });
});

test("two databases are two rights, and a condition of one's own holds as well", () => {
  const template = templateOf((stack) => {
    const reader = new ServiceAccount(stack, "reader");
    new FirestoreDatabase(stack, "events").grantRead(reader, {
      condition: { title: "this year", expression: "a || b", description: "for now" },
    });
    new FirestoreDatabase(stack, "orders").grantRead(reader);
  });
  expect(Object.values(template.allResources("google_project_iam_member")).map(({ condition }) => condition)).toEqual([
    {
      title: "database events this year",
      expression: 'resource.name == "projects/acme-dev/databases/events" && (a || b)',
      description: "for now",
    },
    { title: "database orders", expression: 'resource.name == "projects/acme-dev/databases/orders"' },
  ]);
});

test("who is told a database's name needs a right on it", () => {
  const stack = aStack();
  const reader = new ServiceAccount(stack, "reader");
  const { name } = new FirestoreDatabase(stack, "events");
  uses.tell(stack, { member: reader.member, where: "env DATABASE", text: name });
  expect(() => Template.fromStack(stack)).toThrow(
    "env DATABASE names projects/acme-dev/databases/events, on which this workload's account has no right: give it one (grantRead or grantWrite)",
  );
});

test("a database that is there already is named in full", () => {
  const stack = aStack();
  expect(FirestoreDatabase.fromName(stack, "ours", { name: "(default)" })).toMatchObject({
    name: "(default)",
    key: "default",
    path: "projects/acme-dev/databases/(default)",
  });
  const theirs = FirestoreDatabase.fromName(stack, "theirs", { name: "events", project: "shop", grants: "assume" });
  expect(theirs).toMatchObject({ key: "shop-events", project: "shop" });
  theirs.grantRead(new ServiceAccount(stack, "reader"));
  expect(Template.fromStack(stack).allResources("google_project_iam_member")).toEqual({});
  expect(() => FirestoreDatabase.fromName(stack, "bad", { name: "a" })).toThrow('name is "a"');
});

test("where it lies is told", () => {
  const stack = aStack();
  const told: object[] = [];
  const tell = places.tell.bind(places);
  places.tell = (at, place) => {
    told.push({ ...place });
    tell(at, place);
  };
  new FirestoreDatabase(stack, "events", { location: "eur3" });
  places.tell = tell;
  expect(told).toEqual([{ fullName: "projects/acme-dev/databases/events", location: "eur3", kind: "database" }]);
});

test.each<[FirestoreDatabaseProps, string]>([
  [
    { name: "abc" },
    'name is "abc": Firestore takes 4 to 63 lower-case letters, digits and "-", a letter first and a letter or digit last, no UUID, or "(default)"',
  ],
  [{ location: "EU" }, 'location is "EU": Firestore has regions such as "europe-west1", and eur3, nam5, nam7'],
  [{ backups: { daily: { keep: "99d" } } }, 'backups.daily.keep is "99d": Firestore takes 1d to 98d'],
  [{ backups: { weekly: { on: "monday", keep: "1h" } } }, 'backups.weekly.keep is "1h": Firestore takes 1d to 98d'],
])("a database %# that is not valid says why", (props, says) => {
  expect(messageOf(() => new FirestoreDatabase(aStack(), "events", props))).toContain(says);
});

test.each([
  ["eur3", "europe"],
  ["nam5", "us"],
  ["europe-west3", "europe-west3"],
])("the key of a database in %s is in %s", (location, place) => {
  const encryptionKey = `projects/p/locations/europe-west1/keyRings/r/cryptoKeys/k`;
  const stack = aStack({ encryptionKey });
  expect(messageOf(() => new FirestoreDatabase(stack, "events", { location }))).toContain(
    `it lies in ${place} and its key in europe-west1`,
  );
});

test("names are good to the last letter, and a UUID within a longer name is none", () => {
  const stack = aStack();
  for (const name of ["abcd", "x".repeat(63), "f1234567-1234-1234-1234-123456789abc-1"]) {
    new FirestoreDatabase(stack, name);
  }
});

test("an index of which nothing more is said is one of a collection", () => {
  expect(templateOf(examples.FirestoreIndex.minimal).resource("google_firestore_index.events-by-customer")).toEqual({
    project: "acme-dev",
    database: "${google_firestore_database.events.name}",
    collection: "orders",
    query_scope: "COLLECTION",
    fields: [
      { field_path: "customer.id", order: "ASCENDING" },
      { field_path: "created_at", order: "DESCENDING" },
    ],
    depends_on: ["time_sleep.apis"],
  });
});

test("an index of which all is said", () => {
  expect(
    templateOf(examples.FirestoreIndex.maximal).resource("google_firestore_index.shop-default-by-likeness"),
  ).toEqual({
    project: "shop",
    database: "(default)",
    collection: "orders",
    query_scope: "COLLECTION_GROUP",
    fields: [
      { field_path: "customer.id", order: "ASCENDING" },
      { field_path: "created_at", order: "DESCENDING" },
      { field_path: "tags", array_config: "CONTAINS" },
      { field_path: "likeness", vector_config: { dimension: 768, flat: {} } },
    ],
    timeouts: { create: "60m" },
    depends_on: ["time_sleep.apis"],
  });
});

const up = (field: string): IndexedField => ({ field, order: "ascending" });

test.each<[readonly IndexedField[], string]>([
  [[], "fields has none: Firestore has an index of each single field by itself"],
  [[up("a")], "fields has one: Firestore has an index of each single field by itself"],
  [Array.from({ length: 101 }, (_, n) => up(`f${n}`)), "fields has 101 fields: Firestore takes 100 in an index"],
  [[up("a"), up("a b")], 'fields has "a b": write names with dots between them'],
  [[up("a"), up("x".repeat(1_501))], "Firestore takes 1500 bytes, and it has 1501"],
  [[up("a"), up("b"), up("a")], "fields has a twice"],
  [
    [
      { field: "a", contains: true },
      { field: "b", contains: true },
    ],
    "fields has two lists (contains): Firestore takes one in an index",
  ],
  [[{ field: "a", nearest: 2 }, up("b")], "fields has a vector (nearest) that is not the last one: a"],
  [[{ field: "a", nearest: 2_049 }], "fields has a with vectors of 2049: Firestore takes 1 to 2048"],
])("an index %# that is not valid says why", (fields, says) => {
  const stack = aStack();
  const database = new FirestoreDatabase(stack, "events");
  expect(messageOf(() => new FirestoreIndex(stack, "index", { database, collection: "orders", fields }))).toContain(
    says,
  );
});

test("an index is good to the last field, and may be of vectors alone", () => {
  const stack = aStack();
  const database = new FirestoreDatabase(stack, "events");
  const collection = "x".repeat(1_500);
  new FirestoreIndex(stack, "most", {
    database,
    collection,
    fields: Array.from({ length: 100 }, (_, n) => up(`f${n}`)),
  });
  new FirestoreIndex(stack, "vectors", {
    database,
    collection: "o",
    fields: [{ field: "x".repeat(1_500), nearest: 2_048 }],
  });
  new FirestoreIndex(stack, "small", { database, collection: "o", fields: [{ field: "_`a`".slice(1), nearest: 1 }] });
});

test("documents expire by a field", () => {
  expect(templateOf(examples.FirestoreField.minimal).resource("google_firestore_field.events-expiry")).toEqual({
    project: "acme-dev",
    database: "${google_firestore_database.events.name}",
    collection: "orders",
    field: "expires_at",
    ttl_config: {},
    depends_on: ["time_sleep.apis"],
  });
});

test("a field of which all is said", () => {
  expect(templateOf(examples.FirestoreField.maximal).resource("google_firestore_field.events-names")).toEqual({
    project: "acme-dev",
    database: "${google_firestore_database.events.name}",
    collection: "orders",
    field: "customer.`first name`",
    ttl_config: {},
    index_config: {
      indexes: [
        { query_scope: "COLLECTION_GROUP", order: "ASCENDING" },
        { query_scope: "COLLECTION", order: "DESCENDING" },
        { query_scope: "COLLECTION", array_config: "CONTAINS" },
      ],
    },
    timeouts: { create: "60m" },
    depends_on: ["time_sleep.apis"],
  });
});

test("a field may have no index at all", () => {
  const template = templateOf((stack) => {
    const database = new FirestoreDatabase(stack, "events");
    new FirestoreField(stack, "raw", { database, collection: "orders", field: "*", indexes: "none" });
  });
  const { index_config, ttl_config } = template.resource("google_firestore_field.events-raw");
  expect([index_config, ttl_config]).toEqual([{}, undefined]);
});

test.each([
  [{ field: "a b" }, 'field is "a b": write names with dots between them, and in ` what has other characters'],
  [{ field: "*" }, 'field is "*": one field has the time at which a document expires'],
  [{ collection: "a/b" }, 'collection is "a/b": Firestore takes names of collections without "/"'],
  [
    { indexes: [{ order: "ascending" as const }, { order: "ascending" as const }] },
    'indexes has {"queryScope":"COLLECTION","order":"ASCENDING"} twice',
  ],
])("a field %# that is not valid says why", (more, says) => {
  const stack = aStack();
  const props = {
    database: new FirestoreDatabase(stack, "events"),
    collection: "orders",
    field: "at",
    expires: true,
  } as const;
  expect(messageOf(() => new FirestoreField(stack, "expiry", { ...props, ...more }))).toContain(says);
});
