/** Query parameters, as the REST API sends them. @see https://cloud.google.com/bigquery/docs/reference/rest/v2/QueryParameter */
import type { DuckDBConnection, DuckDBMaterializedResult, DuckDBType, DuckDBValue } from "@duckdb/node-api";
import { CloudError } from "../../../errors";
import { BadValue, columnReader } from "../rows/json-value";
import { readColumns, type Column } from "../schema/column";
import { duckdbType } from "../schema/duckdb-type";
import type { ParameterType } from "../sql/compile/context";
import { typeOfColumn } from "../sql/types";

export interface QueryParameter {
  readonly name?: string;
  readonly parameterType?: RestType;
  readonly parameterValue?: RestParameterValue;
}
interface RestType {
  readonly type?: string;
  readonly arrayType?: RestType;
  readonly structTypes?: readonly { readonly name?: string; readonly type?: RestType }[];
}
interface RestParameterValue {
  readonly value?: string | null;
  readonly arrayValues?: readonly RestParameterValue[];
  readonly structValues?: { readonly [name: string]: RestParameterValue };
}

export interface BoundParameter extends ParameterType {
  readonly value: DuckDBValue;
  readonly duckdb: DuckDBType;
}

/** @throws CloudError INVALID_ARGUMENT that names the parameter */
export function boundParameters(parameters: readonly QueryParameter[] = []): readonly BoundParameter[] {
  return parameters.map(({ name, parameterType, parameterValue }, at) => {
    const label = name ?? `number ${at + 1}`;
    const column = columnOf(label, parameterType ?? {});
    const read = columnReader(column, { jsonText: true }, label);
    const value = read(plain(parameterValue ?? {}));
    if (value instanceof BadValue) {
      throw new CloudError("INVALID_ARGUMENT", `Invalid value for query parameter ${label}: ${value.reason}`);
    }
    return { name, type: typeOfColumn(column), value, duckdb: duckdbType(column) };
  });
}

/** A type is described as a column would be. */
function columnOf(name: string, type: RestType): Column {
  const field = fieldOf("p", type);
  try {
    return readColumns([field])[0] as Column;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CloudError("INVALID_ARGUMENT", `Invalid type of query parameter ${name}: ${reason}`);
  }
}

function fieldOf(name: string, { type, arrayType, structTypes }: RestType): { [name: string]: unknown } {
  if (type === "ARRAY") return { ...fieldOf(name, arrayType ?? {}), mode: "REPEATED" };
  if (type === "STRUCT") {
    const fields = (structTypes ?? []).map((field, at) => fieldOf(field.name ?? `_field_${at + 1}`, field.type ?? {}));
    return { name, type: "RECORD", fields };
  }
  return { name, type };
}

function plain({ value, arrayValues, structValues }: RestParameterValue): unknown {
  if (arrayValues !== undefined) return arrayValues.map(plain);
  if (structValues !== undefined) {
    return Object.fromEntries(Object.entries(structValues).map(([name, field]) => [name, plain(field)]));
  }
  return value ?? null;
}

/** Runs a statement with the parameters that it uses. */
export function runBound(
  connection: DuckDBConnection,
  sql: string,
  parameters: readonly BoundParameter[],
): Promise<DuckDBMaterializedResult> {
  // DuckDB refuses a value that the statement does not use.
  const used = parameters
    .map((parameter, at) => ({ ...parameter, place: String(at + 1) }))
    .filter(({ place }) => new RegExp(`\\$${place}(?!\\d)`).test(sql));
  return connection.run(
    sql,
    Object.fromEntries(used.map(({ place, value }) => [place, value])),
    Object.fromEntries(used.map(({ place, duckdb }) => [place, duckdb])),
  );
}
