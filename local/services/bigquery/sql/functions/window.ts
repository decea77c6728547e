/** Functions that are called only over a window. @see https://cloud.google.com/bigquery/docs/reference/standard-sql/navigation_functions */
import { coerce } from "../coerce";
import { typed } from "../typed";
import { FLOAT, INTEGER, type SqlType } from "../types";
import { noSignature, type Special, type SqlFunction } from "./function";

const numbering =
  (duckdb: string, type: SqlType): Special =>
  (site) => {
    const values = site.call.arguments.map((argument) => site.expression(argument).sql);
    return typed(`${duckdb}(${values.join(", ")})${site.over}`, type);
  };

/** The value of another row. */
const navigation =
  (duckdb: string, most: number): Special =>
  (site) => {
    const values = site.call.arguments.map((argument) => site.expression(argument));
    const [value, number, otherwise] = values;
    if (value === undefined || values.length > most) throw noSignature(site, values);
    const list = [value.sql];
    if (number !== undefined) list.push(number.sql);
    const instead = otherwise && coerce(otherwise, value.type);
    if (otherwise !== undefined && instead === undefined) throw noSignature(site, values);
    if (instead !== undefined) list.push(instead.sql);
    const nulls = site.call.nulls === "IGNORE" ? " IGNORE NULLS" : "";
    return typed(`${duckdb}(${list.join(", ")}${nulls})${site.over}`, value.type);
  };

export const windowFunctions: { readonly [name: string]: SqlFunction } = {
  CUME_DIST: numbering("cume_dist", FLOAT),
  DENSE_RANK: numbering("dense_rank", INTEGER),
  FIRST_VALUE: navigation("first_value", 1),
  LAG: navigation("lag", 3),
  LAST_VALUE: navigation("last_value", 1),
  LEAD: navigation("lead", 3),
  NTH_VALUE: navigation("nth_value", 2),
  NTILE: numbering("ntile", INTEGER),
  PERCENT_RANK: numbering("percent_rank", FLOAT),
  RANK: numbering("rank", INTEGER),
  ROW_NUMBER: numbering("row_number", INTEGER),
};
