import type { Construct } from "constructs";
import { BatchPipeline, Dataset, Table, type Runner } from "../../../constructs";
import { archive } from "../pipelines/archive";
import { contacts } from "../pipelines/contacts";
import { regions, UserRegion } from "../pipelines/regions";
import { sales } from "../pipelines/sales";
import { sampled } from "../pipelines/sampled";
import { wordCount } from "../pipelines/word-count";
import type { Around } from "./around";

/** From files: what becomes of texts, of lists, and of Avro. */
export function files(scope: Construct, around: Around, runner: Runner<"bounded">): void {
  const { input, samples } = around;
  new BatchPipeline(scope, "word-count", {
    ...shared(around, runner),
    pipeline: wordCount,
    from: { lines: { bucket: samples, files: "shakespeare/*", format: "text" } },
    into: { counts: { files: "output/counts", format: "text", suffix: ".txt", shards: 1 } },
  });
  new BatchPipeline(scope, "contacts", {
    ...shared(around, runner),
    pipeline: contacts,
    from: {
      emails: { bucket: input, files: "emails.jsonl", format: "json-lines" },
      phones: { bucket: input, files: "phones.jsonl.gz", format: "json-lines" },
    },
    into: { contacts: { table: "contacts", write: "truncate" } },
  });
  new BatchPipeline(scope, "sales", {
    ...shared(around, runner),
    pipeline: sales,
    from: {
      sales: { bucket: input, files: "sales/**/*.jsonl", format: "json-lines" },
      rates: { bucket: input, files: "rates.csv", format: { type: "csv", header: true } },
    },
    into: {
      in_euros: { files: "output/sales", format: { type: "csv", header: true }, suffix: ".csv.gz", shards: 3 },
      items: { table: "sold_items", write: "truncate" },
      by_shop: { table: "sales_by_shop", write: "truncate" },
      overall: { table: "sales_overall", write: "truncate" },
    },
  });
  new BatchPipeline(scope, "archive", {
    ...shared(around, runner),
    pipeline: archive,
    from: { readings: { bucket: input, files: "data/*.avro", format: "avro" } },
    into: { readings: { files: "output/data", format: "parquet", suffix: ".parquet", shards: 10 } },
  });
}

export interface TablesProps extends Around {
  readonly runner: Runner<"bounded">;
  readonly events: Table;
}

/** From tables: a query, a whole table, and a table for each region, made when a region comes up. */
export function tables(scope: Construct, { runner, events, ...around }: TablesProps): void {
  const { dataset } = around;
  const users = new Table(scope, "user-regions", { dataset, name: "user_regions", columns: UserRegion.fields });
  // Who makes tables may write all of a dataset: this one holds nothing else.
  const ofRegions = new Dataset(scope, "regions dataset", { name: "batch_etl_regions" });
  new BatchPipeline(scope, "regions", {
    ...shared(around, runner),
    pipeline: regions,
    from: {
      events: {
        query: `SELECT user_id, value FROM \`${events.path}\` WHERE timestamp > "2024-01-01"`,
        reads: [events],
      },
      users,
    },
    into: { users: { tables: "table_{region}", dataset: ofRegions } },
  });
  new BatchPipeline(scope, "sampled", {
    ...shared(around, runner),
    pipeline: sampled,
    from: { events },
    into: { samples: { files: "output/samples", format: "json-lines", shards: 1 } },
  });
}

const shared = (
  { bucket, dataset, network }: Pick<Around, "bucket" | "dataset" | "network">,
  runner: Runner<"bounded">,
) => ({
  bucket,
  dataset,
  network,
  runner,
});
