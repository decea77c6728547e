import { quoted, quotedText } from "../../schema/duckdb-type";
import type { Call, Expression, Ordering, WindowSpec } from "../ast";
import { castTo } from "../cast";
import { coerce, unify } from "../coerce";
import type { Identifier } from "../cursor";
import { extracted, interval } from "../functions/date-part";
import type { CallSite } from "../functions/function";
import { callFunction } from "../functions/registry";
import { raise, typed, type Typed } from "../typed";
import * as types from "../types";
import type { SqlType } from "../types";
import { failAt, notTranslatedAt, type Context, type OutputColumn } from "./context";
import { literal } from "./literal";
import { binary, comparison, type Operands } from "./operator";
import { AmbiguousName, quotedKey, type Scope } from "./scope";

/** An expression in a scope as SQL of DuckDB, with its type. */
export class ExpressionCompiler {
  constructor(
    private readonly context: Context,
    private readonly scope: Scope,
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
        return this.field(this.compile(expression.of), expression.name);
      case "subscript":
        return this.subscript(expression);
      case "unary":
        return this.unary(expression);
      case "binary":
        return binary(this.operands(expression));
      case "between": {
        const { operand, low, high, not, at } = expression;
        const value = this.compile(operand);
        const text = [
          comparison(this.pair(">=", value, this.compile(low), at)).sql,
          comparison(this.pair("<=", value, this.compile(high), at)).sql,
        ].join(" AND ");
        return typed(not ? `(NOT (${text}))` : `(${text})`, types.BOOLEAN);
      }
      case "in":
        return this.in(expression);
      case "like":
        return this.like(expression);
      case "is":
        return typed(
          `(${this.compile(expression.operand).sql} IS ${expression.not ? "NOT " : ""}${expression.what})`,
          types.BOOLEAN,
        );
      case "distinct from": {
        const { left, right } = this.common(
          "IS DISTINCT FROM",
          this.compile(expression.left),
          this.compile(expression.right),
          expression.at,
        );
        return typed(`(${left.sql} IS ${expression.not ? "NOT " : ""}DISTINCT FROM ${right.sql})`, types.BOOLEAN);
      }
      case "case":
        return this.case(expression);
      case "cast":
        return this.cast(expression);
      case "extract":
        return this.extract(expression);
      case "interval": {
        const count = this.as(expression.value, types.INTEGER);
        return typed(interval(count.sql, expression.part), types.INTERVAL);
      }
      case "array":
        return this.array(expression);
      case "struct":
        return this.struct(expression);
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

  ordering({ by, descending, nulls }: Ordering): string {
    return `${this.compile(by).sql}${descending ? " DESC" : ""}${nulls === undefined ? "" : ` NULLS ${nulls}`}`;
  }

  private fail(message: string, at: number): Error {
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
      if (found !== undefined)
        return parts.slice(found.used).reduce((value, name) => this.field(value, name), found.value);
    } catch (error) {
      if (error instanceof AmbiguousName) throw this.fail(error.message, first.at);
      throw error;
    }
    const source = this.scope.source(first.name);
    if (source !== undefined)
      throw this.fail(
        `Name ${(parts[1] as Identifier).name} not found inside ${first.name}`,
        (parts[1] as Identifier).at,
      );
    const near = this.scope.names().find((name) => isNear(name.toLowerCase(), first.name.toLowerCase()));
    throw this.fail(`Unrecognized name: ${first.name}${near === undefined ? "" : `; Did you mean ${near}?`}`, first.at);
  }

  private field(value: Typed, { name, at }: Identifier): Typed {
    const { type } = value;
    if (type.kind === "JSON")
      return typed(`json_extract(${value.sql}, ${quotedText(`$.${JSON.stringify(name)}`)})`, type);
    if (type.kind === "RECORD") {
      const field = type.fields.find((one) => one.name.toLowerCase() === name.toLowerCase());
      if (field !== undefined) return typed(`struct_extract(${value.sql}, ${quotedKey(field.name)})`, field.type);
      throw this.fail(`Field name ${name} does not exist in ${types.sqlText(type)}`, at);
    }
    throw this.fail(`Cannot access field ${name} on a value with type ${types.sqlText(type)}`, at);
  }

