/**
 * Rows from values of some kind, field by field: the readable way, which knows every rule and every error.
 * Generated code is faster for what is as expected, and leaves the rest to this.
 */
import type { FieldSpec, Json } from "../spec";
import { RowError, type AnyRow } from "./row";

/** A kind of values that rows are made of: an event's JSON, or what a function gave. */
export interface Kind<Value> {
  /** A value of a field in its one form, or undefined where it does not fit. RECORD is not asked for. */
  scalar(field: FieldSpec, value: Value): Json | undefined;
  /** The fields of an object, by name, undefined for none; or undefined where the value is no object. */
  record(value: Value): ((name: string) => Value | undefined) | undefined;
  list(value: Value): readonly Value[] | undefined;
  isNull(value: Value): boolean;
  /** The sentence about a value that does not fit its field; where that is REPEATED, about what is no list. */
  unfit(path: string, field: FieldSpec | "row", value: Value): string;
  /** The path of the row itself, and of a field within it. */
  readonly root: string;
  within(path: string, name: string): string;
}

type Walk<Value> = (value: Value | undefined, path: string) => Json | RowError;

/** Makes rows of some fields. The value of the row itself must be an object. */
export function walker<Value>(fields: readonly FieldSpec[], kind: Kind<Value>): (value: Value) => AnyRow | RowError {
  const walk = recordWalk(fields, "row", kind);
  return (value) => walk(value, kind.root) as AnyRow | RowError;
}

function recordWalk<Value>(fields: readonly FieldSpec[], field: FieldSpec | "row", kind: Kind<Value>): Walk<Value> {
  const walks = fields.map((field): readonly [name: string, walk: Walk<Value>] => [field.name, fieldWalk(field, kind)]);
  return (value, path) => {
    const get = value === undefined ? undefined : kind.record(value);
    if (get === undefined) return new RowError(path, kind.unfit(path, field, value as Value));
    const row: [string, Json][] = [];
    for (const [name, walk] of walks) {
      const found = walk(get(name), kind.within(path, name));
      if (found instanceof RowError) return found;
      row.push([name, found]);
    }
    // Not by assignment: a field called __proto__ must stay a field.
    return Object.fromEntries(row);
  };
}

function fieldWalk<Value>(field: FieldSpec, kind: Kind<Value>): Walk<Value> {
  const walk = valueWalk(field, kind);
  if (field.mode === "NULLABLE") {
    return (value, path) => (value === undefined || kind.isNull(value) ? null : walk(value, path));
  }
  if (field.mode === "REPEATED") return listWalk(field, walk, kind);
  return (value, path) => (value === undefined ? new RowError(path, `${path} is missing`) : walk(value, path));
}

function listWalk<Value>(field: FieldSpec, walk: Walk<Value>, kind: Kind<Value>): Walk<Value> {
  return (value, path) => {
    if (value === undefined || kind.isNull(value)) return [];
    const list = kind.list(value);
    if (list === undefined) return new RowError(path, kind.unfit(path, field, value));
    const row: Json[] = [];
    for (let i = 0; i < list.length; i++) {
      const found = walk(list[i], `${path}[${i}]`);
      if (found instanceof RowError) return found;
      row.push(found);
    }
    return row;
  };
}

function valueWalk<Value>(field: FieldSpec, kind: Kind<Value>): Walk<Value> {
  const element: FieldSpec = { ...field, mode: "REQUIRED" };
  if (field.type === "RECORD") return recordWalk(field.fields ?? [], element, kind);
  return (value, path) => {
    const found = value === undefined ? undefined : kind.scalar(element, value);
    return found === undefined ? new RowError(path, kind.unfit(path, element, value as Value)) : found;
  };
}
