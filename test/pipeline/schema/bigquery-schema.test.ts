import { expect, test } from "vitest";
import { bigQuerySchema } from "../../../pipeline/schema/bigquery-schema";
import { fieldSpecs } from "../../../pipeline/schema/field-spec";
import { integer, json, nullable, record, repeated, string, timestamp } from "../../../pipeline/schema/field";

const fields = {
  user: string({ description: "who it was", values: ["a", "b"] }),
  count: integer({ as: "text" }),
  at: timestamp({ encoding: "epoch-micros" }),
  more: nullable(json()),
  items: repeated(record({ sku: string() }, { description: "what was bought" })),
};

test("columns are in the form that BigQuery answers with: its type names, every mode, the order kept", () => {
  expect(bigQuerySchema(fields)).toEqual([
    { name: "user", type: "STRING", mode: "REQUIRED", description: "who it was" },
    { name: "count", type: "INTEGER", mode: "REQUIRED" },
    { name: "at", type: "TIMESTAMP", mode: "REQUIRED" },
    { name: "more", type: "JSON", mode: "NULLABLE" },
    {
      name: "items",
      type: "RECORD",
      mode: "REPEATED",
      description: "what was bought",
      fields: [{ name: "sku", type: "STRING", mode: "REQUIRED" }],
    },
  ]);
});

test("the columns of a spec are those of the fields that it was made from", () => {
  expect(bigQuerySchema(fieldSpecs(fields))).toEqual(bigQuerySchema(fields));
});
