/** Some twenty mistakes that everybody makes once, and the whole of what is said of each: where, what, the limit, the page. */
import { expect, test } from "vitest";
import { Dataset } from "../../constructs/bigquery/dataset";
import { Table } from "../../constructs/bigquery/table";
import { View } from "../../constructs/bigquery/view";
import { CloudRunService } from "../../constructs/cloud-run/cloud-run-service";
import { ContainerImage } from "../../constructs/core/image";
import type { GcpStack } from "../../constructs/core/stack";
import { DataJourney } from "../../constructs/data-journey/data-journey";
import { Runner } from "../../constructs/data-journey/runners";
import { everyone } from "../../constructs/core/everyone";
import { ServiceAccount } from "../../constructs/iam/service-account";
import { Network } from "../../constructs/network/network";
import { BigQuerySubscription } from "../../constructs/pubsub/bigquery-subscription";
import { DeadLetters } from "../../constructs/pubsub/dead-letters";
import { PullSubscription } from "../../constructs/pubsub/pull-subscription";
import { PushSubscription } from "../../constructs/pubsub/push-subscription";
import { Topic } from "../../constructs/pubsub/topic";
import { Schedule } from "../../constructs/scheduler/schedule";
import { Bucket } from "../../constructs/storage/bucket";
import { TaskQueue } from "../../constructs/tasks/task-queue";
import { Template } from "../../constructs/testing/template";
import { integer, nullable, string } from "../../pipeline";
import { large, Order, perMinute } from "./data-journey/events";
import { aStack, IMAGE, messageOf } from "./support";

const image = ContainerImage.fromRegistry(IMAGE);
const orders = (stack: GcpStack): Topic => new Topic(stack, "orders");
const rows = (stack: GcpStack, location?: string, name = "shop"): Table =>
  new Table(stack, `${name}-rows`, {
    dataset: new Dataset(stack, name, { location }),
    name: "rows",
    columns: { data: nullable(string()) },
  });
const numbers = (stack: GcpStack): Table =>
  new Table(stack, "numbers", { dataset: new Dataset(stack, "shop"), columns: { amount: integer() } });
const journey = (stack: GcpStack): DataJourney<typeof Order.fields> =>
  new DataJourney(stack, "journey", { event: Order, name: "orders", dataset: new Dataset(stack, "shop") });

