import type { Call, Expression, Ordering, WindowSpec } from "../ast";
import { castTo } from "../cast";
import { coerce } from "../coerce";
import type { Identifier } from "../cursor";
import { extracted, interval } from "../functions/date-part";
import type { CallSite } from "../functions/function";
import { callFunction, isAggregate } from "../functions/registry";
import { typed, type Typed } from "../typed";
import * as types from "../types";
import type { SqlType } from "../types";
import { between, caseOf, distinctFrom, is, isIn, isLike, pair } from "./condition";
import { failAt, notTranslatedAt, type Context } from "./context";
import type { Inner } from "./inner";
import { literal } from "./literal";
import { binary } from "./operator";
import { AmbiguousName, type Scope } from "./scope";
import { array, field, struct, subscript } from "./structure";
import { windowSql } from "./window";

/** An expression in a scope as SQL of DuckDB, with its type. */
export class ExpressionCompiler implements Inner {
  constructor(
    readonly context: Context,
    readonly scope: Scope,
    /** Of the query's WINDOW clause, by name in small letters. */
    private readonly windows: ReadonlyMap<string, WindowSpec> = new Map(),
  ) {}

  compile(expression: Expression): Typed {
    const { context } = this;
    switch (expression.kind) {
      case "literal":
      case "typed literal":
      case "boolean":
      case "null":
        return literal(expression, context);
      case "parameter":
        return this.parameter(expression);
      case "path":
        return this.path(expression.parts);
      case "field":
        return field(this, this.compile(expression.of), expression.name);
      case "subscript":
        return subscript(this, expression);
      case "unary":
        return this.unary(expression);
      case "binary":
        return binary(
          pair(this, expression.operator, this.compile(expression.left), this.compile(expression.right), expression.at),
        );
      case "between":
        return between(this, expression);
      case "in":
        return isIn(this, expression);
      case "like":
        return isLike(this, expression);
      case "is":
        return is(this, expression);
      case "distinct from":
        return distinctFrom(this, expression);
      case "case":
        return caseOf(this, expression);
      case "cast":
        return this.cast(expression);
      case "extract":
        return this.extract(expression);
      case "interval": {
        const count = this.as(expression.value, types.INTEGER);
        return typed(interval(count.sql, expression.part), types.INTERVAL);
      }
      case "array":
        return array(this, expression);
      case "struct":
        return struct(this, expression);
      case "subquery":
        return this.subquery(expression);
      case "call":
        return callFunction(this.site(expression));
    }
  }

  boolean(expression: Expression, clause: string): string {
    const value = this.compile(expression);
    const condition = coerce(value, types.BOOLEAN);
    if (condition !== undefined) return condition.sql;
    throw this.fail(`${clause} should return type BOOL, but returns ${types.sqlText(value.type)}`, expression.at);
  }

  as(expression: Expression, type: SqlType): Typed {
    const value = this.compile(expression);
    const coerced = coerce(value, type);
    if (coerced !== undefined) return coerced;
    throw this.fail(`Could not cast ${types.sqlText(value.type)} to ${types.sqlText(type)}`, expression.at);
  }

  sql(expression: Expression): string {
    return this.compile(expression).sql;
  }

  ordering({ by, descending, nulls }: Ordering): string {
    return `${this.compile(by).sql}${descending ? " DESC" : ""}${nulls === undefined ? "" : ` NULLS ${nulls}`}`;
  }

  fail(message: string, at: number): Error {
    return failAt(this.context, message, at);
  }

  private parameter({ name, position, at }: Expression & { kind: "parameter" }): Typed {
    const { parameters } = this.context.environment;
    const index =
      name === "" ? position - 1 : parameters.findIndex((one) => one.name?.toLowerCase() === name.toLowerCase());
    const found = parameters[index];
    if (found === undefined || (name === "") !== (found.name === undefined)) {
      throw this.fail(
        name === "" ? `Query parameter number ${position} is not defined` : `Query parameter '${name}' not found`,
        at,
      );
    }
    const text = types.duckdbText(found.type);
    return {
      sql: text === undefined ? `$${index + 1}` : `CAST($${index + 1} AS ${text})`,
      type: found.type,
      adapts: true,
    };
  }

