import type { Metric, MonitoredResource } from "./metric";

const resource = <Label extends string>(type: string, ...labels: readonly Label[]): MonitoredResource<Label> => ({
  type,
  labels,
});

/**
 * What the metrics here are of. Each has a `project_id` too, which nobody asks for.
 * @see https://cloud.google.com/monitoring/api/resources
 */
export const resources = {
  subscription: resource("pubsub_subscription", "subscription_id"),
  topic: resource("pubsub_topic", "topic_id"),
  revision: resource("cloud_run_revision", "service_name", "revision_name", "configuration_name", "location"),
  workerPool: resource("cloud_run_worker_pool", "worker_pool_name", "revision_name", "configuration_name", "location"),
  runJob: resource("cloud_run_job", "job_name", "location"),
  dataflowJob: resource("dataflow_job", "job_name", "region"),
  dataflowWorker: resource("dataflow_worker", "job_name", "job_id", "worker_type", "worker_id", "location"),
  dataset: resource("bigquery_dataset", "dataset_id"),
  bigqueryProject: resource("bigquery_project", "location"),
  quota: resource("consumer_quota", "service", "location"),
  calledApi: resource("consumed_api", "service", "method", "version", "location", "credential_id"),
};

type Shape = Pick<Metric, "kind" | "value">;

const gauge: Shape = { kind: "gauge", value: "number" };
const count: Shape = { kind: "delta", value: "number" };
const spread: Shape = { kind: "delta", value: "distribution" };
const truth: Shape = { kind: "gauge", value: "yes-or-no" };

const metric = <Of extends string, Label extends string = never>(
  of: MonitoredResource<Of>,
  type: string,
  shape: Shape,
  unit: string,
  ...labels: readonly Label[]
): Metric<Of, Label> => ({ type, resource: of, ...shape, unit, labels });

const { subscription, topic, revision, workerPool, runJob, dataflowJob, dataflowWorker, dataset } = resources;

/**
 * The metrics of Google's that are of use for a journey, by the resource that they are of, as Google lists them. Those
 * that Google calls alpha are not among them.
 */
