/** Which resource gives data to which, read from references by name and from grants. */
import { rolePermissions } from "./access/roles";
import { blockOf, blocksOf } from "./block";
import { Names, tableName, text, type KnownResource } from "./graph-names";

export type EdgeKind = "publish" | "deliver" | "pull" | "write" | "read" | "call" | "dead-letter";

/** In the direction in which data flows. */
export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  readonly kind: EdgeKind;
  /** Data flows back as well: a bucket that is written and read. */
  readonly both?: true;
}

export function edgesOf(resources: readonly KnownResource[], project: string): readonly GraphEdge[] {
  const names = new Names(resources, project);
  const edges = [
    ...resources.flatMap((resource) => deliveries(resource, names)),
    ...resources.flatMap((resource) => events(resource, names)),
    ...resources.flatMap((resource) => turns(resource, names)),
    ...resources.flatMap((resource) => viewsRead(resource, names)),
    ...resources.flatMap((resource) => granted(resource, names)),
  ];
  return unique(edges);
}

/** What a subscription takes from its topic, and where it gives it. */
function deliveries({ address, type, attributes }: KnownResource, names: Names): GraphEdge[] {
  if (type !== "google_pubsub_subscription") return [];
  const table = text(blockOf(attributes["bigquery_config"])?.["table"]);
  const bucket = text(blockOf(attributes["cloud_storage_config"])?.["bucket"]);
  const endpoint = text(blockOf(attributes["push_config"])?.["push_endpoint"]);
  const deadLetters = text(blockOf(attributes["dead_letter_policy"])?.["dead_letter_topic"]);
  return [
    ...edge(names.topic(text(attributes["topic"])), address, "deliver"),
    ...edge(address, names.table(table), "deliver"),
    ...edge(address, names.bucket(bucket), "deliver"),
    ...edge(address, names.service(endpoint), "deliver"),
    ...edge(address, names.topic(deadLetters), "dead-letter"),
  ];
}

/** What a trigger takes and whom it calls, and the topic that a bucket tells of its objects. */
function events({ address, type, attributes }: KnownResource, names: Names): GraphEdge[] {
  if (type === "google_storage_notification") {
    return edge(names.bucket(text(attributes["bucket"])), names.topic(text(attributes["topic"])), "publish");
  }
  if (type !== "google_eventarc_trigger") return [];
  const criteria = new Map(
    blocksOf(attributes["matching_criteria"]).map(({ attribute, value }) => [text(attribute), text(value)]),
  );
  const topic = blockOf(blockOf(attributes["transport"])?.["pubsub"])?.["topic"];
  const service = blockOf(blockOf(attributes["destination"])?.["cloud_run_service"])?.["service"];
  return [
    ...edge(names.bucket(criteria.get("bucket")), address, "deliver"),
    ...edge(names.topic(text(topic)), address, "deliver"),
    ...edge(names.database(criteria.get("database")), address, "deliver"),
    ...edge(address, names.serviceNamed(text(service)), "deliver"),
  ];
}

/** What a schedule calls, starts or publishes. */
function turns({ address, type, attributes }: KnownResource, names: Names): GraphEdge[] {
  if (type !== "google_cloud_scheduler_job") return [];
  const uri = text(blockOf(attributes["http_target"])?.["uri"]);
  return [
    ...edge(address, names.topic(text(blockOf(attributes["pubsub_target"])?.["topic_name"])), "publish"),
    ...edge(address, names.service(uri), "call"),
    ...edge(address, names.started(uri), "call"),
  ];
}

/** A view reads each table that its query names, as `project.dataset.table` or `dataset.table`. */
function viewsRead({ address, attributes }: KnownResource, names: Names): GraphEdge[] {
  const query = text(blockOf(attributes["view"])?.["query"]);
  if (query === undefined) return [];
  return names.tablesIn(query).flatMap((table) => edge(table, address, "read"));
}

/** What an IAM member resource lets a workload do with data. */
function granted({ type, attributes }: KnownResource, names: Names): GraphEdge[] {
  if (!type.endsWith("_iam_member")) return [];
  const may = rolePermissions(text(attributes["role"]) ?? "");
  return names.workloads(text(attributes["member"])).flatMap((workload) => {
    switch (type) {
      case "google_pubsub_topic_iam_member": {
        const topic = names.topic(text(attributes["topic"]));
        const kind = topic !== undefined && names.isDeadLetters(topic) ? "dead-letter" : "publish";
        return may.has("pubsub.topics.publish") ? edge(workload, topic, kind) : [];
      }
      case "google_pubsub_subscription_iam_member": {
        const subscription = names.subscription(text(attributes["subscription"]));
        return may.has("pubsub.subscriptions.consume") ? edge(subscription, workload, "pull") : [];
      }
      case "google_bigquery_table_iam_member":
        return dataEdges(
          workload,
          names.table(tableName(attributes)),
          may,
          "bigquery.tables.updateData",
          "bigquery.tables.getData",
        );
      case "google_bigquery_dataset_iam_member":
        return names
          .tablesOf(text(attributes["dataset_id"]))
          .flatMap((table) => dataEdges(workload, table, may, "bigquery.tables.updateData", "bigquery.tables.getData"));
      case "google_storage_bucket_iam_member":
        return dataEdges(
          workload,
          names.bucket(text(attributes["bucket"])),
          may,
          "storage.objects.create",
          "storage.objects.get",
          true,
        );
      case "google_project_iam_member":
        return dataEdges(
          workload,
          names.databaseIn(text(blockOf(attributes["condition"])?.["expression"])),
          may,
          "datastore.entities.update",
          "datastore.entities.get",
        );
      case "google_bigtable_table_iam_member":
        return dataEdges(
          workload,
          names.bigtable(text(attributes["instance"]), text(attributes["table"])),
          may,
          "bigtable.tables.mutateRows",
          "bigtable.tables.readRows",
        );
      case "google_cloud_tasks_queue_iam_member":
        return text(attributes["role"]) === "roles/cloudtasks.enqueuer"
          ? edge(workload, names.queue(text(attributes["name"])), "write")
          : [];
      case "google_cloud_run_v2_service_iam_member":
        return may.has("run.routes.invoke") ? edge(workload, names.serviceNamed(text(attributes["name"])), "call") : [];
      default:
        return [];
    }
  });
}

/** @param flowsBack that who may read what it writes is taken to do so; an editor of a table seldom reads it */
function dataEdges(
  workload: string,
  store: string | undefined,
  may: ReadonlySet<string>,
  toWrite: string,
  toRead: string,
  flowsBack = false,
): GraphEdge[] {
  if (store === undefined) return [];
  if (may.has(toWrite)) {
    const written = { from: workload, to: store, kind: "write" as const };
    return [flowsBack && may.has(toRead) ? { ...written, both: true } : written];
  }
  return may.has(toRead) ? edge(store, workload, "read") : [];
}

function edge(from: string | undefined, to: string | undefined, kind: EdgeKind): GraphEdge[] {
  return from === undefined || to === undefined || from === to ? [] : [{ from, to, kind }];
}

function unique(edges: readonly GraphEdge[]): GraphEdge[] {
  return [...new Map(edges.map((one) => [`${one.from} ${one.kind} ${one.to}`, one])).values()];
}
