/**
 * A resource by its full name, and all that contain it, the nearest first: a table, its dataset, its project.
 * Full names alternate collection and id (".../datasets/D/tables/T"), so a parent is a name less two parts.
 * @param project where a name is that does not tell: a bucket's
 * @see https://cloud.google.com/iam/docs/full-resource-names
 */
export function withParents(resource: string, project: string): string[] {
  const [service, ...parts] = resource.split("/");
  if (service === "cloudresourcemanager.googleapis.com") return [resource];
  const names: string[] = [];
  // Up to, and without, projects/P: the project has a name of its own.
  const root = parts[0] === "projects" ? 2 : 0;
  for (let end = parts.length; end > root; end -= 2) names.push([service, ...parts.slice(0, end)].join("/"));
  const own = root === 2 && parts[1] !== "_" ? (parts[1] as string) : project;
  return [...names, projectName(own)];
}

export function projectName(project: string): string {
  return `cloudresourcemanager.googleapis.com/projects/${project}`;
}

/** As people say it: "topic dj-pubsub-topic", "table data_journey.dataflow". */
export function inWords(resource: string): string {
  const parts = resource.split("/").slice(1);
  const of = (collection: string): string | undefined => {
    const at = parts.lastIndexOf(collection);
    return at < 0 ? undefined : parts.slice(at + 1, collection === "objects" ? undefined : at + 2).join("/");
  };
  const table = of("tables");
  if (table !== undefined) return `table ${of("datasets")}.${table}`;
  const object = of("objects");
  if (object !== undefined) return `object gs://${of("buckets")}/${object}`;
  for (const [collection, word] of words) {
    const name = of(collection);
    if (name !== undefined) return `${word} ${name}`;
  }
  return resource;
}

const words = [
  ["topics", "topic"],
  ["subscriptions", "subscription"],
  ["snapshots", "snapshot"],
  ["schemas", "schema"],
  ["datasets", "dataset"],
  ["buckets", "bucket"],
  ["services", "service"],
  ["workerPools", "worker pool"],
  ["jobs", "job"],
  ["serviceAccounts", "service account"],
  ["projects", "project"],
] as const;
