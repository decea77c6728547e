import { describe, expect, test } from "vitest";
import type { PlainRow } from "../../../../../local/services/bigquery/rows/plain-value";
import { sqlBench } from "./bench";

const bench = sqlBench(
  "CREATE SCHEMA shop",
  `CREATE TABLE shop.orders (
     id INT64 NOT NULL, customer STRING, total NUMERIC, placed TIMESTAMP, details JSON,
     items ARRAY<STRUCT<sku STRING, quantity INT64>>)`,
  `INSERT INTO shop.orders VALUES
     (1, 'ann', 10.5, '2024-05-06 10:00:00', JSON '{"gift": {"text": "hi"}}', [STRUCT('a' AS sku, 2 AS quantity), ('b', 1)]),
     (2, 'bob', 20, '2024-05-06 10:00:30', NULL, [('a', 5)]),
     (3, 'ann', 5.25, '2024-05-06 11:00:00', NULL, [])`,
);

type Case = readonly [sql: string, rows: readonly PlainRow[]];

function cases(name: string, list: readonly Case[]): void {
  describe(name, () => {
    test.each(list)("%s", async (sql, rows) => {
      expect(await bench.rows(sql)).toEqual(rows);
    });
  });
}

cases("select", [
  ["SELECT id, customer FROM shop.orders ORDER BY id LIMIT 1", [{ id: 1, customer: "ann" }]],
  ["SELECT o.id FROM `acme-dev.shop.orders` AS o WHERE o.total > 15", [{ id: 2 }]],
  ["SELECT id FROM acme-dev.shop.orders ORDER BY id DESC LIMIT 1 OFFSET 1", [{ id: 2 }]],
  [
    "SELECT * EXCEPT (details, items, placed) REPLACE (UPPER(customer) AS customer) FROM shop.orders WHERE id = 3",
    [{ id: 3, customer: "ANN", total: "5.25" }],
  ],
  ["SELECT 1, 'x', 2 AS named", [{ f0_: 1, f1_: "x", named: 2 }]],
  ["SELECT DISTINCT customer FROM shop.orders ORDER BY customer", [{ customer: "ann" }, { customer: "bob" }]],
  ["SELECT id AS customer, customer AS id FROM shop.orders ORDER BY customer LIMIT 1", [{ customer: 1, id: "ann" }]],
  ["SELECT details.gift.text AS text FROM shop.orders WHERE details IS NOT NULL", [{ text: '"hi"' }]],
  ["SELECT AS STRUCT 1 AS a, 'x' AS b", [{ f0_: { a: 1, b: "x" } }]],
  ["SELECT STRUCT(1 AS a, 2 AS b).*", [{ a: 1, b: 2 }]],
  ["SELECT id FROM shop.orders ORDER BY total DESC NULLS LAST, id", [{ id: 2 }, { id: 1 }, { id: 3 }]],
  ["SELECT x FROM UNNEST([2, NULL, 1]) AS x ORDER BY x", [{ x: null }, { x: 1 }, { x: 2 }]],
  ["SELECT x FROM UNNEST([2, NULL, 1]) AS x ORDER BY x DESC", [{ x: 2 }, { x: 1 }, { x: null }]],
]);

cases("arrays in FROM", [
  [
    "SELECT id, item.sku FROM shop.orders, UNNEST(items) AS item ORDER BY id, sku",
    [
      { id: 1, sku: "a" },
      { id: 1, sku: "b" },
      { id: 2, sku: "a" },
    ],
  ],
  [
    "SELECT id, sku, place FROM shop.orders AS o, o.items WITH OFFSET AS place WHERE place = 1",
    [{ id: 1, sku: "b", place: 1 }],
  ],
  [
    "SELECT id, i.quantity FROM shop.orders LEFT JOIN UNNEST(items) AS i ORDER BY id, quantity",
    [
      { id: 1, quantity: 1 },
      { id: 1, quantity: 2 },
      { id: 2, quantity: 5 },
      { id: 3, quantity: null },
    ],
  ],
  ["SELECT * FROM UNNEST([STRUCT(1 AS a, 'x' AS b)])", [{ a: 1, b: "x" }]],
  [
    "SELECT x, y FROM UNNEST([1, 2]) AS x CROSS JOIN UNNEST(['p']) AS y ORDER BY x",
    [
      { x: 1, y: "p" },
      { x: 2, y: "p" },
    ],
  ],
  [
    "SELECT id, (SELECT SUM(quantity) FROM UNNEST(items)) AS n FROM shop.orders ORDER BY id",
    [
      { id: 1, n: 3 },
      { id: 2, n: 5 },
      { id: 3, n: null },
    ],
  ],
  [
    "SELECT id, ARRAY(SELECT sku FROM UNNEST(items) ORDER BY sku DESC) AS skus FROM shop.orders WHERE id = 1",
    [{ id: 1, skus: ["b", "a"] }],
  ],
]);

