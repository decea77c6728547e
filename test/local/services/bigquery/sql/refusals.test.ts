import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { CloudError } from "../../../../../local/errors";
import { parseStatement } from "../../../../../local/services/bigquery/sql/parse/statement";
import { NotTranslated, SqlError } from "../../../../../local/services/bigquery/sql/sql-error";
import { sqlBench } from "./bench";

const bench = sqlBench(
  "CREATE SCHEMA shop",
  "CREATE TABLE shop.orders (id INT64, customer STRING, placed TIMESTAMP, tags ARRAY<STRING>) PARTITION BY DATE(placed) OPTIONS (require_partition_filter = TRUE)",
  "CREATE TABLE shop.plain (id INT64, tags ARRAY<STRING>)",
);

test.each([
  // What is no SQL.
  ["SELEC 1", 'Syntax error: Unexpected identifier "SELEC" at [1:1]'],
  ["SELECT", "Syntax error: Unexpected end of script at [1:7]"],
  ["SELECT 1 +\n  FROM x", "Syntax error: Unexpected keyword FROM at [2:3]"],
  ["SELECT (1", 'Syntax error: Expected ")" but got end of script at [1:10]'],
  ["SELECT 'open", "Syntax error: Unclosed string literal at [1:8]"],
  [String.raw`SELECT '\q'`, String.raw`Syntax error: Illegal escape sequence: \q at [1:9]`],
  ["SELECT 1 UNION SELECT 2", "Syntax error: Expected keyword ALL or keyword DISTINCT after UNION at [1:16]"],
  ["SELECT 99999999999999999999", "Invalid integer literal: 99999999999999999999 at [1:8]"],
  ["SELECT DATE '2024-02-30'", "Invalid DATE literal: 2024-02-30 at [1:8]"],
  // Names that mean nothing.
  ["SELECT ids FROM shop.plain", "Unrecognized name: ids; Did you mean id? at [1:8]"],
  ["SELECT p.nope FROM shop.plain AS p", "Name nope not found inside p at [1:10]"],
  ["SELECT id FROM shop.plain AS a, shop.plain AS b", "Column name id is ambiguous at [1:8]"],
  ["SELECT id.x FROM shop.plain", "Cannot access field x on a value with type INT64 at [1:11]"],
  ["SELECT 1 FROM plain", 'Table "plain" must be qualified with a dataset (e.g. dataset.table) at [1:15]'],
  ["SELECT 1 FROM shop.nope", "Not found: Table acme-dev:shop.nope was not found at [1:15]"],
  ["SELECT FOO(1)", /^Function not found: FOO .* at \[1:8\]$/],
  ["SELECT * EXCEPT (nope) FROM shop.plain", "Column nope in SELECT * EXCEPT or REPLACE list does not exist at [1:18]"],
  // Types that do not go together.
  ["SELECT 1 + 'a'", "No matching signature for operator + for argument types: INT64, STRING at [1:10]"],
  ["SELECT UPPER(1)", "No matching signature for function UPPER for argument types: INT64 at [1:8]"],
  ["SELECT 1 = 'a'", "No matching signature for operator = for argument types: INT64, STRING at [1:10]"],
  ["SELECT id FROM shop.plain WHERE id", "WHERE clause should return type BOOL, but returns INT64 at [1:33]"],
  ["SELECT CAST(TRUE AS DATE)", "Invalid cast from BOOL to DATE at [1:8]"],
  [
    "SELECT x FROM UNNEST(5) AS x",
    "Values referenced in UNNEST must be arrays. UNNEST contains expression of type INT64 at [1:15]",
  ],
  ["SELECT 1 UNION ALL SELECT 'a'", "Column 1 in UNION ALL has incompatible types: INT64, STRING at [1:10]"],
  ["SELECT 1 UNION ALL SELECT 1, 2", /mismatched column count; query 1 has 1 column\(s\), query 2 has 2 column\(s\)/],
  ["SELECT (SELECT 1, 2)", /Scalar subquery cannot have more than one column/],
  // What a query may not do.
  ["SELECT 1 AS a, 2 AS a", "Duplicate column names in the result are not supported. Found duplicate(s): a"],
  [
    "SELECT id, COUNT(*) FROM shop.plain GROUP BY tags[0]",
    "SELECT list expression references column id which is neither grouped nor aggregated",
  ],
  ["SELECT ROW_NUMBER() FROM shop.plain", "Window function ROW_NUMBER cannot be called without OVER clause at [1:8]"],
  [
    "SELECT 1 FROM shop.plain AS a JOIN shop.plain AS b",
    "INNER JOIN must have an immediately following ON or USING clause at [1:31]",
  ],
  ["SELECT 1 FROM shop.plain AS a, shop.plain AS a", "Duplicate table alias a in the same FROM clause at [1:30]"],
  [
    "SELECT id FROM shop.orders",
    "Cannot query over table 'acme-dev.shop.orders' without a filter over column(s) 'placed' that can be used for partition elimination at [1:1]",
  ],
  ["UPDATE shop.plain SET id = 1", "UPDATE must have a WHERE clause at [1:29]"],
  ["INSERT INTO shop.plain (id) VALUES (1, 2)", "Inserted row has wrong column count; Has 2, expected 1 at [1:1]"],
  [
    "INSERT INTO shop.plain (id) VALUES ('x')",
    "Value of type STRING cannot be assigned to id, which has type INT64 at [1:37]",
  ],
  // What fails as it runs.
  ["SELECT 1 / 0", /^division by zero/],
  ["SELECT NUMERIC '1' / 0", "division by zero: 1 / 0"],
  ["SELECT CAST('x' AS INT64)", "Bad int64 value: x"],
  ["SELECT 9223372036854775807 + 1", "int64 overflow: 9223372036854775807 + 1"],
  ["SELECT [1][OFFSET(3)]", "Array index 3 is out of bounds"],
  ["SELECT PARSE_TIMESTAMP('%F', 'nope')", 'Failed to parse input string "nope"'],
  ["SELECT PARSE_JSON('{')", /^Invalid input to PARSE_JSON/],
  ["SELECT ERROR('told so')", "told so"],
  ["SELECT (SELECT x FROM UNNEST([1, 2]) AS x)", "Scalar subquery produced more than one element"],
])("%s: %s", async (sql, message) => {
  const refusal = await bench.refusal(sql);
  if (typeof message === "string") expect(refusal).toBe(message);
  else expect(refusal).toMatch(message);
});

