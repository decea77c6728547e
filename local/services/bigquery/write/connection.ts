/** One AppendRows call: requests in, answers out, in order. */
import { fail } from "../../../grpc";
import type { ServerDuplexStream } from "@grpc/grpc-js";
import type { DuckDBValue } from "@duckdb/node-api";
import { MalformedMessage } from "../../../../pipeline/protobuf/wire";
import { BadValue } from "../rows/json-value";
import type { Column } from "../schema/column";
import type { Target } from "../store/appends";
import type { Change } from "../store/changes";
import type { TableRecord } from "../store/catalog";
import {
  MissingValue,
  rowError,
  schemaFields,
  type AppendRowsRequest,
  type AppendRowsResponse,
  type RowError,
} from "./messages";
import { statusOf, WriteError } from "./stream-error";
import { SchemaMismatch, type SentChange } from "./wire-change";
import { sentRowReader, withoutMissing, type SentRow, type SentRowReader } from "./wire-rows";

/** @see https://cloud.google.com/bigquery/quotas#write-api-limits */
const LARGEST_REQUEST = 10 * 1024 * 1024;
/** Bytes of one call's requests that are not answered yet; more wait on the wire. */
const MOST_UNANSWERED = 32 * 1024 * 1024;
/** What a request costs beside its rows. */
const OVERHEAD = 4096;

/** Where a stream's rows go, found anew for every request. */
export interface Destination {
  readonly table: TableRecord;
  /** What rows are read for. */
  readonly columns: readonly Column[];
  /** `_default`, which has no offsets. */
  readonly isDefault: boolean;
  /** The places of the primary key's columns. None where rows cannot be written as changes. */
  readonly keys: readonly number[];
  change(changes: readonly Change[], target: () => Target): Promise<void>;
  append(
    offset: number | undefined,
    rows: readonly (readonly DuckDBValue[])[],
    target: () => Target,
  ): Promise<number | undefined>;
}

export interface Destinations {
  /** @throws WriteError where the stream is not there, or the caller may not write to its table. */
  find(stream: string): Destination;
  target(table: TableRecord): () => Target;
  /** As many values of a column's default. */
  defaults(column: Column, count: number): Promise<readonly DuckDBValue[]>;
  refused(table: TableRecord, rows: number): void;
}

type Answer = Partial<AppendRowsResponse>;

interface Writer {
  readonly descriptor: Uint8Array;
  /** What the reader was made for. */
  readonly columns: readonly Column[];
  readonly read: SentRowReader;
}

export class AppendConnection {
  /** The stream of requests that name none. */
  private current: string | undefined;
  private readonly writers = new Map<string, Writer>();
  private defaultMissing: number = MissingValue.NULL_VALUE;
  private answered: Promise<void> = Promise.resolve();
  private unanswered = 0;
  /** Whether its rows are changes; undefined until there is one. */
  private changes: boolean | undefined;

  constructor(
    private readonly call: ServerDuplexStream<AppendRowsRequest, Answer>,
    private readonly destinations: Destinations,
  ) {
    call.on("data", (request: AppendRowsRequest) => this.receive(request));
    call.on("end", () => void this.answered.then(() => call.end()));
    // A client that goes away: what it sent is written all the same.
    call.on("error", () => undefined);
  }

  private receive(request: AppendRowsRequest): void {
    const size = OVERHEAD + sizeOf(request.protoRows?.rows?.serializedRows ?? []);
    const answer = this.answer(request);
    answer.catch(() => undefined);
    this.unanswered += size;
    if (this.unanswered >= MOST_UNANSWERED) this.call.pause();
    this.answered = this.send(this.answered, answer, size);
  }

  private async send(before: Promise<void>, answer: Promise<Answer>, size: number): Promise<void> {
    await before;
    try {
      this.call.write(await answer);
    } catch (error) {
      fail(this.call, error);
    }
    this.unanswered -= size;
    if (this.unanswered < MOST_UNANSWERED) this.call.resume();
  }