export const metrics = {
  /** @see https://cloud.google.com/monitoring/api/metrics_gcp_p_z#gcp-pubsub */
  subscription: {
    oldestUnackedMessageAge: metric(
      subscription,
      "pubsub.googleapis.com/subscription/oldest_unacked_message_age",
      gauge,
      "s",
    ),
    undeliveredMessages: metric(
      subscription,
      "pubsub.googleapis.com/subscription/num_undelivered_messages",
      gauge,
      "1",
    ),
    backlogBytes: metric(subscription, "pubsub.googleapis.com/subscription/backlog_bytes", gauge, "By"),
    outstandingMessages: metric(
      subscription,
      "pubsub.googleapis.com/subscription/num_outstanding_messages",
      gauge,
      "1",
    ),
    deadLetters: metric(
      subscription,
      "pubsub.googleapis.com/subscription/dead_letter_message_count",
      count,
      "1",
      "response_code",
    ),
    sentMessages: metric(
      subscription,
      "pubsub.googleapis.com/subscription/sent_message_count",
      count,
      "1",
      "delivery_type",
    ),
    acknowledged: metric(
      subscription,
      "pubsub.googleapis.com/subscription/ack_message_count",
      count,
      "1",
      "delivery_type",
    ),
    /** response_class: ack, deadline_exceeded, internal, invalid, remote_server_4xx, remote_server_5xx, unreachable. */
    pushRequests: metric(
      subscription,
      "pubsub.googleapis.com/subscription/push_request_count",
      count,
      "1",
      "response_class",
      "response_code",
      "delivery_type",
    ),
    pushLatencies: metric(
      subscription,
      "pubsub.googleapis.com/subscription/push_request_latencies",
      spread,
      "us",
      "response_code",
      "delivery_type",
    ),
  },
  /** @see https://cloud.google.com/monitoring/api/metrics_gcp_p_z#gcp-pubsub */
  topic: {
    /** response_class: success, invalid, internal. */
    publishRequests: metric(
      topic,
      "pubsub.googleapis.com/topic/send_request_count",
      count,
      "1",
      "response_class",
      "response_code",
    ),
    /** How many there were is how many messages were published. */
    messageSizes: metric(topic, "pubsub.googleapis.com/topic/message_sizes", spread, "By"),
  },
  /** Of services, and of functions, which are services. @see https://cloud.google.com/monitoring/api/metrics_gcp_p_z#gcp-run */
  service: {
    requests: metric(revision, "run.googleapis.com/request_count", count, "1", "response_code", "response_code_class"),
    latencies: metric(
      revision,
      "run.googleapis.com/request_latencies",
      spread,
      "ms",
      "response_code",
      "response_code_class",
    ),
    /** state: active, idle. */
    instances: metric(revision, "run.googleapis.com/container/instance_count", gauge, "1", "state"),
    cpu: metric(revision, "run.googleapis.com/container/cpu/utilizations", spread, "10^2.%"),
    memory: metric(revision, "run.googleapis.com/container/memory/utilizations", spread, "10^2.%"),
  },
  /** @see https://cloud.google.com/monitoring/api/metrics_gcp_p_z#gcp-run */
  workerPool: {
    instances: metric(workerPool, "run.googleapis.com/container/instance_count", gauge, "1", "state"),
    cpu: metric(workerPool, "run.googleapis.com/container/cpu/utilizations", spread, "10^2.%"),
    memory: metric(workerPool, "run.googleapis.com/container/memory/utilizations", spread, "10^2.%"),
  },
  /** @see https://cloud.google.com/monitoring/api/metrics_gcp_p_z#gcp-run */
  runJob: {
    /** result: succeeded, failed. */
    executions: metric(runJob, "run.googleapis.com/job/completed_execution_count", count, "1", "result"),
    running: metric(runJob, "run.googleapis.com/job/running_executions", gauge, "1"),
  },
  /** @see https://cloud.google.com/monitoring/api/metrics_gcp_d_h#gcp-dataflow */
  dataflowJob: {
    systemLag: metric(dataflowJob, "dataflow.googleapis.com/job/system_lag", gauge, "s", "job_id"),
    watermarkAge: metric(dataflowJob, "dataflow.googleapis.com/job/data_watermark_age", gauge, "s", "job_id"),
    backlogBytes: metric(dataflowJob, "dataflow.googleapis.com/job/backlog_bytes", gauge, "By", "job_id", "stage"),
    /** 1 when it has failed. */
    failed: metric(dataflowJob, "dataflow.googleapis.com/job/is_failed", gauge, "1"),
    cpu: metric(dataflowJob, "dataflow.googleapis.com/job/aggregated_worker_utilization", gauge, "10^2.%", "job_id"),
    vcpus: metric(dataflowJob, "dataflow.googleapis.com/job/current_num_vcpus", gauge, "1", "job_id"),
  },
  /** @see https://cloud.google.com/monitoring/api/metrics_gcp_d_h#gcp-dataflow */
  dataflowWorker: {
    memoryUsed: metric(dataflowWorker, "dataflow.googleapis.com/worker/memory/bytes_used", gauge, "By", "container"),
    memoryLimit: metric(dataflowWorker, "dataflow.googleapis.com/worker/memory/total_limit", gauge, "By"),
  },
  /** @see https://cloud.google.com/monitoring/api/metrics_gcp_a_b#gcp-bigquery */
  dataset: {
    /** Known up to six hours later: for charts, never for alerts. */
    uploadedRows: metric(dataset, "bigquery.googleapis.com/storage/uploaded_row_count", count, "1", "api", "table"),
  },
  /** @see https://cloud.google.com/monitoring/api/metrics_gcp_p_z#gcp-serviceruntime */
  api: {
    quotaExceeded: metric(
      resources.quota,
      "serviceruntime.googleapis.com/quota/exceeded",
      truth,
      "1",
      "limit_name",
      "quota_metric",
    ),
    requests: metric(
      resources.calledApi,
      "serviceruntime.googleapis.com/api/request_count",
      count,
      "1",
      "protocol",
      "response_code",
      "response_code_class",
      "grpc_status_code",
    ),
  },
};
