import type { Construct } from "constructs";
import type { FileFormat, OutputBinding } from "../../pipeline/bindings";
import type { Duration } from "../../pipeline/duration";
import type { Fields } from "../../pipeline/schema/field";
import { keyTypes } from "../../pipeline/transforms/field-names";
import type { AnyDataset } from "../bigquery/dataset";
import { AnyTable, Table } from "../bigquery/table";
import { columnsOf } from "../bigquery/table-schema";
import type { Grant, GrantOptions, Identity } from "../core/grants";
import { list } from "../core/text";
import { grantOnProject } from "../iam/project-grant";
import { AnyTopic } from "../pubsub/topic";
import type { AnyBucket } from "../storage/bucket";
import { partitionAmiss, partitionBinding } from "./replaced-partition";
import { formatOf } from "./source";
import type { TableDestination } from "./table-destination";

/** What an output's rows go into: a table that is made, by name; something of yours; or one of these with options. */
export type Destination<F extends Fields = Fields> =
  | string
  | AnyTable
  | AnyTopic
  | TableDestination
  | TablesDestination<F>
  | TopicDestination<F>
  | FilesDestination
  | BigtableDestination<F>
  | DocumentsDestination<F>
  | OwnDestination;

interface TablesDestination<F extends Fields = Fields> {
  /** A table for each value of a field, made when it is needed: "events_{region}". */
  readonly tables: `${string}{${keyof F & string}}${string}`;
  /** @default the journey's */
  readonly dataset?: AnyDataset;
}

interface TopicDestination<F extends Fields = Fields> {
  readonly topic: AnyTopic;
  /** Messages with the same value are delivered in order, to subscriptions that want that. @default none */
  readonly orderingKey?: keyof F & string;
  /** Fields that become attributes of the message, for filters. @default none */
  readonly attributes?: readonly (keyof F & string)[];
}

interface FilesDestination {
  /** What names of objects begin with: "results/summary". */
  readonly files: string;
  /** @default the journey's */
  readonly bucket?: AnyBucket;
  readonly format: FileFormat | FileFormat["type"];
  /** What names end with; ".gz" packs. @default the format's */
  readonly suffix?: string;
  /** Into how many files the rows of a window, or of a run, are divided. @default as many as write */
  readonly shards?: number;
  /** Of a stream without windows: how long one file is written to. @default "5m" */
  readonly every?: Duration;
}

/** A table of Bigtable, wherever it was made. */
interface BigtableRows {
  /** projects/P/instances/I/tables/T */
  readonly path: string;
  grantWrite(to: Identity, options?: GrantOptions): Grant;
}

interface BigtableDestination<F extends Fields = Fields> {
  readonly bigtable: BigtableRows;
  /** The column family that the fields go into. */
  readonly family: string;
  /**
   * The fields that make up the row's key, joined by "#" ("%" and "#" in a value are written "%25" and "%23"). A later
   * row of the same key has newer cells: text of a text, a number, a time; bytes of BYTES; JSON of what has parts.
   */
  readonly key: (keyof F & string) | readonly (keyof F & string)[];
}

/** A Firestore database, wherever it was made. */
interface Documents {
  /** projects/P/databases/D */
  readonly path: string;
  grantWrite(to: Identity, options?: GrantOptions): Grant;
}

interface DocumentsDestination<F extends Fields = Fields> {
  /** The collection. */
  readonly documents: string;
  readonly database: Documents;
  /**
   * The fields that make up the document's id, joined by "#" ("%", "#" and "/" in a value are written "%25", "%23" and
   * "%2F"). A later row of the same key replaces the document.
   */
  readonly key: (keyof F & string) | readonly (keyof F & string)[];
}

/** A kind of sink of your own: the image that you build has it, by this name. */
interface OwnDestination {
  readonly sink: string;
  /** What it is told. @default nothing */
  readonly options?: { readonly [name: string]: string };
  /** Gives the rights that it needs. @default none */
  readonly grant?: (to: Identity, why: GrantOptions) => void;
}

/** Where an output's rows go, as a runner takes it. */
export interface Sink {
  readonly binding: OutputBinding;
  /** What it is, where others read it. */
  readonly to: AnyTable | AnyTopic | undefined;
  grant(to: Identity, options: GrantOptions): void;
}

/** What a destination may leave away. */
export interface Surroundings {
  readonly scope: Construct;
  /** Asked for when a table is to be in it. */
  readonly dataset: () => AnyDataset;
  readonly bucket: AnyBucket;
}

export function sinkOf(output: string, fields: Fields, to: Destination, around: Surroundings): Sink {
  if (typeof to === "string") return tableSink(output, fields, { table: to }, around);
  if (to instanceof AnyTable) return tableSink(output, fields, { table: to }, around);
  if (to instanceof AnyTopic) return topicSink({ topic: to });
  if ("table" in to) return tableSink(output, fields, to, around);
  if ("tables" in to) return tablesSink(to, around);
  if ("topic" in to) return topicSink(to);
  if ("files" in to) return filesSink(to, around);
  if ("bigtable" in to) return bigtableSink(to);
  if ("sink" in to) return ownSink(to);
  return documentsSink(to);
}

function tableSink(output: string, fields: Fields, to: TableDestination, { scope, dataset }: Surroundings): Sink {
  const { table: given, write, partitionId, ...options } = to;
  const table =
    typeof given === "string"
      ? new Table(scope, `table ${output}`, { ...options, dataset: dataset(), name: given, columns: fields })
      : given;
  const { partition } = table;
  return {
    binding: {
      table: table.path,
      ...(write === undefined ? {} : { write }),
      ...(partitionId === undefined || partition === undefined
        ? {}
        : { partition: partitionBinding(partitionId, partition) }),
    },
    to: table,
    grant(identity, why) {
      table.grantWrite(identity, why);
      if (write === "truncate") {
        grantOnProject("roles/bigquery.jobUser", identity, { why: "replaces all rows of a table, which is a job" });
      }
    },
  };
}

