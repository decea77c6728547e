import * as fc from "fast-check";
import { expect, test } from "vitest";
import { compileDecoder } from "../../../pipeline/schema/decoder";
import { eventJson } from "../../../pipeline/schema/event-json";
import { integer, nullable, numeric, repeated, timestamp } from "../../../pipeline/schema/field";
import { fieldsAndRow } from "./support/arbitrary";

test("a row written as an event is read back as the row", () => {
  fc.assert(
    fc.property(fieldsAndRow(), ({ fields, row }) => {
      expect(compileDecoder(fields)(Buffer.from(eventJson(fields)(row)))).toEqual(row);
    }),
    { numRuns: 100 },
  );
});

test("timestamps are in the encoding that their field declares", () => {
  const at = "2024-01-31T12:00:00.120000Z";
  const fields = {
    text: timestamp(),
    seconds: timestamp({ encoding: "epoch-seconds" }),
    millis: timestamp({ encoding: "epoch-millis" }),
    micros: nullable(timestamp({ encoding: "epoch-micros" })),
    list: repeated(timestamp({ encoding: "epoch-millis" })),
    price: numeric(),
    serial: integer({ as: "text" }),
  };
  const row = {
    text: at,
    seconds: at,
    millis: at,
    micros: at,
    list: [at, "1969-12-31T23:59:59.999500Z"],
    price: "1.5",
    serial: "9223372036854775807",
  };
  expect(eventJson(fields)(row)).toBe(
    '{"text":"2024-01-31T12:00:00.120000Z","seconds":1706702400.12,"millis":1706702400120,"micros":1706702400120000,"list":[1706702400120,-0.5],"price":"1.5","serial":"9223372036854775807"}',
  );
});
