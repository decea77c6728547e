/**
 * Which API a resource type needs: the longest prefix that fits. A type of a new service is one line here.
 * @see https://cloud.google.com/service-usage/docs/enabled-service
 */
const apis: { readonly [prefix: string]: string } = {
  google_artifact_registry_: "artifactregistry",
  google_bigquery_: "bigquery",
  google_bigquery_connection: "bigqueryconnection",
  google_bigquery_data_transfer_: "bigquerydatatransfer",
  google_bigtable_: "bigtableadmin",
  google_cloud_run_v2_: "run",
  google_cloud_scheduler_: "cloudscheduler",
  google_cloud_tasks_: "cloudtasks",
  google_cloudfunctions2_: "cloudfunctions",
  google_compute_: "compute",
  google_data_catalog_: "datacatalog",
  google_dataflow_: "dataflow",
  google_dns_: "dns",
  google_eventarc_: "eventarc",
  google_firestore_: "firestore",
  google_iam_workload_identity_pool: "iam",
  google_kms_: "cloudkms",
  google_logging_: "logging",
  google_monitoring_: "monitoring",
  google_project_iam_: "cloudresourcemanager",
  google_project_iam_custom_role: "iam",
  google_pubsub_: "pubsub",
  google_secret_manager_: "secretmanager",
  google_service_account: "iam",
  google_service_networking_: "servicenetworking",
  google_storage_: "storage",
  google_vpc_access_: "vpcaccess",
  google_workflows_: "workflows",
};

const longestFirst = Object.entries(apis).toSorted(([a], [b]) => b.length - a.length);

/** @returns "pubsub" for google_pubsub_topic; undefined for what is no resource of Google's */
export function apiOf(resourceType: string): string | undefined {
  return longestFirst.find(([prefix]) => resourceType.startsWith(prefix))?.[1];
}
