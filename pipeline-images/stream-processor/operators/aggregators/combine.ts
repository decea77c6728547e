import { type AnyRow, RowError } from "../../../../pipeline/schema/row";
import { compileCheck } from "../../../../pipeline/schema/value";
import type { AggregateSpec, Json } from "../../../../pipeline/spec";
import { compileFunction } from "../../../../pipeline/udf/compile";
import { type Aggregator, jsonCodec } from "./aggregator";

type CombineSpec = Extract<AggregateSpec, { readonly kind: "combine" }>;

/** A combiner that a user wrote; its accumulator is checked after every step. */
export function combine(spec: CombineSpec): Aggregator<AnyRow> {
  const check = compileCheck(spec.accumulator);
  const create = compileFunction(spec.createAccumulator);
  const addInput = compileFunction(spec.addInput);
  const merge = compileFunction(spec.mergeAccumulators);
  const extract = compileFunction(spec.extractOutput);
  const checked = (of: string, value: unknown): AnyRow => {
    const accumulator = check(value);
    if (accumulator instanceof RowError) throw new TypeError(`${spec.name}.${of}: ${accumulator.message}`);
    return accumulator;
  };
  return {
    empty: () => checked("createAccumulator", create.call(create.context)),
    add: (accumulator, row) => checked("addInput", addInput.call(accumulator, row, addInput.context)),
    merge: (one, other) => checked("mergeAccumulators", merge.call(one, other, merge.context)),
    result: (accumulator) => extract.call(accumulator, extract.context) as Json,
    write: jsonCodec.write,
    read: (reader) => jsonCodec.read(reader) as AnyRow,
  };
}
