/** What each aggregate says of a list of rows. */
import type { AnyRow } from "../../../../pipeline/schema/row";
import { decimal } from "../../../../pipeline/schema/decimal";
import type { Decimal } from "../../../../pipeline/schema/field";
import { timestampOfMilliseconds } from "../../../../pipeline/schema/timestamp";
import type { AggregateSpec, FieldSpec, Json } from "../../../../pipeline/spec";
import { call, checked } from "./compiled";
import { type Element, pick, Wrong } from "./element";
import type { Pane } from "./panes";

type CombineSpec = Extract<AggregateSpec, { readonly kind: "combine" }>;

/** @param fields of the rows */
export function aggregate(spec: AggregateSpec, pane: Pane<Element>, fields: readonly FieldSpec[]): Json {
  const { elements } = pane;
  switch (spec.kind) {
    case "windowStart":
      return bound(pane.window.start);
    case "windowEnd":
      return bound(pane.window.end);
    case "paneTiming":
      return pane.timing;
    case "sample":
      return elements.slice(0, spec.size).map(({ row }) => row);
    case "combine":
      return call(spec.extractOutput, [fold(spec, elements)]) as Json;
    case "count":
      return spec.field === undefined ? elements.length : given(elements, spec.field).length;
    case "latest":
      return latest(elements, spec.field);
    default:
      return ofValues(
        spec.kind,
        given(elements, spec.field),
        fields.find(({ name }) => name === spec.field) as FieldSpec,
      );
  }
}

const given = (elements: readonly Element[], field: string): readonly Json[] =>
  elements.flatMap(({ row }) => (row[field] === null || row[field] === undefined ? [] : [row[field]]));

/** Of one event time, the value that came last. */
function latest(elements: readonly Element[], field: string): Json {
  const have = elements.filter(({ row }) => row[field] !== null);
  const newest = Math.max(...have.map(({ time }) => time));
  return have.findLast(({ time }) => time === newest)?.row[field] ?? null;
}

function ofValues(
  kind: "countDistinct" | "sum" | "mean" | "min" | "max" | "collect",
  values: readonly Json[],
  field: FieldSpec,
): Json {
  switch (kind) {
    case "collect":
      return values;
    case "countDistinct":
      return new Set(values.map((value) => JSON.stringify(value))).size;
    case "min":
      return values.toSorted(orderOf(field))[0] ?? null;
    case "max":
      return values.toSorted(orderOf(field)).at(-1) ?? null;
    case "sum":
      if (values.length === 0) return null;
      return field.type === "INTEGER" ? safe(exactSum(values)) : total(values, field);
    case "mean":
      if (values.length === 0) return null;
      if (field.type === "NUMERIC") return decimal.divide(total(values, field) as Decimal, `${values.length}`);
      if (field.type === "INTEGER") return Number(exactSum(values)) / values.length;
      return (total(values, field) as number) / values.length;
  }
}

function orderOf({ type, as }: FieldSpec): (a: Json, b: Json) => number {
  if (type === "NUMERIC") return (a, b) => decimal.compare(a as Decimal, b as Decimal);
  if (type === "INTEGER" && as === "text") return (a, b) => Number(BigInt(a as string) - BigInt(b as string));
  return (a, b) => ((a as number) < (b as number) ? -1 : (a as number) > (b as number) ? 1 : 0);
}

const exactSum = (values: readonly Json[]): bigint =>
  values.reduce((sum: bigint, value) => sum + BigInt(value as number | string), 0n);

function safe(sum: bigint): number {
  if (Number.isSafeInteger(Number(sum))) return Number(sum);
  throw new RangeError(`the sum is ${sum}, beyond the safe integers`);
}

const total = (values: readonly Json[], { type }: FieldSpec): Json =>
  type === "NUMERIC"
    ? decimal.add(...(values as readonly Decimal[]))
    : values.reduce((sum: number, value) => sum + (value as number), 0);

/** Folds a combiner over the rows. @throws what its functions throw, or that an accumulator is none */
export function fold(spec: CombineSpec, elements: readonly Element[]): AnyRow {
  const accumulator = (of: string, value: unknown): AnyRow => {
    try {
      return checked(spec.accumulator, value, `${spec.name}.${of}: `);
    } catch (error) {
      throw error instanceof Wrong ? new TypeError(error.message) : error;
    }
  };
  return elements.reduce(
    (sum, { row }) => accumulator("addInput", call(spec.addInput, [sum, pick(row, spec.input)])),
    accumulator("createAccumulator", call(spec.createAccumulator, [])),
  );
}

/** The bound of a window as a TIMESTAMP; the global window's are those of all time. */
export function bound(time: number): string {
  if (time === Infinity) return "9999-12-31T23:59:59.999999Z";
  return time === -Infinity ? "0001-01-01T00:00:00.000000Z" : timestampOfMilliseconds(time);
}
