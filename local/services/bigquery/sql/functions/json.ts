/**
 * JSON, of JSON values and of text that holds JSON. Text that is no JSON gives NULL, as BigQuery does.
 * @see https://cloud.google.com/bigquery/docs/reference/standard-sql/json_functions
 */
import { quotedText } from "../../schema/duckdb-type";
import { raise, typed, type Typed } from "../typed";
import { arrayOf, BOOLEAN, FLOAT, INTEGER, JSON_TYPE, STRING, type SqlType } from "../types";
import { form, noSignature, one, optional, type CallSite, type Special, type SqlFunction } from "./function";
import { toJson } from "./to-json";

/** BigQuery writes $['a b'] what DuckDB writes $."a b". */
function jsonPath(text: string): string | undefined {
  const steps = text.replace(/^(lax|strict)\s+/, "");
  if (!steps.startsWith("$")) return undefined;
  let path = "$";
  let rest = steps.slice(1);
  while (rest !== "") {
    const step = /^(?:\.("(?:[^"\\]|\\.)*"|[^.[\]"]+)|\['((?:[^'\\]|\\.)*)'\]|\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\])/.exec(
      rest,
    );
    if (step === null) return undefined;
    const [whole, member, single, double, index] = step;
    const name = single ?? double ?? member?.replace(/^"(.*)"$/, "$1");
    path += index === undefined ? `."${(name ?? "").replaceAll('"', String.raw`\"`)}"` : `[${index}]`;
    rest = rest.slice(whole.length);
  }
  return path;
}

/** The value and the path of a call, the path "$" by default. */
function operands(site: CallSite): { readonly value: Typed; readonly path: string } {
  const [first, second, ...more] = site.call.arguments;
  const value = first && site.expression(first);
  if (value === undefined || more.length > 0 || !["STRING", "JSON", "UNKNOWN"].includes(value.type.kind)) {
    throw noSignature(
      site,
      site.call.arguments.map((argument) => site.expression(argument)),
    );
  }
  if (second === undefined) return { value, path: "'$'" };
  const path = site.expression(second);
  if (path.text === undefined) throw site.notTranslated(`${site.call.name} with a path that is not a literal`);
  const translated = jsonPath(path.text);
  if (translated === undefined) {
    throw site.fail(`JSONPath ${JSON.stringify(path.text)} is not one that ${site.call.name} takes`, second.at);
  }
  return { value, path: quotedText(translated) };
}

/** Text is asked first whether it is JSON at all. */
const guarded = ({ sql, type }: Typed, then: string): string =>
  type.kind === "JSON" ? then : `CASE WHEN json_valid(${sql}) THEN ${then} END`;

/** A text, a number or a boolean as text; NULL for all else. */
const scalar: Special = (site) => {
  const { value, path } = operands(site);
  const found = `CASE WHEN json_type(${value.sql}, ${path}) NOT IN ('OBJECT', 'ARRAY', 'NULL') THEN json_extract_string(${value.sql}, ${path}) END`;
  return typed(guarded(value, found), STRING);
};

/** What stands at the path, as JSON or as its text. */
const query: Special = (site) => {
  const { value, path } = operands(site);
  const found = `json_extract(${value.sql}, ${path})`;
  if (value.type.kind === "JSON") return typed(found, JSON_TYPE);
  // Of a text, JSON's null is NULL.
  return typed(guarded(value, `nullif(CAST(${found} AS VARCHAR), 'null')`), STRING);
};

const array =
  (scalars: boolean): Special =>
  (site) => {
    const { value, path } = operands(site);
    const at = `json_extract(${value.sql}, ${path})`;
    const items = `CAST(${at} AS JSON[])`;
    const element: SqlType = scalars || value.type.kind !== "JSON" ? STRING : JSON_TYPE;
    const list = scalars
      ? `list_transform(${items}, lambda i: i->>'$')`
      : element === STRING
        ? `list_transform(${items}, lambda i: CAST(i AS VARCHAR))`
        : items;
    return typed(
      guarded(value, `CASE WHEN json_type(${value.sql}, ${path}) = 'ARRAY' THEN ${list} END`),
      arrayOf(element),
    );
  };

/** A JSON value that has to be of a type, or, with LAX_, that is made so. */
const converted = (type: SqlType, duckdb: string, kinds: string): SqlFunction =>
  one(
    [JSON_TYPE],
    type,
    (json) =>
      `CASE WHEN ${json} IS NULL THEN NULL WHEN json_type(${json}) IN (${kinds}) THEN CAST(${json}->>'$' AS ${duckdb}) ELSE ${raise("'The provided JSON input is not of the type that is wanted'", duckdb)} END`,
  );
const lax = (type: SqlType, duckdb: string): SqlFunction =>
  one([JSON_TYPE], type, (json) => `TRY_CAST(${json}->>'$' AS ${duckdb})`);

const whole = "'BIGINT', 'UBIGINT', 'HUGEINT', 'UHUGEINT'";

const typeNames = `CASE json_type($) WHEN 'VARCHAR' THEN 'string' WHEN 'NULL' THEN 'null' WHEN 'BOOLEAN' THEN 'boolean'
  WHEN 'ARRAY' THEN 'array' WHEN 'OBJECT' THEN 'object' ELSE 'number' END`;

/** The first argument as JSON. A second one, how it is to look, changes nothing of what it says. */
function json(site: CallSite): string {
  const [value] = site.call.arguments.map((argument) => site.expression(argument));
  if (value === undefined) throw noSignature(site, []);
  return toJson(value.sql, value.type);
}

const object: Special = (site) => {
  const values = site.call.arguments.map((argument) => site.expression(argument));
  if (values.length % 2 !== 0 || values.some(({ type }, at) => at % 2 === 0 && type.kind !== "STRING")) {
    throw noSignature(site, values);
  }
  if (values.length === 0) return typed("CAST('{}' AS JSON)", JSON_TYPE);
  const list = values.map(({ sql, type }, at) => (at % 2 === 0 ? sql : toJson(sql, type)));
  return typed(`json_object(${list.join(", ")})`, JSON_TYPE);
};

export const jsonFunctions: { readonly [name: string]: SqlFunction } = {
  BOOL: converted(BOOLEAN, "BOOLEAN", "'BOOLEAN'"),
  FLOAT64: converted(FLOAT, "DOUBLE", `${whole}, 'DOUBLE'`),
  INT64: converted(INTEGER, "BIGINT", whole),
  JSON_ARRAY: (site) => {
    const values = site.call.arguments.map((argument) => site.expression(argument));
    return typed(`json_array(${values.map(({ sql, type }) => toJson(sql, type)).join(", ")})`, JSON_TYPE);
  },
  JSON_EXTRACT: query,
  JSON_EXTRACT_ARRAY: array(false),
  JSON_EXTRACT_SCALAR: scalar,
  JSON_EXTRACT_STRING_ARRAY: array(true),
  JSON_KEYS: one([JSON_TYPE], arrayOf(STRING), (json) => `list_sort(json_keys(${json}))`),
  JSON_OBJECT: object,
  JSON_QUERY: query,
  JSON_QUERY_ARRAY: array(false),
  JSON_TYPE: one([JSON_TYPE], STRING, (json = "") => typeNames.replace("$", () => json)),
  JSON_VALUE: scalar,
  JSON_VALUE_ARRAY: array(true),
  LAX_BOOL: lax(BOOLEAN, "BOOLEAN"),
  LAX_FLOAT64: lax(FLOAT, "DOUBLE"),
  LAX_INT64: lax(INTEGER, "BIGINT"),
  LAX_STRING: one([JSON_TYPE], STRING, (json) => `(${json}->>'$')`),
  PARSE_JSON: (site) => {
    const [text] = site.call.arguments.map((argument) => site.expression(argument));
    if (text === undefined) throw noSignature(site, []);
    return typed(`CAST(${text.sql} AS JSON)`, JSON_TYPE);
  },
  TO_JSON: (site) => typed(json(site), JSON_TYPE),
  TO_JSON_STRING: (site) => typed(`CAST(${json(site)} AS VARCHAR)`, STRING),
  STRING: [
    ...(converted(STRING, "VARCHAR", "'VARCHAR'") as readonly ReturnType<typeof form>[]),
    form([{ kind: "TIMESTAMP" }, optional(STRING)], STRING, (time, zone) =>
      zone === undefined ? `CAST(${time} AS VARCHAR)` : `CAST((${time} AT TIME ZONE ${zone}) AS VARCHAR)`,
    ),
    form([{ kind: "DATE" }], STRING, (date) => `CAST(${date} AS VARCHAR)`),
    form([{ kind: "DATETIME" }], STRING, (datetime) => `CAST(${datetime} AS VARCHAR)`),
  ],
};
