/** Files of Parquet, against DuckDB: what it writes is read here, what is written here it reads. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { DuckDBInstance } from "@duckdb/node-api";
import { parquetMetadata } from "hyparquet";
import {
  array,
  asyncProperty,
  assert,
  bigInt,
  boolean,
  constant,
  double,
  integer,
  option,
  record,
  string,
} from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { compileDecoder } from "../../../../pipeline/schema/decoder";
import type { AnyRow } from "../../../../pipeline/schema/row";
import type { FieldSpec } from "../../../../pipeline/spec";
import type { FileBytes } from "../../../../pipeline-images/stream-processor/formats/format";
import { unpacked } from "../../../../pipeline-images/stream-processor/formats/gzip";
import { parquet } from "../../../../pipeline-images/stream-processor/formats/parquet";
import { CloudStorage } from "../../../../pipeline-images/stream-processor/google/storage";
import { openFile } from "../../../../pipeline-images/stream-processor/place";
import { systemClock } from "../../../../runtime/clock";

const field = (name: string, type: FieldSpec["type"], mode: FieldSpec["mode"] = "REQUIRED", more = {}): FieldSpec => ({
  name,
  type,
  mode,
  ...more,
});

const fields = [
  field("id", "STRING"),
  field("count", "INTEGER", "NULLABLE"),
  field("large", "INTEGER", "REQUIRED", { as: "text" }),
  field("share", "FLOAT", "NULLABLE"),
  field("seen", "BOOLEAN"),
  field("price", "NUMERIC", "NULLABLE"),
  field("at", "TIMESTAMP"),
  field("millis", "TIMESTAMP", "NULLABLE", { encoding: "epoch-millis" }),
  field("day", "DATE"),
  field("hour", "TIME"),
  field("local", "DATETIME", "NULLABLE"),
  field("raw", "BYTES"),
  field("json", "JSON", "NULLABLE"),
  field("tags", "STRING", "REPEATED"),
  field("prices", "NUMERIC", "REPEATED"),
  field("items", "RECORD", "REPEATED", {
    fields: [field("sku", "STRING"), field("n", "INTEGER", "NULLABLE"), field("on", "DATE", "REPEATED")],
  }),
  field("maker", "RECORD", "NULLABLE", { fields: [field("name", "STRING", "NULLABLE"), field("born", "DATE")] }),
];

const example: AnyRow = {
  id: "ü😀",
  count: -5,
  large: "-9223372036854775808",
  share: 0.1,
  seen: true,
  price: "-12345678901234567890123456789.000000001",
  at: "1969-12-31T23:59:59.999999Z",
  millis: "2024-01-31T12:00:00.123000Z",
  day: "2024-02-29",
  hour: "23:59:59.000001",
  local: "1815-12-10T12:00:00.500000",
  raw: "AP8=",
  json: { a: [1, null] },
  tags: ["x", ""],
  prices: ["0.1", "-0.000000001"],
  items: [
    { sku: "a", n: null, on: [] },
    { sku: "b", n: 2, on: ["0001-01-01", "9999-12-31"] },
  ],
  maker: { name: null, born: "1815-12-10" },
};
const empty: AnyRow = {
  ...example,
  count: null,
  share: null,
  price: null,
  millis: null,
  local: null,
  json: null,
  tags: [],
  prices: [],
  items: [],
  maker: null,
};

let folder = "";
let duckdb: DuckDBInstance;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "parquet-"));
  duckdb = await DuckDBInstance.create(":memory:");
});
afterAll(() => {
  duckdb.closeSync();
  rmSync(folder, { recursive: true });
});

async function ask(sql: string): Promise<unknown[]> {
  const connection = await duckdb.connect();
  try {
    return (await connection.runAndReadAll(sql)).getRowObjectsJson();
  } finally {
    connection.closeSync();
  }
}

const nowhere = new CloudStorage({ clock: systemClock, endpoint: "http://localhost:1" });
const onDisk = (name: string): FileBytes => openFile(join(folder, name), nowhere);

async function* inOneGo(content: Uint8Array): AsyncIterable<Uint8Array> {
  yield content.subarray(0, content.length >> 1);
  yield content.subarray(content.length >> 1);
  await Promise.resolve();
}

async function rowsOf(content: FileBytes | Uint8Array, own: readonly FieldSpec[]): Promise<unknown[]> {
  const decode = compileDecoder(own);
  const rows: unknown[] = [];
  for await (const found of parquet.read(content instanceof Uint8Array ? inOneGo(content) : content, own)) {
    for (const [i, start] of found.starts.entries()) {
      rows.push(found.problems.get(i) ?? decode(found.bytes, start, found.ends[i]));
    }
  }
  return rows;
}

/** As a file, cut into row groups after every so many rows. */
function fileOf(rows: readonly AnyRow[], own: readonly FieldSpec[], every: number): Buffer {
  const writer = parquet.write(own);
  const parts: Uint8Array[] = [];
  for (const [i, row] of rows.entries()) {
    expect(writer.add(row)).toBeUndefined();
    if (i % every === every - 1) parts.push(writer.take());
  }
  parts.push(writer.finish());
  return Buffer.concat(parts);
}

