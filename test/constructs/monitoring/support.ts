import type { Construct } from "constructs";
import { Dataset } from "../../../constructs/bigquery/dataset";
import { Table } from "../../../constructs/bigquery/table";
import { CloudRunJob } from "../../../constructs/cloud-run/cloud-run-job";
import { CloudRunService } from "../../../constructs/cloud-run/cloud-run-service";
import { WorkerPool } from "../../../constructs/cloud-run/worker-pool";
import { ContainerImage } from "../../../constructs/core/image";
import type { JourneyParts } from "../../../constructs/monitoring/journey-parts";
import { metrics } from "../../../constructs/monitoring/metrics";
import { NotificationChannel } from "../../../constructs/monitoring/notification-channel";
import { timeSeries } from "../../../constructs/monitoring/time-series";
import { PullSubscription } from "../../../constructs/pubsub/pull-subscription";
import { Topic } from "../../../constructs/pubsub/topic";
import { Schedule } from "../../../constructs/scheduler/schedule";
import { IMAGE } from "../support";
import { Order } from "../support-pipeline";

export const aChannel = (scope: Construct, name = "ops"): NotificationChannel =>
  new NotificationChannel(scope, name, { to: { email: "ops@acme.example" } });

export const age = timeSeries(metrics.subscription.oldestUnackedMessageAge, {
  where: { subscription_id: "clicks" },
  align: "max",
});
const counted = { where: { topic_id: "clicks" }, combine: "sum", by: ["topic_id"] } as const;
export const published = timeSeries(metrics.topic.publishRequests, counted);
export const refused = timeSeries(metrics.topic.publishRequests, {
  ...counted,
  and: 'metric.labels.response_class != "success"',
});

/** One of everything that a journey may have. */
export function allParts(scope: Construct, name = ""): Required<JourneyParts> {
  const image = ContainerImage.fromRegistry(IMAGE);
  const topic = new Topic(scope, `${name}clicks`);
  const dataset = new Dataset(scope, `${name}shop`.replaceAll("-", "_"));
  return {
    ingest: [new CloudRunService(scope, `${name}intake`, { image, maxInstances: 4 })],
    topics: [topic],
    subscriptions: [
      new PullSubscription(scope, `${name}reader`, { topic }),
      new PullSubscription(scope, `${name}landing`, { topic }),
    ],
    deadLetters: [new PullSubscription(scope, `${name}dead`, { topic: new Topic(scope, `${name}dead-letters`) })],
    services: [new CloudRunService(scope, `${name}enrich`, { image })],
    processors: [{ pipeline: "counts", workerPool: new WorkerPool(scope, `${name}counts`, { image }) }],
    workerPools: [new WorkerPool(scope, `${name}mailer`, { image })],
    streamingJobs: [{ name: `${name}sessions` }],
    batchJobs: [{ name: `${name}report` }],
    jobs: [new CloudRunJob(scope, `${name}cleanup`, { image })],
    schedules: [new Schedule(scope, `${name}hourly`, { cron: "0 * * * *", target: { topic, data: "go" } })],
    tables: [new Table(scope, `${name}orders`.replaceAll("-", "_"), { dataset, columns: Order })],
    datasets: [dataset],
  };
}
