/**
 * Which fields of a row a step may name. Where there is none, the type is a sentence: the compiler shows it in
 * place of a list of names.
 */
import type { AnyField, Fields, Nullable } from "../schema/field";
import type { FieldMode, FieldType } from "../spec";

/** Types whose values have an order. */
export type OrderedType = Exclude<FieldType, "BYTES" | "JSON" | "RECORD">;
/** Types whose values can be a key. FLOAT cannot, in Beam neither: 0.1 + 0.2 would be a group of its own. */
export type KeyType = Exclude<FieldType, "FLOAT" | "JSON" | "RECORD">;
export type NumberType = "INTEGER" | "FLOAT" | "NUMERIC";

export const keyTypes: ReadonlySet<FieldType> = new Set<KeyType>([
  "STRING",
  "INTEGER",
  "NUMERIC",
  "BOOLEAN",
  "TIMESTAMP",
  "DATE",
  "DATETIME",
  "TIME",
  "BYTES",
]);

/** The names of the fields that have one of the types and modes. */
export type Named<F extends Fields, Type extends FieldType, Mode extends FieldMode = "REQUIRED" | "NULLABLE"> = keyof {
  [Name in keyof F as F[Name]["type"] extends Type ? (F[Name]["mode"] extends Mode ? Name : never) : never]: Name;
} &
  string;

/** The names, or a sentence where there is none. */
export type OrSay<Name, Sentence extends string> = [Name] extends [never] ? Sentence : Name;

export type TimestampName<F extends Fields> = OrSay<
  Named<F, "TIMESTAMP", "REQUIRED">,
  "this row has no REQUIRED TIMESTAMP field: declare one as timestamp()"
>;
export type KeyName<F extends Fields> = OrSay<Named<F, KeyType>, "no field of this row can be a key">;

/** A name that the row does not have yet. */
export type NewName<F extends Fields, Name extends string> = Name extends keyof F
  ? `this row has a field "${Name}" already: choose another name`
  : Name;

/** T, written out, so that messages show what it is and not how it came to be. */
export type Simplify<T> = { readonly [Name in keyof T]: T[Name] } & {};

/** The fields, each one NULLABLE that was REQUIRED: what a side that is missing looks like. */
export type NullableFields<F> = {
  readonly [Name in keyof F]: F[Name] extends AnyField
    ? F[Name]["mode"] extends "REQUIRED"
      ? Nullable<F[Name]>
      : F[Name]
    : never;
};
