import type { AnyTable } from "../../bigquery/table";
import type { AnyTopic } from "../../pubsub/topic";
import { BucketObject } from "../../storage/bucket-object";
import { makeTemplate, type GoogleTemplateOf, type GoogleTemplateOptions } from "./make-template";
import { functionParameters, type TemplateFunction } from "./udf";
import { loadsTable, ownFolder, publishes, reads, said, writes, type Files, type ParameterValue } from "./values";

type Batch = GoogleTemplateOf<"classic", "batch">;

export interface WordCountOptions extends GoogleTemplateOptions {
  /** The files whose words are counted. */
  readonly inputFile: Files;
  /** What the files of counts are called, without a number and ".txt". */
  readonly output: Files;
}

/** @see https://cloud.google.com/dataflow/docs/guides/templates/provided/word-count */
export const wordCount = (options: WordCountOptions): Batch =>
  makeTemplate(
    {
      kind: "classic",
      mode: "batch",
      name: "Word_Count",
      parameters: { inputFile: reads(options.inputFile), output: writes(options.output) },
    },
    options,
  );

export interface BulkCompressOptions extends GoogleTemplateOptions {
  readonly inputFilePattern: Files;
  /** With "/" at its end. */
  readonly outputDirectory: Files;
  /** Where the names of files go that could not be compressed. The others are compressed all the same. */
  readonly outputFailureFile: Files;
  readonly compression: "bzip2" | "deflate" | "gzip";
  /** @default the compression's own: ".gz" */
  readonly outputFilenameSuffix?: string;
}

/** @see https://cloud.google.com/dataflow/docs/guides/templates/provided/bulk-compress-cloud-storage */
export const bulkCompress = (options: BulkCompressOptions): Batch =>
  makeTemplate(
    {
      kind: "classic",
      mode: "batch",
      name: "Bulk_Compress_GCS_Files",
      parameters: {
        inputFilePattern: reads(options.inputFilePattern),
        outputDirectory: writes(options.outputDirectory),
        outputFailureFile: writes(options.outputFailureFile),
        compression: said(options.compression.toUpperCase()),
        outputFilenameSuffix: said(options.outputFilenameSuffix),
      },
    },
    options,
  );

export type BulkDecompressOptions = Pick<
  BulkCompressOptions,
  "inputFilePattern" | "outputDirectory" | "outputFailureFile" | "version"
>;

/** Each file by its ending. @see https://cloud.google.com/dataflow/docs/guides/templates/provided/bulk-decompress-cloud-storage */
export const bulkDecompress = (options: BulkDecompressOptions): Batch =>
  makeTemplate(
    {
      kind: "classic",
      mode: "batch",
      name: "Bulk_Decompress_GCS_Files",
      parameters: {
        inputFilePattern: reads(options.inputFilePattern),
        outputDirectory: writes(options.outputDirectory),
        outputFailureFile: writes(options.outputFailureFile),
      },
    },
    options,
  );

export interface TextToBigQueryOptions extends GoogleTemplateOptions {
  /** Files of lines. */
  readonly inputFilePattern: Files;
  /** Rows are appended. */
  readonly table: AnyTable;
  /** Makes JSON of a line. Without it, lines are JSON. @default none */
  readonly function?: TemplateFunction;
  /** `{"BigQuery Schema": [{ "name", "type", "mode" }]}` in a file. @default one that is made of the table's columns */
  readonly schema?: Files;
  /** @default the job's bucket, below "dataflow/temp/" */
  readonly temporaryDirectory?: Files;
}

/** @see https://cloud.google.com/dataflow/docs/guides/templates/provided/cloud-storage-to-bigquery */
export const textToBigQuery = (options: TextToBigQueryOptions): Batch =>
  makeTemplate(
    {
      kind: "classic",
      mode: "batch",
      name: "GCS_Text_to_BigQuery",
      parameters: {
        inputFilePattern: reads(options.inputFilePattern),
        JSONPath: reads(options.schema) ?? schemaOf(options.table),
        outputTable: loadsTable(options.table),
        bigQueryLoadingTemporaryDirectory: writes(options.temporaryDirectory) ?? ownFolder("dataflow/temp/bigquery/"),
        ...functionParameters(options.function),
      },
    },
    options,
  );

/** A file in the job's bucket that says what the table's columns are. */
const schemaOf = ({ columns, name }: AnyTable): ParameterValue => ({
  text(scope, { bucket }) {
    if (columns === undefined) {
      throw new Error(
        `${scope.node.path}: the columns of table ${name} are not known here: give them to Table.fromName, or give the template a schema`,
      );
    }
    const content = JSON.stringify({ "BigQuery Schema": columns });
    return new BucketObject(scope, "schema", {
      bucket,
      name: `dataflow/schemas/${name}.json`,
      content,
      versioned: true,
    }).url;
  },
});

export interface TextToPubsubOptions extends GoogleTemplateOptions {
  /** Files of lines, each a message. */
  readonly inputFilePattern: Files;
  readonly topic: AnyTopic;
}

/** @see https://cloud.google.com/dataflow/docs/guides/templates/provided/cloud-storage-to-pubsub */
export const textToPubsub = (options: TextToPubsubOptions): Batch =>
  makeTemplate(
    {
      kind: "classic",
      mode: "batch",
      name: "GCS_Text_to_Cloud_PubSub",
      parameters: { inputFilePattern: reads(options.inputFilePattern), outputTopic: publishes(options.topic) },
    },
    options,
  );
