/**
 * The fields of a row. A field knows its BigQuery type, whether it may be null or a list, and, for the
 * compiler alone, what a function sees of it.
 *
 *     const Click = schema("click", { user: string(), value: nullable(float()), at: timestamp({ encoding: "epoch-micros" }) });
 */
import type { FieldMode, FieldType, Json, TimestampEncoding } from "../spec";

declare const VALUE: unique symbol;

/** What a field may say of itself. Which of it a field takes, its constructor tells. */
export interface FieldOptions {
  readonly description?: string;
  readonly encoding?: TimestampEncoding;
  readonly as?: "text";
  readonly values?: readonly string[];
}

/** One field of a row. `T` is what a function sees; it exists for the compiler only. */
export class Field<T, Type extends FieldType, Mode extends FieldMode = "REQUIRED"> {
  declare readonly [VALUE]: T;

  constructor(
    readonly type: Type,
    readonly mode: Mode,
    readonly options: FieldOptions = {},
    readonly fields?: Fields,
  ) {}
}

/** A field of whatever type. The bound of its value keeps literal types narrow, which `unknown` would widen. */
export interface AnyField {
  readonly [VALUE]: string | {} | null;
  readonly type: FieldType;
  readonly mode: FieldMode;
  readonly options: FieldOptions;
  readonly fields?: Fields | undefined;
}

/** Fields by name, in the order of their columns. */
export type Fields = { readonly [name: string]: AnyField };

/** The 64 bits of an integer, as text. */
type Integer64 = `${bigint}`;
/** A NUMERIC: decimal text without an exponent or needless zeros. */
export type Decimal = `${number}`;

// An interface for each, so that a message of the compiler says IntegerField and not all that it is made of.
export interface StringField<Value extends string = string> extends Field<Value, "STRING"> {}
export interface IntegerField extends Field<number, "INTEGER"> {}
export interface Integer64Field extends Field<Integer64, "INTEGER"> {}
export interface FloatField extends Field<number, "FLOAT"> {}
export interface NumericField extends Field<Decimal, "NUMERIC"> {}
export interface BooleanField extends Field<boolean, "BOOLEAN"> {}
export interface TimestampField extends Field<string, "TIMESTAMP"> {}
export interface DateField extends Field<string, "DATE"> {}
export interface DatetimeField extends Field<string, "DATETIME"> {}
export interface TimeField extends Field<string, "TIME"> {}
export interface BytesField extends Field<string, "BYTES"> {}
export interface JsonField<Value extends Json = Json> extends Field<Value, "JSON"> {}
export interface RecordField<F extends Fields> extends Field<Row<F>, "RECORD"> {
  readonly fields: F;
}
export interface Nullable<X extends AnyField> extends Field<X[typeof VALUE] | null, X["type"], "NULLABLE"> {
  readonly fields: X["fields"];
}
export interface Repeated<X extends AnyField> extends Field<readonly X[typeof VALUE][], X["type"], "REPEATED"> {
  readonly fields: X["fields"];
}

/** What a function sees of a field. */
export type ValueOf<X extends AnyField> = X[typeof VALUE];
/** What a function sees of some fields: a row of them. */
export type Row<F extends Fields> = { readonly [Name in keyof F]: F[Name][typeof VALUE] };

interface Described {
  /** Goes wherever the field goes: the column's description, the schema's documentation. At most 1,024 characters. */
  readonly description?: string;
}

/** Text. */
export function string<const Value extends string = string>(
  options: Described & {
    /** The only values that it may have. Any other is an error row. */
    readonly values?: readonly Value[];
  } = {},
): StringField<Value> {
  return new Field("STRING", "REQUIRED", options);
}

/**
 * A whole number. A function sees a number, always a safe one: what lies beyond 2^53 - 1 is an error row, or,
 * with `as: "text"`, reaches the function as text with all of its 64 bits.
 */
export function integer(options: Described & { readonly as: "text" }): Integer64Field;
export function integer(options?: Described): IntegerField;
export function integer(options: FieldOptions = {}): IntegerField | Integer64Field {
  return new Field<number, "INTEGER">("INTEGER", "REQUIRED", options);
}

/** A 64-bit floating-point number, never NaN or infinite. Money is {@link numeric}. */
export const float = (options: Described = {}): FloatField => new Field("FLOAT", "REQUIRED", options);

/** An exact decimal number: 29 digits before the point and 9 after it. A function sees text and counts with `decimal`. */
export const numeric = (options: Described = {}): NumericField => new Field("NUMERIC", "REQUIRED", options);

export const boolean = (options: Described = {}): BooleanField => new Field("BOOLEAN", "REQUIRED", options);

/** A point in time, to the microsecond. A function sees text of 27 characters, `2024-01-31T12:00:00.123456Z`, that sorts as time does. */
export function timestamp(
  options: Described & {
    /**
     * How events write it: RFC 3339 text, or a number since 1970.
     * @default "text"
     */
    readonly encoding?: TimestampEncoding;
  } = {},
): TimestampField {
  return new Field("TIMESTAMP", "REQUIRED", options);
}

/** A day of the calendar: `2024-01-31`. */
export const date = (options: Described = {}): DateField => new Field("DATE", "REQUIRED", options);

/** A day and a time without a zone: `2024-01-31T12:00:00.123456`. */
export const datetime = (options: Described = {}): DatetimeField => new Field("DATETIME", "REQUIRED", options);

/** A time of day: `12:00:00.123456`. */
export const time = (options: Described = {}): TimeField => new Field("TIME", "REQUIRED", options);

/** Bytes, as base64 in events and in functions. */
export const bytes = (options: Described = {}): BytesField => new Field("BYTES", "REQUIRED", options);

/** Any JSON: whatever shape it has, it is kept. */
export const json = (options: Described = {}): JsonField => new Field("JSON", "REQUIRED", options);

/** Fields within a field. */
export const record = <F extends Fields>(fields: F, options: Described = {}): RecordField<F> =>
  new Field("RECORD", "REQUIRED", options, fields) as RecordField<F>;

type OnlyRequired<X extends AnyField> = X["mode"] extends "REQUIRED"
  ? X
  : `a ${Lowercase<X["mode"]>} field cannot be nullable or repeated once more`;

/** May be null, or absent from an event: a function sees null then, never undefined. */
export const nullable = <X extends AnyField>(field: X & OnlyRequired<X>): Nullable<X> =>
  new Field(field.type, "NULLABLE", field.options, field.fields) as Nullable<X>;

/** A list, never null: an event without it has an empty one. Its elements are never null. */
export const repeated = <X extends AnyField>(field: X & OnlyRequired<X>): Repeated<X> =>
  new Field(field.type, "REPEATED", field.options, field.fields) as Repeated<X>;
