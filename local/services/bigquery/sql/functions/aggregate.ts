/**
 * Aggregates, also over windows.
 * @see https://cloud.google.com/bigquery/docs/reference/standard-sql/aggregate_functions
 */
import { coerce } from "../coerce";
import { typed, type Typed } from "../typed";
import { arrayOf, BOOLEAN, elementOf, FLOAT, INTEGER, NUMERIC, record, STRING, type SqlType } from "../types";
import { noSignature, type CallSite, type Special, type SqlFunction } from "./function";

const argumentsOf = (site: CallSite): readonly Typed[] =>
  site.call.arguments.map((argument) => site.expression(argument));

/** name(DISTINCT x ORDER BY ...) FILTER (...) OVER (...) */
function call(site: CallSite, name: string, values: readonly string[], filter?: string): string {
  const { distinct } = site.call;
  const inner = `${distinct ? "DISTINCT " : ""}${values.join(", ")}${site.orderBy}`;
  return `${name}(${inner})${filter === undefined ? "" : ` FILTER (WHERE ${filter})`}${site.over}`;
}

function single(site: CallSite, wanted?: SqlType): Typed {
  const values = argumentsOf(site);
  const [value] = values;
  const found = value === undefined || wanted === undefined ? value : coerce(value, wanted);
  if (found === undefined || values.length !== 1) throw noSignature(site, values);
  return found;
}

/** Of numbers: its own type for each. */
const sum: Special = (site) => {
  const value = single(site);
  const { kind } = value.type;
  const total = call(site, "sum", [value.sql]);
  if (kind === "INTEGER") return typed(`CAST(${total} AS BIGINT)`, INTEGER);
  if (kind === "NUMERIC") return typed(`CAST(${total} AS DECIMAL(38,9))`, NUMERIC);
  if (kind === "FLOAT") return typed(total, FLOAT);
  throw noSignature(site, [value]);
};

const average: Special = (site) => {
  const value = single(site);
  const { kind } = value.type;
  if (kind === "NUMERIC") {
    const count = `CAST(${call(site, "count", [value.sql])} AS DECIMAL(38,9))`;
    return typed(`numeric_divide(${call(site, "sum", [value.sql])}, ${count})`, NUMERIC);
  }
  if (kind === "INTEGER" || kind === "FLOAT") return typed(call(site, "avg", [value.sql]), FLOAT);
  throw noSignature(site, [value]);
};

/** Of anything: its own type. */
const kept =
  (duckdb: string): Special =>
  (site) => {
    const value = single(site);
    return typed(call(site, duckdb, [value.sql]), value.type);
  };

const anyValue: Special = (site) => {
  const value = single(site);
  const { having } = site.call;
  if (having === undefined) return typed(call(site, "any_value", [value.sql]), value.type);
  const by = site.expression(having.by);
  return typed(call(site, having.most === "MAX" ? "max_by" : "min_by", [value.sql, by.sql]), value.type);
};

const by =
  (duckdb: string): Special =>
  (site) => {
    const values = argumentsOf(site);
    const [value, order] = values;
    if (value === undefined || order === undefined || values.length !== 2) throw noSignature(site, values);
    return typed(call(site, duckdb, [value.sql, order.sql]), value.type);
  };

const count: Special = (site) => {
  if (site.call.star) return typed(`count(*)${site.over}`, INTEGER);
  return typed(call(site, "count", [single(site).sql]), INTEGER);
};

const countIf: Special = (site) => {
  const condition = single(site, BOOLEAN).sql;
  if (site.call.distinct) throw site.notTranslated("COUNTIF(DISTINCT ...)");
  return typed(`count(*) FILTER (WHERE ${condition})${site.over}`, INTEGER);
};

const of =
  (duckdb: string, takes: SqlType, gives: SqlType): Special =>
  (site) =>
    typed(call(site, duckdb, [single(site, takes).sql]), gives);

const ofTwo =
  (duckdb: string): Special =>
  (site) => {
    const values = argumentsOf(site);
    const floats = values.map((value) => coerce(value, FLOAT));
    if (floats.length !== 2 || floats.includes(undefined)) throw noSignature(site, values);
    return typed(
      call(
        site,
        duckdb,
        floats.map((value) => value?.sql ?? ""),
      ),
      FLOAT,
    );
  };

const arrayAgg: Special = (site) => {
  const value = single(site);
  if (value.type.kind === "ARRAY") throw site.fail("The argument to ARRAY_AGG must not be an array type");
  const list = call(site, "list", [value.sql], site.call.nulls === "IGNORE" ? `${value.sql} IS NOT NULL` : undefined);
  return typed(limited(site, list), arrayOf(value.type));
};

const arrayConcatAgg: Special = (site) => {
  const value = single(site);
  if (value.type.kind !== "ARRAY") throw noSignature(site, [value]);
  return typed(limited(site, `flatten(${call(site, "list", [value.sql])})`), arrayOf(elementOf(value.type)));
};

