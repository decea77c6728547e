import { createHash } from "node:crypto";
import { serviceAgentEmail } from "../access/agents";
import { blockOf } from "../block";
import type { Attributes, StackResource } from "../service";

/** What a resource's full name is made of beside its own arguments. */
export interface Site {
  readonly project: string;
  readonly projectNumber: string;
  readonly region: string;
}

/**
 * What Terraform would know of a resource beyond its arguments, as far as others refer to it: ids, links, addresses.
 * `{x}` stands for the argument x, or for the site's project, number or region.
 */
const patterns: { readonly [type: string]: { readonly [attribute: string]: string } } = {
  google_pubsub_topic: { id: "projects/{project}/topics/{name}" },
  google_pubsub_subscription: { id: "projects/{project}/subscriptions/{name}" },
  google_pubsub_schema: { id: "projects/{project}/schemas/{name}" },
  google_bigquery_dataset: {
    id: "projects/{project}/datasets/{dataset_id}",
    self_link: "https://bigquery.googleapis.com/bigquery/v2/projects/{project}/datasets/{dataset_id}",
  },
  google_bigquery_table: {
    id: "projects/{project}/datasets/{dataset_id}/tables/{table_id}",
    self_link: "https://bigquery.googleapis.com/bigquery/v2/projects/{project}/datasets/{dataset_id}/tables/{table_id}",
  },
  google_bigquery_routine: { id: "projects/{project}/datasets/{dataset_id}/routines/{routine_id}" },
  google_bigquery_connection: {
    id: "projects/{project}/locations/{location}/connections/{connection_id}",
    name: "projects/{project}/locations/{location}/connections/{connection_id}",
  },
  google_data_catalog_taxonomy: {
    id: "projects/{project}/locations/{region}/taxonomies/{display_name}",
    name: "projects/{project}/locations/{region}/taxonomies/{display_name}",
  },
  google_data_catalog_policy_tag: {
    id: "{taxonomy}/policyTags/{display_name}",
    name: "{taxonomy}/policyTags/{display_name}",
  },
  google_storage_bucket: {
    id: "{name}",
    url: "gs://{name}",
    self_link: "https://www.googleapis.com/storage/v1/b/{name}",
  },
  google_storage_bucket_object: {
    id: "{bucket}-{name}",
    output_name: "{name}",
    self_link: "https://www.googleapis.com/storage/v1/b/{bucket}/o/{name}",
  },
  google_service_account: {
    id: "projects/{project}/serviceAccounts/{account_id}@{project}.iam.gserviceaccount.com",
    name: "projects/{project}/serviceAccounts/{account_id}@{project}.iam.gserviceaccount.com",
    email: "{account_id}@{project}.iam.gserviceaccount.com",
    member: "serviceAccount:{account_id}@{project}.iam.gserviceaccount.com",
  },
  google_project_iam_custom_role: {
    id: "projects/{project}/roles/{role_id}",
    name: "projects/{project}/roles/{role_id}",
  },
  google_cloud_run_v2_service: {
    id: "projects/{project}/locations/{location}/services/{name}",
    uri: "https://{name}-{number}.{location}.run.app",
  },
  google_cloud_run_v2_worker_pool: { id: "projects/{project}/locations/{location}/workerPools/{name}" },
  google_cloud_run_v2_job: { id: "projects/{project}/locations/{location}/jobs/{name}" },
  google_cloudfunctions2_function: {
    id: "projects/{project}/locations/{location}/functions/{name}",
    // A name that never leads anywhere: nothing is to be sent from here to what may be a real function.
    url: "https://{name}.{location}.functions.invalid",
  },
  google_firestore_database: { id: "projects/{project}/databases/{name}" },
  google_bigtable_instance: { id: "projects/{project}/instances/{name}" },
  google_bigtable_table: { id: "projects/{project}/instances/{instance_name}/tables/{name}" },
  google_artifact_registry_repository: {
    id: "projects/{project}/locations/{location}/repositories/{repository_id}",
    name: "{repository_id}",
    registry_uri: "{location}-docker.pkg.dev/{project}/{repository_id}",
  },
  google_compute_network: {
    id: "projects/{project}/global/networks/{name}",
    self_link: "https://www.googleapis.com/compute/v1/projects/{project}/global/networks/{name}",
  },
  google_compute_subnetwork: {
    id: "projects/{project}/regions/{region}/subnetworks/{name}",
    self_link: "https://www.googleapis.com/compute/v1/projects/{project}/regions/{region}/subnetworks/{name}",
  },
  google_compute_firewall: { id: "projects/{project}/global/firewalls/{name}" },
  google_compute_router: { id: "projects/{project}/regions/{region}/routers/{name}" },
  google_compute_router_nat: { id: "{project}/{region}/{router}/{name}" },
  google_kms_key_ring: { id: "projects/{project}/locations/{location}/keyRings/{name}" },
  google_kms_crypto_key: { id: "{key_ring}/cryptoKeys/{name}" },
  google_project_service: { id: "{project}/{service}" },
  google_secret_manager_secret: {
    id: "projects/{project}/secrets/{secret_id}",
    name: "projects/{number}/secrets/{secret_id}",
  },
  google_cloud_tasks_queue: { id: "projects/{project}/locations/{location}/queues/{name}" },
  google_cloud_scheduler_job: { id: "projects/{project}/locations/{region}/jobs/{name}" },
  google_eventarc_trigger: { id: "projects/{project}/locations/{location}/triggers/{name}" },
  google_workflows_workflow: {
    id: "projects/{project}/locations/{region}/workflows/{name}",
    revision_id: "000001-local",
  },
  google_monitoring_notification_channel: {
    id: "projects/{project}/notificationChannels/{display_name}",
    name: "projects/{project}/notificationChannels/{display_name}",
  },
  google_monitoring_alert_policy: {
    id: "projects/{project}/alertPolicies/{display_name}",
    name: "projects/{project}/alertPolicies/{display_name}",
  },
  google_dataflow_flex_template_job: { job_id: "local-{name}", state: "JOB_STATE_STOPPED" },
  "data.google_project": { id: "projects/{project}", name: "{project}", number: "{number}", project_id: "{project}" },
  "data.google_client_config": { id: "projects/{project}" },
};

