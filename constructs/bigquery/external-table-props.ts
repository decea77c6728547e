import type { BigqueryTableConfig } from "@cdktf/provider-google/lib/bigquery-table";
import type { Duration } from "../../pipeline/duration";
import { fieldSpecs } from "../../pipeline/schema/field-spec";
import { Schema } from "../../pipeline/schema/schema";
import type { FieldType } from "../../pipeline/spec";
import { notADuration } from "../core/limits";
import type { Overridable } from "../core/overridable";
import type { Rules } from "../core/rules";
import { list } from "../core/text";
import type { AnyBucket } from "../storage/bucket";
import type { AnyConnection } from "./connection";
import type { FileFormat } from "./file-format";
import { bigquery } from "./limits";
import { relationRules, type RelationProps } from "./relation";
import type { TableColumns } from "./table-schema";

/**
 * What `overrides` is for: files elsewhere than in a bucket (Sheets, Bigtable), tables of open formats (Iceberg, Delta
 * Lake), listings of objects.
 */
export interface ExternalTableProps extends RelationProps, Overridable<BigqueryTableConfig> {
  /** It is where the dataset is. */
  readonly bucket: AnyBucket;
  /** Names in the bucket, each with one "*" at most: `["logs/*.csv"]`. */
  readonly files: readonly string[];
  readonly format: FileFormat;
  /**
   * Folders that say something of the files in them: logs/day=2025-01-31/a.csv.
   * @default none
   * @see https://cloud.google.com/bigquery/docs/hive-partitioned-queries
   */
  readonly partition?: FolderPartition;
  /**
   * Reads as a connection's account, so that who queries needs no right on the bucket.
   * @default as whoever queries
   * @see https://cloud.google.com/bigquery/docs/biglake-intro
   */
  readonly bigLake?: BigLake;
  /** Lines that cannot be read, before a query fails for them. @default 0 */
  readonly maxBadRecords?: number;
  /** Passes over values for which there is no column. @default false: a line that has some is a bad one */
  readonly ignoreUnknownValues?: boolean;
}

export interface FolderPartition {
  /** What stands before the first of these folders in all names: "logs/". */
  readonly prefix: `${string}/` | "";
  /**
   * What is in the folders' names: "auto": BigQuery guesses; "text": text; or columns.
   * @default "auto"
   */
  readonly columns?: "auto" | "text" | TableColumns;
  /** Refuses queries that would read all of them. @default false */
  readonly requireFilter?: boolean;
}

export interface BigLake {
  readonly connection: AnyConnection;
  /**
   * Remembers which files there are and what is in them.
   * @default no: each query looks
   * @see https://cloud.google.com/bigquery/docs/metadata-caching
   */
  readonly cache?: {
    /** "manual": when somebody calls BQ.REFRESH_EXTERNAL_METADATA_CACHE. */
    readonly refresh: "automatic" | "manual";
    /** How old what is remembered may be, 30m to 7d. */
    readonly maxStaleness: Duration;
  };
}

const page = "https://cloud.google.com/bigquery/docs/external-data-cloud-storage";
const hive = "https://cloud.google.com/bigquery/docs/hive-partitioned-queries";
/** What a folder's name can be read as. */
const folderTypes: readonly FieldType[] = ["STRING", "INTEGER", "DATE", "TIMESTAMP"];

export const columnsOfFolders = (columns: FolderPartition["columns"]) =>
  columns === undefined || typeof columns === "string"
    ? []
    : fieldSpecs(columns instanceof Schema ? columns.fields : columns);

export const externalTableRules: Rules<ExternalTableProps> = [
  ...relationRules,
  {
    id: "files-form",
    reads: ["files"],
    page: `${page}#wildcard-support`,
    broken({ files }) {
      if (files.length === 0) return "files is empty: there would be nothing to read";
      const wrong = files.find((name) => name === "" || /^(gs:)?\//.test(name) || name.split("*").length > 2);
      return wrong === undefined
        ? undefined
        : `files has "${wrong}": write names in the bucket, without gs:// and with one "*" at most`;
    },
  },
  {
    id: "format-csv",
    reads: ["format"],
    page: "https://cloud.google.com/bigquery/docs/loading-data-cloud-storage-csv#csv-options",
    broken({ format }) {
      if (format.type !== "csv") return undefined;
      const { headerRows, delimiter = ",", quote = '"' } = format;
      if (!Number.isInteger(headerRows) || headerRows < 0)
        return `format.headerRows is ${headerRows}: count them from 0`;
      if (delimiter === "") return "format.delimiter is empty: a line would be one column";
      return quote.length > 1 ? `format.quote is ${JSON.stringify(quote)}: BigQuery takes one character` : undefined;
    },
  },
  {
    id: "partition-files",
    reads: ["partition", "files"],
    page: hive,
    broken({ partition, files }) {
      const outside = partition && files.find((name) => !name.startsWith(partition.prefix));
      return outside && `files has "${outside}", which does not begin with partition.prefix, "${partition?.prefix}"`;
    },
  },
  {
    id: "partition-columns",
    reads: ["partition"],
    page: hive,
    broken({ partition }) {
      const wrong = columnsOfFolders(partition?.columns).find(({ type }) => !folderTypes.includes(type));
      return (
        wrong &&
        `partition.columns has "${wrong.name}", a ${wrong.type}: BigQuery reads folders' names as ${list(folderTypes)}`
      );
    },
  },
  {
    id: "cache-maxStaleness",
    reads: ["bigLake"],
    ofTokens: true,
    page: "https://cloud.google.com/bigquery/docs/metadata-caching",
    broken({ bigLake }) {
      const sentence = bigLake?.cache && notADuration(bigLake.cache.maxStaleness, "30m", "7d");
      return sentence && `bigLake.cache.maxStaleness ${sentence("BigQuery")}`;
    },
  },
  bigquery.within("maxBadRecords", 0, 2_147_483_647, page),
];
