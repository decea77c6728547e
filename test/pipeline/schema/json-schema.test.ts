import { Ajv2020 } from "ajv/dist/2020";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compileDecoder } from "../../../pipeline/schema/decoder";
import {
  boolean,
  bytes,
  date,
  float,
  integer,
  nullable,
  numeric,
  record,
  repeated,
  string,
  timestamp,
} from "../../../pipeline/schema/field";
import { jsonSchema } from "../../../pipeline/schema/json-schema";
import { RowError } from "../../../pipeline/schema/row";
import { fieldsAndRow } from "./support/arbitrary";
import { spelledRow } from "./support/spelling";

const validator = (schema: object) => new Ajv2020({ strict: true, ownProperties: true }).compile(schema);

test("every event that the decoder takes is valid, however it is written", () => {
  const spelled = fieldsAndRow().chain(({ fields, row }) => spelledRow(fields, row).map((text) => ({ fields, text })));
  fc.assert(
    fc.property(spelled, ({ fields, text }) => {
      const valid = validator(jsonSchema("event", fields));
      expect({ valid: valid(JSON.parse(text)), errors: valid.errors }).toEqual({ valid: true, errors: null });
    }),
    { numRuns: 25 },
  );
});

describe("what the decoder refuses is not valid", () => {
  const fields = {
    id: string({ values: ["a", "b"] }),
    quantity: nullable(integer()),
    serial: nullable(integer({ as: "text" })),
    value: nullable(float()),
    paid: nullable(boolean()),
    price: nullable(numeric()),
    day: nullable(date()),
    at: nullable(timestamp()),
    made: nullable(timestamp({ encoding: "epoch-millis" })),
    raw: nullable(bytes()),
    items: repeated(record({ sku: string() })),
  };
  test.each<object>([
    {},
    { id: "c" },
    { id: null },
    { id: "a", quantity: 1.5 },
    { id: "a", quantity: 2 ** 53 },
    { id: "a", quantity: "x" },
    { id: "a", serial: "1.0" },
    { id: "a", value: "1" },
    { id: "a", paid: 1 },
    { id: "a", price: "1,5" },
    { id: "a", day: "2024-13-01" },
    { id: "a", at: "2024-01-31" },
    { id: "a", at: 1_706_702_400 },
    { id: "a", made: "2024-01-31T12:00:00Z" },
    { id: "a", raw: "a" },
    { id: "a", items: {} },
    { id: "a", items: [{}] },
    { id: "a", items: [null] },
  ])("%j", (event) => {
    expect(compileDecoder(fields)(Buffer.from(JSON.stringify(event)))).toBeInstanceOf(RowError);
    expect(validator(jsonSchema("order", fields))(event)).toBe(false);
  });
});

test("the schema of an event reads as a publisher would write it", () => {
  const fields = {
    user: string({ description: "who" }),
    kind: nullable(string({ values: ["a"] })),
    tags: repeated(string()),
  };
  expect(jsonSchema("click", fields)).toEqual({
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "click",
    type: "object",
    properties: {
      user: { type: "string", description: "who" },
      kind: { anyOf: [{ type: "string", enum: ["a"] }, { type: "null" }] },
      tags: { anyOf: [{ type: "array", items: { type: "string" } }, { type: "null" }] },
    },
    required: ["user"],
  });
});
