/**
 * What breaks each rule of whole journeys that stops a synthesis, by the rule's id. Every name begins with "fault", so
 * that a fault can be put into any journey.
 */
import { Lazy } from "cdktf";
import { Dataset } from "../../constructs/bigquery/dataset";
import { ExternalTable } from "../../constructs/bigquery/external-table";
import { Table } from "../../constructs/bigquery/table";
import { View } from "../../constructs/bigquery/view";
import { CloudRunService } from "../../constructs/cloud-run/cloud-run-service";
import { services } from "../../constructs/cloud-run/facts";
import { ContainerImage } from "../../constructs/core/image";
import type { GcpStack } from "../../constructs/core/stack";
import { DataJourney } from "../../constructs/data-journey/data-journey";
import { EventHandler } from "../../constructs/data-journey/event-handler";
import { Runner } from "../../constructs/data-journey/runners";
import { jobs } from "../../constructs/dataflow/facts";
import { EventTrigger } from "../../constructs/eventarc/event-trigger";
import { CloudFunction } from "../../constructs/functions/cloud-function";
import { FunctionSource } from "../../constructs/functions/function-source";
import { everyone } from "../../constructs/core/everyone";
import { ServiceAccount } from "../../constructs/iam/service-account";
import { Network } from "../../constructs/network/network";
import { Subnet } from "../../constructs/network/subnet";
import { BigQuerySubscription } from "../../constructs/pubsub/bigquery-subscription";
import { DeadLetters } from "../../constructs/pubsub/dead-letters";
import { consumers } from "../../constructs/pubsub/journey-rules";
import { PullSubscription } from "../../constructs/pubsub/pull-subscription";
import { PushSubscription } from "../../constructs/pubsub/push-subscription";
import { Topic } from "../../constructs/pubsub/topic";
import { Schedule } from "../../constructs/scheduler/schedule";
import { Bucket } from "../../constructs/storage/bucket";
import { nullable, string } from "../../pipeline";
import { Order, perMinute } from "./data-journey/events";
import { IMAGE } from "./support";

const image = ContainerImage.fromRegistry(IMAGE);
const topic = (stack: GcpStack, more: object = {}): Topic => new Topic(stack, "fault-topic", more);
const bucket = (stack: GcpStack, location?: string): Bucket => new Bucket(stack, "fault-bucket", { location });
const account = (stack: GcpStack): ServiceAccount => new ServiceAccount(stack, "fault-account");
const table = (stack: GcpStack, name = "fault", location?: string): Table =>
  new Table(stack, `${name}-rows`, {
    dataset: new Dataset(stack, name, { location }),
    name: "rows",
    columns: { data: nullable(string()) },
  });
const west = { regions: { allowed: ["europe-west1"], enforced: true } };

const pull = (stack: GcpStack, more: object = {}, by?: "dataflow"): void => {
  const reader = new PullSubscription(stack, "fault-reader", { topic: topic(stack), ...more });
  consumers.tell(reader, { subscription: reader.fullName, pipeline: true, by });
};

const counted = (stack: GcpStack, runner: Runner): unknown =>
  new DataJourney(stack, "fault-journey", {
    event: Order,
    name: "fault",
    dataset: new Dataset(stack, "fault"),
  }).process(perMinute, { runner, into: { counts: "counts", refused: "refused" } });