  private subscript({ of, by, index, at }: Expression & { kind: "subscript" }): Typed {
    const value = this.compile(of);
    const { type } = value;
    if (type.kind === "JSON") {
      const key = this.compile(index);
      if (key.text !== undefined) return this.field(value, { name: key.text, at });
      return typed(`json_extract(${value.sql}, '$[' || ${this.as(index, types.INTEGER).sql} || ']')`, type);
    }
    if (type.kind !== "ARRAY")
      throw this.fail(`Element access using [] is not supported on values of type ${types.sqlText(type)}`, at);
    const place = this.as(index, types.INTEGER).sql;
    const from1 = by === "ORDINAL" || by === "SAFE_ORDINAL" ? place : `${place} + 1`;
    // From 1: DuckDB counts negative places from the end, where BigQuery knows none.
    const inside = `${from1} BETWEEN 1 AND len(${value.sql})`;
    const outside = raise(`'Array index ' || ${place} || ' is out of bounds'`, "BIGINT");
    const where = by.startsWith("SAFE")
      ? `CASE WHEN ${inside} THEN ${from1} END`
      : `CASE WHEN ${value.sql} IS NULL OR ${inside} THEN ${from1} ELSE ${outside} END`;
    return typed(`list_extract(${value.sql}, ${where})`, type.element);
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

  private operands({ operator, left, right, at }: Expression & { kind: "binary" }): Operands {
    return this.pair(operator, this.compile(left), this.compile(right), at);
  }

  private pair(operator: Operands["operator"], left: Typed, right: Typed, at: number): Operands {
    return { operator, left, right, fail: (message) => this.fail(message, at) };
  }

  private common(
    operator: string,
    left: Typed,
    right: Typed,
    at: number,
  ): { readonly left: Typed; readonly right: Typed } {
    const unified = unify([left, right]);
    if (unified === undefined) {
      throw this.fail(
        `No matching signature for operator ${operator} for argument types: ${types.sqlText(left.type)}, ${types.sqlText(right.type)}`,
        at,
      );
    }
    const [a, b] = unified.values as readonly [Typed, Typed];
    return { left: a, right: b };
  }

  private in({ operand, not, list, at }: Expression & { kind: "in" }): Typed {
    const value = this.compile(operand);
    const word = not ? "NOT IN" : "IN";
    if (list.kind === "values") {
      const unified = unify([value, ...list.values.map((one) => this.compile(one))]);
      if (unified === undefined)
        throw this.fail(`No matching signature for operator IN: its values have no type in common`, at);
      const [first, ...rest] = unified.values.map(({ sql }) => sql);
      return typed(`(${first} ${word} (${rest.join(", ")}))`, types.BOOLEAN);
    }
    if (list.kind === "array") {
      const array = this.compile(list.array);
      if (array.type.kind !== "ARRAY" && array.type.kind !== "UNKNOWN") throw this.fail("IN UNNEST takes an array", at);
      const wanted = coerce(value, types.elementOf(array.type)) ?? value;
      return typed(`(${wanted.sql} ${word} (SELECT unnest(${array.sql})))`, types.BOOLEAN);
    }
    const query = this.context.query(list.query, this.context, this.scope);
    if (query.columns.length !== 1) throw this.fail("Subquery of type IN must have only one output column", at);
    const [column] = query.columns as readonly [OutputColumn];
    const found = typed(quoted(column.emitted), column.type);
    const { left, right } = this.common(word, value, found, at);
    const values = right.sql === found.sql ? query.sql : `SELECT ${right.sql} FROM (${query.sql})`;
    return typed(`(${left.sql} ${word} (${values}))`, types.BOOLEAN);
  }

  private like({ operand, patterns, quantifier, not, at }: Expression & { kind: "like" }): Typed {
    const value = this.compile(operand);
    if (value.type.kind !== "STRING" && value.type.kind !== "UNKNOWN") {
      throw this.fail(
        `No matching signature for operator LIKE for argument types: ${types.sqlText(value.type)}, STRING`,
        at,
      );
    }
    // A backslash escapes, as in DuckDB only where it is said.
    const all = patterns.map((pattern) => `${value.sql} LIKE ${this.as(pattern, types.STRING).sql} ESCAPE '\\'`);
    const text = all.join(quantifier === "ANY" ? " OR " : " AND ");
    return typed(not ? `(NOT (${text}))` : `(${text})`, types.BOOLEAN);
  }

  private case({ operand, branches, otherwise, at }: Expression & { kind: "case" }): Typed {
    const subject = operand && this.compile(operand);
    const results = [
      ...branches.map(({ result }) => this.compile(result)),
      ...(otherwise === undefined ? [] : [this.compile(otherwise)]),
    ];
    const unified = unify(results);
    if (unified === undefined) {
      const found = results.map(({ type }) => types.sqlText(type)).join(", ");
      throw this.fail(`No matching signature for operator CASE: its results have no type in common (${found})`, at);
    }
    const whens = branches.map(({ when }, n) => {
      const condition =
        subject === undefined
          ? this.boolean(when, "WHEN")
          : comparison(this.pair("=", subject, this.compile(when), when.at)).sql;
      return `WHEN ${condition} THEN ${(unified.values[n] as Typed).sql}`;
    });
    const last = otherwise === undefined ? "" : ` ELSE ${(unified.values.at(-1) as Typed).sql}`;
    return typed(`CASE ${whens.join(" ")}${last} END`, unified.type);
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
    if (part.name === "DATE" || part.name === "TIME")
      return typed(`CAST(${local} AS ${part.name})`, { kind: part.name });
    if (part.name === "DATETIME") return typed(`CAST(${local} AS TIMESTAMP)`, types.DATETIME);
    const found = extracted(local, part);
    if (found === undefined) throw this.fail(`EXTRACT does not support the ${part.name} date part`, part.at);
    return typed(`CAST(${found} AS BIGINT)`, types.INTEGER);
  }

  private array({ elements, type, at }: Expression & { kind: "array" }): Typed {
    const values = elements.map((element) => this.compile(element));
    const wanted = type === undefined ? undefined : types.elementOf(type);
    const unified = wanted === undefined ? unify(values) : undefined;
    const list: readonly (Typed | undefined)[] | undefined =
      wanted === undefined ? unified?.values : values.map((value) => coerce(value, wanted));
    const element = wanted ?? unified?.type;
    if (list === undefined || list.includes(undefined) || element === undefined) {
      throw this.fail("Array elements of types that have nothing in common do not have a common supertype", at);
    }
    if (element.kind === "ARRAY")
      throw this.fail("Cannot construct array with element type ARRAY because nested arrays are not supported", at);
    const sql = `[${list.map((one) => one?.sql ?? "NULL").join(", ")}]`;
    const text = types.duckdbText(element);
    return typed(text === undefined ? sql : `CAST(${sql} AS ${text}[])`, types.arrayOf(element));
  }

  private struct({ fields, type, at }: Expression & { kind: "struct" }): Typed {
    const wanted = type?.kind === "RECORD" ? type.fields : undefined;
    if (wanted !== undefined && wanted.length !== fields.length) {
      throw this.fail(`STRUCT type has ${wanted.length} fields but constructor call has ${fields.length} fields`, at);
    }
    const made = fields.map(({ name, value }, n) => {
      const compiled = this.compile(value);
      const field = wanted?.[n];
      const inferred = value.kind === "path" ? value.parts.at(-1)?.name : undefined;
      const fitted = field === undefined ? compiled : coerce(compiled, field.type);
      if (fitted === undefined)
        throw this.fail(
          `Struct field ${n + 1} has type ${types.sqlText(compiled.type)} which does not coerce`,
          value.at,
        );
      return { name: field?.name ?? name?.name ?? inferred ?? `_field_${n + 1}`, value: fitted };
    });
    const names = new Set(made.map(({ name }) => name.toLowerCase()));
    if (names.size < made.length) throw notTranslatedAt(this.context, "A STRUCT with two fields of one name", at);
    const list = made.map(({ name, value }) => `${quotedKey(name)}: ${value.sql}`).join(", ");
    return typed(`{${list}}`, types.record(made.map(({ name, value }) => ({ name, type: value.type }))));
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
    const { environment } = this.context;
    return {
      call,
      now: environment.now,
      fail: (message, at = call.at) => this.fail(message, at),
      notTranslated: (construct, instead) => notTranslatedAt(this.context, construct, call.at, instead),
      expression: (argument) => this.compile(argument),
      over: call.over === undefined ? "" : ` OVER (${this.window(this.named(call.over))})`,
      orderBy: call.orderBy.length === 0 ? "" : ` ORDER BY ${call.orderBy.map((one) => this.ordering(one)).join(", ")}`,
    };
  }

  /** A window of the WINDOW clause is written out where it is used. */
  private named(over: WindowSpec | Identifier): WindowSpec {
    if (!("name" in over)) {
      if (over.base === undefined) return over;
      const base = this.named(over.base);
      return {
        partitionBy: over.partitionBy.length === 0 ? base.partitionBy : over.partitionBy,
        orderBy: over.orderBy.length === 0 ? base.orderBy : over.orderBy,
        frame: over.frame ?? base.frame,
      };
    }
    const found = this.windows.get(over.name.toLowerCase());
    if (found === undefined) throw this.fail(`Unrecognized window alias ${over.name}`, over.at);
    return this.named(found);
  }

  private window({ partitionBy, orderBy, frame }: WindowSpec): string {
    const parts: string[] = [];
    if (partitionBy.length > 0)
      parts.push(`PARTITION BY ${partitionBy.map((one) => this.compile(one).sql).join(", ")}`);
    if (orderBy.length > 0) parts.push(`ORDER BY ${orderBy.map((one) => this.ordering(one)).join(", ")}`);
    if (frame !== undefined) {
      const bound = (one: typeof frame.from): string =>
        one.kind === "words" ? one.words : `${this.compile(one.offset).sql} ${one.direction}`;
      parts.push(
        frame.to === undefined
          ? `${frame.unit} ${bound(frame.from)}`
          : `${frame.unit} BETWEEN ${bound(frame.from)} AND ${bound(frame.to)}`,
      );
    }
    return parts.join(" ");
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
