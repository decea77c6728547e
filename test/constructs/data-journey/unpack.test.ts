import { expect, test } from "vitest";
import { unpack } from "../../../constructs/data-journey/unpack";
import {
  boolean,
  bytes,
  date,
  datetime,
  float,
  integer,
  json,
  nullable,
  numeric,
  record,
  repeated,
  string,
  time,
  timestamp,
} from "../../../pipeline";

test("a view has a column for each field, of its type, and NULL where the JSON has something else", () => {
  const event = {
    text: string(),
    whole: integer(),
    real: float(),
    exact: numeric(),
    flag: boolean(),
    day: date(),
    moment: datetime(),
    clock: time(),
    raw: bytes(),
    any: nullable(json()),
  };
  expect(unpack("p.d.raw", event, ["message_id"])).toBe(`SELECT
  message_id,
  JSON_VALUE(data, '$.text') AS \`text\`,
  SAFE_CAST(JSON_VALUE(data, '$.whole') AS INT64) AS \`whole\`,
  SAFE_CAST(JSON_VALUE(data, '$.real') AS FLOAT64) AS \`real\`,
  SAFE_CAST(JSON_VALUE(data, '$.exact') AS NUMERIC) AS \`exact\`,
  SAFE_CAST(JSON_VALUE(data, '$.flag') AS BOOL) AS \`flag\`,
  SAFE_CAST(JSON_VALUE(data, '$.day') AS DATE) AS \`day\`,
  SAFE_CAST(JSON_VALUE(data, '$.moment') AS DATETIME) AS \`moment\`,
  SAFE_CAST(JSON_VALUE(data, '$.clock') AS TIME) AS \`clock\`,
  SAFE.FROM_BASE64(JSON_VALUE(data, '$.raw')) AS \`raw\`,
  SAFE.PARSE_JSON(JSON_QUERY(data, '$.any')) AS \`any\`
FROM \`p.d.raw\``);
});

test.each([
  ["text", "SAFE_CAST(JSON_VALUE(data, '$.at') AS TIMESTAMP)"],
  [
    "epoch-seconds",
    "SAFE.TIMESTAMP_MICROS(SAFE_CAST(SAFE_MULTIPLY(SAFE_CAST(JSON_VALUE(data, '$.at') AS NUMERIC), 1000000) AS INT64))",
  ],
  [
    "epoch-millis",
    "SAFE.TIMESTAMP_MICROS(SAFE_CAST(SAFE_MULTIPLY(SAFE_CAST(JSON_VALUE(data, '$.at') AS NUMERIC), 1000) AS INT64))",
  ],
  ["epoch-micros", "SAFE.TIMESTAMP_MICROS(SAFE_CAST(JSON_VALUE(data, '$.at') AS INT64))"],
] as const)("a time is read as it is written: %s", (encoding, sql) => {
  expect(unpack("p.d.raw", { at: timestamp({ encoding }) })).toContain(`${sql} AS \`at\``);
});

test("a record is a STRUCT, and NULL where there is none", () => {
  expect(unpack("p.d.raw", { geo: nullable(record({ country: string() })) })).toContain(
    "IF(JSON_QUERY(data, '$.geo') IS NULL, NULL, STRUCT(JSON_VALUE(data, '$.geo.country') AS `country`)) AS `geo`",
  );
});

test("a list is an ARRAY in its order, without what does not fit", () => {
  expect(unpack("p.d.raw", { counts: repeated(integer()) })).toContain(
    "ARRAY(SELECT SAFE_CAST(JSON_VALUE(item_counts, '$') AS INT64) FROM UNNEST(JSON_QUERY_ARRAY(data, '$.counts')) AS item_counts WITH OFFSET AS position WHERE SAFE_CAST(JSON_VALUE(item_counts, '$') AS INT64) IS NOT NULL ORDER BY position) AS `counts`",
  );
});

test("a list within a list is read from the item that it is in", () => {
  const event = { groups: repeated(record({ names: repeated(string()) })) };
  expect(unpack("p.d.raw", event)).toContain(
    "STRUCT(ARRAY(SELECT JSON_VALUE(item_names, '$') FROM UNNEST(JSON_QUERY_ARRAY(item_groups, '$.names')) AS item_names",
  );
});

test("a field of the event hides metadata of its name", () => {
  expect(unpack("p.d.raw", { message_id: string() }, ["message_id", "publish_time"])).toBe(
    "SELECT\n  publish_time,\n  JSON_VALUE(data, '$.message_id') AS `message_id`\nFROM `p.d.raw`",
  );
});
