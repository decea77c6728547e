import { CloudError } from "../../../errors";
import { RestError, type Exchange, type RestMethod } from "../../../routes";
import type { Caller } from "../../../service";
import { tableResource } from "../access";
import type { Parts } from "../parts";
import { readColumns, restColumns, type Column } from "../schema/column";
import type { Settings, TableRecord } from "../store/catalog";
import { patched } from "./datasets";
import { bodyIn, bodyOf, checkProject, inPath, isBody, pageOf, textIn, tokenFor, type Body } from "./exchange";

const PATH = "projects/{project}/datasets/{dataset}/tables";

/** @see https://cloud.google.com/bigquery/docs/reference/rest/v2/tables */
export function tableMethods(parts: Parts, caller: Caller): readonly RestMethod[] {
  const { project, catalog, access, tables } = parts;
  const found = (exchange: Exchange): TableRecord => {
    checkProject(exchange, project);
    return catalog.table(inPath(exchange, "dataset"), inPath(exchange, "table"));
  };
  const change =
    (whole: boolean): RestMethod["answer"] =>
    async (exchange) => {
      const before = found(exchange);
      access.table(caller, "bigquery.tables.update", before);
      const wanted = exchange.request.headers["if-match"];
      if (wanted !== undefined && wanted !== etag(before)) {
        throw new RestError("FAILED_PRECONDITION", "Precondition check failed.", "conditionNotMet", undefined, 412);
      }
      const body = await bodyOf(exchange);
      const settings = settingsOf(body);
      const view = viewIn(body);
      const columns = view === undefined ? columnsIn(body) : await parts.describeView(view, before.dataset);
      const after = await tables.update(before, {
        settings: whole ? settings : patched(before.settings, settings),
        ...(columns === undefined ? {} : { columns }),
        ...(view === undefined ? {} : { view }),
      });
      return resource(parts, after, exchange.base);
    };
  return [
    {
      verb: "GET",
      path: PATH,
      answer(exchange) {
        checkProject(exchange, project);
        const dataset = inPath(exchange, "dataset");
        access.dataset(caller, "bigquery.tables.list", dataset);
        catalog.dataset(dataset);
        const all = catalog.tables(dataset);
        const { from, count } = pageOf({
          pageToken: exchange.query.get("pageToken"),
          maxResults: exchange.query.get("maxResults"),
        });
        const page = all.slice(from, from + count).map((table) => summary(table, project));
        const nextPageToken = tokenFor(from + count, all.length);
        return {
          kind: "bigquery#tableList",
          etag: String(all.length),
          tables: page,
          totalItems: all.length,
          nextPageToken,
        };
      },
    },
    {
      verb: "POST",
      path: PATH,
      async answer(exchange) {
        checkProject(exchange, project);
        const dataset = inPath(exchange, "dataset");
        access.dataset(caller, "bigquery.tables.create", dataset);
        catalog.dataset(dataset);
        const body = await bodyOf(exchange);
        const id = textIn(bodyIn(body, "tableReference"), "tableId");
        if (body.externalDataConfiguration !== undefined) {
          throw new CloudError("UNIMPLEMENTED", "External tables do not run here: load the files into a table");
        }
        const view = viewIn(body);
        const columns = view === undefined ? (columnsIn(body) ?? []) : await parts.describeView(view, dataset);
        const made = await tables.create({
          dataset,
          id,
          columns,
          settings: settingsOf(body),
          ...(view === undefined ? {} : { view }),
        });
        return resource(parts, made, exchange.base);
      },
    },
    {
      verb: "GET",
      path: `${PATH}/{table}`,
      answer(exchange) {
        const table = found(exchange);
        access.table(caller, "bigquery.tables.get", table);
        return resource(parts, table, exchange.base);
      },
    },
    { verb: "PATCH", path: `${PATH}/{table}`, answer: change(false) },
    { verb: "PUT", path: `${PATH}/{table}`, answer: change(true) },
    {
      verb: "DELETE",
      path: `${PATH}/{table}`,
      async answer(exchange) {
        const table = found(exchange);
        access.table(caller, "bigquery.tables.delete", table);
        await tables.drop(table);
        exchange.response.writeHead(204).end();
        return undefined;
      },
    },
    { verb: "POST", path: `${PATH}/{table}`, answer: (exchange) => policy(parts, caller, exchange) },
  ];
}