function tablesSink({ tables, dataset: given }: TablesDestination, { dataset }: Surroundings): Sink {
  const into = given ?? dataset();
  return {
    binding: { tables: `${into.project}.${into.name}.${tables}` },
    to: undefined,
    // Tables are made as they are needed: a right on the dataset is the finest there is.
    grant: (identity, why) => void into.grantWrite(identity, why),
  };
}

function topicSink({ topic, orderingKey, attributes }: TopicDestination): Sink {
  return {
    binding: {
      topic: topic.path,
      ...(orderingKey === undefined ? {} : { orderingKey }),
      ...(attributes === undefined ? {} : { attributes }),
    },
    to: topic,
    grant: (identity, why) => void topic.grantPublish(identity, why),
  };
}

function filesSink(
  { files, bucket: given, format, suffix, shards, every }: FilesDestination,
  { bucket }: Surroundings,
): Sink {
  const into = given ?? bucket;
  return {
    binding: {
      files: `gs://${into.name}/${files}`,
      format: formatOf(format),
      ...(suffix === undefined ? {} : { suffix }),
      ...(shards === undefined ? {} : { shards }),
      ...(every === undefined ? {} : { every }),
    },
    to: undefined,
    // It reads as well: parts are put together, and what is there is looked at.
    grant: (identity, why) => void into.grantReadWrite(identity, why),
  };
}

const bigtableSink = ({ bigtable, family, key }: BigtableDestination): Sink => ({
  binding: { bigtable: bigtable.path, family, key: [key].flat() },
  to: undefined,
  grant: (identity, why) => void bigtable.grantWrite(identity, why),
});

const documentsSink = ({ documents, database, key }: DocumentsDestination): Sink => ({
  binding: { documents: `${database.path}/documents/${documents}`, key: [key].flat() },
  to: undefined,
  grant: (identity, why) => void database.grantWrite(identity, why),
});

const ownSink = ({ sink, options = {}, grant = () => {} }: OwnDestination): Sink => ({
  binding: { sink, options },
  to: undefined,
  grant,
});

/** What is wrong with where an output goes: sentences, none where it fits. */
export function misfits(output: string, fields: Fields, to: Destination): readonly string[] {
  if (typeof to === "string" || to instanceof AnyTopic) return [];
  if (to instanceof AnyTable) return columnsAmiss(to, fields);
  if ("table" in to) return tableAmiss(to, fields);
  const unknown = fieldsNamed(to).filter((name) => !Object.hasOwn(fields, name));
  return [
    ...unknown.map((name) => `names the field "${name}", which the output ${output} does not have`),
    ...("key" in to ? noKeys([to.key].flat(), fields) : []),
  ];
}

/** Fields of a key by whose values nothing can be found. */
function noKeys(key: readonly string[], fields: Fields): readonly string[] {
  return key.flatMap((name) => {
    const field = fields[name];
    if (field === undefined || (field.mode !== "REPEATED" && keyTypes.has(field.type))) return [];
    return [`has "${name}" in its key, a ${field.mode} ${field.type}, which cannot be one: round it, or take a text`];
  });
}

function tableAmiss({ table, write, partitionId, ...options }: TableDestination, fields: Fields): readonly string[] {
  const amiss: string[] = [];
  if (partitionId !== undefined) amiss.push(...partitionAmiss(partitionId, table, { write, ...options }));
  const made = typeof table === "string";
  // Of a table that somebody else made it may be that nobody told.
  const keyed = made ? options.primaryKey !== undefined : !(table instanceof Table) || table.primaryKey !== undefined;
  if (write === "upsert" && !keyed) {
    amiss.push(
      `is written by "upsert", and its table has no primaryKey by which a row would be found: name its columns`,
    );
  }
  if (made) {
    // Without a staleness every query merges what is new first, which BigQuery cannot where a filter is demanded.
    if (write === "upsert" && options.partition?.requireFilter === true && options.maxStaleness === undefined) {
      amiss.push(
        `is written by "upsert", and partition.requireFilter then needs a maxStaleness ` +
          `(https://cloud.google.com/bigquery/docs/change-data-capture#limitations)`,
      );
    }
    return amiss;
  }
  const named = Object.keys(options);
  if (named.length > 0) amiss.push(`has ${list(named)} for a table of yours: give them to the table itself`);
  return [...amiss, ...columnsAmiss(table, fields)];
}

function fieldsNamed(to: Exclude<Destination, string | AnyTable | AnyTopic | TableDestination>): readonly string[] {
  if ("tables" in to) return [...to.tables.matchAll(/\{([^{}]*)\}/g)].map(([, name = ""]) => name);
  if ("topic" in to) return [...(to.orderingKey === undefined ? [] : [to.orderingKey]), ...(to.attributes ?? [])];
  if ("bigtable" in to || "documents" in to) return [to.key].flat();
  return [];
}

/** The columns that a table of yours lacks, or has of another type. */
function columnsAmiss(table: AnyTable, fields: Fields): string[] {
  if (table.columns === undefined) return [];
  const there = new Map(table.columns.map((column) => [column.name, column]));
  return columnsOf(fields).flatMap(({ name, type }) => {
    const column = there.get(name);
    if (column?.type === type) return [];
    const has = column ? `${name} as ${column.type}` : `no column ${name}`;
    return [`table ${table.name} has ${has}, the pipeline gives ${type}`];
  });
}
