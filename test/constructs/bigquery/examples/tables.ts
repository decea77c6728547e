import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { App, Testing } from "cdktf";
import * as fc from "fast-check";
import { Dataset } from "../../../../constructs/bigquery/dataset";
import { Taxonomy } from "../../../../constructs/bigquery/policy-tag";
import { Table } from "../../../../constructs/bigquery/table";
import type { TableProps } from "../../../../constructs/bigquery/table-props";
import { GcpStack } from "../../../../constructs/core/stack";
import type { Examples } from "../../examples";
import { anEncryptionKey, duration, labels, maybe, settings } from "../../support";
import { integer, string } from "../../support-pipeline";
import { click, events } from "./support";

const table =
  (props: Partial<TableProps>) =>
  (stack: GcpStack): Table =>
    new Table(stack, "clicks", { dataset: events(stack), columns: click, ...props });

const column = (name: string, type: "STRING" | "INTEGER" = "STRING") => ({ name, type, mode: "NULLABLE" }) as const;

/** Another table, whose rows have one name. */
const users = (stack: GcpStack): Table =>
  new Table(stack, "users", {
    dataset: new Dataset(stack, "people"),
    columns: { id: string(), number: integer() },
    primaryKey: ["id"],
  });

/** A stack of an app whose last synthesis wrote these tables. */
export function synthesizedBefore(
  tables: { readonly [name: string]: object },
  removal: "keep" | "destroy" = "keep",
): GcpStack {
  const app = Testing.app({ stackTraces: false });
  const folder = join(App.of(app).outdir, "stacks", "test");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "cdk.tf.json"), JSON.stringify({ resource: { google_bigquery_table: tables } }));
  return new GcpStack(app, "test", { ...settings, removal });
}

