import type { Draft, Node } from "../graph/graph";
import type { Fields } from "../schema/field";
import { Schema } from "../schema/schema";
import type { AnyFunction } from "../udf/portable";
import { carryRowFunction } from "./checks";
import { rowFunction, type Constants, type FunctionOptions } from "./function";

/** Fields, or the schema that has them. */
export type FieldsOrSchema<F extends Fields> = F | Schema<F, Fields>;

const fieldsOf = (given: FieldsOrSchema<Fields>): Fields => (given instanceof Schema ? given.fields : given);

/** One row for each row. */
export const map = (
  of: Node,
  fields: FieldsOrSchema<Fields>,
  make: AnyFunction,
  options: FunctionOptions<Constants>,
): Draft => ({
  kind: "map",
  name: options.name,
  fields: fieldsOf(fields),
  stream: of.stream,
  describe: (report) => ({
    kind: "map",
    function: carryRowFunction(report, of.fields, make, rowFunction(".map(fields, "), options.constants),
  }),
});

/** Any number of rows for each row. */
export const flatMap = (
  of: Node,
  fields: FieldsOrSchema<Fields>,
  make: AnyFunction,
  options: FunctionOptions<Constants>,
): Draft => ({
  kind: "flatMap",
  name: options.name,
  fields: fieldsOf(fields),
  stream: of.stream,
  describe: (report) => ({
    kind: "flatMap",
    function: carryRowFunction(report, of.fields, make, rowFunction(".flatMap(fields, "), options.constants),
  }),
});

/** Each row with fields added or replaced. */
export const withFields = (
  of: Node,
  fields: Fields,
  make: AnyFunction,
  options: FunctionOptions<Constants>,
): Draft => ({
  kind: "withFields",
  name: options.name,
  fields: { ...of.fields, ...fields },
  stream: of.stream,
  describe(report) {
    if (Object.keys(fields).length === 0) report.say("it sets no field: name one at least");
    return {
      kind: "withFields",
      sets: Object.keys(fields),
      function: carryRowFunction(report, of.fields, make, rowFunction(".withFields(fields, "), options.constants),
    };
  },
});
