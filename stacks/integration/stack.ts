import type { Construct } from "constructs";
import { BatchPipeline, Bucket, Dataset, GcpStack, Network, Runner, Table, type GcpStackProps } from "../../constructs";
import { FirestoreDatabase } from "../../constructs/firestore";
import { NotificationChannel } from "../../constructs/monitoring";
import { cloudEvents, fileIndex, fileProcessing } from "./files";
import { events, pulled, services } from "./messaging";
import { notices, silence } from "./monitoring";
import { purchaseHistory, purchaseSummary } from "./pipelines";
import { application, healthCheck, laterWork, processData, weeklyReport, type Rollout } from "./serving";
import { categories, machine } from "./workflows";

export interface IntegrationProps extends GcpStackProps {
  /**
   * What sums up purchases as they come, and those of files.
   * @default one machine of ours each: Runner.workerPool() and Runner.job()
   */
  readonly runners?: { readonly stream: Runner<"windowed">; readonly batch: Runner<"bounded"> };
  /** Which revision of my-service is deployed, and how requests are shared. */
  readonly rollout: Rollout;
  /** Who is told when something is wrong. */
  readonly email: string;
}

/** How things are put together: by messages, events, calls, tasks, clocks and workflows. */
export class Integration extends GcpStack {
  constructor(scope: Construct, id: string, { runners = ours, rollout, email, ...props }: IntegrationProps) {
    super(scope, id, props);
    const network = new Network(this, "network", { name: "integration" });
    const database = new FirestoreDatabase(this, "database", { name: "integration" });
    const dataset = new Dataset(this, "dataset", { name: "dataset" });
    const bucket = new Bucket(this, "bucket", { name: "integration-pipelines" });

    // What is well and what changes, and who is told when nothing is heard.
    const { topic: monitoring } = notices(this);
    healthCheck(this, monitoring);
    const onCall = new NotificationChannel(this, "on-call", { to: { email } });
    silence(this, onCall);

    // Calls: at once, later, by the clock and step by step.
    const app = application(this);
    const queue = laterWork(this);
    machine(this, network);
    categories(this, app, monitoring);

    // One topic, and all who read it: a function, a service, a job, and a pipeline.
    const journey = events(this, { database, queue, later: app, bucket, dataset, network });
    processData(this, pulled(this, journey.events.topic));
    const summary = new Table(this, "summary", {
      name: "purchase_summary",
      dataset,
      columns: purchaseSummary.outputs.summary.fields,
      partition: { column: "minute" },
    });
    journey.process(purchaseSummary, { runner: runners.stream, into: { summary } });
    weeklyReport(this, rollout, summary);
    journey.monitor({ channels: [onCall] });

    // Two services with a topic between them.
    services(this);

    // Files: copied by a function, indexed by events, summed up by night.
    const uploads = fileProcessing(this);
    cloudEvents(this, { uploads, database, notices: monitoring });
    fileIndex(this, { database, notices: monitoring });
    new BatchPipeline(this, "history", {
      pipeline: purchaseHistory,
      runner: runners.batch,
      from: {
        purchases: {
          bucket: new Bucket(this, "purchases", { name: "purchase-files" }),
          files: "purchases/*.jsonl",
          format: "json-lines",
        },
      },
      into: { history: { table: "purchase_history", write: "truncate" } },
      schedule: { cron: "30 2 * * *" },
      dataset,
      bucket,
      network,
    });
  }
}

const ours = { stream: Runner.workerPool(), batch: Runner.job() };
