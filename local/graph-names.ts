/** Resources as others name them: by their short names, their paths, their addresses. */
import { blockOf } from "./block";
import { runsAs } from "./runs-as";
import type { Attributes } from "./service";

/** A resource with everything known of it: configured arguments and computed attributes, references resolved. */
export interface KnownResource {
  readonly address: string;
  readonly type: string;
  readonly name: string;
  readonly attributes: Attributes;
}

/** Resources found by the names that others know them by. */
export class Names {
  private readonly deadLetters: ReadonlySet<string | undefined>;

  constructor(
    private readonly resources: readonly KnownResource[],
    private readonly project: string,
  ) {
    this.deadLetters = new Set(
      resources.flatMap(({ attributes }) => [
        this.topic(text(blockOf(attributes["dead_letter_policy"])?.["dead_letter_topic"])),
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
    return this.named("google_cloud_run_v2_service", name) ?? this.named("google_cloudfunctions2_function", name);
  }

  /** Q, or projects/P/locations/L/queues/Q */
  queue(name: string | undefined): string | undefined {
    return this.named("google_cloud_tasks_queue", name);
  }

  database(name: string | undefined): string | undefined {
    return this.named("google_firestore_database", name);
  }

  /** The job or workflow that a request to Google's API starts. */
  started(uri: string | undefined): string | undefined {
    const [, path] =
      /^https:\/\/\w+\.googleapis\.com\/v\d+\/(projects\/[^:]+?)(?::run|\/executions)$/.exec(uri ?? "") ?? [];
    const all = [...this.of("google_cloud_run_v2_job"), ...this.of("google_workflows_workflow")];
    return all.find(({ attributes }) => path !== undefined && attributes["id"] === path)?.address;
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

export function tableName(attributes: { readonly [name: string]: unknown }): string {
  const dataset = text(attributes["dataset_id"])?.split("/").at(-1);
  const table = text(attributes["table_id"])?.split("/").at(-1);
  return `${text(attributes["project"]) ?? ""}.${dataset}.${table}`;
}

/** Where a Dataflow job's pipeline publishes what it refuses. */
function errorTopic(attributes: { readonly [name: string]: unknown }): string | undefined {
  const errors = text(blockOf(attributes["parameters"])?.["errors"]);
  return errors === undefined ? undefined : /"topic":"(projects\/[^"]+)"/.exec(errors)?.[1];
}

export function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
