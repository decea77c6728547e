import { RestError, type RestMethod } from "../../../routes";
import type { Caller } from "../../../service";
import { datasetResource } from "../access";
import type { Parts } from "../parts";
import type { DatasetRecord, Settings } from "../store/catalog";
import { bodyIn, bodyOf, checkProject, inPath, pageOf, textIn, tokenFor, type Body } from "./exchange";

/** @see https://cloud.google.com/bigquery/docs/reference/rest/v2/datasets */
export function datasetMethods(parts: Parts, caller: Caller): readonly RestMethod[] {
  const { project, catalog, access } = parts;
  const change =
    (whole: boolean): RestMethod["answer"] =>
    async (exchange) => {
      checkProject(exchange, project);
      const id = inPath(exchange, "dataset");
      access.dataset(caller, "bigquery.datasets.update", id);
      const before = catalog.dataset(id);
      const wanted = exchange.request.headers["if-match"];
      if (wanted !== undefined && wanted !== etag(before)) {
        throw new RestError("FAILED_PRECONDITION", "Precondition check failed.", "conditionNotMet", undefined, 412);
      }
      const settings = settingsOf(await bodyOf(exchange));
      const after = whole ? settings : patched(before.settings, settings);
      return resource(await catalog.updateDataset(id, after), project, exchange.base);
    };
  return [
    {
      verb: "GET",
      path: "projects/{project}/datasets",
      answer(exchange) {
        checkProject(exchange, project);
        access.inProject(caller, "bigquery.datasets.get");
        const all = catalog.datasets();
        const { from, count } = pageOf({
          pageToken: exchange.query.get("pageToken"),
          maxResults: exchange.query.get("maxResults"),
        });
        const datasets = all.slice(from, from + count).map((record) => summary(record, project));
        return { kind: "bigquery#datasetList", datasets, nextPageToken: tokenFor(from + count, all.length) };
      },
    },
    {
      verb: "POST",
      path: "projects/{project}/datasets",
      async answer(exchange) {
        checkProject(exchange, project);
        access.inProject(caller, "bigquery.datasets.create");
        const body = await bodyOf(exchange);
        const id = textIn(bodyIn(body, "datasetReference"), "datasetId");
        const location = typeof body.location === "string" ? body.location : "US";
        return resource(
          await catalog.createDataset(id, location.toUpperCase(), settingsOf(body)),
          project,
          exchange.base,
        );
      },
    },
    {
      verb: "GET",
      path: "projects/{project}/datasets/{dataset}",
      answer(exchange) {
        checkProject(exchange, project);
        const id = inPath(exchange, "dataset");
        access.dataset(caller, "bigquery.datasets.get", id);
        return { ...resource(catalog.dataset(id), project, exchange.base), access: accessOf(parts, id) };
      },
    },
    { verb: "PATCH", path: "projects/{project}/datasets/{dataset}", answer: change(false) },
    { verb: "PUT", path: "projects/{project}/datasets/{dataset}", answer: change(true) },
    {
      verb: "DELETE",
      path: "projects/{project}/datasets/{dataset}",
      async answer(exchange) {
        checkProject(exchange, project);
        const id = inPath(exchange, "dataset");
        access.dataset(caller, "bigquery.datasets.delete", id);
        await catalog.deleteDataset(id, exchange.query.get("deleteContents") === "true");
        exchange.response.writeHead(204).end();
        return undefined;
      },
    },
  ];
}

const etag = ({ modified }: DatasetRecord): string => Buffer.from(String(modified)).toString("base64");

const computed = new Set([
  "kind",
  "id",
  "etag",
  "selfLink",
  "datasetReference",
  "creationTime",
  "lastModifiedTime",
  "location",
  "access",
  "type",
]);

/** What of a resource is for the caller to choose. */
function settingsOf(body: Body): Settings {
  return Object.fromEntries(Object.entries(body).filter(([name]) => !computed.has(name)));
}

/** null takes a setting away; labels are merged by key. */
export function patched(before: Settings, patch: Settings): Settings {
  const after: { [name: string]: unknown } = { ...before };
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete after[name];
    else if (name === "labels") after[name] = patched((before.labels ?? {}) as Settings, value as Settings);
    else after[name] = value;
  }
  return after;
}

const reference = ({ id }: DatasetRecord, project: string): Body => ({
  kind: "bigquery#dataset",
  id: `${project}:${id}`,
  datasetReference: { datasetId: id, projectId: project },
});

const summary = (record: DatasetRecord, project: string): Body => ({
  ...reference(record, project),
  location: record.location,
  labels: record.settings.labels,
  friendlyName: record.settings.friendlyName,
});

const resource = (record: DatasetRecord, project: string, base: string): Body => ({
  ...reference(record, project),
  etag: etag(record),
  selfLink: `${base}/bigquery/v2/projects/${project}/datasets/${record.id}`,
  location: record.location,
  type: "DEFAULT",
  creationTime: String(record.created),
  lastModifiedTime: String(record.modified),
  ...record.settings,
});

const basicRoles: { readonly [role: string]: string } = {
  "roles/bigquery.dataViewer": "READER",
  "roles/bigquery.dataEditor": "WRITER",
  "roles/bigquery.dataOwner": "OWNER",
};

/** The members of the dataset, as its access list writes them. */
function accessOf({ project, grants }: Parts, dataset: string): readonly Body[] {
  const on = datasetResource(project, dataset);
  return grants()
    .filter((grant) => grant.on === on)
    .map(({ role, member }) => {
      const [kind, name] = member.split(":", 2);
      const written = basicRoles[role] ?? role;
      if (kind === "group") return { role: written, groupByEmail: name };
      if (name === undefined) return { role: written, specialGroup: member };
      return { role: written, userByEmail: name };
    });
}