cases("groups", [
  [
    "SELECT customer, COUNT(*) AS n, SUM(total) AS total, AVG(total) AS mean FROM shop.orders GROUP BY customer ORDER BY customer",
    [
      { customer: "ann", n: 2, total: "15.75", mean: "7.875" },
      { customer: "bob", n: 1, total: "20", mean: "20" },
    ],
  ],
  [
    "SELECT TIMESTAMP_TRUNC(placed, HOUR) AS placed, COUNT(*) AS n FROM shop.orders GROUP BY placed ORDER BY placed",
    [
      { placed: "2024-05-06T10:00:00.000000Z", n: 2 },
      { placed: "2024-05-06T11:00:00.000000Z", n: 1 },
    ],
  ],
  ["SELECT UPPER(customer) AS c, COUNT(*) AS n FROM shop.orders GROUP BY 1 HAVING n > 1", [{ c: "ANN", n: 2 }]],
  [
    "SELECT customer AS id, SUM(total) AS total FROM shop.orders GROUP BY customer HAVING SUM(total) > 16 ORDER BY SUM(total)",
    [{ id: "bob", total: "20" }],
  ],
  [
    "SELECT UPPER(customer) AS customer, COUNT(*) AS n FROM shop.orders GROUP BY UPPER(customer) ORDER BY LENGTH(customer), n",
    [
      { customer: "BOB", n: 1 },
      { customer: "ANN", n: 2 },
    ],
  ],
  ["SELECT customer, id FROM shop.orders GROUP BY ALL ORDER BY id LIMIT 1", [{ customer: "ann", id: 1 }]],
  [
    "SELECT customer, COUNT(*) AS n FROM shop.orders GROUP BY ROLLUP(customer) ORDER BY customer",
    [
      { customer: null, n: 3 },
      { customer: "ann", n: 2 },
      { customer: "bob", n: 1 },
    ],
  ],
  [
    "SELECT COUNT(DISTINCT customer) AS d, COUNTIF(total > 6) AS many, APPROX_COUNT_DISTINCT(id) AS a FROM shop.orders",
    [{ d: 2, many: 2, a: 3 }],
  ],
  [
    "SELECT ARRAY_AGG(id ORDER BY total DESC LIMIT 2) AS top, STRING_AGG(customer, '+' ORDER BY id) AS all_of_them FROM shop.orders",
    [{ top: [2, 1], all_of_them: "ann+bob+ann" }],
  ],
  ["SELECT ARRAY_AGG(x IGNORE NULLS ORDER BY x) AS l FROM UNNEST([2, NULL, 1]) AS x", [{ l: [1, 2] }]],
  [
    "SELECT ANY_VALUE(id HAVING MAX total) AS id, MAX_BY(customer, total) AS c, MIN(placed) AS first FROM shop.orders",
    [{ id: 2, c: "bob", first: "2024-05-06T10:00:00.000000Z" }],
  ],
  [
    "SELECT LOGICAL_AND(x > 0) AS each_of, LOGICAL_OR(x > 2) AS one_of FROM UNNEST([1, 2, 3]) AS x",
    [{ each_of: true, one_of: true }],
  ],
  [
    "SELECT APPROX_QUANTILES(x, 2) AS q, APPROX_TOP_COUNT(MOD(x, 2), 1) AS t FROM UNNEST([1, 2, 3]) AS x",
    [{ q: [1, 2, 3], t: [{ value: 1, count: 2 }] }],
  ],
]);