test("a row of every type comes back as it was, and a file that is written again is the same to the byte", async () => {
  const content = fileOf([example, empty, example], fields, 2);
  expect(await rowsOf(content, fields)).toEqual([example, empty, example]);
  expect(fileOf([example, empty, example], fields, 2)).toEqual(content);
});

test("a file without rows is one", async () => {
  const content = fileOf([], fields, 1);
  expect(await rowsOf(content, fields)).toEqual([]);
  writeFileSync(join(folder, "none.parquet"), content);
  expect(await ask(`SELECT count(*) AS n FROM '${folder}/none.parquet'`)).toEqual([{ n: "0" }]);
});

const numeric = bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n });
const decimalOf = (units: bigint): string => {
  const digits = String(units < 0n ? -units : units).padStart(10, "0");
  const fraction = digits.slice(-9).replace(/0+$/, "");
  return `${units < 0n ? "-" : ""}${digits.slice(0, -9)}${fraction === "" ? "" : `.${fraction}`}`;
};
const own = [
  field("id", "STRING"),
  field("n", "INTEGER", "NULLABLE", { as: "text" }),
  field("f", "FLOAT"),
  field("b", "BOOLEAN", "NULLABLE"),
  field("d", "NUMERIC"),
  field("l", "STRING", "REPEATED"),
  field("r", "RECORD", "REPEATED", { fields: [field("k", "STRING", "NULLABLE"), field("v", "INTEGER", "REPEATED")] }),
  field("m", "RECORD", "NULLABLE", { fields: [field("x", "RECORD", "NULLABLE", { fields: [field("y", "STRING")] })] }),
];
const rows = array(
  record({
    id: string({ unit: "grapheme" }),
    n: option(bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String)),
    f: double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
    b: option(boolean()),
    d: numeric.map(decimalOf),
    l: array(string({ maxLength: 3 }), { maxLength: 3 }),
    r: array(record({ k: option(string({ maxLength: 2 })), v: array(integer(), { maxLength: 3 }) }), { maxLength: 3 }),
    m: option(record({ x: option(record({ y: constant("z") })) })),
  }),
  { maxLength: 8 },
);

test("whatever the rows are, and wherever row groups end, they come back", async () => {
  await assert(
    asyncProperty(rows, integer({ min: 1, max: 9 }), async (some, every) => {
      expect(await rowsOf(fileOf(some, own, every), own)).toEqual(some);
    }),
  );
});