export const journeyFaults: { readonly [rule: string]: (stack: GcpStack) => unknown } = {
  "basic-role": (stack) => topic(stack).grant("roles/editor", account(stack)),
  "role-form": (stack) => topic(stack).grant("publisher", account(stack)),
  "public-grant": (stack) => bucket(stack).grantRead(everyone(stack)),
  "condition-unheard": (stack) =>
    topic(stack).grantPublish(account(stack), { condition: { title: "Always", expression: "true" } }),
  "use-without-right": (stack) =>
    new CloudRunService(stack, "fault-service", { image, env: { TOPIC: topic(stack).path } }),
  "right-without-use": (stack) => {
    const { identity } = new CloudRunService(stack, "fault-service", { image, env: { NAME: "x" } });
    topic(stack).grantPublish(identity, { why: "publishes" });
  },
  "env-self": (stack) => {
    const service: CloudRunService = new CloudRunService(stack, "fault-service", {
      image,
      access: "public",
      env: { SELF: Lazy.stringValue({ produce: () => service.url }) },
    });
  },
  "call-without-token": (stack) => {
    const url = "https://fault.run.app";
    services.tell(stack, { url, service: "projects/p/locations/l/services/fault", open: false });
    new Schedule(stack, "fault-schedule", { cron: "0 9 * * 1", target: { url, as: "nobody" } });
  },
  "dead-letters-unread": (stack) =>
    new PullSubscription(stack, "fault-reader", {
      topic: topic(stack),
      deadLetters: { topic: new Topic(stack, "fault-lost") },
    }),
  "dead-letters-regions": (stack) =>
    new PullSubscription(stack, "fault-reader", {
      topic: topic(stack, west),
      deadLetters: new DeadLetters(stack, "fault-letters"),
    }),
  "delivery-region": (stack) =>
    new BigQuerySubscription(stack, "fault-delivery", {
      topic: topic(stack, west),
      table: table(stack, "fault", "US"),
    }),
  "ingestion-region": (stack) => topic(stack, { ...west, ingestion: { bucket: bucket(stack, "us-east1") } }),
  "subscription-shared": (stack) => {
    const reader = new PullSubscription(stack, "fault-reader", { topic: topic(stack) });
    for (const at of [stack, reader]) consumers.tell(at, { subscription: reader.fullName, pipeline: false });
  },
  "subscription-expires": (stack) => pull(stack, { expiration: "31d" }),
  "pipeline-dead-letters": (stack) => pull(stack, { deadLetters: new DeadLetters(stack, "fault-letters") }),
  "dataflow-subscription": (stack) => pull(stack, { exactlyOnce: true }, "dataflow"),
  "push-without-token": (stack) =>
    new PushSubscription(stack, "fault-push", {
      topic: topic(stack),
      to: { url: "https://example.com" },
      as: "nobody",
    }),
  "push-without-grant": (stack) => {
    const { url } = new CloudRunService(stack, "fault-service", { image });
    new PushSubscription(stack, "fault-push", { topic: topic(stack), to: { url: url as "https://..." } });
  },
  "handler-loop": (stack) => {
    const deadLetters = new DeadLetters(stack, "fault-letters");
    const own = topic(stack);
    new EventHandler(stack, "fault", { events: { topic: own, deadLetters }, name: "fault", image, publishTo: own });
  },
  "function-loop": (stack) => {
    const files = bucket(stack);
    const made = new CloudFunction(stack, "fault-function", {
      source: FunctionSource.fromArchive(new Bucket(stack, "fault-sources"), "fault.zip"),
      entryPoint: "fault",
      trigger: { bucket: files },
    });
    files.grantReadWrite(made.identity);
  },
  "trigger-loop": (stack) => {
    const files = bucket(stack);
    const to = new CloudRunService(stack, "fault-service", { image });
    files.grantReadWrite(to.identity);
    new EventTrigger(stack, "fault-trigger", { on: { bucket: files }, to });
  },
  "windows-on-service": (stack) => counted(stack, Runner.pushService() as unknown as Runner),
  "one-instance": (stack) => counted(stack, Runner.workerPool({ instances: 2 }) as unknown as Runner),
  "job-name-twice": (stack) => {
    const fact = { job: "fault", name: "fault", mode: "streaming" } as const;
    for (const at of [stack, account(stack)]) jobs.tell(at, { ...fact });
  },
  "query-locations": (stack) => {
    const [here, there] = [table(stack, "fault_here"), table(stack, "fault_there", "EU")];
    const query = [here, there].map(({ path }) => `SELECT data FROM \`${path}\``).join(" UNION ALL ");
    new View(stack, "fault_view", { dataset: here.dataset, query });
  },
  "query-by-name": (stack) => {
    const { dataset } = table(stack);
    new View(stack, "fault_view", { dataset, query: "SELECT data FROM `fault.rows`" });
  },
  "files-location": (stack) =>
    new ExternalTable(stack, "fault_files", {
      dataset: new Dataset(stack, "fault", { location: "EU" }),
      bucket: bucket(stack, "US"),
      files: ["*.csv"],
      format: { type: "orc" },
    }),
  "range-overlap": (stack) => {
    const network = new Network(stack, "fault-net", { range: "10.0.0.0/16" });
    new Subnet(stack, "fault-subnet", { network, range: "10.0.4.0/24" });
  },
  "egress-region": (stack) => {
    const network = new Network(stack, "fault-net");
    const place = { network, range: "10.20.0.0/20", region: "us-central1" } as const;
    new CloudRunService(stack, "fault-service", { image, egress: new Subnet(stack, "fault-subnet", place).egress() });
  },
};
