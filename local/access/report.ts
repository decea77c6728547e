/** Who can do what on what, and why, from the stack's grants alone: nothing is started. */
import { blockOf } from "../block";
import { runsAs } from "../runs-as";
import { computedAttributes } from "../stack/computed";
import type { StackDocument } from "../stack/document";
import { notApplied, resolveStack } from "../stack/resolve";
import type { Attributes } from "../service";
import { serviceAgentEmail } from "./agents";

/** One right of somebody's. */
export interface Right {
  /** "roles/pubsub.publisher" */
  readonly role: string;
  /** As people say it: "topic clicks". */
  readonly on: string;
  /** It holds for everything in the project, and not for one thing. */
  readonly wholeProject: boolean;
  /** What for; undefined where the stack's own code gives it. */
  readonly why: string | undefined;
  /** Only while this holds. */
  readonly condition: string | undefined;
  /** Somebody outside of the stack gives it. */
  readonly assumed: boolean;
}

/** Everything that one identity may do. */
export interface IdentityRights {
  /** "serviceAccount:name@project.iam.gserviceaccount.com", "allUsers" */
  readonly member: string;
  /** What runs as it, by name; empty where nothing of the stack does. */
  readonly runs: readonly string[];
  /** The service of Google's whose own account it is: "pubsub". */
  readonly agent: string | undefined;
  readonly rights: readonly Right[];
}

interface Known {
  readonly address: string;
  readonly type: string;
  readonly attributes: Attributes;
}

/**
 * @returns workloads' identities first, then Google's own accounts, then others; each by its name
 * @throws StackProblem for a stack whose references cannot be followed
 */
export async function accessOf(stack: StackDocument): Promise<readonly IdentityRights[]> {
  const { resolved, failures } = await resolveStack(stack, (resource) => computedAttributes(resource, stack));
  if (failures.length > 0) throw notApplied(stack.id, failures);
  const all = resolved.map(({ resource: { address, type }, attributes }) => ({ address, type, attributes }));
  const byMember = new Map<string, Right[]>();
  const give = (member: string, right: Right): void =>
    void byMember.set(member, [...(byMember.get(member) ?? []), right]);
  for (const known of all) {
    for (const member of membersOf(known)) give(member, rightOf(known, stack));
    if (known.attributes["invoker_iam_disabled"] === true) give("allUsers", invokeOf(known));
  }
  const workloads = workloadsOf(all);
  const agents = agentsOf(stack);
  return [...byMember]
    .map(([member, rights]) => ({
      member,
      runs: (workloads.get(member) ?? []).toSorted(order),
      agent: agents.get(member),
      rights: rights.toSorted((a, b) => order(a.on, b.on) || order(a.role, b.role)),
    }))
    .toSorted((a, b) => rank(a) - rank(b) || order(a.member, b.member));
}

const order = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
const rank = ({ runs, agent, member }: IdentityRights): number => {
  if (member.startsWith("all")) return 0;
  if (runs.length > 0) return 1;
  return agent === undefined ? 2 : 3;
};

function membersOf({ type, attributes }: Known): readonly string[] {
  if (type.endsWith("_iam_member")) return [String(attributes["member"])];
  if (!type.endsWith("_iam_binding")) return [];
  return Array.isArray(attributes["members"]) ? attributes["members"].map(String) : [];
}

function rightOf({ address, type, attributes }: Known, { whys }: StackDocument): Right {
  const condition = conditionOf(attributes);
  const of = type.replace(/_iam_(member|binding)$/, "");
  const database = of === "google_project" ? databaseIn(condition) : undefined;
  return {
    role: String(attributes["role"]),
    on: database === undefined ? inWords(of, attributes) : `database ${database}`,
    wholeProject: of === "google_project" && database === undefined,
    why: whys[address],
    condition: database === undefined ? condition : undefined,
    assumed: address.startsWith("journey.assumed."),
  };
}

function conditionOf(attributes: Attributes): string | undefined {
  const condition = blockOf(attributes["condition"]);
  return condition && String(condition["expression"]);
}

/** A database has no rights of its own: they are the project's, on condition that it is this one that is asked for. */
function databaseIn(condition: string | undefined): string | undefined {
  return condition && /^resource\.name == "projects\/[^/"]+\/databases\/([^/"]+)"$/.exec(condition)?.[1];
}

const invokeOf = ({ attributes }: Known): Right => ({
  role: "roles/run.invoker",
  on: `service ${String(attributes["name"])}`,
  wholeProject: false,
  why: "it is public",
  condition: undefined,
  assumed: false,
});

/** By type, what people call it and the arguments that name it. */
const kinds: { readonly [type: string]: readonly [word: string, ...names: string[]] } = {
  google_artifact_registry_repository: ["repository", "repository"],
  google_bigquery_connection: ["connection", "connection_id"],
  google_bigquery_dataset: ["dataset", "dataset_id"],
  google_bigquery_table: ["table", "dataset_id", "table_id"],
  google_bigtable_instance: ["Bigtable instance", "instance"],
  google_bigtable_table: ["Bigtable table", "instance", "table"],
  google_cloud_run_v2_job: ["job", "name"],
  google_cloud_run_v2_service: ["service", "name"],
  google_cloud_tasks_queue: ["queue", "name"],
  google_cloudfunctions2_function: ["function", "cloud_function"],
  google_kms_crypto_key: ["key", "crypto_key_id"],
  google_project: ["project", "project"],
  google_pubsub_subscription: ["subscription", "subscription"],
  google_pubsub_topic: ["topic", "topic"],
  google_secret_manager_secret: ["secret", "secret_id"],
  google_service_account: ["account", "service_account_id"],
  google_storage_bucket: ["bucket", "bucket"],
};

function inWords(type: string, attributes: Attributes): string {
  const [word, ...names] = kinds[type] ?? [type.replace(/^google_/, "").replaceAll("_", " "), "name"];
  const parts = names.map((name) => {
    const value = attributes[name];
    return typeof value === "string" ? value.slice(value.lastIndexOf("/") + 1) : "?";
  });
  return `${word} ${parts.join(".")}`;
}

/** What runs as an account, by its member. */
function workloadsOf(all: readonly Known[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const { type, attributes } of all) {
    const email = runsAs(type, attributes);
    if (email === undefined) continue;
    const member = `serviceAccount:${email}`;
    found.set(member, [...(found.get(member) ?? []), String(attributes["name"])]);
  }
  return found;
}

/** Of Google's services that have an account here. */
const services = [
  "artifactregistry",
  "bigquery",
  "bigquerydatatransfer",
  "bigtable",
  "cloudbuild",
  "cloudfunctions",
  "cloudscheduler",
  "cloudtasks",
  "compute",
  "dataflow",
  "eventarc",
  "firestore",
  "monitoring-notification",
  "pubsub",
  "run",
  "secretmanager",
  "storage",
  "vpcaccess",
  "workflows",
];

const agentsOf = ({ projectNumber }: StackDocument): ReadonlyMap<string, string> =>
  new Map(services.map((service) => [`serviceAccount:${serviceAgentEmail(service, projectNumber)}`, service]));
