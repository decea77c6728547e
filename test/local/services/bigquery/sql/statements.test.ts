import { beforeEach, expect, test } from "vitest";
import { sqlBench } from "./bench";

const bench = sqlBench();

beforeEach(async () => {
  await bench.rows("DROP SCHEMA IF EXISTS shop CASCADE");
  await bench.rows("CREATE SCHEMA shop");
  await bench.rows(
    "CREATE TABLE shop.stock (sku STRING NOT NULL, n INT64, place STRUCT<hall STRING, shelf INT64>, tags ARRAY<STRING>)",
  );
  await bench.rows("INSERT INTO shop.stock (sku, n, place) VALUES ('a', 1, ('east', 4)), ('b', 2, NULL)");
});

const stock = () => bench.rows("SELECT sku, n FROM shop.stock ORDER BY sku");
const rowsOf = (table: string) => bench.parts.counts.of("shop", table).rows;

test("INSERT of a query, and what a column gets that is not named", async () => {
  await bench.rows("INSERT INTO shop.stock (n, sku) SELECT n + 10, CONCAT(sku, '2') FROM shop.stock");
  expect(await bench.rows("SELECT sku, n, tags FROM shop.stock WHERE n > 10 ORDER BY n")).toEqual([
    { sku: "a2", n: 11, tags: [] },
    { sku: "b2", n: 12, tags: [] },
  ]);
  expect(await bench.refusal("INSERT INTO shop.stock (n) VALUES (1)")).toBe("Required field sku cannot be null");
  expect(rowsOf("stock")).toBe(4);
});

test("UPDATE of columns, of fields within a record, and with other tables", async () => {
  await bench.rows("UPDATE shop.stock AS s SET n = s.n * 10, place.shelf = 5 WHERE s.sku = 'a'");
  await bench.rows("UPDATE shop.stock SET n = d.n FROM (SELECT 'b' AS key, 7 AS n) AS d WHERE sku = d.key");
  expect(await bench.rows("SELECT sku, n, place FROM shop.stock ORDER BY sku")).toEqual([
    { sku: "a", n: 10, place: { hall: "east", shelf: 5 } },
    { sku: "b", n: 7, place: null },
  ]);
});

test("DELETE and TRUNCATE count what is left", async () => {
  await bench.rows("DELETE FROM shop.stock AS s WHERE s.n = 1");
  expect(await stock()).toEqual([{ sku: "b", n: 2 }]);
  expect(rowsOf("stock")).toBe(1);
  await bench.rows("TRUNCATE TABLE shop.stock");
  expect(rowsOf("stock")).toBe(0);
});

test("MERGE updates, deletes and inserts, and tells how many of each", async () => {
  const sql = `MERGE INTO shop.stock AS t
    USING (SELECT 'a' AS sku, 5 AS n UNION ALL SELECT 'b', 0 UNION ALL SELECT 'c', 3) AS s
    ON t.sku = s.sku
    WHEN MATCHED AND s.n = 0 THEN DELETE
    WHEN MATCHED THEN UPDATE SET n = t.n + s.n
    WHEN NOT MATCHED THEN INSERT (sku, n) VALUES (sku, n)`;
  const { dml, statementType } = await bench.parts.engine.run({ sql }, { member: "user:you" });
  expect(statementType).toBe("MERGE");
  expect(dml).toEqual({ insertedRowCount: 1, updatedRowCount: 1, deletedRowCount: 1 });
  expect(await stock()).toEqual([
    { sku: "a", n: 6 },
    { sku: "c", n: 3 },
  ]);
});

test("a statement that fails changes nothing", async () => {
  expect(await bench.refusal("UPDATE shop.stock SET n = 10 / (n - 2) WHERE TRUE")).toMatch(/assigned|division/);
  expect(await bench.refusal("INSERT INTO shop.stock (sku, n) SELECT 'x', DIV(1, n - 2) FROM shop.stock")).toMatch(
    /division by zero/,
  );
  expect(await stock()).toEqual([
    { sku: "a", n: 1 },
    { sku: "b", n: 2 },
  ]);
});

