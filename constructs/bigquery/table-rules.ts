import type { FieldType } from "../../pipeline/spec";
import { notADuration } from "../core/limits";
import { keyPlace, sameLocation } from "../core/places";
import type { Rules } from "../core/rules";
import { among, partitionRules } from "./partition";
import { relationRules } from "./relation";
import type { ForeignKey, TableProps } from "./table-props";
import { columnRules, columnsOf, type TableColumns } from "./table-schema";

const MOST_CLUSTERING_COLUMNS = 4;
const MOST_KEY_COLUMNS = 16;
const clusterable: readonly FieldType[] = ["STRING", "INTEGER", "NUMERIC", "BOOLEAN", "TIMESTAMP", "DATE", "DATETIME"];
const keyable: readonly FieldType[] = [...clusterable, "BYTES"];
const keys = "https://cloud.google.com/bigquery/docs/primary-foreign-keys";

interface Judged {
  readonly location?: string;
  readonly keyId?: string;
  /** What has become of the table since the last synthesis, in words. */
  readonly change?: string;
}

export const tableRules: Rules<TableProps & Judged> = [
  ...relationRules,
  ...columnRules,
  ...partitionRules,
  {
    id: "clustering",
    reads: ["clustering"],
    page: "https://cloud.google.com/bigquery/docs/clustered-tables",
    broken({ columns, clustering = [] }) {
      if (clustering.length > MOST_CLUSTERING_COLUMNS) {
        return `clustering has ${clustering.length} columns: BigQuery takes at most ${MOST_CLUSTERING_COLUMNS}`;
      }
      const wrong = unfit(columns, clustering, clusterable);
      return wrong === undefined ? undefined : `clustering has "${wrong}": ${among(columns, clusterable)}`;
    },
  },
  {
    id: "primaryKey",
    reads: ["primaryKey"],
    page: keys,
    broken({ columns, primaryKey }) {
      if (primaryKey === undefined) return undefined;
      const { length } = primaryKey;
      if (length === 0 || length > MOST_KEY_COLUMNS) {
        return `primaryKey has ${length} columns: BigQuery takes 1 to ${MOST_KEY_COLUMNS}`;
      }
      const twice = primaryKey.find((name, index) => primaryKey.indexOf(name) !== index);
      if (twice !== undefined) return `primaryKey has "${twice}" twice`;
      const wrong = unfit(columns, primaryKey, keyable);
      return wrong === undefined ? undefined : `primaryKey has "${wrong}": ${among(columns, keyable)}`;
    },
  },
  {
    id: "foreignKeys",
    reads: ["foreignKeys"],
    page: keys,
    broken({ columns, foreignKeys = [] }) {
      for (const [index, key] of foreignKeys.entries()) {
        const problem = foreignKeyProblem(columns, key);
        if (problem !== undefined) return `foreignKeys[${index}]${problem}`;
      }
      return undefined;
    },
  },
  {
    id: "expiresAt-form",
    reads: ["expiresAt"],
    page: "https://cloud.google.com/bigquery/docs/managing-tables#updating_a_tables_expiration_time",
    broken: ({ expiresAt }) =>
      expiresAt === undefined ||
      (/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/.test(expiresAt) && !Number.isNaN(Date.parse(expiresAt)))
        ? undefined
        : `expiresAt is "${expiresAt}": write a time, as in "2030-01-01T00:00:00Z"`,
  },
  {
    id: "maxStaleness-range",
    reads: ["maxStaleness"],
    ofTokens: true,
    page: "https://cloud.google.com/bigquery/docs/change-data-capture#manage_table_staleness",
    broken({ maxStaleness }) {
      const sentence = maxStaleness && notADuration(maxStaleness, "0s", "36500d");
      return sentence && `maxStaleness ${sentence("BigQuery")}`;
    },
  },
  {
    id: "maxStaleness-primaryKey",
    reads: ["maxStaleness", "primaryKey"],
    page: "https://cloud.google.com/bigquery/docs/change-data-capture#prerequisites",
    broken: ({ maxStaleness, primaryKey }) =>
      maxStaleness !== undefined && primaryKey === undefined
        ? "maxStaleness is for rows that are written as changes, which are found by their primaryKey: name its columns, or leave it away"
        : undefined,
  },
  {
    id: "policyTag-place",
    reads: ["location"],
    page: "https://cloud.google.com/bigquery/docs/column-level-security-intro#location_considerations",
    broken({ location, columnOptions = {} }) {
      if (location === undefined) return undefined;
      for (const [path, { policyTag }] of Object.entries(columnOptions)) {
        const there = typeof policyTag === "string" ? policyTag.split("/")[3] : policyTag?.location;
        if (there !== undefined && !sameLocation(location, there)) {
          return `columnOptions.${path}.policyTag is in ${there}, and the table in ${location}: a tag is where its tables are`;
        }
      }
      return undefined;
    },
  },
  {
    id: "columns-change",
    reads: ["change"],
    page: "https://cloud.google.com/bigquery/docs/managing-table-schemas",
    broken: ({ change }) => change,
  },
  keyPlace,
];

/** The first name that is no column of these types. */
function unfit(columns: TableColumns, names: readonly string[], types: readonly FieldType[]): string | undefined {
  const known = new Map(columnsOf(columns).map((column) => [column.name, column]));
  return names.find((name) => {
    const column = known.get(name);
    return column === undefined || !types.includes(column.type) || column.mode === "REPEATED";
  });
}

function foreignKeyProblem(columns: TableColumns, { column, table, references }: ForeignKey): string | undefined {
  const ours = columnsOf(columns).find(({ name }) => name === column);
  if (ours === undefined || ours.mode === "REPEATED" || !keyable.includes(ours.type)) {
    return `.column is "${column}": ${among(columns, keyable)}`;
  }
  if (table.primaryKey !== undefined && !table.primaryKey.includes(references)) {
    return `.references is "${references}": the primary key of ${table.name} is ${table.primaryKey.join(", ")}`;
  }
  const theirs = table.columns?.find(({ name }) => name === references);
  if (table.columns !== undefined && theirs === undefined) {
    return `.references is "${references}", which is no column of ${table.name}`;
  }
  return theirs === undefined || theirs.type === ours.type
    ? undefined
    : `.column "${column}" is a ${ours.type} and "${references}" of ${table.name} a ${theirs.type}`;
}
