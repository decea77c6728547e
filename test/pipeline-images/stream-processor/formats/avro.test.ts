/** Files of Avro, against avsc: what it writes is read here, what is written here it reads. */
import { Buffer } from "node:buffer";
import * as avsc from "avsc";
import { array, asyncProperty, assert, boolean, double, integer, option, record, string } from "fast-check";
import { expect, test } from "vitest";
import { compileDecoder } from "../../../../pipeline/schema/decoder";
import type { AnyRow } from "../../../../pipeline/schema/row";
import type { FieldSpec } from "../../../../pipeline/spec";
import { avro } from "../../../../pipeline-images/stream-processor/formats/avro";

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
  field("items", "RECORD", "REPEATED", { fields: [field("sku", "STRING"), field("n", "INTEGER", "NULLABLE")] }),
];

const example: AnyRow = {
  id: "ü😀",
  count: -5,
  large: "-9223372036854775808",
  share: 0.1,
  seen: true,
  price: "-12.000000001",
  at: "1969-12-31T23:59:59.999999Z",
  millis: "2024-01-31T12:00:00.123000Z",
  day: "2024-02-29",
  hour: "23:59:59.000001",
  local: "2024-01-31T12:00:00.500000",
  raw: "AP8=",
  json: { a: [1, null] },
  tags: ["x", ""],
  items: [{ sku: "a", n: null }],
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
  items: [],
};

async function* inChunks(content: Uint8Array, size: number): AsyncIterable<Uint8Array> {
  for (let from = 0; from < content.length; from += size) yield content.subarray(from, from + size);
  await Promise.resolve();
}

async function rowsOf(content: Uint8Array, own: readonly FieldSpec[], size = 11): Promise<unknown[]> {
  const decode = compileDecoder(own);
  const rows: unknown[] = [];
  for await (const found of avro.read(inChunks(content, size), own)) {
    for (const [i, start] of found.starts.entries()) rows.push(decode(found.bytes, start, found.ends[i]));
  }
  return rows;
}

/** As a file, cut into blocks after every so many rows. */
function fileOf(rows: readonly AnyRow[], own: readonly FieldSpec[], every: number): Buffer {
  const writer = avro.write(own);
  const parts: Uint8Array[] = [];
  for (const [i, row] of rows.entries()) {
    writer.add(row);
    if (i % every === every - 1) parts.push(writer.take());
  }
  parts.push(writer.take());
  expect(writer.length).toBe(0);
  return Buffer.concat(parts);
}

test("a row of every type comes back as it was", async () => {
  expect(await rowsOf(fileOf([example, empty, example], fields, 2), fields)).toEqual([example, empty, example]);
});

test("whatever the rows are, and wherever blocks and chunks end, they come back", async () => {
  const own = [field("id", "STRING"), field("n", "INTEGER", "NULLABLE"), field("f", "FLOAT"), field("b", "BOOLEAN")];
  const row = record({
    id: string({ unit: "grapheme" }),
    n: option(integer()),
    f: double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
    b: boolean(),
  });
  await assert(
    asyncProperty(array(row), integer({ min: 1, max: 9 }), integer({ min: 1, max: 90 }), async (rows, every, size) => {
      expect(await rowsOf(fileOf(rows, own, every), own, size)).toEqual(rows.map((one) => ({ ...one })));
    }),
  );
});

const decoded = (content: Buffer): Promise<unknown[]> =>
  new Promise((resolve, reject) => {
    const rows: unknown[] = [];
    const decoder = new avsc.streams.BlockDecoder();
    decoder.on("data", (row: unknown) => void rows.push(row));
    decoder.on("end", () => resolve(rows)).on("error", reject);
    decoder.end(content);
  });

const encoded = (schema: avsc.Schema, rows: readonly unknown[], codec: "null" | "deflate"): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const encoder = new avsc.streams.BlockEncoder(schema, { codec });
    const parts: Buffer[] = [];
    encoder.on("data", (part: Buffer) => void parts.push(part));
    encoder.on("end", () => resolve(Buffer.concat(parts))).on("error", reject);
    for (const row of rows) encoder.write(row);
    encoder.end();
  });

test("avsc reads what is written here", async () => {
  const own = fields.filter(({ name }) => ["id", "count", "seen", "tags", "items", "share", "day"].includes(name));
  expect(JSON.parse(JSON.stringify(await decoded(fileOf([example, empty], own, 1))))).toEqual([
    { id: "ü😀", count: -5, share: 0.1, seen: true, day: 19_782, tags: ["x", ""], items: [{ sku: "a", n: null }] },
    { id: "ü😀", count: null, share: null, seen: true, day: 19_782, tags: [], items: [] },
  ]);
});

test.each(["null", "deflate"] as const)("what avsc writes with %s is read here, by its own schema", async (codec) => {
  const schema: avsc.Schema = {
    type: "record",
    name: "Other",
    fields: [
      { name: "unknown", type: { type: "map", values: "int" } },
      { name: "kind", type: { type: "enum", name: "Kind", symbols: ["A", "B"] } },
      { name: "again", type: ["null", "Kind"] },
      { name: "at", type: { type: "long", logicalType: "timestamp-millis" } },
      { name: "price", type: { type: "bytes", logicalType: "decimal", precision: 9, scale: 2 } },
      { name: "small", type: "int" },
      { name: "share", type: "float" },
    ],
  };
  const own = [
    field("kind", "STRING"),
    field("again", "STRING", "NULLABLE"),
    field("at", "TIMESTAMP"),
    field("price", "NUMERIC"),
    field("small", "INTEGER"),
    field("share", "FLOAT"),
  ];
  const row = { unknown: { a: 1 }, kind: "B", at: -1, price: Buffer.from([0xff, 0x38]), small: -3, share: 0.5 };
  const content = await encoded(
    schema,
    [
      { ...row, again: "A" },
      { ...row, again: null },
    ],
    codec,
  );
  const found = { kind: "B", at: "1969-12-31T23:59:59.999000Z", price: "-2", small: -3, share: 0.5 };
  expect(await rowsOf(content, own)).toEqual([
    { ...found, again: "A" },
    { ...found, again: null },
  ]);
});

test("a text that is no JSON cannot add fields of its own", async () => {
  const written = [field("id", "STRING"), field("json", "STRING")];
  const content = fileOf([{ id: "a", json: '1,"id":"b"' }], written, 1);
  expect(await rowsOf(content, [field("id", "STRING"), field("json", "JSON")])).toEqual([
    { id: "a", json: '1,"id":"b"' },
  ]);
});

test("a file that is cut, or none of Avro, is said", async () => {
  const content = fileOf([example], fields, 1);
  for (const end of [10, content.length - 1]) {
    await expect(rowsOf(content.subarray(0, end), fields)).rejects.toThrow("the file ends in the middle of a block");
  }
  await expect(rowsOf(Buffer.from('{"id":"a"}\n'), fields)).rejects.toThrow("it is no file of Avro");
  expect(await rowsOf(fileOf([], fields, 1), fields)).toEqual([]);
});
