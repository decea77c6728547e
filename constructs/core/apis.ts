/**
 * Which API a resource type needs: the longest prefix that fits. A type of a new service is one line here.
 * @see https://cloud.google.com/service-usage/docs/enabled-service
 */
const apis: { readonly [prefix: string]: string } = {
  google_artifact_registry_: "artifactregistry",
  google_bigquery_: "bigquery",
  google_cloud_run_v2_: "run",
  google_compute_: "compute",
  google_dataflow_: "dataflow",
  google_kms_: "cloudkms",
  google_project_iam_: "cloudresourcemanager",
  google_pubsub_: "pubsub",
  google_service_account: "iam",
  google_storage_: "storage",
};

const longestFirst = Object.entries(apis).toSorted(([a], [b]) => b.length - a.length);

/** @returns "pubsub" for google_pubsub_topic; undefined for what is no resource of Google's */
export function apiOf(resourceType: string): string | undefined {
  return longestFirst.find(([prefix]) => resourceType.startsWith(prefix))?.[1];
}