export function computedAttributes({ address, type, config }: StackResource, site: Site): Attributes {
  const { project, projectNumber: number, region } = site;
  const known: { readonly [name: string]: unknown } = { project, region, location: region, number, ...config };
  const fill = (pattern: string): string =>
    pattern.replaceAll(/\{(\w+)\}/g, (_, name: string) => textOf(known[name]) ?? name);
  const pattern = patterns[type] ?? {};
  const filled = Object.fromEntries(Object.entries(pattern).map(([attribute, text]) => [attribute, fill(text)]));
  return {
    id: address,
    project: known["project"],
    ...agentOf(type, config, number),
    ...serviceOf(type, config, filled),
    ...filled,
    ...uniqueId(type, filled),
  };
}

/** A function is reached at the address of the Cloud Run service that it is. */
function serviceOf(
  type: string,
  config: StackResource["config"],
  { url }: { readonly [name: string]: string },
): Attributes {
  if (type !== "google_cloudfunctions2_function") return {};
  return { service_config: { ...blockOf(config["service_config"]), uri: url } };
}

function agentOf(type: string, config: StackResource["config"], number: string): Attributes {
  switch (type) {
    case "google_project_service_identity": {
      const email = serviceAgentEmail(textOf(config["service"]) ?? "", number);
      return { email, member: `serviceAccount:${email}` };
    }
    case "data.google_storage_project_service_account": {
      const email = serviceAgentEmail("storage", number);
      return { email_address: email, member: `serviceAccount:${email}` };
    }
    case "google_bigquery_connection": {
      const account = `bqcx-${number}-${textOf(config["connection_id"]) ?? ""}`;
      return { cloud_resource: { service_account_id: `${account}@gcp-sa-bigquery-condel.iam.gserviceaccount.com` } };
    }
    case "data.google_compute_default_service_account": {
      const email = `${number}-compute@developer.gserviceaccount.com`;
      return { email, member: `serviceAccount:${email}` };
    }
    default:
      return {};
  }
}

/** Of an account: 21 digits, always the same ones for its address. */
function uniqueId(type: string, { email }: { readonly [attribute: string]: string }): Attributes {
  if (type !== "google_service_account" || email === undefined) return {};
  return { unique_id: accountNumber(email) };
}

/** The number that Google gives an account beside its address. */
export function accountNumber(email: string): string {
  const hash = createHash("sha256").update(email).digest().readBigUInt64BE();
  return `1${hash.toString().padStart(20, "0")}`;
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
