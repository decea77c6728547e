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

/**
 * The fields that have one of the types and modes. Its names are `keyof OfType<...> & string`, written out where they
 * are used: an alias for them would be all that a message shows.
 */
export type OfType<F extends Fields, Type extends FieldType, Mode extends FieldMode = "REQUIRED" | "NULLABLE"> = {
  readonly [
    Name in keyof F as F[Name]["type"] extends Type ? (F[Name]["mode"] extends Mode ? Name : never) : never
  ]: F[Name];
};

/** The names, or a sentence where there is none. */
export type OrSay<Name, Sentence extends string> = [Name] extends [never] ? Sentence : Name;

export type TimestampName<F extends Fields> = OrSay<
  keyof OfType<F, "TIMESTAMP", "REQUIRED"> & string,
  "this row has no REQUIRED TIMESTAMP field: declare one as timestamp()"
>;
export type KeyName<F extends Fields> = OrSay<keyof OfType<F, KeyType> & string, "no field of this row can be a key">;

/** A sentence in the place of a text, where another text would meet it to nothing at all. */
export interface Problem<Sentence extends string> {
  readonly problem: Sentence;
}

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
