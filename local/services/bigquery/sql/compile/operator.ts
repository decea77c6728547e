/** Operators of two operands. @see https://cloud.google.com/bigquery/docs/reference/standard-sql/operators */
import type { BinaryOperator } from "../ast";
import { coerce, unify } from "../coerce";
import { raise, typed, type Typed } from "../typed";
import {
  BOOLEAN,
  BYTES,
  commonType,
  DATE,
  DATETIME,
  FLOAT,
  INTEGER,
  INTERVAL,
  isNumber,
  sqlText,
  STRING,
  type SqlType,
} from "../types";

export interface Operands {
  readonly operator: BinaryOperator;
  readonly left: Typed;
  readonly right: Typed;
  readonly fail: (message: string) => Error;
}

export function binary(operands: Operands): Typed {
  switch (operands.operator) {
    case "AND":
    case "OR": {
      const { operator } = operands;
      const [left, right] = both(operands, BOOLEAN);
      return typed(`(${left} ${operator} ${right})`, BOOLEAN);
    }
    case "=":
    case "!=":
    case "<":
    case "<=":
    case ">":
    case ">=":
      return comparison(operands);
    case "||":
      return concatenation(operands);
    case "+":
    case "-":
      return sum(operands);
    case "*":
    case "/":
      return product(operands);
    case "<<":
    case ">>":
    case "&":
    case "^":
    case "|": {
      const [left, right] = both(operands, INTEGER);
      if (operands.operator === "^") return typed(`xor(${left}, ${right})`, INTEGER);
      return typed(`(${left} ${operands.operator} ${right})`, INTEGER);
    }
  }
}

export function comparison(operands: Operands): Typed {
  const unified = unify([operands.left, operands.right]);
  if (unified === undefined || unified.type.kind === "JSON") throw noSignature(operands);
  const [left, right] = unified.values as readonly [Typed, Typed];
  return typed(`(${left.sql} ${operands.operator} ${right.sql})`, BOOLEAN);
}

function both(operands: Operands, type: SqlType): readonly [string, string] {
  const left = coerce(operands.left, type);
  const right = coerce(operands.right, type);
  if (left === undefined || right === undefined) throw noSignature(operands);
  return [left.sql, right.sql];
}

function noSignature({ operator, left, right, fail }: Operands): Error {
  return fail(
    `No matching signature for operator ${operator} for argument types: ${sqlText(left.type)}, ${sqlText(right.type)}`,
  );
}

function concatenation(operands: Operands): Typed {
  const { left, right } = operands;
  if (left.type.kind === "ARRAY" || right.type.kind === "ARRAY") {
    const unified = unify([left, right]);
    if (unified === undefined) throw noSignature(operands);
    return typed(`(${unified.values.map(({ sql }) => sql).join(" || ")})`, unified.type);
  }
  const type = left.type.kind === "BYTES" || right.type.kind === "BYTES" ? BYTES : STRING;
  const [a, b] = both(operands, type);
  return typed(`(${a} || ${b})`, type);
}

const times: readonly SqlType["kind"][] = ["DATE", "DATETIME", "TIMESTAMP", "TIME"];

function sum(operands: Operands): Typed {
  const { operator, left, right } = operands;
  const [a, b] = [left.type.kind, right.type.kind];
  if (isNumber(left.type) && isNumber(right.type)) return arithmetic(operands);
  if (a === "DATE" && b === "INTEGER") {
    return typed(`CAST(${left.sql} ${operator} CAST(${right.sql} AS INTEGER) AS DATE)`, DATE);
  }
  if (a === "INTEGER" && b === "DATE" && operator === "+") {
    return typed(`CAST(${right.sql} + CAST(${left.sql} AS INTEGER) AS DATE)`, DATE);
  }
  if (b === "INTERVAL" && times.includes(a)) return moved(left, operator, right);
  if (a === "INTERVAL" && operator === "+" && times.includes(b)) return moved(right, operator, left);
  if (a === "INTERVAL" && b === "INTERVAL") return typed(`(${left.sql} ${operator} ${right.sql})`, INTERVAL);
  if (operator === "-" && a === b && times.includes(a)) {
    const [later, earlier] =
      a === "DATE" ? [`CAST(${left.sql} AS TIMESTAMP)`, `CAST(${right.sql} AS TIMESTAMP)`] : [left.sql, right.sql];
    return typed(`(${later} - ${earlier})`, INTERVAL);
  }
  throw noSignature(operands);
}

/** A DATE and an INTERVAL are a DATETIME. */
function moved(value: Typed, operator: string, by: Typed): Typed {
  return typed(`(${value.sql} ${operator} ${by.sql})`, value.type.kind === "DATE" ? DATETIME : value.type);
}

function arithmetic(operands: Operands): Typed {
  const unified = unify([operands.left, operands.right]);
  if (unified === undefined) throw noSignature(operands);
  const type = unified.type.kind === "UNKNOWN" ? INTEGER : unified.type;
  const [left, right] = unified.values as readonly [Typed, Typed];
  return typed(`(${left.sql} ${operands.operator} ${right.sql})`, type);
}

function product(operands: Operands): Typed {
  const { operator, left, right } = operands;
  const type = commonType(left.type, right.type);
  if (type === undefined || !isNumber(left.type) || !isNumber(right.type)) throw noSignature(operands);
  if (type.kind === "NUMERIC") {
    const [a, b] = both(operands, type);
    return typed(`${operator === "*" ? "numeric_multiply" : "numeric_divide"}(${a}, ${b})`, type);
  }
  if (operator === "*") return arithmetic(operands);
  const [a, b] = both(operands, FLOAT);
  return typed(
    `CASE WHEN ${b} = 0 THEN ${raise(`'division by zero: ' || ${a} || ' / 0'`, "DOUBLE")} ELSE ${a} / ${b} END`,
    FLOAT,
  );
}