test("DuckDB reads whatever is written here", async () => {
  await assert(
    asyncProperty(rows, integer({ min: 1, max: 9 }), async (some, every) => {
      writeFileSync(join(folder, "some.parquet"), fileOf(some, own, every));
      const found = await ask(`SELECT id, n, d, l, to_json(r)::VARCHAR AS r, m FROM '${folder}/some.parquet'`);
      expect(
        found.map((row) => ({ ...(row as AnyRow), r: JSON.parse((row as AnyRow)["r"] as string) as unknown })),
      ).toEqual(some.map(({ id, n, d, l, r, m }) => ({ id, n, d: withNinePlaces(d), l, r, m })));
    }),
    { numRuns: 30 },
  );
});

function withNinePlaces(decimal: string): string {
  const [whole, fraction = ""] = decimal.split(".");
  return `${whole}.${fraction.padEnd(9, "0")}`;
}

test("DuckDB sees every type as it is meant", async () => {
  writeFileSync(join(folder, "types.parquet"), fileOf([example], fields, 1));
  const described = await ask(`DESCRIBE SELECT * FROM '${folder}/types.parquet'`);
  expect(
    Object.fromEntries(described.map((one) => [(one as AnyRow)["column_name"], (one as AnyRow)["column_type"]])),
  ).toEqual({
    id: "VARCHAR",
    count: "BIGINT",
    large: "BIGINT",
    share: "DOUBLE",
    seen: "BOOLEAN",
    price: "DECIMAL(38,9)",
    at: "TIMESTAMP WITH TIME ZONE",
    millis: "TIMESTAMP WITH TIME ZONE",
    day: "DATE",
    hour: "TIME",
    local: "TIMESTAMP",
    raw: "BLOB",
    json: "JSON",
    tags: "VARCHAR[]",
    prices: "DECIMAL(38,9)[]",
    items: 'STRUCT(sku VARCHAR, n BIGINT, "on" DATE[])[]',
    maker: 'STRUCT("name" VARCHAR, born DATE)',
  });
  const [found] = await ask(`
    SELECT epoch_us("at") AS at, price::VARCHAR AS price, local::VARCHAR AS local, hour::VARCHAR AS hour, hex(raw) AS raw,
      json->>'a' AS json, items[2]."on"[1]::VARCHAR AS day FROM '${folder}/types.parquet'`);
  expect(found).toEqual({
    at: "-1",
    price: "-12345678901234567890123456789.000000001",
    local: "1815-12-10 12:00:00.5",
    hour: "23:59:59.000001",
    raw: "00FF",
    json: "[1,null]",
    day: "0001-01-01",
  });
});

test.each(["uncompressed", "snappy", "gzip", "brotli"])("what DuckDB writes with %s is read here", async (codec) => {
  await ask(`
    COPY (
      SELECT 'k' || (i % 7) AS id, CASE WHEN i % 3 = 0 THEN NULL ELSE i END AS count, i / 4 AS share,
        9223372036854775807 - i AS large, i % 2 = 0 AS seen, (i::DECIMAL(20, 3) / 8)::DECIMAL(20, 3) AS price,
        i::DECIMAL(4, 2) AS small, TIMESTAMPTZ '1969-12-31 23:59:59.999999+00' AS at, DATE '2024-02-29' AS day,
        TIMESTAMP_NS '2024-01-31 12:00:00.123456789' AS local, TIME '01:02:03.000004' AS hour, 'ab'::BLOB AS raw,
        '{"a":12345678901234567890}'::JSON AS json,
        CASE WHEN i % 2 = 0 THEN NULL ELSE ['x', NULL, 'k' || i] END AS tags,
        [{sku: 'a', n: i}, {sku: 'b', n: NULL}] AS items,
        CASE WHEN i % 2 = 0 THEN NULL ELSE {name: 'n' || i, born: DATE '1815-12-10'} END AS maker, 'unread' AS other
      FROM range(60) t(i)
    ) TO '${folder}/${codec}.parquet' (FORMAT parquet, COMPRESSION ${codec}, ROW_GROUP_SIZE 2048)`);
  const theirs = [
    ...fields.filter(({ name }) => name !== "millis" && name !== "prices" && name !== "items" && name !== "json"),
    field("small", "NUMERIC"),
    field("json", "STRING"),
    field("items", "RECORD", "REPEATED", { fields: [field("sku", "STRING"), field("n", "INTEGER", "NULLABLE")] }),
    field("nowhere", "STRING", "NULLABLE"),
  ].map((one) => (one.name === "tags" ? field("tags", "JSON", "NULLABLE") : one));
  const found = await rowsOf(onDisk(`${codec}.parquet`), theirs);
  expect(found).toHaveLength(60);
  expect(found[3]).toEqual({
    id: "k3",
    count: null,
    share: 0.75,
    large: "9223372036854775804",
    seen: false,
    price: "0.375",
    small: "3",
    at: "1969-12-31T23:59:59.999999Z",
    day: "2024-02-29",
    local: "2024-01-31T12:00:00.123456",
    hour: "01:02:03.000004",
    raw: "YWI=",
    json: '{"a":12345678901234567890}',
    tags: ["x", null, "k3"],
    items: [
      { sku: "a", n: 3 },
      { sku: "b", n: null },
    ],
    maker: { name: "n3", born: "1815-12-10" },
    nowhere: null,
  });
  expect(found[4]).toMatchObject({ tags: null, maker: null, large: "9223372036854775803" });
});