  private path(parts: readonly Identifier[]): Typed {
    const [first] = parts as readonly [Identifier];
    try {
      const found = this.scope.find(parts);
      if (found !== undefined) {
        return parts.slice(found.used).reduce((value, name) => field(this, value, name), found.value);
      }
    } catch (error) {
      if (error instanceof AmbiguousName) throw this.fail(error.message, first.at);
      throw error;
    }
    const second = parts[1];
    if (second !== undefined && this.scope.source(first.name) !== undefined) {
      throw this.fail(`Name ${second.name} not found inside ${first.name}`, second.at);
    }
    const near = this.scope.names().find((name) => isNear(name.toLowerCase(), first.name.toLowerCase()));
    throw this.fail(`Unrecognized name: ${first.name}${near === undefined ? "" : `; Did you mean ${near}?`}`, first.at);
  }

  private unary({ operator, operand, at }: Expression & { kind: "unary" }): Typed {
    if (operator === "NOT") return typed(`(NOT ${this.boolean(operand, "The operand of NOT")})`, types.BOOLEAN);
    if (operator === "-" && operand.kind === "literal" && operand.type === "INTEGER") {
      return literal({ ...operand, text: `-${operand.text}` }, this.context);
    }
    const value = this.compile(operand);
    if (!types.isNumber(value.type) && !(operator !== "~" && value.type.kind === "INTERVAL")) {
      throw this.fail(
        `No matching signature for operator ${operator} for argument types: ${types.sqlText(value.type)}`,
        at,
      );
    }
    return typed(`(${operator} ${value.sql})`, value.type);
  }

  private cast({ operand, type, safe, at }: Expression & { kind: "cast" }): Typed {
    const value = this.compile(operand);
    const found = castTo(value, type, safe);
    if (found !== undefined) return found;
    throw this.fail(`Invalid cast from ${types.sqlText(value.type)} to ${types.sqlText(type)}`, at);
  }

  private extract({ part, from, zone, at }: Expression & { kind: "extract" }): Typed {
    const value = this.compile(from);
    const { kind } = value.type;
    if (!["TIMESTAMP", "DATE", "DATETIME", "TIME"].includes(kind)) {
      throw this.fail(`EXTRACT takes a date or time, not ${types.sqlText(value.type)}`, at);
    }
    const place = zone === undefined ? "'UTC'" : this.as(zone, types.STRING).sql;
    const local = kind === "TIMESTAMP" ? `(${value.sql} AT TIME ZONE ${place})` : value.sql;
    if (part.name === "DATE" || part.name === "TIME") {
      return typed(`CAST(${local} AS ${part.name})`, { kind: part.name });
    }
    if (part.name === "DATETIME") return typed(`CAST(${local} AS TIMESTAMP)`, types.DATETIME);
    const found = extracted(local, part);
    if (found === undefined) throw this.fail(`EXTRACT does not support the ${part.name} date part`, part.at);
    return typed(`CAST(${found} AS BIGINT)`, types.INTEGER);
  }

  private subquery({ form, query, at }: Expression & { kind: "subquery" }): Typed {
    const compiled = this.context.query(query, this.context, this.scope);
    if (form === "exists") return typed(`EXISTS (${compiled.sql})`, types.BOOLEAN);
    const [column, ...others] = compiled.columns;
    if (column === undefined || others.length > 0) {
      const what = form === "array" ? "ARRAY subquery" : "Scalar subquery";
      throw this.fail(
        `${what} cannot have more than one column unless using SELECT AS STRUCT to build STRUCT values`,
        at,
      );
    }
    if (form === "array") return typed(`ARRAY(${compiled.sql})`, types.arrayOf(column.type));
    return typed(`(${compiled.sql})`, column.type);
  }

  private site(call: Call): CallSite {
    const { context, windows } = this;
    const within = isAggregate(call.name)
      ? new ExpressionCompiler(context, this.scope.withoutAliases(), windows)
      : this;
    const order = call.orderBy.map((one) => within.ordering(one)).join(", ");
    return {
      call,
      now: context.environment.now,
      fail: (message, at = call.at) => this.fail(message, at),
      notTranslated: (construct, instead) => notTranslatedAt(context, construct, call.at, instead),
      expression: (argument) => within.compile(argument),
      over: call.over === undefined ? "" : ` OVER (${windowSql(this, call.over, windows)})`,
      orderBy: order === "" ? "" : ` ORDER BY ${order}`,
    };
  }
}

/** A letter more, less or different; or one begins with the other. */
function isNear(a: string, b: string): boolean {
  if (a === b) return false;
  if (a.length > 3 && b.length > 3 && (a.startsWith(b) || b.startsWith(a))) return true;
  if (Math.abs(a.length - b.length) > 1) return false;
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < Math.min(a.length, b.length) - start && a.at(-1 - end) === b.at(-1 - end)) end++;
  return Math.max(a.length, b.length) - start - end <= 1;
}
