/** Which resource gives data to which, read from references by name and from grants. */
import { rolePermissions } from "./access/roles";
import { runsAs } from "./runs-as";
import type { Attributes } from "./service";

export type EdgeKind = "publish" | "deliver" | "pull" | "write" | "read" | "call" | "dead-letter";

/** In the direction in which data flows. */
export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  readonly kind: EdgeKind;
  /** Data flows back as well: a bucket that is written and read. */
  readonly both?: true;
}

/** A resource with everything known of it: configured arguments and computed attributes, references resolved. */
export interface KnownResource {
  readonly address: string;
  readonly type: string;
  readonly name: string;
  readonly attributes: Attributes;
}

export function edgesOf(resources: readonly KnownResource[], project: string): readonly GraphEdge[] {
  const names = new Names(resources, project);
  const edges = [
    ...resources.flatMap((resource) => deliveries(resource, names)),
    ...resources.flatMap((resource) => viewsRead(resource, names)),
    ...resources.flatMap((resource) => granted(resource, names)),
  ];
  return unique(edges);
}

/** What a subscription takes from its topic, and where it gives it. */
function deliveries({ address, type, attributes }: KnownResource, names: Names): GraphEdge[] {
  if (type !== "google_pubsub_subscription") return [];
  const table = text(block(attributes, "bigquery_config")?.["table"]);
  const bucket = text(block(attributes, "cloud_storage_config")?.["bucket"]);
  const endpoint = text(block(attributes, "push_config")?.["push_endpoint"]);
  const deadLetters = text(block(attributes, "dead_letter_policy")?.["dead_letter_topic"]);
  return [
    ...edge(names.topic(text(attributes["topic"])), address, "deliver"),
    ...edge(address, names.table(table), "deliver"),
    ...edge(address, names.bucket(bucket), "deliver"),
    ...edge(address, names.service(endpoint), "deliver"),
    ...edge(address, names.topic(deadLetters), "dead-letter"),
  ];
}

/** A view reads each table that its query names, as `project.dataset.table` or `dataset.table`. */
function viewsRead({ address, attributes }: KnownResource, names: Names): GraphEdge[] {
  const query = text(block(attributes, "view")?.["query"]);
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
          names.databaseIn(text(block(attributes, "condition")?.["expression"])),
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

/** Resources found by the names that others know them by. */
class Names {
  private readonly deadLetters: ReadonlySet<string | undefined>;

  constructor(
    private readonly resources: readonly KnownResource[],
    private readonly project: string,
  ) {
    this.deadLetters = new Set(
      resources.flatMap(({ attributes }) => [
        this.topic(text(block(attributes, "dead_letter_policy")?.["dead_letter_topic"])),
        this.topic(errorTopic(attributes)),
      ]),
    );
  }

  isDeadLetters(topic: string): boolean {
    return this.deadLetters.has(topic);
  }

  /** projects/P/topics/T, or T */
  topic(name: string | undefined): string | undefined {
    return this.named("google_pubsub_topic", name);
  }

  subscription(name: string | undefined): string | undefined {
    return this.named("google_pubsub_subscription", name);
  }

  /** Of an address that begins with the service's own. */
  service(endpoint: string | undefined): string | undefined {
    if (endpoint === undefined) return undefined;
    const all = [...this.of("google_cloud_run_v2_service"), ...this.of("google_cloudfunctions2_function")];
    return all.find(({ attributes }) => {
      const uri = text(attributes["uri"]) ?? text(attributes["url"]);
      return uri !== undefined && (endpoint === uri || endpoint.startsWith(`${uri}/`));
    })?.address;
  }

  serviceNamed(name: string | undefined): string | undefined {
    return this.named("google_cloud_run_v2_service", name);
  }

  /** gs://B, or B */
  bucket(name: string | undefined): string | undefined {
    return this.named("google_storage_bucket", name?.replace(/^gs:\/\//, ""));
  }

  /** The Firestore database that a right is for: it is on the project, on this condition. */
  databaseIn(condition: string | undefined): string | undefined {
    const name = condition && /resource\.name == "(projects\/[^"]+\/databases\/[^"]+)"/.exec(condition)?.[1];
    return this.of("google_firestore_database").find(({ attributes }) => attributes["id"] === name)?.address;
  }

  bigtable(instance: string | undefined, table: string | undefined): string | undefined {
    return this.of("google_bigtable_table").find(
      ({ attributes }) => attributes["instance_name"] === instance && attributes["name"] === table,
    )?.address;
  }

  /** P.D.T, or P:D.T */
  table(name: string | undefined): string | undefined {
    const dotted = name?.replace(":", ".");
    return this.of("google_bigquery_table").find((table) => this.dotted(table) === dotted)?.address;
  }

  /** Tables of a dataset that hold rows. */
  tablesOf(dataset: string | undefined): string[] {
    const name = dataset?.split("/").at(-1);
    return this.of("google_bigquery_table")
      .filter(({ attributes }) => attributes["dataset_id"] === name && attributes["view"] === undefined)
      .map(({ address }) => address);
  }

  tablesIn(query: string): string[] {
    const words = new Set(query.replaceAll("`", "").match(/[\w-]+(?:\.[\w-]+){1,2}/g));
    return this.of("google_bigquery_table")
      .filter((table) => {
        const dotted = this.dotted(table);
        return words.has(dotted) || words.has(dotted.slice(dotted.indexOf(".") + 1));
      })
      .map(({ address }) => address);
  }

  /** Everything that runs as this service account. */
  workloads(member: string | undefined): string[] {
    const email = member?.replace(/^serviceAccount:/, "");
    if (email === undefined) return [];
    return this.resources
      .filter(({ type, attributes }) => runsAs(type, attributes) === email)
      .map(({ address }) => address);
  }

  private of(type: string): KnownResource[] {
    return this.resources.filter((resource) => resource.type === type);
  }

  private named(type: string, name: string | undefined): string | undefined {
    if (name === undefined) return undefined;
    const [project, short] = name.startsWith("projects/")
      ? [name.split("/")[1], name.split("/").at(-1)]
      : [this.project, name];
    return this.of(type).find(
      ({ attributes }) => attributes["name"] === short && (text(attributes["project"]) ?? this.project) === project,
    )?.address;
  }

  private dotted({ attributes }: KnownResource): string {
    return tableName({ project: this.project, ...attributes });
  }
}

function tableName(attributes: { readonly [name: string]: unknown }): string {
  const dataset = text(attributes["dataset_id"])?.split("/").at(-1);
  const table = text(attributes["table_id"])?.split("/").at(-1);
  return `${text(attributes["project"]) ?? ""}.${dataset}.${table}`;
}

/** Where a Dataflow job's pipeline publishes what it refuses. */
function errorTopic(attributes: { readonly [name: string]: unknown }): string | undefined {
  const errors = text(block(attributes, "parameters")?.["errors"]);
  return errors === undefined ? undefined : /"topic":"(projects\/[^"]+)"/.exec(errors)?.[1];
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** A nested block: cdk.tf.json writes one that occurs once as an object or as a list of one. */
function block(
  attributes: { readonly [name: string]: unknown },
  name: string,
): { readonly [name: string]: unknown } | undefined {
  const value = attributes[name];
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === "object" && first !== null ? (first as { readonly [name: string]: unknown }) : undefined;
}