test("a group that is large unpacked is made in parts, each row once and in order", async () => {
  await ask(`
    COPY (SELECT i AS n, repeat('x', 600) || i AS t, [i, i + 1] AS l FROM range(40000) t(i))
    TO '${folder}/large.parquet' (FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE 30720)`);
  const large = [field("n", "INTEGER"), field("t", "STRING"), field("l", "INTEGER", "REPEATED")];
  expect(parquetMetadata(bufferOf(readFileSync(join(folder, "large.parquet")))).row_groups.length).toBeGreaterThan(1);
  let parts = 0;
  let next = 0;
  for await (const { bytes, starts, ends, lines } of parquet.read(onDisk("large.parquet"), large)) {
    parts += 1;
    for (const [i, start] of starts.entries()) {
      if (next % 997 === 0) {
        const row = JSON.parse(Buffer.from(bytes.subarray(start, ends[i])).toString()) as AnyRow;
        expect([row["n"], row["l"], lines[i]]).toEqual([next, [next, next + 1], next + 1]);
        expect((row["t"] as string).endsWith(`x${next}`)).toBe(true);
      }
      next += 1;
    }
  }
  expect(next).toBe(40_000);
  expect(parts).toBeGreaterThan(2);
});

const bufferOf = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer;

test("a file that is compressed as a whole is unpacked first", async () => {
  const content = gzipSync(fileOf([example], fields, 1));
  expect(await rowsOf(unpacked("a.parquet.gz", inOneGo(content)), fields)).toEqual([example]);
});

test("a text that is none is one row's trouble", async () => {
  const broken = fileOf([{ id: "/wA=" }, { id: "b2s=" }], [field("id", "BYTES")], 2);
  expect(await rowsOf(broken, [field("id", "STRING")])).toEqual(["a text is not UTF-8", { id: "ok" }]);
});

test("a file that is cut, none of Parquet, or of other fields is said", async () => {
  const content = fileOf([example], fields, 1);
  await expect(rowsOf(content.subarray(0, content.length - 1), fields)).rejects.toThrow(
    "it is no whole file of Parquet",
  );
  await expect(rowsOf(Buffer.from('{"id":"a"}\n'), fields)).rejects.toThrow("it is no whole file of Parquet");
  await expect(rowsOf(content, [field("other", "STRING")])).rejects.toThrow(
    "it has no column other, which is REQUIRED: it has id, count,",
  );
  expect(await rowsOf(content, [field("other", "STRING", "NULLABLE")])).toEqual([{ other: null }]);
});