cases("windows", [
  [
    "SELECT id, ROW_NUMBER() OVER (PARTITION BY customer ORDER BY placed DESC) AS n FROM shop.orders QUALIFY n = 1 ORDER BY id",
    [
      { id: 2, n: 1 },
      { id: 3, n: 1 },
    ],
  ],
  [
    "SELECT id, SUM(id) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS s, LAG(id, 1, 0) OVER w AS before FROM shop.orders WINDOW w AS (ORDER BY id) ORDER BY id",
    [
      { id: 1, s: 1, before: 0 },
      { id: 2, s: 3, before: 1 },
      { id: 3, s: 5, before: 2 },
    ],
  ],
  [
    "SELECT FIRST_VALUE(x IGNORE NULLS) OVER (ORDER BY y) AS f, PERCENTILE_CONT(y, 0.5) OVER () AS p FROM UNNEST([STRUCT(NULL AS x, 1 AS y), (7, 2)]) LIMIT 1 OFFSET 1",
    [{ f: 7, p: 1.5 }],
  ],
]);

cases("joins and sets", [
  [
    "SELECT a.id, b.id AS other FROM shop.orders AS a JOIN shop.orders AS b ON a.customer = b.customer AND a.id < b.id",
    [{ id: 1, other: 3 }],
  ],
  ["SELECT * FROM (SELECT 1 AS k, 2 AS b) JOIN (SELECT 1 AS k, 3 AS c) USING (k)", [{ k: 1, b: 2, c: 3 }]],
  [
    "SELECT k, b, c FROM (SELECT 1 AS k, 2 AS b) FULL JOIN (SELECT 4 AS k, 3 AS c) USING (k) ORDER BY k",
    [
      { k: 1, b: 2, c: null },
      { k: 4, b: null, c: 3 },
    ],
  ],
  [
    "SELECT id FROM shop.orders WHERE customer IN (SELECT customer FROM shop.orders WHERE id = 3) ORDER BY id",
    [{ id: 1 }, { id: 3 }],
  ],
  [
    "SELECT id FROM shop.orders AS o WHERE NOT EXISTS (SELECT 1 FROM shop.orders AS p WHERE p.total > o.total)",
    [{ id: 2 }],
  ],
  [
    "WITH big AS (SELECT * FROM shop.orders WHERE total > 6), n AS (SELECT COUNT(*) AS c FROM big) SELECT c FROM n",
    [{ c: 2 }],
  ],
  [
    "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 4) SELECT SUM(n) AS s FROM r",
    [{ s: 10 }],
  ],
  ["SELECT 1 AS x UNION ALL SELECT 2.5 UNION DISTINCT SELECT 1 ORDER BY x", [{ x: 1 }, { x: 2.5 }]],
  ["(SELECT 1 AS x UNION ALL SELECT 2) EXCEPT DISTINCT SELECT 2", [{ x: 1 }]],
  ["SELECT x FROM (SELECT 1 AS x UNION ALL SELECT 3) ORDER BY -x", [{ x: 3 }, { x: 1 }]],
]);

cases("INFORMATION_SCHEMA", [
  [
    "SELECT table_name, table_type FROM shop.INFORMATION_SCHEMA.TABLES",
    [{ table_name: "orders", table_type: "BASE TABLE" }],
  ],
  [
    "SELECT column_name, data_type, is_nullable FROM shop.INFORMATION_SCHEMA.COLUMNS WHERE ordinal_position IN (1, 6) ORDER BY ordinal_position",
    [
      { column_name: "id", data_type: "INT64", is_nullable: "NO" },
      { column_name: "items", data_type: "ARRAY<STRUCT<sku STRING, quantity INT64>>", is_nullable: "YES" },
    ],
  ],
  ["SELECT schema_name FROM INFORMATION_SCHEMA.SCHEMATA", [{ schema_name: "shop" }]],
]);
