import type { Construct } from "constructs";
import { Bucket, DataJourney, Dataset, GcpStack, Network, Runner, type GcpStackProps } from "../../constructs";
import { LogMetric, NotificationChannel } from "../../constructs/monitoring";
import { etl } from "./parts/etl";
import { files, tables } from "./parts/batches";
import { templates } from "./parts/templates";
import { LiveEvent, liveEvents } from "./pipelines/live-events";
import { windows } from "./pipelines/windows";

export interface BatchEtlProps extends GcpStackProps {
  /** Who is told when something stands still. An address. */
  readonly onCall: string;
  /**
   * What runs the pipelines that end and are small.
   * @default Runner.job(): one machine, when somebody starts it
   */
  readonly runner?: Runner<"bounded">;
}

/** All that a batch pipeline can do, and its streaming siblings: one tour of Dataflow's and the language's options. */
export class BatchEtl extends GcpStack {
  constructor(scope: Construct, id: string, { onCall, runner = Runner.job(), ...props }: BatchEtlProps) {
    super(scope, id, props);
    const around = {
      // What comes in is read by all and changed by none.
      input: new Bucket(this, "input", { name: "batch-etl-input" }),
      samples: Bucket.fromName(this, "samples", { name: "dataflow-samples", grants: "assume" }),
      bucket: new Bucket(this, "bucket", { name: "batch-etl" }),
      dataset: new Dataset(this, "dataset", { name: "batch_etl" }),
      network: new Network(this, "network", { name: "batch-etl" }),
    };

    // CSV files become events and totals, on machines that are said in every detail.
    const { events } = etl(this, around);
    // What is small is one machine's work: texts, lists, Avro and Parquet, tables.
    files(this, around, runner);
    tables(this, { ...around, runner, events });

    // What does not end: each event a row at once, and counted in every kind of window.
    const journey = new DataJourney(this, "journey", {
      event: LiveEvent,
      name: "live-events",
      dataset: new Dataset(this, "live", { name: "live" }),
      bucket: around.bucket,
      network: around.network,
    });
    journey.process(liveEvents, {
      runner: Runner.pushService(),
      into: { events: { table: "events", partition: { column: "timestamp" } } },
    });
    journey.process(windows, {
      runner: Runner.dataflow({ streamingEngine: true, autoscaling: "throughput", workers: 1, maxWorkers: 5 }),
      into: {
        fixed: "fixed",
        sliding: "sliding",
        sessions: "sessions",
        global: { table: "global", write: "upsert", primaryKey: ["event"] },
        early_and_late: { table: "early_and_late", write: "upsert", primaryKey: ["window_start"] },
        every_ten: "every_ten",
      },
    });

    // The same words and files by templates: one of ours, one that a program wrote, and Google's.
    const launches = templates(this, { ...around, events: journey.events.topic });

    // Lag, watermark, backlog, CPU and memory of all of Dataflow's jobs, and what their workers log.
    new LogMetric(this, "worker errors", {
      name: "batch-etl-worker-errors",
      filter: 'resource.type="dataflow_step" severity>=ERROR',
      labels: { job: { field: "resource.labels.job_name" } },
    });
    journey.monitor({
      name: "batch-etl",
      channels: [new NotificationChannel(this, "on-call", { to: { email: onCall } })],
      beside: [this],
      also: { streamingJobs: launches.streaming, batchJobs: launches.batch },
    });
  }
}
