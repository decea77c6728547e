import type { Construct } from "constructs";
import {
  Bucket,
  CloudRunService,
  grantOnProject,
  type AnyTable,
  type AnyTopic,
  type CloudRunServiceProps,
  type PullSubscription,
} from "../../constructs";
import { CloudRunJob } from "../../constructs/cloud-run";
import { Schedule } from "../../constructs/scheduler";
import { TaskQueue } from "../../constructs/tasks";
import { handler } from "./images";

/** Which revision is deployed, and how the requests are shared among those that are there. */
export type Rollout = Required<Pick<CloudRunServiceProps, "revision">> & Pick<CloudRunServiceProps, "traffic">;

/** A service with all that is said of one: how many, how much at once, how long, with what. */
export function application(scope: Construct): CloudRunService {
  return new CloudRunService(scope, "my-app", {
    image: handler("my-app"),
    port: 8080,
    cpu: "1",
    memory: "512Mi",
    minInstances: 0,
    maxInstances: 100,
    concurrency: 1000,
    timeout: "300s",
    // Tasks and workflows count as internal, and nobody else calls it.
    ingress: "internal",
    env: { ENV: "production" },
  });
}

/** Requests later, at a pace, and again where they fail. With how many a full queue begins is Cloud Tasks' to choose. */
export const laterWork = (scope: Construct): TaskQueue =>
  new TaskQueue(scope, "my-queue", {
    rate: { perSecond: 10, atOnce: 50 },
    retry: { attempts: 5, within: "3600s", backoff: { minimum: "1s", maximum: "600s" }, doublings: 16 },
  });

/** The service whose new revision gets a fifth of the requests first. It reports on Mondays. */
export function weeklyReport(scope: Construct, rollout: Rollout, summary: AnyTable): void {
  const service = new CloudRunService(scope, "my-service", {
    ...rollout,
    image: handler("my-app"),
    ingress: "internal",
    env: { ENV: "production", SUMMARY: summary.path },
  });
  summary.grantRead(service.identity, { why: "reports on it" });
  grantOnProject("roles/bigquery.jobUser", service.identity, { why: "asks BigQuery" });
  new Schedule(scope, "my-job", {
    cron: "0 9 * * 1",
    timeZone: "America/New_York",
    target: {
      to: service,
      path: "/weekly-report",
      headers: { "Content-Type": "application/json" },
      body: { report_type: "weekly" },
    },
  });
}

/** Every five minutes it is said that all is well: who listens can tell when it is not. */
export function healthCheck(scope: Construct, notices: AnyTopic): void {
  new Schedule(scope, "my-pubsub-job", {
    cron: "*/5 * * * *",
    target: { topic: notices, data: { check: "health" }, attributes: { source: "scheduler", type: "health_check" } },
  });
}

/** Tasks that take what a subscription holds, ten at once, until it is empty; each for an hour at most. */
export function processData(scope: Construct, subscription: PullSubscription): void {
  const kept = new Bucket(scope, "processed-data", { name: "processed-data" });
  const job = new CloudRunJob(scope, "process-data", {
    image: handler("process-data"),
    tasks: 100,
    parallelism: 10,
    timeout: "3600s",
    env: { SUBSCRIPTION: subscription.path, BUCKET: kept.name },
    schedule: { name: "process-data", cron: "0 2 * * *" },
  });
  subscription.grantSubscribe(job.identity, { why: "takes what it holds" });
  // A message that comes again is written again, over itself.
  kept.grantReadWrite(job.identity, { why: "keeps each message under its id" });
}
