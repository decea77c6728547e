/** Which stack provisions which system, and where in it. */
export interface System {
  /** "G1" */
  readonly id: string;
  /** The folder in stacks/. */
  readonly stack: string;
  /** In a few words. */
  readonly what: string;
  /** What it is made of, without the rights between its parts: "google_pubsub_topic.dj-pubsub-topic". */
  readonly addresses: readonly string[];
  /** The stage that has them. @default "dev" */
  readonly stage?: string;
}

/** Sorted by id. */
export const systems: readonly System[] = [
  {
    id: "G1",
    stack: "gaming-events",
    what: "clicks come in by HTTP and are published",
    addresses: ["google_cloud_run_v2_service.dj-run-service-proxy", "google_pubsub_topic.dj-pubsub-topic"],
  },
  {
    id: "G2",
    stack: "gaming-events",
    what: "the dataset, and the table of counts",
    addresses: ["google_bigquery_dataset.data_journey", "google_bigquery_table.data_journey-dataflow"],
  },
  {
    id: "G3",
    stack: "gaming-events",
    what: "clicks land as they came, and a view unpacks them",
    addresses: [
      "google_pubsub_subscription.dj_subscription_bq_direct",
      "google_bigquery_table.data_journey-pubsub_direct",
      "google_bigquery_table.data_journey-clicks",
    ],
  },
  {
    id: "G4",
    stack: "gaming-events",
    what: "clicks are cleaned one by one by a service",
    addresses: [
      "google_pubsub_subscription.dj-subscription_cloud_run",
      "google_cloud_run_v2_service.dj-run-service-data-processing",
      "google_bigquery_table.data_journey-cloud_run",
    ],
  },
  {
    id: "G5",
    stack: "gaming-events",
    what: "clicks are counted for each visitor and minute by a worker pool",
    addresses: ["google_pubsub_subscription.dj_subscription_dataflow", "google_cloud_run_v2_worker_pool.user-activity"],
  },
  {
    id: "G6",
    stack: "gaming-events",
    stage: "dataflow",
    what: "the same by a Dataflow job of a flex template",
    addresses: [
      "google_dataflow_flex_template_job.dataflow-job",
      "google_storage_bucket.gaming-events",
      "google_storage_bucket_object.gaming-events-df_templates-dataflow_template-json",
      "google_compute_network.terraform-network",
    ],
  },
  {
    id: "G7",
    stack: "gaming-events",
    what: "simulated clicks, sent to the proxy's address",
    addresses: ["google_cloud_run_v2_service.dj-run-service-proxy"],
  },
  {
    id: "G8",
    stack: "gaming-events",
    what: "the check at the end: rows arrive, and no message is left",
    addresses: ["google_pubsub_subscription.dj_subscription_dataflow", "google_bigquery_table.data_journey-dataflow"],
  },
  {
    id: "I1",
    stack: "integration",
    what: "messages: pulled exactly once, pushed by a filter, in order, and set aside after five attempts",
    addresses: [
      "google_cloud_run_v2_service.input-ingest",
      "google_pubsub_topic.input",
      "google_pubsub_subscription.process-data",
      "google_pubsub_subscription.welcome",
      "google_pubsub_subscription.service-b",
      "google_pubsub_subscription.input-dead-letters-kept",
    ],
  },
  {
    id: "I2",
    stack: "integration",
    what: "functions for requests, messages, objects, documents and a clock; retryable against fatal errors",
    addresses: [
      "google_cloudfunctions2_function.lookup-file",
      "google_cloudfunctions2_function.reliable-function",
      "google_cloudfunctions2_function.process-file",
      "google_cloudfunctions2_function.sync-file",
      "google_eventarc_trigger.sync-file",
      "google_cloudfunctions2_function.count-files",
      "google_cloud_scheduler_job.count-files",
    ],
  },
  {
    id: "I3",
    stack: "integration",
    what: "files that come are copied in upper case",
    addresses: [
      "google_storage_bucket.my-upload-bucket",
      "google_storage_notification.my-upload-bucket-process-file",
      "google_pubsub_subscription.process-file",
      "google_cloudfunctions2_function.process-file",
      "google_storage_bucket.processed-files",
    ],
  },
  {
    id: "I4",
    stack: "integration",
    what: "a service, a job of many tasks, and a new revision that is given a fifth of the requests",
    addresses: [
      "google_cloud_run_v2_service.my-app",
      "google_cloud_run_v2_job.process-data",
      "google_cloud_run_v2_service.my-service",
    ],
  },
  {
    id: "I5",
    stack: "integration",
    what: "workflows: a machine that is there while it works, and many things at once",
    addresses: ["google_workflows_workflow.workflow-vm", "google_workflows_workflow.each-category"],
  },
  {
    id: "I6",
    stack: "integration",
    what: "events of objects, messages and audit logs, told apart by one service",
    addresses: [
      "google_eventarc_trigger.storage-trigger",
      "google_eventarc_trigger.storage-deleted-trigger",
      "google_eventarc_trigger.pubsub-trigger",
      "google_eventarc_trigger.bigquery-job-trigger",
      "google_cloud_run_v2_service.process-files",
    ],
  },
  {
    id: "I7",
    stack: "integration",
    what: "a queue, and a task that is due in five minutes",
    addresses: ["google_cloud_tasks_queue.my-queue", "google_cloud_run_v2_service.welcome"],
  },
  {
    id: "I8",
    stack: "integration",
    what: "a weekly report and a health check by the clock",
    addresses: ["google_cloud_scheduler_job.my-job", "google_cloud_scheduler_job.my-pubsub-job"],
  },
  {
    id: "I9",
    stack: "integration",
    what: "amounts of purchases for each category and minute",
    addresses: [
      "google_pubsub_subscription.purchase-summary",
      "google_cloud_run_v2_worker_pool.purchase-summary",
      "google_bigquery_table.dataset-purchase_summary",
    ],
  },
  {
    id: "I10",
    stack: "integration",
    stage: "dataflow",
    what: "one topic for a function, a service and Dataflow; a service after another; files by night, and who watches",
    addresses: [
      "google_cloudfunctions2_function.reliable-function",
      "google_cloud_run_v2_service.welcome",
      "google_dataflow_flex_template_job.purchase-summary",
      "google_cloud_run_v2_service.service-a",
      "google_pubsub_topic.requests",
      "google_cloud_run_v2_service.service-b",
      "google_storage_bucket.purchase-files",
      "google_cloud_scheduler_job.purchase-history",
      "google_bigquery_table.dataset-purchase_history",
      "google_pubsub_topic.monitoring",
      "google_cloudfunctions2_function.report-health",
      "google_monitoring_alert_policy.no-notices",
    ],
  },
  {
    id: "P1",
    stack: "iot-metrics",
    stage: "dataflow",
    what: "100,000 readings a second, counted for each type of device and minute; alerts, and how each device is now",
    addresses: [
      "google_pubsub_topic.device-readings",
      "google_pubsub_subscription.iot-metrics",
      "google_storage_bucket.device-metadata",
      "google_dataflow_flex_template_job.iot-metrics",
      "google_compute_network.iot",
      "google_bigquery_table.iot-metrics_per_minute",
      "google_pubsub_topic.device-alerts",
      "google_bigtable_instance.iot-devices",
      "google_bigtable_table.iot-devices-device-state",
    ],
  },
  {
    id: "P2",
    stack: "log-lake",
    what: "10 TB of access logs a day become rows of a table that is divided by days",
    addresses: [
      "google_storage_bucket.logs",
      "google_cloud_scheduler_job.log-lake",
      "google_storage_bucket_object.log-lake-templates-log-lake-json",
      "google_storage_bucket_object.log-lake-specs-log-lake-json",
      "google_compute_network.log-lake",
      "google_bigquery_table.logs-requests",
    ],
  },
  {
    id: "P3",
    stack: "payments",
    what: "a payment counts once, in BigQuery and in books that are kept elsewhere",
    addresses: [
      "google_cloud_run_v2_service.payments-ingest",
      "google_pubsub_topic.payments",
      "google_pubsub_subscription.payments",
      "google_cloud_run_v2_worker_pool.payments",
      "google_storage_bucket.payments-pipelines",
      "google_bigquery_table.payments-payments",
      "google_bigquery_table.payments-payments_per_merchant",
      "google_cloud_run_v2_service.book-payment",
      "google_firestore_database.payment-books",
    ],
  },
  {
    id: "W1",
    stack: "web-traffic",
    what: "a file of page views becomes a row for each user",
    addresses: [
      "google_storage_bucket.web-traffic-events",
      "google_cloud_run_v2_job.user-traffic",
      "google_bigquery_dataset.logs",
      "google_bigquery_table.logs-user_traffic",
    ],
  },
  {
    id: "W2",
    stack: "web-traffic",
    what: "the same file becomes a row for each minute",
    addresses: ["google_cloud_run_v2_job.minute-traffic", "google_bigquery_table.logs-minute_traffic"],
  },
  {
    id: "W3",
    stack: "web-traffic",
    stage: "dataflow",
    what: "both on Dataflow by the clock, with what they stage and keep for a while",
    addresses: [
      "google_cloud_scheduler_job.user-traffic",
      "google_cloud_scheduler_job.minute-traffic",
      "google_storage_bucket.web-traffic",
      "google_storage_bucket_object.web-traffic-templates-user-traffic-json",
      "google_storage_bucket_object.web-traffic-templates-minute-traffic-json",
      "google_compute_network.web-traffic",
    ],
  },
];
