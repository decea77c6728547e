import * as fc from "fast-check";
import { MaterializedView, type MaterializedViewProps } from "../../../../constructs/bigquery/materialized-view";
import { ScheduledQuery, type ScheduledQueryProps } from "../../../../constructs/bigquery/scheduled-query";
import { Dataset } from "../../../../constructs/bigquery/dataset";
import { View, type ViewProps } from "../../../../constructs/bigquery/view";
import type { GcpStack } from "../../../../constructs/core/stack";
import { ServiceAccount } from "../../../../constructs/iam/service-account";
import { Topic } from "../../../../constructs/pubsub/topic";
import type { Examples } from "../../examples";
import { anEncryptionKey, duration, labels, maybe } from "../../support";
import { clicks, events } from "./support";

const view =
  (props: Partial<ViewProps>) =>
  (stack: GcpStack): View =>
    new View(stack, "users", { dataset: events(stack), query: "SELECT 1 AS one", ...props });

const materialized =
  (props: Partial<MaterializedViewProps>) =>
  (stack: GcpStack): MaterializedView =>
    new MaterializedView(stack, "users", { dataset: events(stack), query: "SELECT 1 AS one", ...props });

const scheduled =
  (props: Partial<ScheduledQueryProps>) =>
  (stack: GcpStack): ScheduledQuery =>
    new ScheduledQuery(stack, "report", { query: "SELECT 1 AS one", schedule: "every day 08:57", ...props });