/** LIMIT within an aggregate. */
function limited(site: CallSite, list: string): string {
  const { limit } = site.call;
  return limit === undefined ? list : `list_slice(${list}, 1, ${site.expression(limit).sql})`;
}

const stringAgg: Special = (site) => {
  const [value, separator] = argumentsOf(site);
  if (value === undefined || !["STRING", "BYTES"].includes(value.type.kind)) throw noSignature(site, argumentsOf(site));
  const by = separator?.sql ?? "','";
  if (value.type.kind === "BYTES") throw site.notTranslated("STRING_AGG of BYTES");
  if (site.call.limit === undefined) return typed(call(site, "string_agg", [value.sql, by]), STRING);
  const list = call(site, "list", [value.sql], `${value.sql} IS NOT NULL`);
  return typed(`array_to_string(${limited(site, list)}, ${by})`, STRING);
};

const quantiles: Special = (site) => {
  const [value, number] = site.call.arguments;
  const x = value && site.expression(value);
  const n = number?.kind === "literal" ? Number(number.text) : Number.NaN;
  if (x === undefined || !(n > 0)) throw site.fail("APPROX_QUANTILES takes a value and a literal number of quantiles");
  const places = Array.from({ length: n + 1 }, (_, at) => String(at / n)).join(", ");
  return typed(call(site, "quantile_disc", [x.sql, `[${places}]`]), arrayOf(x.type));
};

const topCount: Special = (site) => {
  const [value, number] = argumentsOf(site);
  if (value === undefined || number === undefined) throw noSignature(site, argumentsOf(site));
  const entries = `map_entries(histogram(${value.sql}))`;
  const sorted = `list_sort(list_transform(${entries}, lambda e: {'count': CAST(e.value AS BIGINT), 'value': e.key}), 'DESC')`;
  const list = `list_transform(list_slice(${sorted}, 1, ${number.sql}), lambda e: {'value': e.value, 'count': e.count})`;
  const item = record([
    { name: "value", type: value.type },
    { name: "count", type: INTEGER },
  ]);
  return typed(list, arrayOf(item));
};

/** PERCENTILE_CONT(x, 0.5) OVER (...) */
const percentile =
  (duckdb: string, type?: SqlType): Special =>
  (site) => {
    const [value, place] = argumentsOf(site);
    if (value === undefined || place === undefined) throw noSignature(site, argumentsOf(site));
    const number = type === undefined ? value : coerce(value, type);
    if (number === undefined) throw noSignature(site, argumentsOf(site));
    return typed(`${duckdb}(${number.sql}, ${place.sql})${site.over}`, type ?? value.type);
  };

const grouping: Special = (site) => typed(`CAST(grouping(${single(site).sql}) AS BIGINT)`, INTEGER);

export const aggregateFunctions: { readonly [name: string]: SqlFunction } = {
  ANY_VALUE: anyValue,
  APPROX_COUNT_DISTINCT: (site) =>
    typed(`CAST(approx_count_distinct(${single(site).sql})${site.over} AS BIGINT)`, INTEGER),
  APPROX_QUANTILES: quantiles,
  APPROX_TOP_COUNT: topCount,
  ARRAY_AGG: arrayAgg,
  ARRAY_CONCAT_AGG: arrayConcatAgg,
  AVG: average,
  BIT_AND: of("bit_and", INTEGER, INTEGER),
  BIT_OR: of("bit_or", INTEGER, INTEGER),
  BIT_XOR: of("bit_xor", INTEGER, INTEGER),
  CORR: ofTwo("corr"),
  COUNT: count,
  COUNTIF: countIf,
  COVAR_POP: ofTwo("covar_pop"),
  COVAR_SAMP: ofTwo("covar_samp"),
  GROUPING: grouping,
  LOGICAL_AND: of("bool_and", BOOLEAN, BOOLEAN),
  LOGICAL_OR: of("bool_or", BOOLEAN, BOOLEAN),
  MAX: kept("max"),
  MAX_BY: by("max_by"),
  MIN: kept("min"),
  MIN_BY: by("min_by"),
  PERCENTILE_CONT: percentile("quantile_cont", FLOAT),
  PERCENTILE_DISC: percentile("quantile_disc"),
  STDDEV: of("stddev_samp", FLOAT, FLOAT),
  STDDEV_POP: of("stddev_pop", FLOAT, FLOAT),
  STDDEV_SAMP: of("stddev_samp", FLOAT, FLOAT),
  STRING_AGG: stringAgg,
  SUM: sum,
  VARIANCE: of("var_samp", FLOAT, FLOAT),
  VAR_POP: of("var_pop", FLOAT, FLOAT),
  VAR_SAMP: of("var_samp", FLOAT, FLOAT),
};