test.each([
  ["SELECT * FROM shop.plain PIVOT (SUM(id) FOR id IN (1))", "PIVOT"],
  ["SELECT * FROM shop.plain TABLESAMPLE SYSTEM (10 PERCENT)", "TABLESAMPLE"],
  ["SELECT * FROM shop.plain FOR SYSTEM_TIME AS OF CURRENT_TIMESTAMP()", "FOR SYSTEM_TIME AS OF"],
  ["SELECT * FROM `shop.events_*`", "A wildcard table"],
  ["SELECT * FROM other-project.shop.plain", "A table of another project (other-project)"],
  ["FROM shop.plain |> WHERE id > 1", "Syntax"],
  ["DECLARE x INT64", "Statement DECLARE"],
  ["SELECT 1; SELECT 2", "A script of several statements"],
  ["SELECT CAST('1' AS BIGNUMERIC)", "Type BIGNUMERIC"],
  [
    "SELECT FORMAT_TIMESTAMP(customer, placed) FROM shop.orders WHERE placed IS NULL",
    "FORMAT_TIMESTAMP with a format that is not a literal",
  ],
  ["CREATE MODEL shop.m AS SELECT 1", "CREATE MODEL"],
  ["ALTER TABLE shop.plain DROP COLUMN id", "ALTER TABLE of anything but ADD COLUMN"],
])("what is not translated is named: %s", async (sql, construct) => {
  expect(await bench.refusal(sql)).toContain(construct);
});

test("whatever is sent as a query is parsed or refused, and nothing else happens", () => {
  const words = `SELECT FROM WHERE ( ) , . * AS 1 'x' \`t\` @p ? [ ] < > AND NOT CASE WHEN THEN END CAST INTERVAL DAY
    UNNEST WITH OVER STRUCT ARRAY EXTRACT INSERT VALUES MERGE UPDATE SET = - + || b'y' r'z' IN IS NULL x count`.split(
    /\s+/,
  );
  const texts = fc.oneof(
    fc.string(),
    fc.array(fc.constantFrom(...words), { maxLength: 25 }).map((list) => `SELECT ${list.join(" ")}`),
  );
  fc.assert(
    fc.property(texts, (text) => {
      try {
        parseStatement(text);
      } catch (error) {
        expect(error instanceof SqlError || error instanceof NotTranslated).toBe(true);
        expect((error as CloudError).message).toMatch(/ at \[\d+:\d+\]/);
      }
    }),
    { numRuns: 500 },
  );
});

test("a text stays what it is, whatever is in it", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.string({ unit: "grapheme" }).filter((text) => !text.includes("\u0000")),
      async (text) => {
        const literal = JSON.stringify(text).replaceAll(/\\u([0-9a-f]{4})/g, String.raw`\u$1`);
        expect(await bench.rows(`SELECT ${literal} AS text`)).toEqual([{ text }]);
      },
    ),
    { numRuns: 50 },
  );
});
