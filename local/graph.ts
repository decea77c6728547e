/**
 * The journey as a graph, drawn from the stack's resources and grants alone: who publishes is who was granted to
 * publish, who writes is who was granted to write. What it shows is therefore what may happen, in the cloud as well.
 */
import { edgesOf, type GraphEdge } from "./graph-edges";
import type { KnownResource } from "./graph-names";
import { runsAs } from "./runs-as";
import { computedAttributes } from "./stack/computed";
import type { StackDocument } from "./stack/document";
import { notApplied, resolveStack } from "./stack/resolve";

export type { EdgeKind, GraphEdge } from "./graph-edges";
export type { KnownResource } from "./graph-names";

export type NodeKind =
  | "service"
  | "function"
  | "worker-pool"
  | "job"
  | "topic"
  | "dead-letters"
  | "subscription"
  | "table"
  | "view"
  | "bucket"
  | "database"
  | "bigtable"
  | "workflow"
  | "queue"
  | "trigger"
  | "schedule";

export interface GraphNode {
  /** The resource's address. */
  readonly id: string;
  readonly kind: NodeKind;
  /** Its name in the cloud; a table's with its dataset. */
  readonly label: string;
  /** Anyone may call it: where events come in. */
  readonly public?: true;
}

export interface JourneyGraph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

/** @param project whose resources are named without one */
export function graphOf(resources: readonly KnownResource[], project: string): JourneyGraph {
  const edges = edgesOf(resources, project);
  const deadLetters = new Set(edges.filter(({ kind }) => kind === "dead-letter").map(({ to }) => to));
  const open = new Set(resources.flatMap((resource) => publicService(resource, resources) ?? []));
  const linked = new Set(edges.flatMap(({ from, to }) => [from, to]));
  const nodes = resources.flatMap((resource): GraphNode[] => {
    const kind = deadLetters.has(resource.address) ? "dead-letters" : kindOf(resource);
    // A schedule that calls something outside of the stack gives nothing to the journey.
    if (kind === undefined || (kind === "schedule" && !linked.has(resource.address))) return [];
    const node = { id: resource.address, kind, label: labelOf(resource) };
    return [open.has(resource.address) ? { ...node, public: true } : node];
  });
  return { nodes, edges };
}

/**
 * The graph of a stack that does not run: names and addresses as Terraform would compute them.
 * @throws StackProblem for a stack whose references cannot be followed
 */
export async function graphOfStack(stack: StackDocument): Promise<JourneyGraph> {
  const { resolved, failures } = await resolveStack(stack, (resource) => computedAttributes(resource, stack));
  if (failures.length > 0) throw notApplied(stack.id, failures);
  return graphOf(
    resolved.map(({ resource: { address, type, name }, attributes }) => ({ address, type, name, attributes })),
    stack.project,
  );
}

const kinds: { readonly [type: string]: NodeKind } = {
  google_cloud_run_v2_service: "service",
  google_cloud_run_v2_worker_pool: "worker-pool",
  google_cloud_run_v2_job: "job",
  google_dataflow_flex_template_job: "job",
  google_dataflow_job: "job",
  google_pubsub_topic: "topic",
  google_pubsub_subscription: "subscription",
  google_storage_bucket: "bucket",
  google_cloudfunctions2_function: "function",
  google_firestore_database: "database",
  google_bigtable_table: "bigtable",
  google_workflows_workflow: "workflow",
  google_cloud_tasks_queue: "queue",
  google_eventarc_trigger: "trigger",
};

function kindOf({ type, attributes }: KnownResource): NodeKind | undefined {
  if (type === "google_bigquery_table") return attributes["view"] === undefined ? "table" : "view";
  // A job that ends is no resource; what launches it stands for it.
  if (type === "google_cloud_scheduler_job") return runsAs(type, attributes) === undefined ? "schedule" : "job";
  return kinds[type];
}

function labelOf({ type, name, attributes }: KnownResource): string {
  if (type === "google_bigquery_table") return `${String(attributes["dataset_id"])}.${String(attributes["table_id"])}`;
  const own = typeof attributes["name"] === "string" ? attributes["name"] : name;
  return type === "google_bigtable_table" ? `${String(attributes["instance_name"])}.${own}` : own;
}

/** The address of a service that anyone may call, by its own word or by a grant to allUsers. */
function publicService(resource: KnownResource, all: readonly KnownResource[]): string | undefined {
  const { type, attributes } = resource;
  if (type === "google_cloud_run_v2_service" && attributes["invoker_iam_disabled"] === true) return resource.address;
  if (type !== "google_cloud_run_v2_service_iam_member" || attributes["member"] !== "allUsers") return undefined;
  return all.find((one) => one.type === "google_cloud_run_v2_service" && one.attributes["name"] === attributes["name"])
    ?.address;
}
