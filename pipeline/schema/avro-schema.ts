import type { FieldSpec, Json } from "../spec";
import { fieldSpecs, type Columns } from "./field-spec";

/** A record as Avro describes it. */
export interface AvroRecord {
  readonly type: "record";
  readonly name: string;
  readonly doc?: string;
  readonly fields: readonly AvroField[];
}
interface AvroField {
  readonly name: string;
  readonly doc?: string;
  readonly type: AvroType;
  readonly default?: Json;
}
export type AvroType =
  | "string"
  | "long"
  | "double"
  | "boolean"
  | "bytes"
  | { readonly type: "bytes"; readonly logicalType: "decimal"; readonly precision: 38; readonly scale: 9 }
  | { readonly type: "int"; readonly logicalType: "date" }
  | { readonly type: "long"; readonly logicalType: "timestamp-micros" | "time-micros" }
  | { readonly type: "array"; readonly items: AvroType }
  | AvroRecord
  | readonly ["null", AvroType];

/**
 * An event as an Avro schema, for files and for Pub/Sub topics. Logical types are those that BigQuery reads as
 * the same columns.
 * @see https://cloud.google.com/bigquery/docs/loading-data-cloud-storage-avro#logical_types
 */
export function avroSchema(name: string, columns: Columns): AvroRecord {
  return avroRecord(name, fieldSpecs(columns), new Set([name]));
}

/** Names of records are those of their fields, with those above: Avro wants each of them once in a schema. */
function avroRecord(name: string, fields: readonly FieldSpec[], taken: Set<string>): AvroRecord {
  return {
    type: "record",
    name,
    fields: fields.map((field): AvroField => {
      const type = avroType(field, name, taken);
      const doc = field.description === undefined ? {} : { doc: field.description };
      if (field.mode === "NULLABLE") return { name: field.name, ...doc, type: ["null", type], default: null };
      if (field.mode === "REPEATED") {
        return { name: field.name, ...doc, type: { type: "array", items: type }, default: [] };
      }
      return { name: field.name, ...doc, type };
    }),
  };
}

function avroType(field: FieldSpec, parent: string, taken: Set<string>): AvroType {
  switch (field.type) {
    case "STRING":
    case "DATETIME":
    case "JSON":
      return "string";
    case "INTEGER":
      return "long";
    case "FLOAT":
      return "double";
    case "BOOLEAN":
      return "boolean";
    case "BYTES":
      return "bytes";
    case "NUMERIC":
      return { type: "bytes", logicalType: "decimal", precision: 38, scale: 9 };
    case "TIMESTAMP":
      return { type: "long", logicalType: "timestamp-micros" };
    case "DATE":
      return { type: "int", logicalType: "date" };
    case "TIME":
      return { type: "long", logicalType: "time-micros" };
    case "RECORD": {
      let name = `${parent}_${field.name}`;
      while (taken.has(name)) name += "_";
      taken.add(name);
      return avroRecord(name, field.fields ?? [], taken);
    }
  }
}
