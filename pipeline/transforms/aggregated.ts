/** What the compiler knows of an aggregation: which aggregators a row allows, and what they give. */
import type { Endless, Flow, InWindows } from "../flow";
import type {
  AnyField,
  Fields,
  FloatField,
  IntegerField,
  Nullable,
  NumericField,
  RecordField,
  Repeated,
  StringField,
  TimestampField,
  ValueOf,
} from "../schema/field";
import type { FieldType } from "../spec";
import type { Aggregator, Combine } from "./aggregators";
import type { KeyType, NumberType, OrderedType } from "./field-names";

/** Aggregators by the name of the field that each gives. The names of fields are offered, and checked one by one. */
export type Aggregates<F extends Fields> = {
  readonly [name: string]: Aggregator<string, (keyof F & string) | (string & {})>;
};

/** What aggregators give of rows with the fields F. */
export type AggregatedFields<A, F extends Fields> = { readonly [Name in keyof A]: Aggregated<A[Name], F> };

type Aggregated<A, F extends Fields> =
  A extends Combine<infer _Input, infer Output>
    ? Output
    : A extends Aggregator<infer Kind, infer Name>
      ? Kind extends "count" | "countDistinct"
        ? IntegerField
        : Kind extends "windowStart" | "windowEnd"
          ? TimestampField
          : Kind extends "paneTiming"
            ? StringField<"EARLY" | "ON_TIME" | "LATE">
            : Kind extends "sample"
              ? Repeated<RecordField<F>>
              : Name extends keyof F
                ? AggregatedField<Kind, F[Name]>
                : never
      : never;

type AggregatedField<Kind, X extends AnyField> = Kind extends "sum"
  ? AsNullable<X, SumField<X>>
  : Kind extends "mean"
    ? AsNullable<X, MeanField<X>>
    : Kind extends "collect"
      ? Repeated<RequiredOf<X>>
      : X;

type AsNullable<X extends AnyField, Result extends AnyField> = X["mode"] extends "NULLABLE" ? Nullable<Result> : Result;
type SumField<X extends AnyField> = X["type"] extends "INTEGER" ? IntegerField : MeanField<X>;
type MeanField<X extends AnyField> = X["type"] extends "NUMERIC" ? NumericField : FloatField;
type RequiredOf<X extends AnyField> = X extends Nullable<infer Y> ? Y : X;

/** The aggregators as they are, or a sentence for each that the rows do not allow. */
export type CheckedAggregates<A, F extends Fields, W extends Flow> = {
  readonly [Name in keyof A]: Checked<A[Name], F, W>;
};

type Checked<A, F extends Fields, W extends Flow> =
  A extends Combine<infer Input, AnyField>
    ? CheckedInput<A, F, Input>
    : A extends Aggregator<infer Kind, infer Name>
      ? Kind extends "windowStart" | "windowEnd" | "paneTiming"
        ? W extends InWindows
          ? A
          : `${Kind}() needs a window: call .window(...) first`
        : [Name] extends [never]
          ? A
          : Name extends keyof F
            ? Kind extends keyof Taken
              ? CheckedField<A, Kind, Name & string, F[Name]>
              : A
            : `${Kind}("${Name}"): this row has no field "${Name}"`
      : A;

type CheckedField<A, Kind extends keyof Taken, Name extends string, X extends AnyField> = X["mode"] extends "REPEATED"
  ? `${Kind}("${Name}"): "${Name}" is REPEATED, take it apart with .flatMap(...) first`
  : X["type"] extends Taken[Kind]
    ? A
    : `${Kind}("${Name}"): "${Name}" is ${X["type"]}, but ${Kind} takes ${(typeof takenWords)[Kind]}`;

/** The types of the fields that each takes; the others take any. */
type Taken = {
  sum: NumberType;
  mean: NumberType;
  min: OrderedType;
  max: OrderedType;
  countDistinct: KeyType;
  collect: FieldType;
};
export const takenWords = {
  sum: "a number",
  mean: "a number",
  min: "a field with an order",
  max: "a field with an order",
  countDistinct: "a field that can be a key",
  collect: "any field",
} as const;

type CheckedInput<A, F extends Fields, Input extends Fields> = {
  [Name in keyof Input]: Name extends keyof F
    ? ValueOf<F[Name]> extends ValueOf<Input[Name]>
      ? never
      : `the combiner takes "${Name & string}" as ${Input[Name]["mode"]} ${Input[Name]["type"]}, here it is ${F[Name]["mode"]} ${F[Name]["type"]}`
    : `the combiner takes "${Name & string}", which this row does not have`;
}[keyof Input] extends infer Sentence
  ? [Sentence] extends [never]
    ? A
    : Sentence
  : never;

/** T, or a sentence where the rows have no end and no windows. */
export type NeedsWindow<W extends Flow, T> = W extends Endless
  ? "a stream has no end, so this would never give a row: call .window(...) first, or read the input as bounded(...)"
  : T;

/** A sentence for each result whose name is a key's. */
export type NoClash<Keys, A> =
  Extract<keyof A, Keys> extends never
    ? unknown
    : { readonly [Name in Extract<keyof A, Keys>]: "this name is already a key: choose another" };