/** table:getIamPolicy and table:testIamPermissions: a verb behind the name. */
async function policy(parts: Parts, caller: Caller, exchange: Exchange): Promise<unknown> {
  const [table = "", verb] = inPath(exchange, "table").split(":", 2);
  const { project, catalog, access, grants } = parts;
  const record = catalog.table(inPath(exchange, "dataset"), table);
  if (verb === "getIamPolicy") {
    access.table(caller, "bigquery.tables.getIamPolicy", record);
    const on = tableResource(project, record.dataset, record.id);
    const own = grants().filter((grant) => grant.on === on);
    const roles = [...new Set(own.map(({ role }) => role))];
    const bindings = roles.map((role) => ({
      role,
      members: own.filter((one) => one.role === role).map(({ member }) => member),
    }));
    return { version: 1, etag: "CAE=", bindings };
  }
  if (verb === "testIamPermissions") {
    const { permissions } = await bodyOf(exchange);
    const asked = Array.isArray(permissions) ? permissions.map(String) : [];
    return { permissions: asked.filter((one) => access.allowsTable(caller, one, record)) };
  }
  const what = `tables.${verb ?? "insert"}`;
  throw new CloudError("UNIMPLEMENTED", `${what} does not run here: the stack says who may do what`);
}

const etag = ({ uid, modified }: TableRecord): string => Buffer.from(`${uid}/${modified}`).toString("base64");

const computed = new Set([
  "kind",
  "id",
  "etag",
  "selfLink",
  "tableReference",
  "schema",
  "view",
  "materializedView",
  "numRows",
  "numBytes",
  "numLongTermBytes",
  "numTotalLogicalBytes",
  "numActiveLogicalBytes",
  "creationTime",
  "lastModifiedTime",
  "location",
  "type",
]);

const settingsOf = (body: Body): Settings =>
  Object.fromEntries(Object.entries(body).filter(([name]) => !computed.has(name)));

function viewIn(body: Body): string | undefined {
  const view = isBody(body.view) ? body.view : isBody(body.materializedView) ? body.materializedView : undefined;
  if (view === undefined) return undefined;
  if (view.useLegacySql === true) {
    throw new CloudError("UNIMPLEMENTED", "Views in legacy SQL do not run here: set useLegacySql to false");
  }
  return textIn(view, "query");
}

function columnsIn(body: Body): readonly Column[] | undefined {
  return isBody(body.schema) ? readColumns(body.schema.fields ?? []) : undefined;
}

const reference = ({ dataset, id }: TableRecord, project: string): Body => ({
  kind: "bigquery#table",
  id: `${project}:${dataset}.${id}`,
  tableReference: { projectId: project, datasetId: dataset, tableId: id },
});

const typeOf = ({ view }: TableRecord): string => (view === undefined ? "TABLE" : "VIEW");

const summary = (table: TableRecord, project: string): Body => ({
  ...reference(table, project),
  type: typeOf(table),
  creationTime: String(table.created),
  ...table.settings,
  ...(table.view === undefined ? {} : { view: { useLegacySql: false } }),
});

function resource({ project, catalog, counts }: Parts, table: TableRecord, base: string): Body {
  const { dataset, id, view } = table;
  return {
    ...reference(table, project),
    etag: etag(table),
    selfLink: `${base}/bigquery/v2/projects/${project}/datasets/${dataset}/tables/${id}`,
    type: typeOf(table),
    location: catalog.dataset(dataset).location,
    creationTime: String(table.created),
    lastModifiedTime: String(table.modified),
    numRows: String(counts.of(dataset, id).rows),
    numBytes: "0",
    ...table.settings,
    ...(table.columns.length === 0 ? {} : { schema: { fields: restColumns(table.columns) } }),
    ...(view === undefined ? {} : { view: { query: view, useLegacySql: false } }),
  };
}