  /** What ends the call is thrown; what concerns this request alone is in its answer. */
  private async answer(request: AppendRowsRequest): Promise<Answer> {
    const stream = request.writeStream === "" ? this.current : request.writeStream;
    if (stream === undefined) {
      throw new WriteError("INVALID_ARGUMENT", "The first request has to name its write_stream.", "");
    }
    const destination = this.destinations.find(stream);
    if (this.current !== undefined && this.current !== stream && !(destination.isDefault && isDefault(this.current))) {
      const what = `A connection of ${this.current} takes no rows of another stream: only default streams share one.`;
      throw new WriteError("INVALID_ARGUMENT", what, stream);
    }
    this.current = stream;
    if (request.defaultMissingValueInterpretation !== 0) {
      this.defaultMissing = request.defaultMissingValueInterpretation;
    }
    const before = this.writers.get(stream)?.columns;
    const answer = await this.write(stream, destination, request).catch((error: unknown) =>
      this.inBand(error, destination, request),
    );
    const changed = before !== undefined && before !== destination.columns;
    return {
      ...answer,
      writeStream: stream,
      ...(changed ? { updatedSchema: { fields: schemaFields(destination.columns) } } : {}),
    };
  }

  /** Not a step is waited for before the rows have their place: requests keep their order. */
  private async write(stream: string, destination: Destination, request: AppendRowsRequest): Promise<Answer> {
    const sent = request.protoRows?.rows?.serializedRows ?? [];
    checkRequest(stream, destination, request, sent);
    const { read } = this.writer(stream, destination, request);
    const all = sent.map((row) => read(row));
    const asChanges = this.asChanges(stream, all);
    const wanted = destination.columns.filter(
      (column) =>
        column.defaultValueExpression !== undefined &&
        (request.missingValueInterpretations[column.name] ?? this.defaultMissing) === MissingValue.DEFAULT_VALUE,
    );
    const rows = complete(
      stream,
      destination,
      all,
      wanted.length === 0 ? undefined : await this.defaultRows(destination.columns, wanted, sent.length),
    );
    const target = this.destinations.target(destination.table);
    if (asChanges) {
      const changes = rows.map((row, at) => ({ ...((all[at] as SentRow).change as SentChange), values: row }));
      await destination.change(changes, target);
      return { appendResult: { offset: undefined } };
    }
    const offset = await destination.append(request.offset?.value, rows, target);
    return { appendResult: { offset: offset === undefined ? undefined : { value: offset } } };
  }

  /** All of a connection's rows are changes, or none. */
  private asChanges(stream: string, rows: readonly (SentRow | BadValue)[]): boolean {
    const first = rows.find((row): row is SentRow => !(row instanceof BadValue));
    if (first === undefined) return false;
    const are = first.change !== undefined;
    if (this.changes !== undefined && this.changes !== are) {
      throw new WriteError("INVALID_ARGUMENT", "The given value is not a valid CHANGE_TYPE.", stream);
    }
    this.changes = are;
    return are;
  }

  private async defaultRows(
    columns: readonly Column[],
    wanted: readonly Column[],
    count: number,
  ): Promise<readonly (readonly (DuckDBValue | undefined)[])[]> {
    const byColumn = new Map<Column, readonly DuckDBValue[]>();
    for (const column of wanted) byColumn.set(column, await this.destinations.defaults(column, count));
    return Array.from({ length: count }, (_, row) => columns.map((column) => byColumn.get(column)?.[row]));
  }

