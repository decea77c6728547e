/** Values of Parquet as the JSON of events, by the schema that stands in the file. */
import { isUtf8 } from "node:buffer";
import type { ParquetParsers, SchemaElement, SchemaTree } from "hyparquet";
import { dateOf } from "../../../pipeline/schema/calendar";
import type { FieldSpec } from "../../../pipeline/spec";
import { asJson } from "./as-json";
import { ofTwosComplement } from "./avro-bytes";
import { datetimeJson, decimalJson, numberJson, timeJson, timestampJson } from "./value-json";

/** A value of a column, as hyparquet gives it, as JSON. */
type ToJson = (value: unknown) => string;

/** A text that is none: of one row, while the others may be well. */
export class NoText extends Error {
  constructor(readonly bytes: Uint8Array) {
    super("a text is not UTF-8");
  }
}

/** What hyparquet makes of values: as much as is exact. Times are microseconds, what is finer is cut off. */
export const parsers: ParquetParsers = {
  timestampFromMilliseconds: (milliseconds) => milliseconds * 1_000n,
  timestampFromMicroseconds: (microseconds) => microseconds,
  timestampFromNanoseconds: floored,
  dateFromDays: (days) => days,
  stringFromBytes: text,
  jsonFromBytes: text,
  geometryFromBytes: (bytes) => bytes,
  geographyFromBytes: (bytes) => bytes,
  uuidFromBytes: (bytes) =>
    bytes === undefined ? undefined : hex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-"),
};

/** Rounded down, as everything is: also before 1970. */
function floored(nanoseconds: bigint): bigint {
  return (nanoseconds - (((nanoseconds % 1_000n) + 1_000n) % 1_000n)) / 1_000n;
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

function text(bytes: Uint8Array | undefined): string | NoText | undefined {
  if (bytes === undefined) return undefined;
  return isUtf8(bytes) ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString() : new NoText(bytes);
}

/** Lists and maps by their older names, by which hyparquet knows them; also those whose writer has not said what they are. */
export const withLists = (schema: readonly SchemaElement[]): SchemaElement[] =>
  schema.map((element, i): SchemaElement => {
    const { logical_type: logical } = element;
    if (element.num_children === undefined) return element;
    const isList = logical?.type === "LIST" || looksLikeList(schema[i + 1], schema[i + 2], element);
    if (isList) return { ...element, converted_type: "LIST" };
    return logical?.type === "MAP" ? { ...element, converted_type: "MAP" } : element;
  });

/** The schema that hyparquet reads by: decimals as their bytes or whole numbers, since it makes floating point of them. */
export const physical = (schema: readonly SchemaElement[]): SchemaElement[] =>
  schema.map((element) => {
    const { converted_type: converted, logical_type: logical, ...rest } = element;
    return opaque.has(converted ?? logical?.type ?? "") ? rest : element;
  });

const opaque: ReadonlySet<string> = new Set(["DECIMAL", "BSON", "INTERVAL"]);

const looksLikeList = (
  group: SchemaElement | undefined,
  item: SchemaElement | undefined,
  { num_children: children }: SchemaElement,
): boolean =>
  children === 1 &&
  group?.name === "list" &&
  group.repetition_type === "REPEATED" &&
  group.num_children === 1 &&
  (item?.name === "element" || item?.name === "item");

/** @param node of the schema as the file has it, lists marked */
export function jsonOf(node: SchemaTree, field: FieldSpec | undefined): ToJson {
  const value = node.element.repetition_type === "REPEATED" ? listOf(itemOf(node, field)) : itemOf(node, field);
  return (one) => (one === null || one === undefined ? "null" : value(one));
}

const listOf =
  (item: ToJson): ToJson =>
  (list) =>
    `[${(list as readonly unknown[]).map((one) => (one === null || one === undefined ? "null" : item(one))).join(",")}]`;

function itemOf(node: SchemaTree, field: FieldSpec | undefined): ToJson {
  const [only] = node.children;
  if (only === undefined) return leafOf(node.element, field);
  if (node.element.converted_type === "LIST" && node.children.length === 1) {
    const [inner, ...others] = only.children;
    // A group of one member is passed over, as hyparquet does.
    return listOf(inner !== undefined && others.length === 0 ? jsonOf(inner, field) : itemOf(only, field));
  }
  if (node.element.converted_type === "MAP" && only.children.length === 2) {
    const value = jsonOf(only.children[1] as SchemaTree, undefined);
    return (map) =>
      `{${entries(map)
        .map(([key, one]) => `${JSON.stringify(key)}:${value(one)}`)
        .join(",")}}`;
  }
  const members = node.children.map((child) => {
    const { name } = child.element;
    return [name, `${JSON.stringify(name)}:`, jsonOf(child, memberOf(field, name))] as const;
  });
  return (record) => {
    const values = record as { readonly [name: string]: unknown };
    return `{${members.map(([name, key, json]) => key + json(values[name])).join(",")}}`;
  };
}

const memberOf = (field: FieldSpec | undefined, name: string): FieldSpec | undefined =>
  field?.fields?.find((one) => one.name === name);

const entries = (map: unknown): [string, unknown][] => Object.entries(map as object);

function leafOf(element: SchemaElement, field: FieldSpec | undefined): ToJson {
  const { converted_type: converted, logical_type: logical, scale = 0 } = element;
  if (converted === "DECIMAL" || logical?.type === "DECIMAL") {
    return (value) =>
      decimalJson(value instanceof Uint8Array ? unitsOf(value) : BigInt(value as bigint | number), scale);
  }
  if (converted === "DATE" || logical?.type === "DATE") return (value) => `"${dateOf(value as number)}"`;
  if (logical?.type === "TIMESTAMP" || converted?.startsWith("TIMESTAMP") === true || element.type === "INT96") {
    const hasZone = logical?.type !== "TIMESTAMP" || logical.isAdjustedToUTC || field?.type === "TIMESTAMP";
    const json = hasZone ? timestampJson(field) : datetimeJson;
    return (value) => json(value as bigint);
  }
  if (logical?.type === "TIME" || converted === "TIME_MICROS" || converted === "TIME_MILLIS") {
    const unit = logical?.type === "TIME" ? logical.unit : converted === "TIME_MILLIS" ? "MILLIS" : "MICROS";
    return (value) => timeJson(microsecondsIn(BigInt(value as bigint | number), unit));
  }
  return (value) => plainJson(value, field);
}

const unitsOf = (bytes: Uint8Array): bigint =>
  ofTwosComplement(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));

const microsecondsIn = (value: bigint, unit: "MILLIS" | "MICROS" | "NANOS"): bigint =>
  unit === "MILLIS" ? value * 1_000n : unit === "NANOS" ? value / 1_000n : value;

/** @throws NoText */
function plainJson(value: unknown, field: FieldSpec | undefined): string {
  switch (typeof value) {
    case "number":
      return numberJson(value);
    case "bigint":
    case "boolean":
      return String(value);
    case "string":
      return field?.type === "JSON" ? asJson(value) : JSON.stringify(value);
    default:
      break;
  }
  if (value instanceof NoText) throw value;
  const bytes = value as Uint8Array;
  if (field === undefined || field.type === "BYTES") return `"${Buffer.from(bytes).toString("base64")}"`;
  // Older writers do not say that a text is one.
  return plainJson(text(bytes), field);
}
