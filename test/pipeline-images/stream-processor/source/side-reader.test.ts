import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  boolean,
  bytes,
  date,
  float,
  integer,
  json,
  nullable,
  numeric,
  pipeline,
  record,
  repeated,
  schema,
  sideInput,
  string,
  timestamp,
} from "../../../../pipeline";
import { fieldSpecs } from "../../../../pipeline/schema/field-spec";
import type { InputSpec } from "../../../../pipeline/spec";
import { formatOf } from "../../../../pipeline-images/stream-processor/formats/of-binding";
import { cloudOf } from "../../../../pipeline-images/stream-processor/google/cloud";
import { sideReader } from "../../../../pipeline-images/stream-processor/processor/side-reader";
import { localServices } from "../support/local";

const Product = schema("product", {
  sku: string(),
  price: numeric(),
  weight: nullable(float()),
  stock: integer(),
  sold: boolean(),
  since: timestamp({ encoding: "epoch-millis" }),
  day: nullable(date()),
  image: nullable(bytes()),
  extra: nullable(json()),
  tags: repeated(string()),
  maker: record({ name: string() }),
});
const Order = schema("order", { sku: string() });
const side = pipeline(
  "side",
  { orders: Order, products: sideInput(Product, { key: "sku" }) },
  ({ orders, products }) => ({
    out: orders.enrich(products, { on: { sku: "sku" } }),
  }),
).toJSON().inputs["products"] as InputSpec;

const hat = {
  sku: "hat",
  price: "9.95",
  weight: 0.5,
  stock: 12,
  sold: true,
  since: "2024-01-31T12:00:00.123456Z",
  day: "2024-02-01",
  image: "AQI=",
  extra: { a: [1] },
  tags: ["warm", "wool"],
  maker: { name: "Ada" },
};
const cap = { ...hat, sku: "cap", weight: null, day: null, image: null, extra: null, tags: [] };

const column = (name: string, type: string) => ({ name, type, mode: "REQUIRED" });
const optional = (name: string, type: string) => ({ name, type, mode: "NULLABLE" });
const asEvents = (rows: readonly object[]) =>
  rows.map((row) => JSON.stringify({ ...row, since: 1_706_702_400_123 })).join("\n");

async function scene() {
  const { clock, environment, apply, bigquery } = await localServices();
  const read = sideReader(cloudOf(environment, clock), ["projects/acme-dev/subscriptions/orders"]);
  return { apply, bigquery, read };
}

describe("from BigQuery", () => {
  test("a query's rows have every type in the form that functions see", async () => {
    const { read } = await scene();
    const query = `
      SELECT 'hat' AS sku, NUMERIC '9.95' AS price, 0.5 AS weight, 12 AS stock, TRUE AS sold,
        TIMESTAMP '2024-01-31 12:00:00.123456+00' AS since, DATE '2024-02-01' AS day, b'\\x01\\x02' AS image,
        JSON '{"a":[1]}' AS extra, ['warm', 'wool'] AS tags, STRUCT('Ada' AS name) AS maker, 'unread' AS other`;
    expect(await read({ query }, side)).toEqual([hat]);
  });

  test("a table's rows are the same, whatever order its columns have", async () => {
    const { read, apply, bigquery } = await scene();
    await apply("google_bigquery_dataset", { dataset_id: "shop", location: "EU" });
    await apply("google_bigquery_table", {
      dataset_id: "shop",
      table_id: "products",
      // Another order than the side input's, and a column that it has not.
      schema: JSON.stringify([
        { name: "maker", type: "RECORD", mode: "REQUIRED", fields: [column("name", "STRING")] },
        column("sku", "STRING"),
        optional("other", "STRING"),
        column("price", "NUMERIC"),
        optional("weight", "FLOAT"),
        column("stock", "INTEGER"),
        column("sold", "BOOLEAN"),
        column("since", "TIMESTAMP"),
        optional("day", "DATE"),
        optional("image", "BYTES"),
        optional("extra", "JSON"),
        { name: "tags", type: "STRING", mode: "REPEATED" },
      ]),
      deletion_protection: false,
    });
    await bigquery.query(`INSERT INTO \`acme-dev.shop.products\`
      (maker, sku, other, price, weight, stock, sold, since, day, image, extra, tags) VALUES
      (STRUCT('Ada' AS name), 'hat', 'x', NUMERIC '9.95', 0.5, 12, TRUE, TIMESTAMP '2024-01-31 12:00:00.123456+00',
        DATE '2024-02-01', b'\\x01\\x02', JSON '{"a":[1]}', ['warm', 'wool']),
      (STRUCT('Ada' AS name), 'cap', 'x', NUMERIC '9.95', NULL, 12, TRUE, TIMESTAMP '2024-01-31 12:00:00.123456+00',
        NULL, NULL, NULL, [])`);
    const rows = await read({ table: "acme-dev.shop.products" }, side);
    expect(rows).toHaveLength(2);
    expect(rows).toEqual(expect.arrayContaining([hat, cap]));
  });

  test("a table is read whole, page by page", async () => {
    const { read, apply, bigquery } = await scene();
    await apply("google_bigquery_dataset", { dataset_id: "shop", location: "EU" });
    await apply("google_bigquery_table", {
      dataset_id: "shop",
      table_id: "users",
      schema: JSON.stringify([column("user", "STRING"), column("n", "INTEGER"), column("other", "STRING")]),
      deletion_protection: false,
    });
    await bigquery.query(
      "INSERT INTO `acme-dev.shop.users` (user, n, other) SELECT CONCAT('user-', CAST(n AS STRING)), n, '' FROM UNNEST(GENERATE_ARRAY(1, 25000)) AS n",
    );
    const User = schema("user", { user: string(), n: integer() });
    const spec = pipeline("users", { orders: Order, users: sideInput(User, { key: "user" }) }, ({ orders, users }) => ({
      out: orders.enrich(users, { on: { user: "sku" } }),
    })).toJSON().inputs["users"] as InputSpec;
    const rows = await read({ table: "acme-dev.shop.users" }, spec);
    expect(rows).toHaveLength(25_000);
    expect(new Set(rows.map(({ user }) => user)).size).toBe(25_000);
    expect(rows.find(({ n }) => n === 7)).toEqual({ user: "user-7", n: 7 });
  });

  test("what BigQuery answers instead is the sentence that is told", async () => {
    const { read } = await scene();
    await expect(read({ table: "acme-dev.shop.nothing" }, side)).rejects.toThrow(
      /404 from .*Not found: Dataset acme-dev:shop/,
    );
  });
});

