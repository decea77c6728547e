/** The Terraform resources of BigQuery. */
import { iamTypes } from "../../access/iam-types";
import { CloudError } from "../../errors";
import type { Attributes, Host, ResourceType, StackResource } from "../../service";
import { datasetResource, tableResource } from "./access";
import { readColumns, restColumns, type Column } from "./schema/column";
import type { Catalog, Settings, TableRecord } from "./store/catalog";
import type { Tables } from "./store/tables";

export interface ResourceParts {
  readonly catalog: Catalog;
  readonly tables: Tables;
  /** The columns of a view's query. */
  readonly describeView: (query: string, dataset: string) => Promise<readonly Column[]>;
}

type Config = StackResource["config"];

/**
 * @param parts once the file is open
 * @param addresses filled here: the address of dataset.table
 */
export function bigQueryTypes(
  host: Host,
  parts: () => Promise<ResourceParts>,
  addresses: Map<string, string>,
): readonly ResourceType[] {
  const { project } = host;
  return [
    { type: "google_bigquery_dataset", apply: async (resource) => applyDataset(host, await parts(), resource) },
    {
      type: "google_bigquery_table",
      apply: async (resource) => {
        const { dataset_id, table_id } = resource.config;
        addresses.set(`${lastPart(dataset_id)}.${lastPart(table_id)}`, resource.address);
        return applyTable(host, await parts(), resource);
      },
    },
    ...iamTypes("google_bigquery_dataset", host, ({ dataset_id }) => datasetResource(project, lastPart(dataset_id))),
    ...iamTypes("google_bigquery_table", host, ({ dataset_id, table_id }) =>
      tableResource(project, lastPart(dataset_id), lastPart(table_id)),
    ),
    {
      type: "google_bigquery_dataset_access",
      apply: ({ address, config }) => {
        giveAccess(host, address, lastPart(config.dataset_id), config);
        return { id: `projects/${project}/datasets/${lastPart(config.dataset_id)}/access` };
      },
    },
  ];
}

async function applyDataset(
  host: Host,
  { catalog }: ResourceParts,
  { address, config }: StackResource,
): Promise<Attributes> {
  const id = text(address, config, "dataset_id");
  const settings = chosen(config, {
    friendly_name: "friendlyName",
    description: "description",
    labels: "labels",
    default_table_expiration_ms: "defaultTableExpirationMs",
    default_partition_expiration_ms: "defaultPartitionExpirationMs",
    max_time_travel_hours: "maxTimeTravelHours",
  });
  const location = (typeof config.location === "string" ? config.location : "US").toUpperCase();
  const there = catalog.findDataset(id);
  if (there !== undefined && there.location !== location) {
    throw new CloudError(
      "INVALID_ARGUMENT",
      `${address}: dataset ${id} lies in ${there.location} and a dataset's location cannot change to ${location}. Start with empty state, or choose another name.`,
    );
  }
  const record =
    there === undefined
      ? await catalog.createDataset(id, location, settings)
      : await catalog.updateDataset(id, settings);
  for (const entry of blocks(config.access)) giveAccess(host, address, id, entry);
  return {
    id: `projects/${host.project}/datasets/${id}`,
    project: host.project,
    self_link: `https://bigquery.googleapis.com/bigquery/v2/projects/${host.project}/datasets/${id}`,
    etag: String(record.modified),
    creation_time: record.created,
    last_modified_time: record.modified,
  };
}

async function applyTable(host: Host, parts: ResourceParts, { address, config }: StackResource): Promise<Attributes> {
  const dataset = lastPart(text(address, config, "dataset_id"));
  const id = text(address, config, "table_id");
  if (config.external_data_configuration !== undefined) {
    throw new CloudError("UNIMPLEMENTED", `${address}: external tables do not run here. Load the files into a table.`);
  }
  const settings: Settings = {
    ...chosen(config, {
      friendly_name: "friendlyName",
      description: "description",
      labels: "labels",
      expiration_time: "expirationTime",
      require_partition_filter: "requirePartitionFilter",
      max_staleness: "maxStaleness",
    }),
    ...partitioning(config),
    ...constraints(config),
  };
  const [view] = [...blocks(config.view), ...blocks(config.materialized_view)];
  const record =
    view === undefined
      ? await applyRows(address, parts, { dataset, id, columns: columnsOf(address, config), settings })
      : await applyView(address, parts, { dataset, id, view: text(address, view, "query"), settings }, config);
  return {
    id: `projects/${host.project}/datasets/${dataset}/tables/${id}`,
    project: host.project,
    self_link: `https://bigquery.googleapis.com/bigquery/v2/projects/${host.project}/datasets/${dataset}/tables/${id}`,
    etag: String(record.modified),
    type: record.view === undefined ? "TABLE" : "VIEW",
    schema: JSON.stringify(restColumns(record.columns)),
    creation_time: record.created,
    last_modified_time: record.modified,
  };
}