const mistakes: readonly [mistake: string, make: (stack: GcpStack) => unknown, says: string][] = [
  [
    "a topic's name that Google keeps for itself",
    (stack) => new Topic(stack, "googly", { name: "goog-orders" }),
    'test/googly: 1 option is not valid\n  name is "goog-orders": Pub/Sub takes 3 to 255 letters, digits and -_.~+%, a letter first and not "goog" (https://cloud.google.com/pubsub/docs/pubsub-basics#resource_names)',
  ],
  [
    "an option as text that is a duration without its unit",
    (stack) => new Topic(stack, "orders", { retention: "7" as "7d" }),
    'test/orders: 1 option is not valid\n  retention is "7": write a number and a unit, as in "30s", "10m", "7d" (https://cloud.google.com/pubsub/docs/replay-overview)',
  ],
  [
    "messages kept for longer than Pub/Sub can",
    (stack) => new Topic(stack, "orders", { retention: "60d" }),
    'test/orders: 1 option is not valid\n  retention is "60d": Pub/Sub takes 10m to 31d (https://cloud.google.com/pubsub/docs/replay-overview)',
  ],
  [
    "a deadline that no subscription has",
    (stack) => new PullSubscription(stack, "reader", { topic: orders(stack), ackDeadline: "15m" }),
    'test/reader: 1 option is not valid\n  ackDeadline is "15m": Pub/Sub takes 10s to 600s (https://cloud.google.com/pubsub/docs/lease-management)',
  ],
  [
    "a filter that is no filter",
    (stack) => new PullSubscription(stack, "reader", { topic: orders(stack), filter: 'type = "created"' }),
    'test/reader: 1 option is not valid\n  filter is not valid at position 0: expected attributes, hasPrefix( or a parenthesis, found "type = "crea" (https://cloud.google.com/pubsub/docs/subscription-message-filter)',
  ],
  [
    "more attempts before a dead letter than there can be",
    (stack) =>
      new PullSubscription(stack, "reader", {
        topic: orders(stack),
        deadLetters: new DeadLetters(stack, "lost"),
        maxDeliveryAttempts: 3,
      }),
    "test/reader: 1 option is not valid\n  maxDeliveryAttempts is 3: Pub/Sub takes 5 to 100 (https://cloud.google.com/pubsub/docs/handling-failures)",
  ],
  [
    "dead letters that nobody reads",
    (stack) =>
      new PullSubscription(stack, "reader", { topic: orders(stack), deadLetters: { topic: new Topic(stack, "lost") } }),
    "[test] test/reader: projects/acme-dev/topics/lost takes dead letters and has no subscription: they are lost. Use DeadLetters, which keeps them [dead-letters-unread] (https://cloud.google.com/pubsub/docs/dead-letter-topics)",
  ],
  [
    "messages that do not fit the table they land in",
    (stack) => new BigQuerySubscription(stack, "landing", { topic: orders(stack), table: numbers(stack) }),
    "test/landing: 1 option is not valid\n  table numbers lacks the columns that Pub/Sub writes: data (STRING or BYTES or JSON) (https://cloud.google.com/pubsub/docs/bigquery)",
  ],
  [
    "a push to an address without TLS",
    (stack) =>
      new PushSubscription(stack, "push", { topic: orders(stack), to: { url: "http://example.com" as "https://" } }),
    'test/push: 1 option is not valid\n  to.url is "http://example.com": Pub/Sub pushes to https:// only (https://cloud.google.com/pubsub/docs/push#properties_of_a_push_subscription)',
  ],
  [
    "a push that proves nothing of who it is",
    (stack) =>
      new PushSubscription(stack, "push", { topic: orders(stack), to: { url: "https://example.com" }, as: "nobody" }),
    "[test] test/push: pushes without a token, so that the endpoint cannot tell Pub/Sub from anybody else. Give it an account: as [push-without-token] (https://cloud.google.com/pubsub/docs/authenticate-push-subscriptions)",
  ],
  [
    "a service that publishes and has no right to",
    (stack) => new CloudRunService(stack, "shop", { image, env: { TOPIC: orders(stack).path } }),
    "[test] test/shop: env TOPIC names projects/acme-dev/topics/orders, on which this workload's account has no right: give it one (grantPublish) [use-without-right] (https://cloud.google.com/iam/docs/using-iam-securely#least_privilege)",
  ],
  [
    "a right that nothing uses",
    (stack) =>
      orders(stack).grantPublish(new CloudRunService(stack, "shop", { image, env: { SHOP: "berlin" } }).identity, {
        why: "publishes",
      }),
    "[test] test/shop/identity: has a right on projects/acme-dev/topics/orders that nothing it runs makes use of [right-without-use] (https://cloud.google.com/iam/docs/using-iam-securely#least_privilege)",
  ],
  [
    "a bucket that everybody reads, by accident",
    (stack) => new Bucket(stack, "files").grantRead(everyone(stack)),
    "[test] test: gives allUsers roles/storage.objectViewer on acme-dev-files: that is everybody in the world. Give it to those who need it [public-grant] (https://cloud.google.com/iam/docs/overview#all-users)",
  ],
  [
    "owner of the project, to be quick",
    (stack) => orders(stack).grant("roles/owner", new ServiceAccount(stack, "shop")),
    "[test] test/shop: has roles/owner on projects/acme-dev/topics/orders, which is thousands of permissions in all services: give the roles of what it does [basic-role] (https://cloud.google.com/iam/docs/roles-overview#basic)",
  ],
  [
    "a dataset with a dash",
    (stack) => new Dataset(stack, "shop", { name: "shop-data" }),
    'test/shop: 1 option is not valid\n  name is "shop-data": BigQuery takes letters, digits and "_" (https://cloud.google.com/bigquery/docs/datasets#dataset-naming)',
  ],
  [
    "a query across two places",
    (stack) => {
      const [here, there] = [rows(stack, "EU"), rows(stack, "US", "shop_us")];
      return new View(stack, "both", {
        dataset: here.dataset,
        query: `SELECT * FROM \`${here.path}\` UNION ALL SELECT * FROM \`${there.path}\``,
      });
    },
    "[test] test/both: joins what lies in several locations: acme-dev.shop (EU) and acme-dev.shop_us (US). A query runs where its tables are, and for BigQuery EU is another place than each of its regions. Copy what it reads, or make the datasets in one location [query-locations] (https://cloud.google.com/bigquery/docs/locations#specify_locations)",
  ],
  [
    "memory that the processors cannot have",
    (stack) => new CloudRunService(stack, "shop", { image, cpu: "1", memory: "8Gi" }),
    'test/shop: 1 option is not valid\n  memory is "8Gi" with 1 CPU: Cloud Run takes 128Mi to 4Gi (https://cloud.google.com/run/docs/configuring/services/cpu)',
  ],
  [
    "windows on a service that is pushed one message at a time",
    (stack) =>
      journey(stack).process(perMinute, {
        runner: Runner.pushService() as never,
        into: { counts: "counts", refused: "refused" },
      }),
    "[test] test/journey/orders-per-minute: orders-per-minute keeps windows or state, and a service's instances come and go: Runner.workerPool() or Runner.dataflow() [windows-on-service] (https://cloud.google.com/run/docs/about-instance-autoscaling)",
  ],
  [
    "Dataflow without a network",
    (stack) => journey(stack).process(large, { runner: Runner.dataflow(), into: { large: "large" } }),
    'test/journey/large-orders: Dataflow needs a network: give the journey one, or Runner.dataflow({ network }). Without it workers look for "default", which most projects lack (https://cloud.google.com/dataflow/docs/guides/specifying-networks)',
  ],
  [
    "a queue that gives up before it has tried",
    (stack) => new TaskQueue(stack, "calls", { retry: { attempts: 0 } }),
    'test/calls: 1 option is not valid\n  retry.attempts is 0: Cloud Tasks takes 1 or more, or "unlimited" (https://cloud.google.com/tasks/docs/configuring-queues)',
  ],
  [
    "a schedule that no clock reaches",
    (stack) => new Schedule(stack, "daily", { cron: "0 25 * * *", target: { topic: orders(stack), data: "go" } }),
    'test/daily: 1 option is not valid\n  cron is "0 25 * * *": it has "25" as its hour: Cloud Scheduler takes 0 to 23 (https://cloud.google.com/scheduler/docs/configuring/cron-job-schedules)',
  ],
  [
    "a network with a range that holds nothing",
    (stack) => new Network(stack, "net", { range: "10.0.0.0/33" }),
    'test/net: 1 option is not valid\n  range is "10.0.0.0/33": write it as "10.10.0.0/20" (https://cloud.google.com/vpc/docs/subnets#valid-ranges)',
  ],
];

test.each(mistakes)("%s", (_, make, says) => {
  const stack = aStack();
  const said = messageOf(() => {
    make(stack);
    Template.fromStack(stack);
  });
  expect(
    said.replace(/^Validation failed with the following errors:\n\s+/, "").replace(/\n\nIf you wish[\s\S]*/, ""),
  ).toBe(says);
});
