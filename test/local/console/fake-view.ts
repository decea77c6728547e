/** A running journey as the console sees one, whose numbers the test sets: the shape of gaming-events. */
import type { GraphEdge, GraphNode, JourneyGraph } from "../../../local/graph";
import type { Counters, Denial } from "../../../local/service";
import type { PeekedMessage } from "../../../local/services/pubsub/pubsub";
import type { Source } from "../../../local/console/source";
import type { CloudView, TimedEntry, WorkloadView } from "../../../local/view";

const node = (id: string, kind: GraphNode["kind"], label: string): GraphNode => ({ id, kind, label });
const edge = (from: string, to: string, kind: GraphEdge["kind"]): GraphEdge => ({ from, to, kind });

export const proxy = "google_cloud_run_v2_service.dj-run-service-proxy";
export const topic = "google_pubsub_topic.dj-pubsub-topic";
export const rawSubscription = "google_pubsub_subscription.dj_subscription_bq_direct";
export const pushSubscription = "google_pubsub_subscription.dj-subscription_cloud_run";
export const pullSubscription = "google_pubsub_subscription.dj_subscription_dataflow";
export const pusher = "google_cloud_run_v2_service.dj-run-service-data-processing";
export const pool = "google_cloud_run_v2_worker_pool.user-activity";
export const rawTable = "google_bigquery_table.pubsub_direct";
export const cleanTable = "google_bigquery_table.cloud_run";
export const activityTable = "google_bigquery_table.dataflow";
export const deadTopic = "google_pubsub_topic.click-event-dead-letters";
export const deadSubscription = "google_pubsub_subscription.click-event-dead-letters-kept";

export const gamingGraph: JourneyGraph = {
  nodes: [
    { ...node(proxy, "service", "dj-run-service-proxy"), public: true },
    node(topic, "topic", "dj-pubsub-topic"),
    node(rawSubscription, "subscription", "dj_subscription_bq_direct"),
    node(pushSubscription, "subscription", "dj-subscription_cloud_run"),
    node(pullSubscription, "subscription", "dj_subscription_dataflow"),
    node(pusher, "service", "dj-run-service-data-processing"),
    node(pool, "worker-pool", "user-activity"),
    node(rawTable, "table", "data_journey.pubsub_direct"),
    node("google_bigquery_table.clicks", "view", "data_journey.clicks"),
    node(cleanTable, "table", "data_journey.cloud_run"),
    node(activityTable, "table", "data_journey.dataflow"),
    node("google_storage_bucket.gaming-events", "bucket", "acme-dev-gaming-events"),
    node(deadTopic, "dead-letters", "click-event-dead-letters"),
    node(deadSubscription, "subscription", "click-event-dead-letters-kept"),
  ],
  edges: [
    edge(proxy, topic, "publish"),
    edge(topic, rawSubscription, "deliver"),
    edge(topic, pushSubscription, "deliver"),
    edge(topic, pullSubscription, "deliver"),
    edge(rawSubscription, rawTable, "deliver"),
    edge(rawSubscription, deadTopic, "dead-letter"),
    edge(rawTable, "google_bigquery_table.clicks", "read"),
    edge(pushSubscription, pusher, "deliver"),
    edge(pushSubscription, deadTopic, "dead-letter"),
    edge(pusher, cleanTable, "write"),
    edge(pusher, deadTopic, "dead-letter"),
    edge(pullSubscription, pool, "pull"),
    edge(pool, activityTable, "write"),
    edge(pool, deadTopic, "dead-letter"),
    { ...edge(pool, "google_storage_bucket.gaming-events", "write"), both: true },
    edge(deadTopic, deadSubscription, "deliver"),
  ],
};

export interface FakeView extends CloudView {
  counted: Counters;
  denied: Denial[];
  running: WorkloadView[];
  readonly kept: PeekedMessage[];
  readonly source: Source;
  say(entry: TimedEntry): void;
}

const table = (address: string, id: string) => ({
  address,
  type: "google_bigquery_table",
  name: id,
  attributes: {
    dataset_id: "data_journey",
    table_id: id,
    project: "acme-dev",
    schema: JSON.stringify([{ name: "publish_time", type: "TIMESTAMP" }]),
  },
  service: "bigquery",
  notHere: undefined,
});
/** @param http where the owner's door is; its BigQuery answers queries */
export function fakeView(http = "http://127.0.0.1:1", graph = gamingGraph): FakeView {
  const listeners = new Set<(entry: TimedEntry) => void>();
  const said: TimedEntry[] = [];
  const view: FakeView = {
    stack: { id: "gaming-events-dev", project: "acme-dev", projectNumber: "123456789012", region: "europe-west1" },
    startedAt: Date.UTC(2024, 4, 6, 12),
    resources: [
      table(rawTable, "pubsub_direct"),
      table(cleanTable, "cloud_run"),
      table(activityTable, "dataflow"),
      {
        address: "google_compute_network.terraform-network",
        type: "google_compute_network",
        name: "terraform-network",
        attributes: {},
        service: undefined,
        notHere: "a laptop has no VPC: workloads reach the services directly",
      },
    ],
    outputs: {},
    services: ["pubsub", "bigquery", "storage", "run"],
    graph,
    grants: [],
    get denials() {
      return view.denied;
    },
    owner: { grpc: "127.0.0.1:1", http, environment: { PUBSUB_EMULATOR_HOST: "127.0.0.1:1" } },
    logs: {
      recent: (limit = 1000) => said.slice(-limit),
      follow(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    counters: () => view.counted,
    workloads: () => view.running,
    counted: {},
    denied: [],
    running: [],
    kept: [],
    get source() {
      return {
        view,
        peek: (address: string, limit: number) => (address === deadSubscription ? view.kept.slice(0, limit) : []),
      };
    },
    say(entry) {
      said.push(entry);
      for (const listener of listeners) listener(entry);
    },
  };
  return view;
}