test("CREATE TABLE AS, with what it is divided by and what is said of it", async () => {
  await bench.rows(
    "CREATE TABLE shop.days PARTITION BY day CLUSTER BY sku OPTIONS (description = 'by day', labels = [('team', 'data')]) AS SELECT sku, DATE '2024-05-06' AS day FROM shop.stock",
  );
  expect(bench.parts.catalog.table("shop", "days").settings).toEqual({
    description: "by day",
    labels: { team: "data" },
    timePartitioning: { type: "DAY", field: "day" },
    clustering: { fields: ["sku"] },
  });
  expect(rowsOf("days")).toBe(2);
  expect(await bench.refusal("CREATE TABLE shop.days (a INT64)")).toBe("Already Exists: Table acme-dev:shop.days");
  await bench.rows("CREATE TABLE IF NOT EXISTS shop.days (a INT64)");
  await bench.rows("CREATE OR REPLACE TABLE shop.days (a INT64 NOT NULL OPTIONS (description = 'one'))");
  expect(bench.parts.catalog.table("shop", "days").columns).toEqual([
    { name: "a", type: "INTEGER", mode: "REQUIRED", description: "one" },
  ]);
  expect(rowsOf("days")).toBe(0);
});

test("a primary key is declared and not enforced", async () => {
  const keyOf = (table: string): unknown => bench.parts.catalog.table("shop", table).settings["tableConstraints"];
  await bench.rows("CREATE TABLE shop.one (id INT64 PRIMARY KEY NOT ENFORCED NOT NULL, name STRING)");
  expect(keyOf("one")).toEqual({ primaryKey: { columns: ["id"] } });
  await bench.rows("CREATE TABLE shop.two (id INT64, day DATE, PRIMARY KEY (id, day) NOT ENFORCED) CLUSTER BY id");
  expect(keyOf("two")).toEqual({ primaryKey: { columns: ["id", "day"] } });
  await bench.rows("INSERT INTO shop.two (id, day) VALUES (1, '2024-05-06'), (1, '2024-05-06')");
  expect(await bench.refusal("CREATE TABLE shop.three (id INT64, PRIMARY KEY (id))")).toContain("Expected keyword NOT");
  expect(await bench.refusal("CREATE TABLE shop.three (id INT64, PRIMARY KEY (nobody) NOT ENFORCED)")).toBe(
    "Primary key column nobody is not a column of the table.",
  );
  expect(await bench.refusal("CREATE TABLE shop.three (tags ARRAY<STRING>, PRIMARY KEY (tags) NOT ENFORCED)")).toBe(
    "Primary key column tags is REPEATED STRING, which is no key.",
  );
});

test("a table may be made from itself", async () => {
  await bench.rows("CREATE OR REPLACE TABLE shop.stock AS SELECT sku, n * 2 AS n FROM shop.stock");
  expect(await stock()).toEqual([
    { sku: "a", n: 2 },
    { sku: "b", n: 4 },
  ]);
});

test("views are made, replaced and dropped", async () => {
  await bench.rows("CREATE VIEW shop.many AS SELECT sku FROM shop.stock WHERE n > 1");
  expect(await bench.rows("SELECT * FROM shop.many")).toEqual([{ sku: "b" }]);
  await bench.rows("CREATE OR REPLACE VIEW shop.many AS SELECT COUNT(*) AS c FROM shop.stock");
  expect(await bench.rows("SELECT c FROM shop.many AS m WHERE m.c > 0")).toEqual([{ c: 2 }]);
  expect(await bench.refusal("DROP TABLE shop.many")).toBe("shop.many is not a table");
  await bench.rows("DROP VIEW shop.many");
  await bench.rows("DROP VIEW IF EXISTS shop.many");
});

test("ALTER TABLE ADD COLUMN keeps the rows", async () => {
  await bench.rows("ALTER TABLE shop.stock ADD COLUMN price NUMERIC, ADD COLUMN IF NOT EXISTS n INT64");
  expect(await bench.rows("SELECT sku, price FROM shop.stock ORDER BY sku")).toEqual([
    { sku: "a", price: null },
    { sku: "b", price: null },
  ]);
  expect(await bench.refusal("ALTER TABLE shop.stock ADD COLUMN N INT64")).toMatch(/^Column already exists: N/);
});
