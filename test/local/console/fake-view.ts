/** A running journey as the console sees one, whose numbers the test sets: the shape of gaming-events. */
import type { ProcessorState } from "../../../pipeline-images/stream-processor/contract";
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

/** What the pool's processor tells of itself. */
export const processorState: ProcessorState = {
  pipeline: "user-activity",
  mode: "pull",
  state: "running",
  watermark: "2024-05-06T12:00:00.000Z",
  watermarkAgeSeconds: 3,
  messages: 60_000,
  duplicates: 0,
  late: 0,
  errors: { parse: 2 },
  rows: { activity: 58_000, late: 4 },
  unwritten: 12,
  unacknowledged: 0,
  problem: null,
  steps: { "activity.aggregate": { keys: 1_204, windows: 3 } },
  refused: [{ step: "clicks.parse", reason: "parse", rows: 2 }],
  checkpoints: {
    place: "gs://acme-dev-gaming-events/state",
    term: 2,
    sequence: 41,
    last: "2024-05-06T12:00:00Z",
    milliseconds: 35,
    bytes: 12_288,
    restoreMilliseconds: 210,
  },
  sources: {},
  outputs: {
    activity: { to: "acme-dev.data_journey.dataflow", rows: 58_000, unwritten: 12, unwrittenBytes: 1_536 },
    late: { to: "projects/acme-dev/topics/late", rows: 4, unwritten: 0, unwrittenBytes: 0 },
  },
  memory: { used: 812 * 2 ** 20, limit: 2 ** 30, heap: 2 ** 28, heapLimit: 2 ** 29, short: false },
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
