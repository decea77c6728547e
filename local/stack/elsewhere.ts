/** What a laptop does not run, and why. */

const network = "there is no network to set up on one machine: everything listens on 127.0.0.1 only";
const encryption = "what is stored here is not encrypted with keys of a key service";
const waiting = "nothing has to be waited for: here a right holds as soon as it is given";
const dataflow = "Dataflow runs in the cloud; choose Runner.workerPool() to run it here";
const images = "images run here from their folders, so there is no registry";
const functions =
  "functions run in the cloud only, and what is pushed to one is not delivered here; a container runs: journey.handle({ image })";
const watching = "alerts and dashboards need Cloud Monitoring; the console shows the counters";

/** Resource type, or what several begin with, to the reason. The longest that fits stands. */
const reasons: { readonly [type: string]: string } = {
  google_bigquery_connection: "BigQuery reads files and calls services in the cloud only",
  google_bigquery_data_transfer_config: "nothing is run by the clock here; run the query in the console",
  google_bigquery_routine: "functions and procedures of BigQuery are not kept here: queries that call them fail",
  google_data_catalog_: "columns are read by whoever may read the table: tags protect nothing here",
  google_compute_: network,
  google_vpc_access_: network,
  google_service_networking_: network,
  google_kms_: encryption,
  google_project_service: "every API is enabled here",
  time_: waiting,
  terraform_data: "it only carries a change from one resource to another",
  null_resource: "it only carries a change from one resource to another",
  google_artifact_registry_: images,
  google_bigtable_:
    "there is no Bigtable here: run Google's emulator, and export BIGTABLE_EMULATOR_HOST before this run",
  google_cloudfunctions2_: functions,
  google_cloud_scheduler_:
    "nothing is run by the clock here; run a job with journey local <stack> --run <job>, or send what the schedule would send",
  google_cloud_tasks_: "there are no queues here; whoever would be called by a task can be called at once, by hand",
  google_dataflow_: dataflow,
  google_eventarc_:
    "Eventarc delivers in the cloud only; send the event to the service by hand, or take a push subscription",
  google_firestore_:
    "there is no Firestore here: run Google's emulator, and export FIRESTORE_EMULATOR_HOST before this run",
  google_monitoring_: watching,
  google_logging_: "logs are shown by this run and not kept",
  google_secret_manager_: "secrets are not kept on this machine; give the workload a plain variable for a local run",
  google_workflows_: "workflows run in the cloud only: each step's service can be called by hand",
  google_tags_: "tags have no meaning on one machine",
  google_org_policy_: "there is no organization on one machine",
  google_billing_: "nothing is billed here",
};

/** Why a resource of this type does not run here, for types that no local service takes. */
export function whyElsewhere(type: string): string {
  const plain = type.replace(/^data\./, "");
  const longest = Object.keys(reasons)
    .filter((start) => (start.endsWith("_") ? plain.startsWith(start) : plain === start))
    .toSorted((a, b) => b.length - a.length)[0];
  return (longest && reasons[longest]) ?? `no local service knows ${type}: it is left out, and refers to nothing real`;
}
