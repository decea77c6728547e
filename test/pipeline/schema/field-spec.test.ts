import * as fc from "fast-check";
import { expect, test } from "vitest";
import { declaredFields, fieldSpecs } from "../../../pipeline/schema/field-spec";
import { integer, nullable, record, repeated, string, timestamp } from "../../../pipeline/schema/field";
import { someFields } from "./support/arbitrary";

test("fields become a spec that says only what is not a default", () => {
  const fields = {
    state: nullable(string({ values: ["open"], description: "where it stands" })),
    at: timestamp({ encoding: "text" }),
    later: timestamp({ encoding: "epoch-millis" }),
    items: repeated(record({ serial: integer({ as: "text" }) })),
  };
  expect(fieldSpecs(fields)).toEqual([
    { name: "state", type: "STRING", mode: "NULLABLE", description: "where it stands", values: ["open"] },
    { name: "at", type: "TIMESTAMP", mode: "REQUIRED" },
    { name: "later", type: "TIMESTAMP", mode: "REQUIRED", encoding: "epoch-millis" },
    {
      name: "items",
      type: "RECORD",
      mode: "REPEATED",
      fields: [{ name: "serial", type: "INTEGER", mode: "REQUIRED", as: "text" }],
    },
  ]);
});

test("a spec's fields, declared, give the spec again", () => {
  fc.assert(
    fc.property(someFields, (specs) => {
      expect(fieldSpecs(declaredFields(specs))).toEqual(specs);
    }),
  );
});
