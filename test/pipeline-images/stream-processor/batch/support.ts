/** A shop's sales in files, a pipeline over them, and the local cloud around a job that runs it. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { bounded, count, integer, pipeline, schema, string, sum, timestamp } from "../../../../pipeline";
import { runBatch } from "../../../../pipeline-images/stream-processor/batch/batch-service";
import { type Clock, systemClock } from "../../../../runtime/clock";
import type { Log } from "../../../../runtime/log";
import { cloudOf } from "../../../../pipeline-images/stream-processor/google/cloud";
import type { Ending } from "../../../../pipeline-images/stream-processor/processor/processor";
import {
  type BatchEnvironment,
  type Environment,
  readSettings,
} from "../../../../pipeline-images/stream-processor/settings";
import { localServices } from "../support/local";

export const Sale = schema("sale", { id: string(), shop: string(), cents: integer(), at: timestamp() });

/** Row by row. */
export const sold = pipeline("sold", { sales: bounded(Sale) }, ({ sales }) => ({
  sales: sales.assert("a price is above nothing", ({ cents }) => cents > 0).select("id", "shop", "cents"),
}));

/** Put together. */
export const byShop = pipeline("by-shop", { sales: bounded(Sale) }, ({ sales }) => ({
  shops: sales.groupBy("shop").aggregate({ sales: count(), cents: sum("cents") }),
}));

const column = (name: string, type: string) => ({ name, type, mode: "REQUIRED" });

export async function shop() {
  const services = await localServices();
  const { apply, environment, bigquery } = services;
  const clock = clockAt("2026-03-03T00:30:00Z");
  const folder = mkdtempSync(join(tmpdir(), "journey-batch-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  await apply("google_storage_bucket", { name: "acme-runs", location: "EU" });
  await apply("google_storage_bucket", { name: "acme-sales", location: "EU" });
  await apply("google_bigquery_dataset", { dataset_id: "shop", location: "EU" });
  await apply("google_pubsub_topic", { name: "refused" });
  await apply("google_pubsub_subscription", { name: "refused-kept", topic: "projects/acme-dev/topics/refused" });
  const table = (table_id: string, texts: readonly string[], integers: readonly string[]) =>
    apply("google_bigquery_table", {
      dataset_id: "shop",
      table_id,
      schema: JSON.stringify([
        ...texts.map((name) => column(name, "STRING")),
        ...integers.map((name) => column(name, "INTEGER")),
      ]),
      deletion_protection: false,
    });
  await table("sales", ["id", "shop"], ["cents"]);
  await table("shops", ["shop"], ["sales", "cents"]);
  /** A table that is divided by the days of "at", and has these rows. */
  const byDay = async (table_id: string, rows: readonly { readonly id: string; readonly at: string }[]) => {
    await apply("google_bigquery_table", {
      dataset_id: "shop",
      table_id,
      schema: JSON.stringify([column("id", "STRING"), column("at", "TIMESTAMP")]),
      time_partitioning: { type: "DAY", field: "at" },
      deletion_protection: false,
    });
    const values = rows.map(({ id, at }) => `("${id}", TIMESTAMP "${at}")`).join(", ");
    await bigquery.query(`INSERT INTO \`acme-dev.shop.${table_id}\` (id, \`at\`) VALUES ${values}`);
  };
  const { storage } = cloudOf(environment, clock);
  const lines: string[] = [];
  const reports: object[] = [];
  const log: Log = (severity, message, fields) => {
    lines.push(`${severity} ${message}`);
    if (fields !== undefined) reports.push(fields);
  };

  /** Settings of a job, as Cloud Run and the constructs make them. */
  const settings = (spec: { readonly name: string }, more: Environment): Environment => {
    const path = join(folder, `${spec.name}.json`);
    const content = JSON.stringify(spec);
    // Once: tasks that run beside one another read it while others begin.
    if (!existsSync(path) || readFileSync(path, "utf8") !== content) writeFileSync(path, content);
    return {
      ...environment,
      GOOGLE_CLOUD_PROJECT: "acme-dev",
      MODE: "batch",
      PIPELINE: path,
      INPUTS: JSON.stringify({ sales: { files: "gs://acme-sales/*.json", format: { type: "json-lines" } } }),
      ERRORS: JSON.stringify({ topic: "projects/acme-dev/topics/refused" }),
      CHECKPOINTS: "gs://acme-runs/runs",
      METRICS: "gs://acme-runs/metrics",
      CLOUD_RUN_EXECUTION: "first",
      ...more,
    };
  };

  return {
    ...services,
    folder,
    lines,
    /** What Cloud Logging keeps of the lines, beside severity and message. */
    reports: reports as { readonly [field: string]: unknown }[],
    settings,
    table,
    byDay,
    put: async (name: string, content: readonly object[] | Uint8Array) =>
      storage.createObject("acme-sales", name, content instanceof Uint8Array ? content : lineEach(content)),
    content: async (name: string) => Buffer.from((await storage.readObject("acme-runs", name)) ?? []).toString(),
    objects: (prefix: string) => storage.listObjects("acme-runs", prefix, ""),
    query: (sql: string) => bigquery.query(sql),
    /** Runs one task to its end. */
    run: async (spec: { readonly name: string }, more: Environment, how: How = {}): Promise<Ending> => {
      const told = settings(spec, more);
      const own = how.hurry ? hurried() : clockAt(how.at ?? "2026-03-03T00:30:00Z");
      const running = runBatch(readSettings(told, []) as BatchEnvironment, cloudOf(told, own), own, log);
      if (how.stopped) void running.stop();
      return running.ended;
    },
  };
}

/** As JSON lines. */
export const lineEach = (rows: readonly object[]): Buffer =>
  Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(""));

interface How {
  /** When it is begun. */
  readonly at?: string;
  /** Time goes by. */
  readonly hurry?: boolean;
  /** At once. */
  readonly stopped?: boolean;
}

/** It is always that moment, and pauses are real: what answers is real as well. */
const clockAt = (at: string): Clock => ({ ...systemClock, now: () => Date.parse(at) });

/** A second passes in a hundredth of one. */
const hurried = (): Clock => ({
  now: () => Date.now() * 100,
  after: (delay, task) => systemClock.after(delay > 20_000 ? delay : delay / 100, task),
});

/** Sales whose shops and prices follow from their number. */
export const sale = (i: number) => ({
  id: `sale-${i}`,
  shop: `shop-${i % 7}`,
  cents: 100 + (i % 13),
  at: "2026-03-02T08:00:00Z",
});

export const sales = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => sale(from + i));
