/** A journey as constructs would synthesize it, cut to what matters: in, raw, row by row, counted, dead letters. */
const sa = (name: string) => `\${google_service_account.${name}.member}`;
const topic = (name: string) => `\${google_pubsub_topic.${name}.id}`;
const agent = "${google_project_service_identity.pubsub.member}";
const location = "europe-west1";
const deadLetters = { dead_letter_topic: topic("dead"), max_delivery_attempts: 5 };
const table = (name: string, columns: readonly object[]) => ({
  dataset_id: "${google_bigquery_dataset.data_journey.dataset_id}",
  table_id: name,
  deletion_protection: false,
  schema: JSON.stringify(columns),
});
const writes = (name: string, member: string) => ({
  dataset_id: `\${google_bigquery_table.${name}.dataset_id}`,
  table_id: `\${google_bigquery_table.${name}.table_id}`,
  role: "roles/bigquery.dataEditor",
  member,
});
const text = { name: "data", type: "STRING", mode: "NULLABLE" };

export const journeyResources = {
  google_project_service_identity: { pubsub: { service: "pubsub.googleapis.com" } },
  google_service_account: {
    proxy: { account_id: "dj-run-service-proxy" },
    cleaner: { account_id: "dj-run-service-cleaner" },
    pusher: { account_id: "dj-run-service-pusher" },
    pipeline: { account_id: "data-journey-pipeline" },
  },
  google_pubsub_topic: { clicks: { name: "dj-pubsub-topic" }, dead: { name: "dj-dead-letters" } },
  google_pubsub_subscription: {
    raw: {
      name: "dj_subscription_bq_direct",
      topic: topic("clicks"),
      bigquery_config: {
        table: "acme-dev.${google_bigquery_table.raw.dataset_id}.${google_bigquery_table.raw.table_id}",
      },
      dead_letter_policy: deadLetters,
      depends_on: ["time_sleep.settled"],
    },
    push: {
      name: "dj-subscription_cloud_run",
      topic: topic("clicks"),
      push_config: {
        push_endpoint: "${google_cloud_run_v2_service.cleaner.uri}/",
        oidc_token: {
          service_account_email: "${google_service_account.pusher.email}",
          audience: "https://cleaner.internal",
        },
      },
      dead_letter_policy: deadLetters,
    },
    pull: { name: "dj_subscription_dataflow", topic: topic("clicks") },
    kept: { name: "dj-dead-letters-kept", topic: topic("dead") },
  },
  google_bigquery_dataset: { data_journey: { dataset_id: "data_journey", location } },
  google_bigquery_table: {
    raw: table("pubsub_direct", [text]),
    clean: table("cloud_run", [text]),
    counts: table("dataflow", [text]),
    clicks: {
      dataset_id: "data_journey",
      table_id: "clicks",
      view: { query: "SELECT JSON_VALUE(data) FROM `acme-dev.data_journey.pubsub_direct`", use_legacy_sql: false },
      depends_on: ["google_bigquery_table.raw"],
    },
  },
  google_storage_bucket: { clicks: { name: "acme-dev-gaming-events", location } },
  google_cloud_run_v2_service: {
    proxy: {
      name: "dj-run-service-proxy",
      location,
      invoker_iam_disabled: true,
      template: {
        service_account: "${google_service_account.proxy.email}",
        containers: [{ image: "echo", env: [{ name: "TOPIC", value: topic("clicks") }] }],
      },
    },
    cleaner: {
      name: "dj-run-service-cleaner",
      location,
      custom_audiences: ["https://cleaner.internal"],
      template: { service_account: "${google_service_account.cleaner.email}", containers: [{ image: "echo" }] },
    },
  },
  google_cloud_run_v2_worker_pool: {
    counter: {
      name: "user-activity",
      location,
      template: { service_account: "${google_service_account.pipeline.email}", containers: [{ image: "worker" }] },
    },
  },
  google_pubsub_topic_iam_member: {
    proxy: { topic: "dj-pubsub-topic", role: "roles/pubsub.publisher", member: sa("proxy") },
    agent: { topic: topic("dead"), role: "roles/pubsub.publisher", member: agent },
    cleaner: { topic: topic("dead"), role: "roles/pubsub.publisher", member: sa("cleaner") },
  },
  google_pubsub_subscription_iam_member: {
    raw: subscriber("raw", agent),
    push: subscriber("push", agent),
    pull: subscriber("pull", sa("pipeline")),
  },
  google_bigquery_table_iam_member: {
    raw: writes("raw", agent),
    clean: writes("clean", sa("cleaner")),
    counts: writes("counts", sa("pipeline")),
  },
  google_storage_bucket_iam_member: {
    state: { bucket: "${google_storage_bucket.clicks.name}", role: "roles/storage.objectUser", member: sa("pipeline") },
    spec: { bucket: "${google_storage_bucket.clicks.name}", role: "roles/storage.objectViewer", member: sa("cleaner") },
  },
  google_cloud_run_v2_service_iam_member: {
    pusher: { name: "dj-run-service-cleaner", location, role: "roles/run.invoker", member: sa("pusher") },
  },
  google_service_account_iam_member: {
    pusher: {
      service_account_id: "${google_service_account.pusher.name}",
      role: "roles/iam.serviceAccountTokenCreator",
      member: agent,
    },
  },
  google_compute_network: { network: { name: "terraform-network", auto_create_subnetworks: false } },
  time_sleep: {
    settled: { create_duration: "60s", depends_on: ["google_bigquery_table_iam_member.raw"] },
  },
} as const;

function subscriber(name: string, member: string) {
  return {
    subscription: `\${google_pubsub_subscription.${name}.name}`,
    role: "roles/pubsub.subscriber",
    member,
    lifecycle: { replace_triggered_by: [`google_pubsub_subscription.${name}.id`] },
  };
}
