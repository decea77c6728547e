/** How functions are declared: what they take, what they give, and what they are in DuckDB. */
import type { Call, Expression } from "../ast";
import { coerce, sameType } from "../coerce";
import { typed, type Typed } from "../typed";
import { sqlText, type SqlType } from "../types";

/** One call, and what a function may ask of its surroundings. */
export interface CallSite {
  readonly call: Call;
  /** @throws SqlError at the call, or where it is said */
  fail(message: string, at?: number): Error;
  notTranslated(construct: string, instead?: string): Error;
  expression(argument: Expression): Typed;
  /** Milliseconds since the epoch: the query's own now. */
  readonly now: number;
  /** " OVER (...)", or nothing. */
  readonly over: string;
  /** " ORDER BY ...", or nothing: of an aggregate's arguments. */
  readonly orderBy: string;
}

/** A function: the first of its forms that takes the arguments is called. */
export type SqlFunction = readonly Form[] | Special;
export type Special = (site: CallSite) => Typed;

export interface Form {
  readonly parameters: readonly Parameter[];
  /** Of all further arguments. */
  readonly rest?: Parameter;
  readonly result: SqlType | ((types: readonly SqlType[]) => SqlType);
  readonly sql: (...values: readonly string[]) => string;
}

export interface Parameter {
  readonly accepts: (type: SqlType) => boolean;
  /** What an argument becomes that is not accepted as it is. */
  readonly wanted?: SqlType;
  readonly optional: boolean;
}

const just = (type: SqlType): Parameter => ({
  accepts: (given) => given.kind === type.kind && (type.kind !== "ARRAY" || sameType(given, type)),
  wanted: type,
  optional: false,
});
export const optional = (parameter: Parameter | SqlType): Parameter => ({ ...asParameter(parameter), optional: true });
export const anything: Parameter = { accepts: () => true, optional: false };
export const ofKind = (...kinds: readonly SqlType["kind"][]): Parameter => ({
  accepts: (type) => kinds.includes(type.kind) || type.kind === "UNKNOWN",
  optional: false,
});
export const anyArray = ofKind("ARRAY");

const asParameter = (parameter: Parameter | SqlType): Parameter => ("kind" in parameter ? just(parameter) : parameter);

/** form([STRING, optional(INTEGER)], STRING, (text, length) => ...) */
export const form = (
  parameters: readonly (Parameter | SqlType)[],
  result: Form["result"],
  sql: Form["sql"],
  rest?: Parameter | SqlType,
): Form => ({
  parameters: parameters.map(asParameter),
  result,
  sql,
  ...(rest === undefined ? {} : { rest: asParameter(rest) }),
});

/** A function of one form. */
export const one = (...of: Parameters<typeof form>): readonly Form[] => [form(...of)];

/** The type of the n-th argument. */
export const same =
  (n: number) =>
  (types: readonly SqlType[]): SqlType =>
    types[n] as SqlType;

/** Calls the first form that takes the arguments as they are, else the first that takes them coerced. */
export function applyForms(forms: readonly Form[], values: readonly Typed[], site: CallSite): Typed {
  for (const convert of [false, true]) {
    for (const one of forms) {
      const fitted = fit(one, values, convert);
      if (fitted === undefined) continue;
      const { result } = one;
      const type = typeof result === "function" ? result(fitted.map((value) => value.type)) : result;
      return typed(one.sql(...fitted.map(({ sql }) => sql)), type);
    }
  }
  throw noSignature(site, values);
}

export function noSignature(site: CallSite, values: readonly Typed[]): Error {
  const types = values.map(({ type }) => sqlText(type)).join(", ");
  return site.fail(`No matching signature for function ${site.call.name} for argument types: ${types}`);
}

function fit({ parameters, rest }: Form, values: readonly Typed[], convert: boolean): readonly Typed[] | undefined {
  const needed = parameters.filter((parameter) => !parameter.optional).length;
  if (values.length < needed || (rest === undefined && values.length > parameters.length)) return undefined;
  const fitted: Typed[] = [];
  for (const [at, value] of values.entries()) {
    const parameter = parameters[at] ?? rest;
    if (parameter?.accepts(value.type) === true) fitted.push(value);
    else if (convert && parameter?.wanted !== undefined) {
      const coerced = coerce(value, parameter.wanted);
      if (coerced === undefined) return undefined;
      fitted.push(coerced);
    } else return undefined;
  }
  return fitted;
}
