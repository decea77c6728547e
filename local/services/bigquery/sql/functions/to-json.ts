import { quoted, quotedText } from "../../schema/duckdb-type";
import type { SqlType } from "../types";
import { fraction } from "./time-format";

/** A value as JSON, as BigQuery writes each type. @returns SQL of a DuckDB JSON */
export function toJson(sql: string, type: SqlType): string {
  switch (type.kind) {
    case "JSON":
      return `coalesce(${sql}, CAST('null' AS JSON))`;
    case "TIMESTAMP": {
      const utc = `(${sql} AT TIME ZONE 'UTC')`;
      return `to_json(strftime(${utc}, '%Y-%m-%dT%H:%M:%S') || ${fraction(utc)} || 'Z')`;
    }
    case "DATETIME":
      return `to_json(strftime(${sql}, '%Y-%m-%dT%H:%M:%S') || ${fraction(sql)})`;
    case "BYTES":
      return `to_json(to_base64(${sql}))`;
    case "NUMERIC":
      return `CAST(coalesce(regexp_replace(CAST(${sql} AS VARCHAR), '\\.?0+$', ''), 'null') AS JSON)`;
    case "DATE":
    case "TIME":
    case "INTERVAL":
      return `to_json(CAST(${sql} AS VARCHAR))`;
    case "RECORD": {
      const fields = type.fields.map(
        (field) => `${quotedText(field.name)}, ${toJson(`${sql}.${quoted(field.name)}`, field.type)}`,
      );
      return `CASE WHEN ${sql} IS NULL THEN CAST('null' AS JSON) ELSE json_object(${fields.join(", ")}) END`;
    }
    case "ARRAY":
      return `to_json(list_transform(coalesce(${sql}, []), lambda e: ${toJson("e", type.element)}))`;
    default:
      return `coalesce(to_json(${sql}), CAST('null' AS JSON))`;
  }
}
