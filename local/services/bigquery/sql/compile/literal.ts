import { quotedText } from "../../schema/duckdb-type";
import { normalDecimal } from "../../../../../pipeline/schema/decimal";
import type { Literal } from "../ast";
import { timeLiteral } from "../coerce";
import { typed, type Typed } from "../typed";
import { BOOLEAN, BYTES, FLOAT, INTEGER, JSON_TYPE, NUMERIC, STRING, UNKNOWN } from "../types";
import { failAt, type Context } from "./context";

const INT64 = 2n ** 63n;

export function literal(expression: Literal, context: Context): Typed {
  switch (expression.kind) {
    case "null":
      return typed("NULL", UNKNOWN);
    case "boolean":
      return typed(expression.value ? "true" : "false", BOOLEAN);
    case "typed literal":
      return typedLiteral(expression, context);
    case "literal":
      return plainLiteral(expression, context);
  }
}

function plainLiteral({ type, text, at }: Literal & { kind: "literal" }, context: Context): Typed {
  switch (type) {
    case "STRING":
      return { sql: quotedText(text), type: STRING, text, adapts: true };
    case "BYTES":
      return typed(`unhex('${Buffer.from(text, "latin1").toString("hex")}')`, BYTES);
    case "INTEGER": {
      const value = text.startsWith("-") ? -BigInt(text.slice(1)) : BigInt(text);
      if (value >= INT64 || value < -INT64) throw failAt(context, `Invalid integer literal: ${text}`, at);
      // Of 64 bits from the start: DuckDB's own literal has 32, and its sums overflow there.
      return typed(`CAST(${value} AS BIGINT)`, INTEGER);
    }
    case "FLOAT":
      // Through text: DuckDB takes 1.5 for a decimal.
      return { sql: `CAST('${text}' AS DOUBLE)`, type: FLOAT, text };
  }
}

function typedLiteral({ type, text, at }: Literal & { kind: "typed literal" }, context: Context): Typed {
  if (type === "NUMERIC") {
    const decimal = normalDecimal(text.trim());
    if (decimal === undefined) throw failAt(context, `Invalid NUMERIC literal: ${text}`, at);
    return typed(`CAST('${decimal}' AS DECIMAL(38,9))`, NUMERIC);
  }
  if (type === "JSON") {
    try {
      JSON.parse(text);
    } catch (error) {
      throw failAt(context, `Invalid JSON literal: ${(error as Error).message}`, at);
    }
    return typed(`CAST(${quotedText(text)} AS JSON)`, JSON_TYPE);
  }
  const found = timeLiteral(text, { kind: type });
  if (found === undefined) throw failAt(context, `Invalid ${type} literal: ${text}`, at);
  return found;
}