  /** How this stream's rows are read: by the schema that was sent last, for the columns that there are now. */
  private writer(stream: string, { columns, isDefault, keys }: Destination, request: AppendRowsRequest): Writer {
    const sent = request.protoRows?.writerSchema?.protoDescriptor;
    const there = this.writers.get(stream);
    if (there !== undefined && there.columns === columns) {
      if (sent === undefined || Buffer.compare(sent, there.descriptor) === 0) return there;
    }
    const descriptor = sent === undefined ? there?.descriptor : Uint8Array.from(sent);
    if (descriptor === undefined) {
      throw new WriteError("INVALID_ARGUMENT", "The first request of a stream has to bring its writer_schema.", stream);
    }
    try {
      const made = { descriptor, columns, read: sentRowReader(columns, descriptor, isDefault && keys.length > 0) };
      this.writers.set(stream, made);
      return made;
    } catch (error) {
      if (error instanceof SchemaMismatch) {
        const code = error.extra ? "SCHEMA_MISMATCH_EXTRA_FIELDS" : undefined;
        throw new WriteError("INVALID_ARGUMENT", `${error.message}.`, stream, code);
      }
      if (error instanceof MalformedMessage) {
        throw new WriteError("INVALID_ARGUMENT", `Invalid proto schema: ${error.message}.`, stream);
      }
      throw error;
    }
  }

  private inBand(error: unknown, { table }: Destination, request: AppendRowsRequest): Answer {
    this.destinations.refused(table, request.protoRows?.rows?.serializedRows.length ?? 0);
    return { error: statusOf(error), rowErrors: error instanceof WriteError ? error.rowErrors : [] };
  }
}

const isDefault = (stream: string): boolean => stream.endsWith("/_default");

function sizeOf(rows: readonly Uint8Array[]): number {
  let size = 0;
  for (const row of rows) size += row.length;
  return size;
}

function checkRequest(
  stream: string,
  { isDefault }: Destination,
  request: AppendRowsRequest,
  sent: readonly Uint8Array[],
): void {
  const refuse = (what: string): never => {
    throw new WriteError("INVALID_ARGUMENT", what, stream);
  };
  if (request.arrowRows !== undefined) {
    throw new WriteError("UNIMPLEMENTED", "Rows in Arrow are not taken here: send proto_rows.", stream);
  }
  if (sent.length === 0) refuse("Rows must be specified.");
  const size = sizeOf(sent);
  if (size > LARGEST_REQUEST) refuse(`The request has ${size} bytes of rows, its limit is ${LARGEST_REQUEST}.`);
  if (isDefault && request.offset !== undefined) {
    refuse("Offset must not be specified when writing to the default stream.");
  }
}

/** Of a row that goes the key is enough; no row that is written as a change is without one. */
function filledRow(
  { columns, keys }: Destination,
  { values, change }: SentRow,
  defaults?: readonly (DuckDBValue | undefined)[],
): readonly DuckDBValue[] | BadValue {
  if (change === undefined) return withoutMissing(columns, values, "", defaults);
  const keyless = keys.find((at) => (values[at] ?? null) === null);
  if (keyless !== undefined) {
    const { name } = columns[keyless] as Column;
    return new BadValue(name, `Primary key column ${name} is missing`);
  }
  if (change.type === "UPSERT") return withoutMissing(columns, values, "", defaults);
  return withoutMissing(
    columns.map((column): Column => (column.mode === "REQUIRED" ? { ...column, mode: "NULLABLE" } : column)),
    values,
    "",
    defaults,
  );
}

/** Rows with nothing missing. One that does not fit, and none is taken. */
function complete(
  stream: string,
  destination: Destination,
  values: readonly (SentRow | BadValue)[],
  defaults?: readonly (readonly (DuckDBValue | undefined)[])[],
): readonly (readonly DuckDBValue[])[] {
  const errors: RowError[] = [];
  const rows: (readonly DuckDBValue[])[] = [];
  values.forEach((row, index) => {
    const filled = row instanceof BadValue ? row : filledRow(destination, row, defaults?.[index]);
    if (filled instanceof BadValue) errors.push(rowError(index, filled.reason));
    else rows.push(filled);
  });
  if (errors.length === 0) return rows;
  throw new WriteError(
    "INVALID_ARGUMENT",
    "Errors found while processing rows. Please refer to the row_errors field for details. The list may not be complete because of the size limitations.",
    stream,
    undefined,
    errors,
  );
}
