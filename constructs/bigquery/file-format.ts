import type { BigqueryTableExternalDataConfiguration } from "@cdktf/provider-google/lib/bigquery-table";
import type { TableColumns } from "./table-schema";

/** What files are, and how BigQuery reads them. Text has no types of its own, so its columns are said. */
export type FileFormat = CsvFiles | JsonFiles | AvroFiles | ParquetFiles | OrcFiles;

interface TextFiles {
  readonly columns: TableColumns;
  /** "gzip": files whose names end with .gz. @default not packed */
  readonly compression?: "gzip";
}

/** @see https://cloud.google.com/bigquery/docs/loading-data-cloud-storage-csv#csv-options */
export interface CsvFiles extends TextFiles {
  readonly type: "csv";
  /** Lines at the top of each file that are no rows. */
  readonly headerRows: number;
  /** @default "," */
  readonly delimiter?: string;
  /** What a text with delimiters in it stands between; "": none does. @default "\"" */
  readonly quote?: string;
  /** Whether such a text may have line breaks. Large files are then read in one piece. @default false */
  readonly quotedNewlines?: boolean;
  /** Whether a line may end early; what is missing is NULL. @default false */
  readonly jaggedRows?: boolean;
  /** @default "utf-8" */
  readonly encoding?: "utf-8" | "iso-8859-1";
}

/** An object a line. */
export interface JsonFiles extends TextFiles {
  readonly type: "json";
}

export interface AvroFiles {
  readonly type: "avro";
  /** Whether a timestamp-micros is a TIMESTAMP, not an INTEGER. @default true */
  readonly logicalTypes?: boolean;
}

export interface ParquetFiles {
  readonly type: "parquet";
  /** Whether a LIST is a REPEATED column, not records of records. @default true */
  readonly lists?: boolean;
  /** Whether an ENUM is text, not bytes. @default true */
  readonly enumsAsText?: boolean;
}

export interface OrcFiles {
  readonly type: "orc";
}

type Configured = Omit<BigqueryTableExternalDataConfiguration, "sourceUris">;

/** As Terraform writes it, but for the columns and for where the files are. */
export function formatOf(format: FileFormat): Configured {
  switch (format.type) {
    case "csv":
      return { sourceFormat: "CSV", autodetect: false, ...compressionOf(format), csvOptions: csvOptions(format) };
    case "json":
      return { sourceFormat: "NEWLINE_DELIMITED_JSON", autodetect: false, ...compressionOf(format) };
    case "avro":
      return {
        sourceFormat: "AVRO",
        autodetect: true,
        avroOptions: { useAvroLogicalTypes: format.logicalTypes ?? true },
      };
    case "parquet":
      return {
        sourceFormat: "PARQUET",
        autodetect: true,
        parquetOptions: { enableListInference: format.lists ?? true, enumAsString: format.enumsAsText ?? true },
      };
    case "orc":
      return { sourceFormat: "ORC", autodetect: true };
  }
}

const compressionOf = ({ compression }: TextFiles) => ({ compression: compression && "GZIP" });

const csvOptions = ({ headerRows, delimiter, quote, quotedNewlines, jaggedRows, encoding }: CsvFiles) => ({
  skipLeadingRows: headerRows,
  fieldDelimiter: delimiter,
  // The provider wants it said.
  quote: quote ?? '"',
  allowQuotedNewlines: quotedNewlines,
  allowJaggedRows: jaggedRows,
  encoding: encoding?.toUpperCase(),
});
