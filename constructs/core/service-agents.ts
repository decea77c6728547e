import { GoogleProjectServiceIdentity } from "@cdktf/provider-google-beta/lib/google-project-service-identity";
import { DataGoogleStorageProjectServiceAccount } from "@cdktf/provider-google/lib/data-google-storage-project-service-account";
import type { Construct } from "constructs";
import type { Identity } from "./grants";
import { lateList } from "./late";
import { Site } from "./site";
import { addressesWithin, type Waits } from "./waits";

interface Agent {
  /** The API whose agent it is. */
  readonly api: string;
  /** What stands before the "@", with the project's number for N. */
  readonly account: string;
  readonly domain: string;
  /**
   * How it comes to be: a resource that asks for it ("identity"), the answer to a question ("data"), or only when its
   * service wants it ("unasked").
   */
  readonly made: "identity" | "data" | "unasked";
}

const catalogue = {
  "artifact-registry": {
    api: "artifactregistry",
    account: "service-N",
    domain: "gcp-sa-artifactregistry",
    made: "identity",
  },
  bigquery: { api: "bigquery", account: "bq-N", domain: "bigquery-encryption", made: "unasked" },
  "bigquery-data-transfer": {
    api: "bigquerydatatransfer",
    account: "service-N",
    domain: "gcp-sa-bigquerydatatransfer",
    made: "identity",
  },
  bigtable: { api: "bigtableadmin", account: "service-N", domain: "gcp-sa-bigtable", made: "identity" },
  build: { api: "cloudbuild", account: "service-N", domain: "gcp-sa-cloudbuild", made: "identity" },
  compute: { api: "compute", account: "service-N", domain: "compute-system", made: "unasked" },
  dataflow: { api: "dataflow", account: "service-N", domain: "dataflow-service-producer-prod", made: "identity" },
  eventarc: { api: "eventarc", account: "service-N", domain: "gcp-sa-eventarc", made: "identity" },
  firestore: { api: "firestore", account: "service-N", domain: "gcp-sa-firestore", made: "identity" },
  functions: { api: "cloudfunctions", account: "service-N", domain: "gcf-admin-robot", made: "identity" },
  monitoring: { api: "monitoring", account: "service-N", domain: "gcp-sa-monitoring-notification", made: "identity" },
  pubsub: { api: "pubsub", account: "service-N", domain: "gcp-sa-pubsub", made: "identity" },
  run: { api: "run", account: "service-N", domain: "serverless-robot-prod", made: "identity" },
  scheduler: { api: "cloudscheduler", account: "service-N", domain: "gcp-sa-cloudscheduler", made: "identity" },
  "secret-manager": { api: "secretmanager", account: "service-N", domain: "gcp-sa-secretmanager", made: "identity" },
  storage: { api: "storage", account: "service-N", domain: "gs-project-accounts", made: "data" },
  tasks: { api: "cloudtasks", account: "service-N", domain: "gcp-sa-cloudtasks", made: "identity" },
  "vpc-access": { api: "vpcaccess", account: "service-N", domain: "gcp-sa-vpcaccess", made: "identity" },
  workflows: { api: "workflows", account: "service-N", domain: "gcp-sa-workflows", made: "identity" },
} as const satisfies { readonly [name: string]: Agent };

export type AgentName = keyof typeof catalogue;

/**
 * An account of Google's own, by which one of its services acts in the stack's project: Pub/Sub's pushes messages,
 * writes them to BigQuery and sets dead letters aside. It exists before it is granted anything; a grant to a missing
 * agent is refused.
 *
 * @throws Error for the agents of BigQuery's and Compute Engine's encryption, where the stack has no `projectNumber`
 * @see https://cloud.google.com/iam/docs/service-agents
 */
export function serviceAgent(scope: Construct, name: AgentName): Identity {
  const site = Site.of(scope);
  return site.once(`agent ${name}`, () => agent(scope, site, name, catalogue[name]));
}

function agent(scope: Construct, site: Site, name: AgentName, { api, account, domain, made }: Agent): Identity {
  const { project, projectNumber } = site.settings;
  const enabled = site.api(api);
  const known =
    projectNumber && `serviceAccount:${account.replace("N", projectNumber)}@${domain}.iam.gserviceaccount.com`;
  const identity = { key: `${name}-agent`, home: site.stack };
  if (made === "unasked") {
    if (known !== undefined) return { ...identity, member: known, waits: enabled };
    throw new Error(
      `${scope.node.path}: needs the ${name} service agent, which nothing in Terraform can ask for: give the stack its projectNumber (gcloud projects describe ${project} --format='value(projectNumber)')`,
    );
  }
  const asked = made === "identity" ? askIdentity(site, name, api) : askStorage(site, name);
  asked.dependsOn = afterwards(site, enabled);
  return { ...identity, member: known ?? asked.member, waits: () => [asked] };
}

function askIdentity(site: Site, name: AgentName, api: string): GoogleProjectServiceIdentity {
  const type = GoogleProjectServiceIdentity.tfResourceType;
  const identity = new GoogleProjectServiceIdentity(site.stack, `agent ${name}`, {
    provider: site.googleBeta,
    service: `${api}.googleapis.com`,
  });
  identity.overrideLogicalId(site.claim(type, name, identity));
  return identity;
}

function askStorage(site: Site, name: AgentName): DataGoogleStorageProjectServiceAccount {
  const account = new DataGoogleStorageProjectServiceAccount(site.stack, `agent ${name}`, {});
  account.overrideLogicalId(name);
  return account;
}

/** With something to wait for, the data source is read at apply: a first plan needs no network. */
function afterwards(site: Site, waits: Waits): string[] {
  return lateList(() => addressesWithin(site.stack, waits()));
}
