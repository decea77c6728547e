/** What more than one step has to check of its fields. The compiler finds most of it first, where there is one. */
import type { Node } from "../graph/graph";
import type { StepReport } from "../graph/report";
import type { AnyField, Fields } from "../schema/field";
import { fieldSpecs } from "../schema/field-spec";
import type { FunctionSpec } from "../spec";
import type { AnyFunction } from "../udf/portable";
import type { FunctionRole } from "../udf/problem";
import { keyTypes } from "./field-names";
import type { Constants } from "./function";

/** Names that the row does not have. */
export function sayUnknown(report: StepReport, fields: Fields, names: readonly string[]): void {
  for (const name of names) {
    if (!Object.hasOwn(fields, name)) {
      report.say(`this row has no field "${name}": it has ${Object.keys(fields).join(", ")}`);
    }
  }
}

export function sayTwice(report: StepReport, names: readonly string[]): void {
  for (const name of new Set(names.filter((each, index) => names.indexOf(each) !== index))) {
    report.say(`"${name}" is named twice`);
  }
}

/** Keys that are none. */
export function sayKeys(report: StepReport, fields: Fields, keys: readonly string[]): void {
  sayUnknown(report, fields, keys);
  sayTwice(report, keys);
  for (const key of keys) {
    const field = fields[key];
    if (field === undefined) continue;
    if (field.mode === "REPEATED" || !keyTypes.has(field.type)) {
      report.say(`"${key}" is a ${field.mode} ${field.type}, which cannot be a key: round it, or take a text`);
    }
  }
}

/** A function of a row as it travels; what it reads must be there. */
export function carryRowFunction(
  report: StepReport,
  fields: Fields,
  fn: AnyFunction,
  role: FunctionRole,
  constants: Constants | undefined,
  part?: string,
): FunctionSpec {
  const spec = report.function(fn, role, constants, part);
  if (spec.reads !== "all") sayUnknown(report, fields, spec.reads);
  return spec;
}

/** All that tells how a field's values look to a function. What it says of itself and how events write it does not. */
export const formOf = (field: AnyField): string =>
  JSON.stringify(fieldSpecs({ field }), (name, value: unknown) =>
    name === "description" || name === "encoding" ? undefined : value,
  );

/** What two keys must have in common to be equal at all: their type, and whether an INTEGER is text. */
export const keyKind = ({ type, options }: AnyField): string => (options.as === undefined ? type : `${type} as text`);

/** Rows that are brought together must come alike: all there or not, in the same windows or in none. */
export function sayNotAlike(report: StepReport, one: Node, other: Node): void {
  const [a, b] = [classOf(one), classOf(other)];
  if (a !== b) {
    report.say(`one of the two is ${a}, the other ${b}: only rows that come alike can be put together`);
  } else if (one.stream.window !== undefined && other.stream.window !== undefined) {
    const [left, right] = [windowText(one.stream.window), windowText(other.stream.window)];
    if (left !== right) report.say(`the two are not in the same windows: ${left} and ${right}`);
  }
}

function classOf({ stream: { flow } }: Node): string {
  switch (flow) {
    case "row-wise":
    case "stateful":
      return "a stream without windows";
    case "windowed":
      return "a stream in windows";
    case "bounded":
      return "bounded";
    case "bounded windows":
      return "bounded and in windows";
  }
}

const windowText = ({
  windowing,
  trigger,
  allowedLateness,
  accumulation,
}: NonNullable<Node["stream"]["window"]>): string =>
  JSON.stringify({ windowing, trigger, allowedLateness, accumulation });
