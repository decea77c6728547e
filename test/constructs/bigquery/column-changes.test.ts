import { describe, expect, test } from "vitest";
import { columnsWritten, costlyChanges } from "../../../constructs/bigquery/column-changes";
import { Table } from "../../../constructs/bigquery/table";
import type { TableProps } from "../../../constructs/bigquery/table-props";
import { withoutRule } from "../../../constructs/core/rules";
import type { GcpStack } from "../../../constructs/core/stack";
import type { BigQueryColumn } from "../../../pipeline/schema/bigquery-schema";
import { aStack, messageOf, warningsOf } from "../support";
import { synthesizedBefore } from "./examples/tables";
import { events } from "./examples/support";

const column = (
  name: string,
  type: BigQueryColumn["type"] = "STRING",
  mode: BigQueryColumn["mode"] = "NULLABLE",
): BigQueryColumn => ({ name, type, mode });
const record = (name: string, fields: readonly BigQueryColumn[]): BigQueryColumn => ({
  name,
  type: "RECORD",
  mode: "NULLABLE",
  fields,
});

describe("nothing is lost where", () => {
  test.each<[string, readonly BigQueryColumn[], readonly BigQueryColumn[]]>([
    ["nothing changes", [column("a"), column("b")], [column("a"), column("b")]],
    ["a column is added", [column("a")], [column("a"), column("b")]],
    ["a list is added", [column("a")], [column("a"), column("b", "STRING", "REPEATED")]],
    ["a column need not have a value any more", [column("a", "STRING", "REQUIRED")], [column("a")]],
    ["columns stand in another order", [column("a"), column("b")], [column("b"), column("a")]],
    ["a description changes", [column("a")], [{ ...column("a"), description: "what it is" }]],
    ["a field is added to a record", [record("a", [column("b")])], [record("a", [column("b"), column("c")])]],
  ])("%s", (_, before, after) => {
    expect(costlyChanges(before, after)).toEqual([]);
  });
});

describe("what is lost is told where", () => {
  test.each<[string, readonly BigQueryColumn[], readonly BigQueryColumn[], readonly string[]]>([
    ["a column goes", [column("a"), column("b")], [column("a")], ["b is gone, and its values with it"]],
    [
      "a column is renamed",
      [column("user")],
      [column("user_id")],
      ["user is gone and user_id, a STRING too, is new: renaming loses the values"],
    ],
    [
      "a column goes and one of another type comes",
      [column("a")],
      [column("b", "INTEGER")],
      ["a is gone, and its values with it"],
    ],
    [
      "a column goes and a list of its type comes",
      [column("a")],
      [column("b", "STRING", "REPEATED")],
      ["a is gone, and its values with it"],
    ],
    ["a type changes", [column("a", "FLOAT")], [column("a")], ["a was a FLOAT and is a STRING"]],
    [
      "a column has to have a value",
      [column("a")],
      [column("a", "STRING", "REQUIRED")],
      ["a was NULLABLE and is REQUIRED"],
    ],
    [
      "a value becomes a list",
      [column("a", "STRING", "REQUIRED")],
      [column("a", "STRING", "REPEATED")],
      ["a was REQUIRED and is REPEATED"],
    ],
    ["a list becomes a value", [column("a", "STRING", "REPEATED")], [column("a")], ["a was REPEATED and is NULLABLE"]],
    [
      "a new column has to have a value",
      [column("a")],
      [column("a"), column("b", "DATE", "REQUIRED")],
      ["b is new and REQUIRED, and rows that are there have no value for it"],
    ],
    [
      "a record's field goes",
      [record("page", [column("url"), column("title")])],
      [record("page", [column("url")])],
      ["page.title is gone, and its values with it"],
    ],
    [
      "a field's type changes, two records deep",
      [record("a", [record("b", [column("c")])])],
      [record("a", [record("b", [column("c", "DATE")])])],
      ["a.b.c was a STRING and is a DATE"],
    ],
    [
      "several things change",
      [column("a"), column("b")],
      [column("b", "DATE"), column("c", "DATE", "REQUIRED")],
      [
        "a is gone, and its values with it",
        "c is new and REQUIRED, and rows that are there have no value for it",
        "b was a STRING and is a DATE",
      ],
    ],
  ])("%s", (_, before, after, told) => {
    expect(costlyChanges(before, after)).toEqual(told);
  });
});