export const tableExamples = {
  Table: {
    minimal: (stack) => new Table(stack, "clicks", { dataset: events(stack), columns: click }),
    maximal: (stack) => {
      const all: Required<TableProps> = {
        dataset: events(stack),
        name: "all clicks",
        columns: click,
        columnOptions: {
          user: {
            policyTag: new Taxonomy(stack, "privacy").tag("user"),
            maxLength: 64,
            collation: "case-insensitive",
            default: "SESSION_USER()",
          },
          price: { precision: 12, scale: 2, rounding: "half-even" },
          "page.url": { policyTag: "projects/acme/locations/europe-west1/taxonomies/1/policyTags/2" },
        },
        primaryKey: ["user", "at"],
        foreignKeys: [{ column: "user", table: users(stack), references: "id", name: "who" }],
        friendlyName: "All clicks",
        description: "every click",
        partition: { column: "at", every: "hour", expiration: "90d", requireFilter: true },
        clustering: ["user", "at"],
        expiresAt: "2030-01-01T00:00:00Z",
        maxStaleness: "90m",
        labels: { team: "growth" },
        resourceTags: { "1234567890/environment": "production" },
        encryptionKey: anEncryptionKey(stack),
        overrides: { ignoreSchemaChanges: ["dataPolicies"] },
      };
      return new Table(stack, "clicks", all);
    },
    random: fc
      .record({
        partition: maybe(
          fc.oneof(
            fc.record({
              column: fc.constantFrom(undefined, "at", "day"),
              every: fc.constantFrom(undefined, "day", "month", "year"),
              expiration: maybe(duration("1h", "36500d")),
              requireFilter: maybe(fc.boolean()),
            }),
            fc.record({
              column: fc.constant("number"),
              range: fc
                .record({ start: fc.integer({ min: -1_000, max: 1_000 }), interval: fc.integer({ min: 1, max: 9 }) })
                .chain(({ start, interval }) =>
                  fc
                    .integer({ min: 1, max: 10_000 })
                    .map((count) => ({ start, end: start + count * interval, interval })),
                ),
            }),
          ),
        ),
        clustering: maybe(fc.uniqueArray(fc.constantFrom("user", "at", "day", "number", "price"), { maxLength: 4 })),
        primaryKey: maybe(fc.uniqueArray(fc.constantFrom("user", "at", "number"), { minLength: 1 })),
        columnOptions: maybe(
          fc.record({
            user: fc.record({ maxLength: maybe(fc.integer({ min: 1, max: 1_000 })) }),
            price: fc
              .record({ scale: fc.integer({ min: 0, max: 9 }), more: fc.integer({ min: 1, max: 29 }) })
              .map(({ scale, more }) => ({ scale, precision: scale + more })),
          }),
        ),
        labels: maybe(labels),
      })
      .map(
        (props) => (scope, name) =>
          new Table(scope, name, { dataset: new Dataset(scope, `${name}-events`), columns: click, ...props }),
      ),
    faults: {
      "name-form": [table({ name: "a.b" }), table({ name: "" }), table({ name: "x".repeat(1_025) })],
      "columns-form": [
        table({ columns: [] }),
        table({ columns: [column("a-b")] }),
        table({ columns: [column("a"), column("A")] }),
        table({ columns: [column("_PARTITION_a")] }),
        table({ columns: Array.from({ length: 10_001 }, (_, index) => column(`a${index}`)) }),
        table({ columns: [{ name: "a", type: "RECORD", mode: "NULLABLE", fields: [column("1b")] }] }),
      ],
      "columnOptions-column": [
        table({ columnOptions: { nobody: {} } }),
        table({ columnOptions: { url: { maxLength: 1 } } }),
      ],
      "columnOptions-type": [
        table({ columnOptions: { at: { maxLength: 1 } } }),
        table({ columnOptions: { user: { precision: 1 } } }),
        table({ columnOptions: { number: { precision: 1, scale: 0 } } }),
        table({ columnOptions: { user: { rounding: "half-even" } } }),
        table({ columnOptions: { price: { collation: "case-insensitive" } } }),
        table({
          columnOptions: { page: { policyTag: "projects/acme/locations/europe-west1/taxonomies/1/policyTags/2" } },
        }),
      ],
      "columnOptions-default": [table({ columnOptions: { "page.url": { default: "''" } } })],
      "columnOptions-numeric": [
        table({ columnOptions: { user: { maxLength: 0 } } }),
        table({ columnOptions: { user: { maxLength: 1.5 } } }),
        table({ columnOptions: { price: { precision: 12, scale: 10 } } }),
        table({ columnOptions: { price: { precision: 12, scale: -1 } } }),
        table({ columnOptions: { price: { scale: 2 } } }),
        table({ columnOptions: { price: { precision: 0 } } }),
        table({ columnOptions: { price: { precision: 30 } } }),
        table({ columnOptions: { price: { precision: 2, scale: 3 } } }),
      ],
      "partition-column": [
        table({ partition: { column: "when" } }),
        table({ partition: { column: "user" } }),
        table({ partition: { column: "day", every: "hour" } }),
        table({ partition: { column: "at", range: { start: 0, end: 1, interval: 1 } } }),
        table({ columns: [{ name: "at", type: "TIMESTAMP", mode: "REPEATED" }], partition: { column: "at" } }),
      ],
      "partition-range": [
        table({ partition: { column: "number", range: { start: 0, end: 10_001, interval: 1 } } }),
        table({ partition: { column: "number", range: { start: 1, end: 1, interval: 1 } } }),
        table({ partition: { column: "number", range: { start: 0, end: 10, interval: 0 } } }),
        table({ partition: { column: "number", range: { start: 0.5, end: 10, interval: 1 } } }),
      ],
      "partition-expiration": [table({ partition: { expiration: "5m" } })],
      clustering: [
        table({ clustering: ["a", "b", "c", "d", "e"] }),
        table({ clustering: ["tags"] }),
        table({ clustering: ["value"] }),
      ],
      primaryKey: [
        table({ primaryKey: [] }),
        table({ primaryKey: ["user", "user"] }),
        table({ primaryKey: ["nobody"] }),
        table({ primaryKey: ["tags"] }),
        table({ primaryKey: ["value"] }),
        table({
          columns: Array.from({ length: 17 }, (_, index) => column(`a${index}`)),
          primaryKey: Array.from({ length: 17 }, (_, index) => `a${index}`),
        }),
      ],
      foreignKeys: [
        (stack) => table({ foreignKeys: [{ column: "who", table: users(stack), references: "id" }] })(stack),
        (stack) => table({ foreignKeys: [{ column: "tags", table: users(stack), references: "id" }] })(stack),
        (stack) => table({ foreignKeys: [{ column: "number", table: users(stack), references: "number" }] })(stack),
        (stack) => table({ foreignKeys: [{ column: "number", table: users(stack), references: "id" }] })(stack),
        (stack) => {
          const other = Table.fromName(stack, "u", { dataset: events(stack), name: "u", columns: { id: string() } });
          const foreignKeys = [{ column: "user", table: other, references: "name" }];
          return new Table(stack, "clicks", { dataset: other.dataset, columns: click, foreignKeys });
        },
      ],
      "expiresAt-form": ["tomorrow", "2030-01-01", "2030-13-01T00:00:00Z"].map((expiresAt) => table({ expiresAt })),
      "maxStaleness-range": [table({ maxStaleness: "1.5s", primaryKey: ["user"] })],
      "maxStaleness-primaryKey": [table({ maxStaleness: "10m" })],
      "policyTag-place": [
        table({ columnOptions: { user: { policyTag: "projects/acme/locations/eu/taxonomies/1/policyTags/2" } } }),
        (stack) => {
          const policyTag = new Taxonomy(stack, "privacy", { location: "us" }).tag("user");
          return table({ columnOptions: { user: { policyTag } } })(stack);
        },
      ],
      "columns-change": [
        () => {
          const schema = JSON.stringify([{ name: "user", type: "STRING", mode: "NULLABLE" }]);
          return table({})(synthesizedBefore({ "events-clicks": { schema } }));
        },
      ],
      "encryptionKey-place": [
        (stack) =>
          new Table(stack, "clicks", {
            dataset: new Dataset(stack, "events", { location: "US" }),
            columns: click,
            encryptionKey: anEncryptionKey(stack),
          }),
      ],
      "labels-form": [table({ labels: { Team: "growth" } })],
      "resourceTags-form": [table({ resourceTags: { environment: "production" } })],
    },
  },
} satisfies Examples;