export const queryExamples = {
  View: {
    minimal: (stack) => {
      const table = clicks(stack);
      return new View(stack, "users", { dataset: table.dataset, query: `SELECT user FROM \`${table.path}\`` });
    },
    maximal: (stack) => {
      const all: Required<ViewProps> = {
        dataset: events(stack),
        name: "who clicks",
        query: "SELECT '${x}' AS x",
        friendlyName: "Who clicks",
        description: "users",
        labels: { team: "growth" },
        resourceTags: { "1234567890/environment": "production" },
        overrides: { timeouts: undefined, schema: "[]" } as ViewProps["overrides"] & object,
      };
      return new View(stack, "users", all);
    },
    random: fc
      .record({ description: maybe(fc.string()), labels: maybe(labels) })
      .map(
        (props) => (scope, name) =>
          new View(scope, name, { dataset: new Dataset(scope, `${name}-d`), query: "SELECT 1 AS one", ...props }),
      ),
    faults: {
      "name-form": [view({ name: "a.b" })],
      "query-size": [view({ query: " " }), view({ query: "x".repeat(250_001) })],
      "labels-form": [view({ labels: { Team: "growth" } })],
      "resourceTags-form": [view({ resourceTags: { environment: "production" } })],
    },
  },

  MaterializedView: {
    minimal: (stack) => {
      const { dataset, path } = clicks(stack);
      return new MaterializedView(stack, "users", { dataset, query: `SELECT user FROM \`${path}\`` });
    },
    maximal: (stack) => {
      const all: Required<MaterializedViewProps> = {
        dataset: events(stack),
        name: "users_by_day",
        query: "SELECT 1 AS one",
        refresh: "1h",
        maxStaleness: "36h",
        nonIncremental: true,
        partition: { column: "at" },
        clustering: ["user"],
        friendlyName: "Users",
        description: "by day",
        labels: { team: "growth" },
        resourceTags: { "1234567890/environment": "production" },
        encryptionKey: anEncryptionKey(stack),
        overrides: { ignoreSchemaChanges: ["dataPolicies"] },
      };
      return new MaterializedView(stack, "users", all);
    },
    random: fc
      .record({
        refresh: maybe(fc.oneof(fc.constant("manual" as const), duration("1m", "7d"))),
        maxStaleness: duration("0s", "7d"),
        nonIncremental: maybe(fc.boolean()),
        clustering: maybe(fc.constant(["user"])),
        labels: maybe(labels),
      })
      .map(
        (props) => (scope, name) =>
          new MaterializedView(scope, name, { dataset: new Dataset(scope, `${name}-d`), query: "SELECT 1", ...props }),
      ),
    faults: {
      "name-form": [materialized({ name: "a.b" })],
      "query-size": [materialized({ query: "" })],
      "refresh-range": [materialized({ refresh: "59s" }), materialized({ refresh: "8d" })],
      "maxStaleness-range": [materialized({ maxStaleness: "0.5s" })],
      "nonIncremental-maxStaleness": [materialized({ nonIncremental: true })],
      clustering: [materialized({ clustering: ["a", "b", "c", "d", "e"] })],
      "encryptionKey-place": [
        (stack) =>
          materialized({
            dataset: new Dataset(stack, "eu", { location: "EU" }),
            encryptionKey: anEncryptionKey(stack),
          })(stack),
      ],
      "labels-form": [materialized({ labels: { Team: "growth" } })],
      "resourceTags-form": [materialized({ resourceTags: { environment: "production" } })],
    },
  },

  ScheduledQuery: {
    minimal: (stack) =>
      new ScheduledQuery(stack, "report", {
        query: "INSERT INTO events.report SELECT 1",
        schedule: "every 15 minutes",
      }),
    maximal: (stack) => {
      const table = clicks(stack);
      const all: Required<ScheduledQueryProps> = {
        name: "daily report",
        query: `SELECT user, '\${x}' AS x FROM \`${table.path}\``,
        schedule: "every day 08:57",
        reads: [table],
        into: { dataset: new Dataset(stack, "reports"), table: "report_{run_date}" },
        write: "truncate",
        location: "europe-west1",
        identity: new ServiceAccount(stack, "reporter"),
        notify: new Topic(stack, "reports-made"),
        start: "2025-01-31T00:00:00Z",
        end: "2030-01-31T00:00:00Z",
        disabled: true,
        encryptionKey: anEncryptionKey(stack),
        overrides: { dataRefreshWindowDays: 0 },
      };
      return new ScheduledQuery(stack, "report", all);
    },
    random: fc
      .record({
        schedule: fc.constantFrom(
          "manual",
          "every 5 minutes",
          "every 24 hours",
          "every day 08:57",
          "every mon,wed 23:59",
          "1st,3rd monday of month 15:33",
          "every wed,fri of jan,jun 13:15",
          "first sunday of quarter 00:07",
          "1,15 of month 04:05",
        ),
        write: fc.constantFrom("append", "truncate"),
        disabled: maybe(fc.boolean()),
        start: maybe(fc.constant("2025-01-31T00:00:00Z")),
      })
      .map(
        (props) => (scope, name) =>
          new ScheduledQuery(scope, name, {
            query: "SELECT 1 AS one",
            into: { dataset: new Dataset(scope, `${name}-d`), table: "one" },
            ...props,
          }),
      ),
    faults: {
      "name-form": [scheduled({ name: " " }), scheduled({ name: "x".repeat(1_025) })],
      "query-size": [scheduled({ query: "" })],
      "schedule-form": [
        "every 4 minutes",
        "every 0 hours",
        "0 9 * * 1",
        "every day",
        "every day 24:00",
        "hourly",
        "every someday 08:57",
        "32 of month 08:57",
      ].map((schedule) => scheduled({ schedule })),
      "write-into": [scheduled({ write: "truncate" })],
      "location-into": [(stack) => scheduled({ location: "EU", into: { dataset: events(stack), table: "t" } })(stack)],
      "start-end": [
        scheduled({ start: "tomorrow" }),
        scheduled({ end: "2025-01-31" }),
        scheduled({ start: "2025-13-31T00:00:00Z" }),
        scheduled({ start: "2025-01-31T00:00:00Z", end: "2025-01-31T00:00:00Z" }),
      ],
      "encryptionKey-place": [(stack) => scheduled({ location: "EU", encryptionKey: anEncryptionKey(stack) })(stack)],
    },
  },
} satisfies Examples;
