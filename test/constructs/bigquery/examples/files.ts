import * as fc from "fast-check";
import { Connection } from "../../../../constructs/bigquery/connection";
import { Dataset } from "../../../../constructs/bigquery/dataset";
import { ExternalTable } from "../../../../constructs/bigquery/external-table";
import type { ExternalTableProps, FolderPartition } from "../../../../constructs/bigquery/external-table-props";
import type { CsvFiles, FileFormat } from "../../../../constructs/bigquery/file-format";
import type { GcpStack } from "../../../../constructs/core/stack";
import { Bucket } from "../../../../constructs/storage/bucket";
import type { Examples } from "../../examples";
import { duration, labels, maybe } from "../../support";
import { date, float, integer, string } from "../../support-pipeline";
import { click, events } from "./support";

const csv: CsvFiles = { type: "csv", columns: click, headerRows: 1 };

const external =
  (props: Partial<ExternalTableProps>) =>
  (stack: GcpStack): ExternalTable =>
    new ExternalTable(stack, "logs", {
      dataset: events(stack),
      bucket: new Bucket(stack, "files"),
      files: ["logs/*.csv"],
      format: csv,
      ...props,
    });

const formats: fc.Arbitrary<FileFormat> = fc.oneof(
  fc.record({
    type: fc.constant("csv" as const),
    columns: fc.constant(click),
    headerRows: fc.integer({ min: 0, max: 3 }),
    delimiter: maybe(fc.constantFrom(";", "\t")),
    quote: maybe(fc.constantFrom("'", "")),
    quotedNewlines: maybe(fc.boolean()),
    jaggedRows: maybe(fc.boolean()),
    encoding: maybe(fc.constantFrom("utf-8" as const, "iso-8859-1" as const)),
    compression: maybe(fc.constant("gzip" as const)),
  }),
  fc.record({ type: fc.constant("json" as const), columns: fc.constant(click) }),
  fc.record({ type: fc.constant("avro" as const), logicalTypes: maybe(fc.boolean()) }),
  fc.record({ type: fc.constant("parquet" as const), lists: maybe(fc.boolean()), enumsAsText: maybe(fc.boolean()) }),
  fc.record({ type: fc.constant("orc" as const) }),
);

export const fileExamples = {
  ExternalTable: {
    minimal: (stack) => external({})(stack),
    maximal: (stack) => {
      const all: Required<ExternalTableProps> = {
        dataset: events(stack),
        name: "log files",
        bucket: new Bucket(stack, "files"),
        files: ["logs/*.csv"],
        format: csv,
        partition: { prefix: "logs/", columns: { day: date(), number: integer() }, requireFilter: true },
        bigLake: {
          connection: new Connection(stack, "readers"),
          cache: { refresh: "automatic", maxStaleness: "1h" },
        },
        maxBadRecords: 10,
        ignoreUnknownValues: true,
        friendlyName: "Logs",
        description: "as they come",
        labels: { team: "growth" },
        resourceTags: { "1234567890/environment": "production" },
        overrides: { ignoreSchemaChanges: ["dataPolicies"] },
      };
      return new ExternalTable(stack, "logs", all);
    },
    random: fc
      .record({
        format: formats,
        partition: maybe(
          fc.record({
            prefix: fc.constantFrom("logs/", ""),
            columns: maybe(fc.constantFrom<FolderPartition["columns"][]>("auto", "text", { day: date() })),
            requireFilter: maybe(fc.boolean()),
          }),
        ),
        cache: maybe(
          fc.record({ refresh: fc.constantFrom("automatic", "manual"), maxStaleness: duration("30m", "7d") }),
        ),
        over: fc.boolean(),
        labels: maybe(labels),
      })
      .map(
        ({ cache, over, ...props }) =>
          (scope, name) =>
            new ExternalTable(scope, name, {
              dataset: new Dataset(scope, `${name}-d`),
              bucket: new Bucket(scope, `${name}-b`),
              files: ["logs/*"],
              bigLake: over ? { connection: new Connection(scope, `${name}-c`), cache } : undefined,
              ...props,
            }),
      ),
    faults: {
      "name-form": [external({ name: "a.b" })],
      "files-form": [
        external({ files: [] }),
        external({ files: [""] }),
        external({ files: ["gs://files/logs/*.csv"] }),
        external({ files: ["/logs/*.csv"] }),
        external({ files: ["logs/*/*.csv"] }),
      ],
      "format-csv": [
        external({ format: { ...csv, headerRows: -1 } }),
        external({ format: { ...csv, headerRows: 0.5 } }),
        external({ format: { ...csv, delimiter: "" } }),
        external({ format: { ...csv, quote: "''" } }),
      ],
      "partition-files": [external({ partition: { prefix: "other/" } })],
      "partition-columns": [external({ partition: { prefix: "logs/", columns: { value: float() } } })],
      "cache-maxStaleness": [
        (stack) =>
          external({
            bigLake: {
              connection: new Connection(stack, "readers"),
              cache: { refresh: "manual", maxStaleness: "29m" },
            },
          })(stack),
      ],
      "maxBadRecords-range": [external({ maxBadRecords: -1 })],
      "columns-form": [external({ format: { ...csv, columns: { "a-b": string() } } })],
      "labels-form": [external({ labels: { Team: "growth" } })],
      "resourceTags-form": [external({ resourceTags: { environment: "production" } })],
    },
  },
} satisfies Examples;
