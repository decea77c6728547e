/**
 * A row as Bigtable's MutateRowsRequest.Entry: its key, and a cell for each of its fields. A cell holds text (bytes, of
 * a BYTES field) and has the row's time. Of a null there is a cell without bytes: it hides the older value, which a
 * deletion would bring back if that arrived after it.
 */
import { WireReader, WireType, WireWriter } from "../../../../pipeline/protobuf/wire";
import type { AnyRow } from "../../../../pipeline/schema/row";
import type { FieldSpec, Json } from "../../../../pipeline/spec";
import type { CellTime } from "../cell-times";
import type { KeyText } from "../key-text";
import type { EncodeInRequest } from "../row-buffer";

const { bytes, varint } = WireType;
/** Fields of Entry, of Mutation and of SetCell. */
const ROW_KEY = 1;
const MUTATIONS = 2;
const SET_CELL = 1;
const FAMILY = 1;
const QUALIFIER = 2;
const TIMESTAMP = 3;
const VALUE = 4;

/** @param time in milliseconds: Bigtable has microseconds, and takes whole milliseconds of them */
export function entryEncoder(
  fields: readonly FieldSpec[],
  family: string,
  key: KeyText,
  time: CellTime,
): EncodeInRequest {
  const cells = fields.map((field) => new CellWriter(field, family));
  return (row, writer, request) => {
    const micros = time(request) * 1_000;
    writer.tag(ROW_KEY, bytes).string(key(row));
    for (const cell of cells) cell.write(writer, row, micros);
  };
}

/** Writes one column's cells: what does not change from row to row is encoded once. */
class CellWriter {
  private readonly column: Uint8Array;
  private readonly isBytes: boolean;
  private readonly text: (value: Json) => string;
  private value: Json = null;
  private micros = 0;

  constructor(
    private readonly field: FieldSpec,
    family: string,
  ) {
    const writer = new WireWriter();
    writer.tag(FAMILY, bytes).string(family).tag(QUALIFIER, bytes).string(field.name);
    this.column = writer.finish();
    this.isBytes = field.type === "BYTES" && field.mode !== "REPEATED";
    this.text = textOf(field);
  }

  write(writer: WireWriter, row: AnyRow, micros: number): void {
    this.value = row[this.field.name] as Json;
    this.micros = micros;
    writer.tag(MUTATIONS, bytes).message(this.mutation);
  }

  private readonly mutation = (writer: WireWriter): void => {
    writer.tag(SET_CELL, bytes).message(this.cell);
  };

  private readonly cell = (writer: WireWriter): void => {
    writer.raw(this.column).tag(TIMESTAMP, varint).safeInt64(this.micros);
    const { value, field } = this;
    if (value === null && field.mode === "NULLABLE") return;
    writer.tag(VALUE, bytes);
    if (this.isBytes) writer.delimited(Buffer.from(value as string, "base64"));
    else writer.string(this.text(value));
  };
}

/** A value as the text of a cell: what is text in a row as it is, all else as JSON has it. */
function textOf({ type, mode }: FieldSpec): (value: Json) => string {
  if (mode === "REPEATED" || type === "JSON" || type === "RECORD") return (value) => JSON.stringify(value);
  return (value) => (typeof value === "string" ? value : JSON.stringify(value));
}

/** What finds an entry's row. */
export function keyOfEntry(entry: Uint8Array): string {
  const reader = new WireReader(entry);
  reader.uint32();
  return reader.string();
}

/** When an entry's cells were written, in microseconds. */
export function timeOfEntry(entry: Uint8Array): number {
  const reader = new WireReader(entry);
  reader.uint32();
  reader.view8();
  for (const cell of cellsOf(reader)) return cell.micros;
  return 0;
}

/** An entry as the row that it was; of a field that is no longer there, the text of its cell. */
export function readableEntry(entry: Uint8Array, fields: readonly FieldSpec[]): Json {
  const reader = new WireReader(entry);
  reader.uint32();
  reader.view8();
  const row: { [name: string]: Json } = {};
  for (const { column, value } of cellsOf(reader)) {
    row[column] = readable(
      fields.find(({ name }) => name === column),
      value,
    );
  }
  return row;
}

function readable(field: FieldSpec | undefined, value: Uint8Array): Json {
  if (field === undefined) return Buffer.from(value).toString();
  if (field.mode === "NULLABLE" && value.length === 0) return null;
  const { type, mode, as } = field;
  if (type === "BYTES" && mode !== "REPEATED") return Buffer.from(value).toString("base64");
  const text = Buffer.from(value).toString();
  const isJson = mode === "REPEATED" || type === "JSON" || type === "RECORD" || type === "BOOLEAN" || type === "FLOAT";
  return isJson || (type === "INTEGER" && as !== "text") ? (JSON.parse(text) as Json) : text;
}

interface Cell {
  readonly column: string;
  readonly micros: number;
  readonly value: Uint8Array;
}

function* cellsOf(entry: WireReader): Generator<Cell> {
  while (!entry.done) {
    entry.uint32();
    const mutation = entry.message();
    mutation.uint32();
    yield cellOf(mutation.message());
  }
}

function cellOf(reader: WireReader): Cell {
  let column = "";
  let micros = 0;
  let value = new Uint8Array(0);
  while (!reader.done) {
    const tag = reader.uint32();
    const number = tag >>> 3;
    if (number === QUALIFIER) column = reader.string();
    else if (number === TIMESTAMP) micros = reader.safeInt64();
    else if (number === VALUE) value = Uint8Array.from(reader.view8());
    else reader.skip(tag & 7);
  }
  return { column, micros, value };
}
