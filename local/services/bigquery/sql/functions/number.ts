import { coerce } from "../coerce";
import { raise, typed } from "../typed";
import { commonType, FLOAT, INTEGER, NUMERIC, type SqlType } from "../types";
import { form, noSignature, ofKind, one, optional, same, type Special, type SqlFunction } from "./function";

const number = ofKind("INTEGER", "FLOAT", "NUMERIC");

/** Of one number, its type kept. */
const kept = (sql: (value: string) => string): SqlFunction => [
  form([INTEGER], INTEGER, (x = "") => `CAST(${sql(x)} AS BIGINT)`),
  form([NUMERIC], NUMERIC, (x = "") => `CAST(${sql(x)} AS DECIMAL(38,9))`),
  form([FLOAT], FLOAT, (x = "") => `CAST(${sql(x)} AS DOUBLE)`),
];

/** A whole number as FLOAT64, as CEIL and its like give it. An INTEGER becomes a FLOAT64: that form comes first. */
const rounded = (sql: (value: string) => string): SqlFunction => [
  form([FLOAT], FLOAT, (x = "") => sql(x)),
  form([NUMERIC], NUMERIC, (x = "") => `CAST(${sql(x)} AS DECIMAL(38,9))`),
];

const float = (duckdb: string): SqlFunction => one([FLOAT], FLOAT, (x) => `${duckdb}(${x})`);

/** With NULL where the calculation is an error. */
const safely =
  (operator: "+" | "-" | "*"): Special =>
  (site) => {
    const values = site.call.arguments.map((argument) => site.expression(argument));
    const [a, b] = values;
    const type = a && b && commonType(a.type, b.type);
    if (a === undefined || b === undefined || type === undefined || values.length !== 2) {
      throw noSignature(site, values);
    }
    if (operator === "*" && type.kind === "NUMERIC") return typed(`TRY(numeric_multiply(${a.sql}, ${b.sql}))`, type);
    return typed(`TRY(${a.sql} ${operator} ${b.sql})`, type);
  };

const safeDivide: Special = (site) => {
  const values = site.call.arguments.map((argument) => site.expression(argument));
  const [a, b] = values;
  const common = a && b && commonType(a.type, b.type);
  const type = common?.kind === "NUMERIC" ? NUMERIC : FLOAT;
  const left = a && coerce(a, type);
  const right = b && coerce(b, type);
  if (left === undefined || right === undefined || values.length !== 2) throw noSignature(site, values);
  const quotient = type === NUMERIC ? `numeric_divide(${left.sql}, ${right.sql})` : `${left.sql} / ${right.sql}`;
  return typed(`CASE WHEN ${right.sql} = 0 THEN NULL ELSE ${quotient} END`, type);
};

const extreme =
  (duckdb: "greatest" | "least"): Special =>
  (site) => {
    const values = site.call.arguments.map((argument) => site.expression(argument));
    const type = values
      .map((value) => value.type)
      .reduce<SqlType | undefined>((x, y) => x && commonType(x, y), values[0]?.type);
    if (type === undefined) throw noSignature(site, values);
    const list = values.map(({ sql }) => sql);
    // NULL where one of them is: DuckDB passes over nulls.
    const anyNull = list.map((sql) => `${sql} IS NULL`).join(" OR ");
    return typed(`CASE WHEN ${anyNull} THEN NULL ELSE ${duckdb}(${list.join(", ")}) END`, type);
  };

export const numberFunctions: { readonly [name: string]: SqlFunction } = {
  ABS: kept((x) => `abs(${x})`),
  ACOS: float("acos"),
  ASIN: float("asin"),
  ATAN: float("atan"),
  ATAN2: one([FLOAT, FLOAT], FLOAT, (y, x) => `atan2(${y}, ${x})`),
  CEIL: rounded((x) => `ceil(${x})`),
  CEILING: rounded((x) => `ceil(${x})`),
  COS: float("cos"),
  DIV: [
    form(
      [INTEGER, INTEGER],
      INTEGER,
      (a, b) =>
        `CASE WHEN ${b} = 0 THEN ${raise(`'division by zero: ' || ${a} || ' / 0'`, "BIGINT")} ELSE ${a} // ${b} END`,
    ),
    form([NUMERIC, NUMERIC], NUMERIC, (a, b) => `CAST(trunc(numeric_divide(${a}, ${b})) AS DECIMAL(38,9))`),
  ],
  EXP: float("exp"),
  FLOOR: rounded((x) => `floor(${x})`),
  GREATEST: extreme("greatest"),
  IEEE_DIVIDE: one([FLOAT, FLOAT], FLOAT, (a, b) => `(${a} / ${b})`),
  IS_INF: one([FLOAT], { kind: "BOOLEAN" }, (x) => `isinf(${x})`),
  IS_NAN: one([FLOAT], { kind: "BOOLEAN" }, (x) => `isnan(${x})`),
  LEAST: extreme("least"),
  LN: float("ln"),
  LOG: one([FLOAT, optional(FLOAT)], FLOAT, (x, base) =>
    base === undefined ? `ln(${x})` : `(ln(${x}) / ln(${base}))`,
  ),
  LOG10: float("log10"),
  MOD: [
    form(
      [INTEGER, INTEGER],
      INTEGER,
      (a, b) =>
        `CASE WHEN ${b} = 0 THEN ${raise(`'division by zero: MOD(' || ${a} || ', 0)'`, "BIGINT")} ELSE ${a} % ${b} END`,
    ),
    form([NUMERIC, NUMERIC], NUMERIC, (a, b) => `CAST(${a} % ${b} AS DECIMAL(38,9))`),
  ],
  PI: one([], FLOAT, () => "pi()"),
  POW: one([FLOAT, FLOAT], FLOAT, (x, y) => `pow(${x}, ${y})`),
  POWER: one([FLOAT, FLOAT], FLOAT, (x, y) => `pow(${x}, ${y})`),
  RAND: one([], FLOAT, () => "random()"),
  RANGE_BUCKET: one(
    [number, ofKind("ARRAY")],
    INTEGER,
    (x, bounds) => `len(list_filter(${bounds}, lambda b: b <= ${x}))`,
  ),
  ROUND: [
    form([FLOAT, optional(INTEGER)], FLOAT, (x, digits = "0") => `round(${x}, CAST(${digits} AS INTEGER))`),
    form(
      [NUMERIC, optional(INTEGER)],
      NUMERIC,
      (x, digits = "0") => `CAST(round(${x}, CAST(${digits} AS INTEGER)) AS DECIMAL(38,9))`,
    ),
  ],
  SAFE_ADD: safely("+"),
  SAFE_DIVIDE: safeDivide,
  SAFE_MULTIPLY: safely("*"),
  SAFE_NEGATE: [form([number], same(0), (x) => `TRY(-${x})`)],
  SAFE_SUBTRACT: safely("-"),
  SIGN: kept((x) => `sign(${x})`),
  SIN: float("sin"),
  SQRT: float("sqrt"),
  TAN: float("tan"),
  TRUNC: [
    form([FLOAT], FLOAT, (x) => `trunc(${x})`),
    form(
      [NUMERIC, optional(INTEGER)],
      NUMERIC,
      (x, digits = "0") => `CAST(trunc(${x}, CAST(${digits} AS INTEGER)) AS DECIMAL(38,9))`,
    ),
  ],
  BIT_COUNT: one([INTEGER], INTEGER, (x) => `CAST(bit_count(${x}) AS BIGINT)`),
};
