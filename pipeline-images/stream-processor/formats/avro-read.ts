/** Avro's binary values as the JSON of events, by the schema that the file was written with. */
import { dateOf } from "../../../pipeline/schema/calendar";
import type { FieldSpec } from "../../../pipeline/spec";
import { asJson } from "./as-json";
import { type AvroReader, ofTwosComplement } from "./avro-bytes";
import { datetimeJson, decimalJson, numberJson, timeJson, timestampJson } from "./value-json";

/** A schema as its JSON has it. */
export type AvroSchema = string | readonly AvroSchema[] | AvroObject;
interface AvroObject {
  readonly type: AvroSchema;
  readonly name?: string;
  readonly namespace?: string;
  readonly logicalType?: string;
  readonly scale?: number;
  readonly size?: number;
  readonly fields?: readonly { readonly name: string; readonly type: AvroSchema }[];
  readonly items?: AvroSchema;
  readonly values?: AvroSchema;
  readonly symbols?: readonly string[];
}

/** Reads a value, and gives it as JSON. */
export type ToJson = (reader: AvroReader) => string;

/** Reads every field of the file; those that the schema has by another type are refused by the decoder, with the reason. */
export function jsonReader(
  schema: AvroSchema,
  field: FieldSpec | undefined,
  named = new Map<string, ToJson>(),
): ToJson {
  if (typeof schema === "string") return named.get(schema) ?? primitive(schema, {}, field);
  if (isUnion(schema)) {
    const branches = schema.map((one) => jsonReader(one, field, named));
    return (reader) => {
      const branch = branches[reader.size()];
      if (branch === undefined) throw new Error("a union has no such branch");
      return branch(reader);
    };
  }
  const { type } = schema;
  if (typeof type !== "string") return jsonReader(type, field, named);
  switch (type) {
    case "record":
      return record(schema, field, named);
    case "enum":
      return name(schema, named, (reader) => JSON.stringify(schema.symbols?.[reader.size()] ?? ""));
    case "fixed":
      return name(
        schema,
        named,
        bytesOf((reader) => reader.fixed(schema.size ?? 0), schema),
      );
    case "array": {
      const item = jsonReader(schema.items ?? "null", field, named);
      return (reader) => `[${blocks(reader, () => item(reader)).join(",")}]`;
    }
    case "map": {
      const value = jsonReader(schema.values ?? "null", undefined, named);
      const entry = (reader: AvroReader): string => `${JSON.stringify(reader.delimited().toString())}:${value(reader)}`;
      return (reader) => `{${blocks(reader, () => entry(reader)).join(",")}}`;
    }
    default:
      return named.get(type) ?? primitive(type, schema, field);
  }
}

const isUnion = (schema: AvroSchema): schema is readonly AvroSchema[] => Array.isArray(schema);

/** Kept by its name: a type may be named again, also within itself. */
function name({ name: own, namespace }: AvroObject, named: Map<string, ToJson>, read: ToJson): ToJson {
  if (own === undefined) return read;
  named.set(own, read);
  if (namespace !== undefined) named.set(`${namespace}.${own}`, read);
  return read;
}

function record(schema: AvroObject, field: FieldSpec | undefined, named: Map<string, ToJson>): ToJson {
  const members: (readonly [key: string, read: ToJson])[] = [];
  const read = name(schema, named, (reader) => `{${members.map(([key, value]) => key + value(reader)).join(",")}}`);
  for (const { name: own, type } of schema.fields ?? []) {
    const found = field?.fields?.find((one) => one.name === own);
    members.push([`${JSON.stringify(own)}:`, jsonReader(type, found, named)]);
  }
  return read;
}

/** Blocks of items; one with a negative count says its bytes as well. */
function blocks(reader: AvroReader, item: () => string): string[] {
  const items: string[] = [];
  for (let count = reader.size(); count !== 0; count = reader.size()) {
    if (count < 0) reader.size();
    for (let i = Math.abs(count); i > 0; i -= 1) items.push(item());
  }
  return items;
}

function primitive(type: string, schema: Partial<AvroObject>, field: FieldSpec | undefined): ToJson {
  switch (type) {
    case "null":
      return () => "null";
    case "boolean":
      return (reader) => String(reader.boolean());
    case "int":
    case "long":
      return whole(schema.logicalType, field);
    case "float":
      return (reader) => numberJson(reader.float());
    case "double":
      return (reader) => numberJson(reader.double());
    case "bytes":
      return bytesOf((reader) => reader.delimited(), schema);
    case "string":
      if (field?.type === "JSON") return (reader) => asJson(reader.delimited().toString());
      return (reader) => JSON.stringify(reader.delimited().toString());
    default:
      throw new Error(`its schema has no type ${type}`);
  }
}

function whole(logicalType: string | undefined, field: FieldSpec | undefined): ToJson {
  switch (logicalType) {
    case "timestamp-micros":
    case "local-timestamp-micros": {
      const json = timestamp(logicalType, field);
      return (reader) => json(reader.long());
    }
    case "timestamp-millis":
    case "local-timestamp-millis": {
      const json = timestamp(logicalType, field);
      return (reader) => json(reader.long() * 1_000n);
    }
    case "date":
      return (reader) => `"${dateOf(reader.size())}"`;
    case "time-micros":
      return (reader) => timeJson(reader.long());
    case "time-millis":
      return (reader) => timeJson(reader.long() * 1_000n);
    default:
      return (reader) => String(reader.long());
  }
}

const timestamp = (logicalType: string, field: FieldSpec | undefined): ((microseconds: bigint) => string) =>
  logicalType.startsWith("local") ? datetimeJson : timestampJson(field);

function bytesOf(read: (reader: AvroReader) => Buffer, { logicalType, scale = 0 }: Partial<AvroObject>): ToJson {
  if (logicalType !== "decimal") return (reader) => `"${read(reader).toString("base64")}"`;
  return (reader) => decimalJson(ofTwosComplement(read(reader)), scale);
}