test("the columns of a schema are read in whatever form they were written", () => {
  const text = JSON.stringify([
    { name: "a", type: "int64" },
    { name: "b", type: "STRUCT", mode: "repeated", fields: [{ name: "c", type: "bool" }] },
    { name: "d", type: "GEOGRAPHY", mode: "REQUIRED" },
    { name: "e", type: "DECIMAL" },
    { name: "f", type: "FLOAT64" },
    { name: "g", type: "BIGDECIMAL" },
  ]);
  expect(columnsWritten(text)).toEqual([
    { name: "a", type: "INTEGER", mode: "NULLABLE" },
    { name: "b", type: "RECORD", mode: "REPEATED", fields: [{ name: "c", type: "BOOLEAN", mode: "NULLABLE" }] },
    { name: "d", type: "GEOGRAPHY", mode: "REQUIRED" },
    { name: "e", type: "NUMERIC", mode: "NULLABLE" },
    { name: "f", type: "FLOAT", mode: "NULLABLE" },
    { name: "g", type: "BIGNUMERIC", mode: "NULLABLE" },
  ]);
  for (const none of [undefined, 1, "", "{}", "not JSON"]) expect(columnsWritten(none)).toBeUndefined();
});

/** The table events.clicks, in a stack. */
const clicks = (stack: GcpStack, props: Partial<TableProps> = {}): Table =>
  new Table(stack, "clicks", {
    dataset: events(stack),
    columns: [column("user"), column("at", "TIMESTAMP")],
    ...props,
  });

const written = (columns: readonly object[], more: object = {}) => ({
  "events-clicks": { schema: JSON.stringify(columns), ...more },
});

describe("a table that the last synthesis wrote otherwise", () => {
  const before = written([column("user"), column("value", "FLOAT")]);
  const says =
    "table clicks is not what the last synthesis wrote: value is gone, and its values with it. Terraform would replace the table, rows and all, or drop the column.";

  test("is refused where the stage keeps its data", () => {
    const stack = synthesizedBefore(before);
    expect(messageOf(() => clicks(stack))).toContain(`test/clicks: 1 option is not valid\n  ${says}`);
    expect(warningsOf(stack)).toEqual([]);
  });

  test("is warned of where it does not", () => {
    const stack = synthesizedBefore(before, "destroy");
    clicks(stack);
    expect(warningsOf(stack)).toEqual([expect.stringContaining(`test/clicks: ${says}`)]);
    expect(warningsOf(stack)[0]).toContain("[columns-change]");
  });

  test.each(["keep", "destroy"] as const)("is neither where somebody said why (%s)", (removal) => {
    const stack = synthesizedBefore(before, removal);
    withoutRule(stack, "columns-change", "nobody reads value");
    clicks(stack);
    expect(warningsOf(stack)).toEqual([]);
  });

  test.each<[string, object, TableProps["partition"], string]>([
    ["none", {}, { column: "at" }, "its partition was none, and is by at, each DAY"],
    [
      "by time",
      { time_partitioning: { field: "at", type: "HOUR" } },
      { column: "at" },
      "its partition was by at, each HOUR, and is by at, each DAY",
    ],
    [
      "by arrival, in a list",
      { time_partitioning: [{ type: "DAY" }] },
      undefined,
      "its partition was by the time of arrival, each DAY, and is none",
    ],
    [
      "by number",
      { range_partitioning: { field: "n", range: { start: 0, end: 10, interval: 2 } } },
      undefined,
      "its partition was by n, from 0 to 10 by 2, and is none",
    ],
  ])("is refused where its partition was %s", (_, blocks, partition, told) => {
    const stack = synthesizedBefore(written([column("user"), column("at", "TIMESTAMP")], blocks));
    expect(messageOf(() => clicks(stack, { partition }))).toContain(told);
  });
});

describe("a table is taken as it is where", () => {
  const columns = [column("user"), column("at", "TIMESTAMP")];
  const byDay = { time_partitioning: { field: "at", type: "DAY", expiration_ms: 1 } };
  const byNumber = { range_partitioning: { field: "n", range: { start: 0, end: 10, interval: 2 } } };

  test.each<[string, () => GcpStack, Partial<TableProps>]>([
    ["it did not change", () => synthesizedBefore(written(columns)), {}],
    [
      "only its expiration did",
      () => synthesizedBefore(written(columns, byDay)),
      { partition: { column: "at", expiration: "90d" } },
    ],
    [
      "it is divided by number as before",
      () => synthesizedBefore(written([column("n", "INTEGER")], byNumber)),
      { columns: [column("n", "INTEGER")], partition: { column: "n", range: { start: 0, end: 10, interval: 2 } } },
    ],
    ["another table was written", () => synthesizedBefore({ "events-other": { schema: "[]" } }), {}],
    ["it had no columns then", () => synthesizedBefore({ "events-clicks": { view: {} } }), {}],
    ["nothing was written", () => aStack({ removal: "keep" }), {}],
  ])("%s", (_, stackOf, props) => {
    const stack = stackOf();
    clicks(stack, props);
    expect(warningsOf(stack)).toEqual([]);
  });
});
