/** Rows of the Storage Write API as a table's values, in the order of its columns. */
import { DuckDBListValue, DuckDBStructValue, type DuckDBValue } from "@duckdb/node-api";
import { MalformedMessage } from "../../../../pipeline/protobuf/wire";
import {
  compileRowReader,
  type WireColumn,
  type WireRow,
  type WireValue,
} from "../../../../pipeline/schema/storage-read";
import { BadValue } from "../rows/json-value";
import { columnNamed, type Column } from "../schema/column";
import { changeReader, SchemaMismatch, type SentChange } from "./wire-change";
import { scalarReader, takes, type WireReader } from "./wire-value";

/** One row's values, `undefined` where the row does not give the column, or why the row does not fit. */
export type SentRowReader = (row: Uint8Array) => SentRow | BadValue;

export interface SentRow {
  readonly values: readonly (DuckDBValue | undefined)[];
  /** What is to become of the row with its key, where it is written as a change. */
  readonly change: SentChange | undefined;
}

/**
 * @param descriptor a serialized DescriptorProto
 * @param takesChanges whether it may have the pseudo columns of changes
 * @throws SchemaMismatch, or MalformedMessage where the descriptor is none
 */
export function sentRowReader(columns: readonly Column[], descriptor: Uint8Array, takesChanges = false): SentRowReader {
  const rows = compileRowReader(descriptor);
  const changes = takesChanges ? changeReader(rows.columns) : undefined;
  const read = recordReader(columns, changes?.columns ?? rows.columns, "");
  return (bytes) => {
    try {
      const row = rows.read(bytes);
      const change = changes?.read(row);
      if (change instanceof BadValue) return change;
      const values = read(row);
      return values instanceof BadValue ? values : { values, change };
    } catch (error) {
      if (error instanceof MalformedMessage) return new BadValue("", `Malformed row: ${error.message}`);
      throw error;
    }
  };
}

type RecordReader = (row: WireRow) => readonly (DuckDBValue | undefined)[] | BadValue;

function recordReader(columns: readonly Column[], sent: readonly WireColumn[], path: string): RecordReader {
  const extra = sent.find(({ name }) => columnNamed(columns, name) === undefined);
  if (extra !== undefined) {
    throw new SchemaMismatch(
      `Input schema has more fields than BigQuery schema, extra fields: '${path}${extra.name}'`,
      true,
    );
  }
  const readers = columns.map((column) => {
    const wire = sent.find(({ name }) => name.toLowerCase() === column.name.toLowerCase());
    return wire && { name: wire.name, read: columnReader(column, wire, `${path}${column.name}`) };
  });
  return (row) => {
    const values: (DuckDBValue | undefined)[] = [];
    for (const reader of readers) {
      // Asked by its own name only: a column may be called "constructor".
      const given = reader !== undefined && Object.hasOwn(row, reader.name);
      const value = given ? reader.read(row[reader.name] as WireValue) : undefined;
      if (value instanceof BadValue) return value;
      values.push(value);
    }
    return values;
  };
}

function columnReader(column: Column, wire: WireColumn, path: string): WireReader {
  const repeated = column.mode === "REPEATED";
  if (repeated !== (wire.label === "repeated")) {
    throw new SchemaMismatch(
      `The field mode mismatched at ${path}, the proto field label ${wire.label}, BigQuery field mode ${column.mode}`,
      false,
    );
  }
  const one = itemReader(column, wire, path);
  if (!repeated) return one;
  return (value) => {
    const items: DuckDBValue[] = [];
    for (const item of value as readonly WireValue[]) {
      const read = one(item);
      if (read instanceof BadValue) return read;
      items.push(read);
    }
    return new DuckDBListValue(items);
  };
}

function itemReader(column: Column, wire: WireColumn, path: string): WireReader {
  const { type } = column;
  const mismatch = new SchemaMismatch(
    `The proto field mismatched with BigQuery field at ${path}, the proto field type ${wire.type}, BigQuery field type ${type}`,
    false,
  );
  if (type !== "RECORD") {
    if (takes(type, wire)) return scalarReader({ ...column, type }, path);
    throw mismatch;
  }
  if (wire.columns === undefined) throw mismatch;
  const fields = column.fields ?? [];
  const read = recordReader(fields, wire.columns, `${path}.`);
  return (value) => {
    const values = read(value as WireRow);
    if (values instanceof BadValue) return values;
    const filled = withoutMissing(fields, values, `${path}.`);
    if (filled instanceof BadValue) return filled;
    return new DuckDBStructValue(Object.fromEntries(fields.map(({ name }, at) => [name, filled[at] as DuckDBValue])));
  };
}

/** Null, or an empty list, for what a row does not give. @param defaults by place, in their stead */
export function withoutMissing(
  columns: readonly Column[],
  values: readonly (DuckDBValue | undefined)[],
  path: string,
  defaults: readonly (DuckDBValue | undefined)[] = [],
): readonly DuckDBValue[] | BadValue {
  const filled: DuckDBValue[] = [];
  for (let at = 0; at < columns.length; at++) {
    const { name, mode } = columns[at] as Column;
    const value = values[at] ?? defaults[at] ?? (mode === "REPEATED" ? new DuckDBListValue([]) : null);
    if (value === null && mode === "REQUIRED") {
      return new BadValue(`${path}${name}`, `Required field ${path}${name} is missing`);
    }
    filled.push(value);
  }
  return filled;
}
