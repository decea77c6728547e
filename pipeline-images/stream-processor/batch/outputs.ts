/** The outputs of a run, each by what it is bound to; the error output is the last. */
import { rowsOfSpec } from "../../../pipeline/rows-of-spec";
import { fieldSpecs } from "../../../pipeline/schema/field-spec";
import type { AnyRow } from "../../../pipeline/schema/row";
import type { FieldSpec, Json, PipelineSpec } from "../../../pipeline/spec";
import { errorFields } from "../../../pipeline/transforms/errors";
import type { OutputBinding, OutputBindings } from "../../../pipeline/bindings";
import type { Clock } from "../../../runtime/clock";
import type { LogStore } from "../log/store";
import { ERRORS } from "../processor/meaning";
import { errorAttributes } from "../processor/outputs";
import type { TableMaker } from "../sinks/table-maker";
import type { SinkClients } from "../sinks/clients";
import { tableParts, tablePath } from "../sinks/table-path";
import type { FileStore } from "../sinks/files/file-store";
import type { TopicClient } from "../sinks/topic-client";
import type { Attributes } from "../sinks/topic-message";
import type { BatchSink, Run } from "./batch-output";
import { LoadedTable, type TableLoads } from "./loaded-table";
import { PendingTable, type PendingTables } from "./pending-table";
import { PendingTablesByValue } from "./pending-tables";
import { PublishedFiles } from "./published-files";
import { PublishedTopic } from "./published-topic";
import { SentRows } from "./sent-rows";
import type { Tries } from "./tries";

/** What outputs of a run write through. */
export interface BatchClients {
  readonly tables: PendingTables;
  readonly loads: TableLoads;
  readonly maker: TableMaker;
  readonly topics: TopicClient;
  /** Of sinks that take each row at once. */
  readonly sinks: SinkClients;
  /** Where files are written, and what their names begin with there. */
  readonly files: (files: string) => readonly [store: FileStore, files: string];
}

export interface BatchSinksOptions {
  readonly spec: PipelineSpec;
  readonly outputs: OutputBindings;
  readonly errors: OutputBinding;
  readonly run: Run;
  readonly clients: BatchClients;
  readonly clock: Clock;
  /** Where the run keeps what is not seen yet. */
  readonly store: LogStore;
  /** The run's, in the store. */
  readonly folder: string;
  readonly tries: Tries;
  /** A row that its sink will not take, of an output by its name. */
  readonly refuse: (output: string, row: Json, why: string) => void;
}

/** What a sink is made of. */
interface SinkOptions<Binding extends OutputBinding> extends Omit<BatchSinksOptions, "outputs" | "errors" | "refuse"> {
  readonly output: string;
  readonly binding: Binding;
  /** Of its rows. */
  readonly fields: readonly FieldSpec[];
  /** What else stands in the attributes of a row's message, of a topic. */
  readonly attributes: (row: AnyRow) => Attributes;
  readonly refuse: (row: Json, why: string) => void;
}

/** By name, in the order in which they are published. @throws Error where one cannot be written so */
export function batchSinks(options: BatchSinksOptions): ReadonlyMap<string, BatchSink> {
  const { spec, outputs, errors } = options;
  const rows = rowsOfSpec(spec);
  const errorRows = fieldSpecs(errorFields);
  const sinks = new Map<string, BatchSink>();
  const add = (output: string, binding: OutputBinding, fields: readonly FieldSpec[]): void => {
    const attributes = output === ERRORS ? errorAttributes(options) : () => ({});
    const refuse = (row: Json, why: string): void => options.refuse(output, row, why);
    sinks.set(output, batchSink({ ...options, output: folderOf(output), binding, fields, attributes, refuse }));
  };
  for (const [name, reference] of Object.entries(spec.outputs)) {
    add(name, outputs[name] as OutputBinding, rows.get(reference) ?? errorRows);
  }
  add(ERRORS, errors, errorRows);
  return sinks;
}

function batchSink({ binding, ...options }: SinkOptions<OutputBinding>): BatchSink {
  const { clients } = options;
  if ("topic" in binding) {
    return new PublishedTopic({ ...options, client: clients.topics, topic: binding.topic, fields: binding });
  }
  if ("table" in binding && (binding.write ?? "append") === "append") {
    return new PendingTable({ ...options, client: clients.tables, table: tablePath(binding.table) });
  }
  if ("table" in binding && binding.write === "truncate") {
    return new LoadedTable({
      ...options,
      loads: clients.loads,
      table: tableParts(binding.table),
      partition: binding.partition,
    });
  }
  if ("tables" in binding) {
    return new PendingTablesByValue({
      ...options,
      client: clients.tables,
      maker: clients.maker,
      tables: binding.tables,
    });
  }
  if ("files" in binding) return new PublishedFiles({ ...options, binding, place: clients.files(binding.files) });
  return new SentRows({ ...options, binding, clients: clients.sinks });
}

/** In names of objects and jobs: the error output's own has a sign that these may not have. */
const folderOf = (output: string): string => (output === ERRORS ? "_errors" : output);