async function applyRows(
  address: string,
  { catalog, tables }: ResourceParts,
  wanted: Pick<TableRecord, "dataset" | "id" | "columns" | "settings">,
): Promise<TableRecord> {
  const there = catalog.findTable(wanted.dataset, wanted.id);
  if (there === undefined) return tables.create(wanted);
  try {
    return await tables.update(there, { columns: wanted.columns, settings: wanted.settings });
  } catch (error) {
    if (!(error instanceof CloudError)) throw error;
    throw new CloudError(
      error.code,
      `${address}: ${error.message} In the cloud, Terraform would replace the table and its rows would be gone.`,
    );
  }
}

async function applyView(
  address: string,
  { catalog, tables, describeView }: ResourceParts,
  wanted: Pick<TableRecord, "dataset" | "id" | "settings"> & { readonly view: string },
  config: Config,
): Promise<TableRecord> {
  const [block] = [...blocks(config.view), ...blocks(config.materialized_view)];
  if (block?.use_legacy_sql === true) {
    throw new CloudError("UNIMPLEMENTED", `${address}: views in legacy SQL do not run. Set use_legacy_sql = false.`);
  }
  const columns = await describeView(wanted.view, wanted.dataset);
  const there = catalog.findTable(wanted.dataset, wanted.id);
  if (there !== undefined && there.view === undefined) {
    throw new CloudError(
      "INVALID_ARGUMENT",
      `${address}: there is a table of that name with rows, which a view cannot replace`,
    );
  }
  if (there === undefined) return tables.create({ ...wanted, columns });
  return tables.update(there, { view: wanted.view, columns, settings: wanted.settings });
}

function columnsOf(address: string, config: Config): readonly Column[] {
  if (config.schema === undefined || config.schema === "") return [];
  try {
    return readColumns(typeof config.schema === "string" ? (JSON.parse(config.schema) as unknown) : config.schema);
  } catch (error) {
    const code = error instanceof CloudError ? error.code : "INVALID_ARGUMENT";
    throw new CloudError(code, `${address}: schema: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** How rows are divided and ordered. DuckDB needs none of it; the API shows it, and queries may have to use it. */
function partitioning(config: Config): Settings {
  const [time] = blocks(config.time_partitioning);
  const [range] = blocks(config.range_partitioning);
  const [bounds] = blocks(range?.range);
  return {
    ...(time === undefined
      ? {}
      : { timePartitioning: chosen(time, { type: "type", field: "field", expiration_ms: "expirationMs" }) }),
    ...(range === undefined ? {} : { rangePartitioning: { field: range.field, range: bounds } }),
    ...(Array.isArray(config.clustering) && config.clustering.length > 0
      ? { clustering: { fields: config.clustering } }
      : {}),
  };
}

/** The primary key: foreign keys are nothing that rows are held against. */
function constraints(config: Config): Settings {
  const [constraint] = blocks(config.table_constraints);
  const [key] = blocks(constraint?.primary_key);
  return key === undefined ? {} : { tableConstraints: { primaryKey: { columns: key.columns } } };
}

const basicRoles: { readonly [role: string]: string } = {
  READER: "roles/bigquery.dataViewer",
  WRITER: "roles/bigquery.dataEditor",
  OWNER: "roles/bigquery.dataOwner",
};

/** An entry of a dataset's access list is a member of its IAM policy, written another way. */
function giveAccess(host: Host, address: string, dataset: string, entry: Config): void {
  const role = typeof entry.role === "string" ? entry.role : "";
  const member = memberOf(host.project, entry);
  if (role === "" || member === undefined) {
    host.log({
      severity: "WARNING",
      source: "bigquery",
      message: `${address}: an access entry without a role and a user, group, domain or special group gives nothing here`,
    });
    return;
  }
  host.access.give({ role: basicRoles[role] ?? role, member, on: datasetResource(host.project, dataset), address });
}

function memberOf(project: string, entry: Config): string | undefined {
  const { user_by_email: user, group_by_email: group, special_group: special, domain, iam_member: member } = entry;
  if (typeof member === "string") return member;
  if (typeof user === "string") return `${user.endsWith(".gserviceaccount.com") ? "serviceAccount" : "user"}:${user}`;
  if (typeof group === "string") return `group:${group}`;
  if (typeof domain === "string") return `domain:${domain}`;
  if (typeof special !== "string") return undefined;
  return special === "allAuthenticatedUsers" ? special : `${special.replace(/s$/, "")}:${project}`;
}

/** A block stands alone or in a list. */
function blocks(value: unknown): readonly Config[] {
  if (value === undefined || value === null) return [];
  return (Array.isArray(value) ? value : [value]) as readonly Config[];
}

/** Terraform's arguments under the API's names, those that are given. */
function chosen(config: Config, names: { readonly [argument: string]: string }): Settings {
  return Object.fromEntries(
    Object.entries(names).flatMap(([argument, name]) => {
      const value = config[argument];
      return value === undefined || value === null ? [] : [[name, value]];
    }),
  );
}

function text(address: string, config: Config, argument: string): string {
  const value = config[argument];
  if (typeof value === "string" && value !== "") return value;
  throw new CloudError("INVALID_ARGUMENT", `${address}: ${argument} is missing`);
}

/** "d", of "d" and of "projects/p/datasets/d". */
const lastPart = (value: unknown): string => (typeof value === "string" ? value.slice(value.lastIndexOf("/") + 1) : "");
