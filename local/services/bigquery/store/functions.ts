/** Functions that DuckDB lacks and BigQuery has, written in TypeScript. */
import {
  DECIMAL,
  DuckDBDecimalValue,
  DuckDBScalarFunction,
  VARCHAR,
  type DuckDBConnection,
  type DuckDBValue,
} from "@duckdb/node-api";
import { decimal, decimalOf, unitsOf } from "../../../../pipeline/schema/decimal";

const NUMERIC = DECIMAL(38, 9);

export function registerFunctions(connection: DuckDBConnection): void {
  connection.registerScalarFunction(
    DuckDBScalarFunction.create({
      name: "raise",
      parameterTypes: [VARCHAR],
      returnType: VARCHAR,
      mainFunction: (_, input, output) => {
        const messages = input.getColumnVector(0);
        for (let row = 0; row < input.rowCount; row++) {
          const message = messages.getItem(row);
          if (message !== null) throw new RangeError(String(message));
          output.setItem(row, null);
        }
        output.flush();
      },
    }),
  );
  // DuckDB divides decimals as floats, and multiplies them into ones of twice the scale that hold half the digits.
  for (const [name, calculate] of [
    ["numeric_multiply", (a, b) => decimal.multiply(a, b)],
    ["numeric_divide", (a, b) => decimal.divide(a, b)],
  ] as const satisfies readonly (readonly [string, typeof decimal.multiply])[]) {
    connection.registerScalarFunction(
      DuckDBScalarFunction.create({
        name,
        parameterTypes: [NUMERIC, NUMERIC],
        returnType: NUMERIC,
        mainFunction: (_, input, output) => {
          const [left, right] = [input.getColumnVector(0), input.getColumnVector(1)];
          for (let row = 0; row < input.rowCount; row++) {
            const a = unitsIn(left.getItem(row));
            const b = unitsIn(right.getItem(row));
            output.setItem(
              row,
              a === undefined || b === undefined ? null : numeric(calculate(decimalOf(a), decimalOf(b))),
            );
          }
          output.flush();
        },
      }),
    );
  }
}

const unitsIn = (value: DuckDBValue): bigint | undefined =>
  value instanceof DuckDBDecimalValue ? value.value : undefined;

const numeric = (text: string): DuckDBDecimalValue => new DuckDBDecimalValue(unitsOf(text), 38, 9);
