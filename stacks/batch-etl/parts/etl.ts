import type { Construct } from "constructs";
import { BatchPipeline, Runner, ServiceAccount, Table } from "../../../constructs";
import { CryptoKey, KeyRing } from "../../../constructs/kms";
import { csvEtl } from "../pipelines/csv-etl";
import type { Around } from "./around";

/** CSV files become events, which are added, and totals, which are replaced: on Dataflow, with all that can be said of it. */
export function etl(scope: Construct, { input, bucket, dataset, network }: Around): { readonly events: Table } {
  const events = new Table(scope, "events", { dataset, columns: csvEtl.outputs.events.fields });
  const ring = new KeyRing(scope, "ring", { name: "batch-etl" });
  new BatchPipeline(scope, "csv-etl", {
    pipeline: csvEtl,
    runner: Runner.dataflow({
      machineType: "n1-standard-4",
      workers: 5,
      maxWorkers: 100,
      disk: { size: "100Gi", type: "ssd" },
      autoscaling: "throughput",
      shuffle: "service",
      // Nobody waits for it: it may begin within six hours, on machines that cost less.
      flexRS: true,
      publicAddresses: false,
      encryptionKey: new CryptoKey(scope, "key", { name: "dataflow", ring }),
    }),
    from: { events: { bucket: input, files: "events/*.csv", format: { type: "csv", header: true } } },
    into: {
      events: { table: events, write: "append" },
      user_totals: { table: "user_totals", write: "truncate" },
    },
    schedule: { cron: "30 2 * * *" },
    identity: new ServiceAccount(scope, "worker", { name: "dataflow-worker" }),
    dataset,
    bucket,
    network,
  });
  return { events };
}