describe("from files", () => {
  let folder: string;
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "side-reader-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  const read = { ...hat, since: "2024-01-31T12:00:00.123000Z" };

  test("JSON lines, compressed or not, of every file that a pattern names", async () => {
    const scenery = await scene();
    mkdirSync(join(folder, "old"));
    writeFileSync(join(folder, "a.jsonl"), `${asEvents([hat])}\n\n`);
    writeFileSync(join(folder, "b.jsonl.gz"), gzipSync(asEvents([cap])));
    writeFileSync(join(folder, "old", "c.jsonl"), asEvents([{ ...hat, sku: "old" }]));
    writeFileSync(join(folder, "notes.txt"), "no JSON");
    const format = { type: "json-lines" } as const;
    const skus = async (files: string) =>
      (await scenery.read({ files: join(folder, files), format }, side)).map(({ sku }) => sku);
    expect(await scenery.read({ files: join(folder, "a.jsonl"), format }, side)).toEqual([read]);
    expect(await skus("*.jsonl*")).toEqual(["hat", "cap"]);
    expect(await skus("**/*.jsonl")).toEqual(["hat", "old"]);
    await expect(skus("x*.jsonl")).rejects.toThrow(/there is no file .*x\*\.jsonl/);
    writeFileSync(join(folder, "a.jsonl"), '{"sku":1}');
    await expect(skus("a.jsonl")).rejects.toThrow(/a\.jsonl:1: \$\.sku: 1 is not a STRING/);
  });

  test("any other format, a record that is none of it with its line", async () => {
    const scenery = await scene();
    const plain = fieldSpecs({ sku: string(), price: numeric(), since: timestamp(), day: nullable(date()) });
    const rows = [{ sku: "hat", price: "9.95", since: "2024-01-31T12:00:00.123456Z", day: null }];
    for (const format of [{ type: "csv" }, { type: "avro" }, { type: "parquet" }] as const) {
      const writer = formatOf(format).write(plain);
      for (const row of rows) writer.add(row);
      const files = join(folder, `a.${format.type}`);
      writeFileSync(files, writer.finish());
      expect(await scenery.read({ files, format }, { ...side, fields: plain })).toEqual(rows);
    }
    const files = join(folder, "b.csv");
    writeFileSync(files, "sku,price,since\na,1\n");
    await expect(scenery.read({ files, format: { type: "csv" } }, { ...side, fields: plain })).rejects.toThrow(
      /b\.csv:2: the record has 2 values, and there are 3 columns/,
    );
  });
});
