import type { Construct } from "constructs";
import * as fc from "fast-check";
import { keyOf } from "../../../constructs/core/encryption";
import { FirestoreDatabase } from "../../../constructs/firestore/database";
import type { FirestoreDatabaseProps } from "../../../constructs/firestore/database-props";
import { FirestoreField, type FirestoreFieldProps } from "../../../constructs/firestore/firestore-field";
import {
  FirestoreIndex,
  type FirestoreIndexProps,
  type IndexedField,
} from "../../../constructs/firestore/firestore-index";
import type { Examples } from "../examples";
import { anEncryptionKey, duration, maybe } from "../support";

const database = (props: FirestoreDatabaseProps) => (stack: Construct) => new FirestoreDatabase(stack, "events", props);
const index = (props: Partial<FirestoreIndexProps>) => (stack: Construct) =>
  new FirestoreIndex(stack, "by-customer", { database: database({})(stack), collection: "orders", fields, ...props });
const field = (props: object) => (stack: Construct) =>
  new FirestoreField(stack, "expiry", {
    database: database({})(stack),
    collection: "orders",
    field: "expires_at",
    expires: true,
    ...props,
  });
const fields: readonly IndexedField[] = [
  { field: "customer.id", order: "ascending" },
  { field: "created_at", order: "descending" },
];

const anOrder = fc.constantFrom("ascending" as const, "descending" as const);
const weekday = fc.constantFrom("monday" as const, "sunday" as const);
const someFields = fc
  .uniqueArray(fc.stringMatching(/^[a-z_][a-z0-9_]{0,10}(\.[a-z]{1,5})?$/), { minLength: 2, maxLength: 5 })
  .chain((names) => fc.tuple(...names.map((name) => anOrder.map((order): IndexedField => ({ field: name, order })))));

export const examples = {
  FirestoreDatabase: {
    minimal: (stack) => new FirestoreDatabase(stack, "events"),
    maximal: (stack) => {
      const all: Required<FirestoreDatabaseProps> = {
        name: "events",
        location: "europe-west1",
        concurrency: "optimistic",
        pointInTimeRecovery: true,
        backups: { daily: { keep: "7d" }, weekly: { on: "sunday", keep: "98d" } },
        encryptionKey: anEncryptionKey(stack),
        overrides: { timeouts: { create: "10m" } },
      };
      return new FirestoreDatabase(stack, "database", all);
    },
    random: fc
      .record({
        location: fc.constantFrom("eur3", "nam5", "europe-west1", undefined),
        concurrency: fc.constantFrom("optimistic" as const, "pessimistic" as const, undefined),
        pointInTimeRecovery: maybe(fc.boolean()),
        backups: maybe(
          fc.record({
            daily: maybe(fc.record({ keep: duration("1d", "98d") })),
            weekly: maybe(fc.record({ on: weekday, keep: duration("1d", "98d") })),
          }),
        ),
      })
      .map((props) => (scope, name) => new FirestoreDatabase(scope, name, props)),
    faults: {
      "name-form": [
        "abc",
        "Events",
        "1events",
        "events-",
        "a_bcd",
        "(other)",
        "x".repeat(64),
        "f1234567-1234-1234-1234-123456789abc",
      ].map((name) => database({ name })),
      "location-form": ["EU", "europe", "eur4"].map((location) => database({ location })),
      "backups-keep": [
        database({ backups: { daily: { keep: "99d" } } }),
        database({ backups: { weekly: { on: "monday", keep: "12h" } } }),
      ],
      "encryptionKey-place": [
        (stack) => database({ location: "eur3", encryptionKey: anEncryptionKey(stack) })(stack),
        (stack) =>
          database({
            location: "nam5",
            encryptionKey: keyOf(stack, "projects/k/locations/nam5/keyRings/r/cryptoKeys/c"),
          })(stack),
      ],
    },
  },
  FirestoreIndex: {
    minimal: (stack) => index({})(stack),
    maximal: (stack) => {
      const all: Required<FirestoreIndexProps> = {
        database: FirestoreDatabase.fromName(stack, "default", { name: "(default)", project: "shop" }),
        collection: "orders",
        fields: [...fields, { field: "tags", contains: true }, { field: "likeness", nearest: 768 }],
        scope: "group",
        overrides: { timeouts: { create: "60m" } },
      };
      return new FirestoreIndex(stack, "by-likeness", all);
    },
    random: fc
      .record({ fields: someFields, scope: fc.constantFrom("collection" as const, "group" as const, undefined) })
      .map((props) => (scope, name) => {
        const database = new FirestoreDatabase(scope, `${name}-database`);
        return new FirestoreIndex(scope, name, { database, collection: "orders", ...props });
      }),
    faults: {
      "collection-form": ["a/b", "", ".", "..", "__a__", "x".repeat(1_501)].map((collection) => index({ collection })),
      "fields-count": [
        index({ fields: [] }),
        index({ fields: [{ field: "a", order: "ascending" }] }),
        index({ fields: Array.from({ length: 101 }, (_, n) => ({ field: `f${n}`, order: "ascending" as const })) }),
      ],
      "fields-form": ["a b", "", "a..b", "1a", "x".repeat(1_501)]
        .map((name) => index({ fields: [...fields, { field: name, order: "ascending" }] }))
        .concat(index({ fields: [...fields, { field: "created_at", contains: true }] })),
      "fields-kinds": [
        index({
          fields: [
            { field: "a", contains: true },
            { field: "b", contains: true },
          ],
        }),
        index({ fields: [{ field: "a", nearest: 2 }, ...fields] }),
        index({ fields: [...fields, { field: "a", nearest: 2 }, { field: "b", nearest: 2 }] }),
        ...[0, 2_049, 1.5].map((nearest) => index({ fields: [{ field: "a", nearest }] })),
      ],
    },
  },
  FirestoreField: {
    minimal: (stack) => field({})(stack),
    maximal: (stack) => {
      const all: Required<FirestoreFieldProps> = {
        database: new FirestoreDatabase(stack, "events"),
        collection: "orders",
        field: "customer.`first name`",
        expires: true,
        indexes: [
          { order: "ascending", scope: "group" },
          { order: "descending" },
          { contains: true, scope: "collection" },
        ],
        overrides: { timeouts: { create: "60m" } },
      };
      return new FirestoreField(stack, "names", all);
    },
    random: fc
      .record({
        indexes: fc.constantFrom("none" as const, [{ order: "ascending" as const }]),
        expires: maybe(fc.boolean()),
      })
      .map((props) => (scope, name) => {
        const database = new FirestoreDatabase(scope, `${name}-database`);
        return new FirestoreField(scope, name, { database, collection: "orders", field: "at", ...props });
      }),
    faults: {
      "collection-form": [field({ collection: "a/b" })],
      "field-form": ["a b", "", "a..b"].map((name) => field({ field: name })),
      "expires-field": [field({ field: "*" })],
      "indexes-twice": [
        field({ indexes: [{ order: "ascending" }, { order: "ascending", scope: "collection" }] }),
        field({ indexes: [{ contains: true }, { contains: true }] }),
      ],
    },
  },
} satisfies Examples;
