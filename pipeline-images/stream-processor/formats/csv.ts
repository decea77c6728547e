/** CSV, with or without a header: a row a record, its values told by their fields' types. */
import { isUtf8 } from "node:buffer";
import { eventJson } from "../../../pipeline/schema/event-json";
import type { AnyRow } from "../../../pipeline/schema/row";
import type { FieldSpec, Json } from "../../../pipeline/spec";
import { asJson } from "./as-json";
import { type Cell, csvRecords, type CsvRecord } from "./csv-records";
import type { Format, Records } from "./format";
import { MadeRecords } from "./made-records";
import { TextWriter } from "./text-writer";

export interface CsvOptions {
  /** Whether the first record is the fields' names. @default true */
  readonly header?: boolean;
  /** @default "," */
  readonly delimiter?: string;
}

export function csv({ header = true, delimiter = "," }: CsvOptions = {}): Format {
  if (!/^[\t -~]$/.test(delimiter) || delimiter === '"') {
    throw new Error(
      `the delimiter of a CSV is ${JSON.stringify(delimiter)}: it is one character of ASCII, not a quote`,
    );
  }
  return {
    joins: true,
    async *read(bytes, fields): AsyncGenerator<Records> {
      flat(fields);
      let toJson = header
        ? undefined
        : rowMaker(
            fields,
            fields.map(({ name }) => name),
          );
      for await (const found of csvRecords(bytes, delimiter)) {
        const records = new MadeRecords();
        for (const one of found) {
          if (toJson !== undefined) toJson(one, records);
          else if (!isEmpty(one)) toJson = rowMaker(fields, namesIn(one));
        }
        yield records.all;
      }
    },
    write(fields, part) {
      flat(fields);
      const cells = fields.map((field) => cellWriter(field, delimiter));
      const head = fields.map(({ name }) => quoted(name, delimiter)).join(delimiter);
      return new TextWriter(header && part?.continues !== true ? head : "", (row) => ({
        text: cells.map((cell) => cell(row)).join(delimiter),
      }));
    },
  };
}

/** @throws Error where a field is no single value */
function flat(fields: readonly FieldSpec[]): void {
  const wrong = fields.find(({ type, mode }) => type === "RECORD" || mode === "REPEATED");
  if (wrong === undefined) return;
  const what = wrong.mode === "REPEATED" ? "REPEATED" : wrong.type;
  throw new Error(`${wrong.name} is ${what}: a cell of CSV is one value. JSON lines, Avro and Parquet hold it`);
}

const namesIn = ({ cells }: CsvRecord): string[] => cells.map(({ text }) => text);

/** An empty line: where there is one column, it is a record whose value is missing. */
const isEmpty = ({ cells }: CsvRecord): boolean => cells.length === 1 && cells[0]?.text === "" && !cells[0].quoted;

function rowMaker(fields: readonly FieldSpec[], columns: readonly string[]) {
  const missing = fields.find(({ name, mode }) => mode === "REQUIRED" && !columns.includes(name));
  if (missing !== undefined) {
    throw new Error(`the header has no ${missing.name}, which is REQUIRED: it has ${columns.join(", ")}`);
  }
  const readers = fields.flatMap((field) => {
    const at = columns.indexOf(field.name);
    return at < 0 ? [] : [{ key: `${JSON.stringify(field.name)}:`, at, value: valueOf(field) }];
  });
  return (record: CsvRecord, into: MadeRecords): void => {
    const { cells, bytes, line, broken } = record;
    if (columns.length > 1 && isEmpty(record)) return;
    if (broken) return into.refuse(bytes, line, "a value in quotes does not end with a quote");
    if (cells.length !== columns.length) {
      return into.refuse(bytes, line, `the record has ${cells.length} values, and there are ${columns.length} columns`);
    }
    if (!isUtf8(bytes)) return into.refuse(bytes, line, "the record is not UTF-8");
    const members = readers.map(({ key, at, value }) => key + value(cells[at] as Cell));
    into.add(`{${members.join(",")}}`, line);
  };
}

/** A number as JSON writes it. */
const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

/**
 * A cell as JSON. What is no value of its field goes on as a text, and the decoder says what is wrong with it. An empty
 * cell without quotes is null where its field may be.
 */
function valueOf({ type, mode, encoding = "text" }: FieldSpec): (cell: Cell) => string {
  const value = (text: string): string => {
    if (type === "FLOAT" || (type === "TIMESTAMP" && encoding !== "text")) {
      return NUMBER.test(text) ? text : JSON.stringify(text);
    }
    if (type === "BOOLEAN") return /^(true|false)$/i.test(text) ? text.toLowerCase() : JSON.stringify(text);
    if (type === "JSON") return asJson(text);
    return JSON.stringify(text);
  };
  return ({ text, quoted: inQuotes }) => (text === "" && !inQuotes && mode === "NULLABLE" ? "null" : value(text));
}

function cellWriter(field: FieldSpec, delimiter: string): (row: AnyRow) => string {
  const { name, type, encoding = "text" } = field;
  const event = eventJson([field]);
  const prefix = `{${JSON.stringify(name)}:`.length;
  const textOf = (value: Json, row: AnyRow): string => {
    if (encoding !== "text") return event(row).slice(prefix, -1);
    return type === "JSON" || typeof value === "object" ? JSON.stringify(value) : String(value);
  };
  return (row) => {
    const value = row[name] ?? null;
    return value === null ? "" : quoted(textOf(value, row), delimiter);
  };
}

/** An empty text is in quotes, so that it is none that is missing. */
function quoted(text: string, delimiter: string): string {
  if (text !== "" && !text.includes(delimiter) && !/["\r\n]/.test(text)) return text;
  return `"${text.replaceAll('"', '""')}"`;
}
