import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compileDecoder, decodedTime, type DecoderOptions } from "../../../pipeline/schema/decoder";
import { compileFast } from "../../../pipeline/schema/decoder/fast";
import { compileSlow } from "../../../pipeline/schema/decoder/slow";
import {
  boolean,
  bytes,
  date,
  float,
  integer,
  json,
  nullable,
  numeric,
  record,
  repeated,
  string,
  timestamp,
  type Fields,
} from "../../../pipeline/schema/field";
import { RowError } from "../../../pipeline/schema/row";
import { schema } from "../../../pipeline/schema/schema";
import type { FieldSpec } from "../../../pipeline/spec";
import { fieldsAndRow, someFields, type PlainRow } from "./support/arbitrary";
import { reference, REFUSED } from "./support/reference";
import { mutated, spelledRow } from "./support/spelling";

const both = (fields: readonly FieldSpec[]) => {
  const read = { fields, reads: fields, metadata: new Set<string>() };
  return { fast: compileFast(read), slow: compileSlow(read) };
};
/** The row, or the sentence of the error. */
function decode(fields: Fields, text: string | Buffer, options: DecoderOptions = {}): unknown {
  const found = compileDecoder(fields, options)(Buffer.from(text));
  return found instanceof RowError ? found.message : found;
}

/** A schema, a row of it, and the row as some publisher writes it. */
const spelledEvent = fieldsAndRow().chain(({ fields, row }) =>
  spelledRow(fields, row).map((text) => ({ fields, row, text })),
);

describe("an event, however it is written", () => {
  test("gives the row", () => {
    fc.assert(
      fc.property(spelledEvent, ({ fields, row, text }) => {
        const decoded = compileDecoder(fields)(Buffer.from(text));
        expect(decoded).toEqual(row);
        expect(Object.keys(decoded)).toEqual(fields.map(({ name }) => name));
      }),
      { numRuns: 200 },
    );
  });

  test("gives the same row by the fast way, the readable way and a plain reference", () => {
    fc.assert(
      fc.property(spelledEvent, ({ fields, text }) => {
        const event = Buffer.from(text);
        const { fast, slow } = both(fields);
        const row = slow(event, 0, event.length);
        expect(row).toEqual(reference(fields, event));
        expect(fast(event, 0, event.length) ?? row).toEqual(row);
      }),
      { numRuns: 150 },
    );
  });

  test("takes the fast way as JSON.stringify writes it", () => {
    fc.assert(
      fc.property(fieldsAndRow(someFields.map(withoutEpochs)), ({ fields, row }) => {
        const event = Buffer.from(JSON.stringify(row));
        expect(both(fields).fast(event, 0, event.length)).toEqual(row);
      }),
    );
  });

  test("is found between other bytes, and keeps nothing of them", () => {
    fc.assert(
      fc.property(
        fieldsAndRow(),
        fc.uint8Array({ maxLength: 9 }),
        fc.uint8Array({ maxLength: 9 }),
        ({ fields, row }, before, after) => {
          const event = Buffer.from(jsonOf(fields, row));
          const all = Buffer.concat([before, event, after]);
          const decoded = compileDecoder(fields)(all, before.length, before.length + event.length);
          all.fill(0);
          expect(decoded).toEqual(row);
        },
      ),
    );
  });
});

describe("bytes that were spoilt", () => {
  const spoilt = spelledEvent.chain(({ fields, text }) =>
    mutated(Buffer.from(text)).map((event) => ({ fields, event })),
  );

  test("give the same by every way: the same row, or the one error", () => {
    fc.assert(
      fc.property(spoilt, ({ fields, event }) => {
        const { fast, slow } = both(fields);
        const row = slow(event, 0, event.length);
        const expected = reference(fields, event);
        if (expected === REFUSED) expect(row).toBeInstanceOf(RowError);
        else expect(row).toEqual(expected);
        const quick = fast(event, 0, event.length);
        if (quick !== undefined) expect(quick).toEqual(expected);
      }),
      { numRuns: 600 },
    );
  });

  test("are never read beyond their end", () => {
    fc.assert(
      fc.property(spoilt, fc.uint8Array({ maxLength: 20 }), ({ fields, event }, after) => {
        const { fast } = both(fields);
        const alone = fast(Buffer.from(event), 0, event.length);
        expect(fast(Buffer.concat([event, after, Buffer.from('"}]}"')]), 0, event.length)).toEqual(alone);
      }),
      { numRuns: 200 },
    );
  });
});

test("an event of 300 fields is read in any order, the fast way", () => {
  const fields = Array.from({ length: 300 }, (_, i): FieldSpec => ({
    name: `column_${i}`,
    type: "INTEGER",
    mode: "NULLABLE",
  }));
  const { fast } = both(fields);
  const row = Object.fromEntries(fields.map(({ name }, i) => [name, i % 7 === 0 ? null : i]));
  for (const order of [fields, fields.toReversed(), fields.toSorted((a, b) => (a.name < b.name ? -1 : 1))]) {
    const event = Buffer.from(JSON.stringify(Object.fromEntries(order.map(({ name }) => [name, row[name]]))));
    expect(fast(event, 0, event.length)).toEqual(row);
  }
});

describe("fields that are not read", () => {
  const Click = { user: string(), value: nullable(float()), items: repeated(record({ sku: string() })) };

  test("are not in the row, and not checked but for their form", () => {
    const reads = ["user"];
    expect(decode(Click, '{"user":"a","value":"x","items":7}', { reads })).toEqual({ user: "a" });
    expect(decode(Click, '{"items":[{"sku":"\\u00e4"}],"user":"a"}', { reads })).toEqual({ user: "a" });
    expect(decode(Click, '{"user":"a","value":[1,2}}', { reads })).toMatch(/not JSON at byte 24/);
    expect(decode(Click, '{"user":"a","value":01}', { reads })).toMatch(/not JSON at byte 21/);
  });

  test("leave the rows as they are otherwise", () => {
    fc.assert(
      fc.property(spelledEvent, fc.infiniteStream(fc.boolean()), ({ fields, row, text }, choices) => {
        const reads = fields.map(({ name }) => name).filter(() => choices.next().value);
        const expected = Object.fromEntries(reads.map((name) => [name, row[name]]));
        expect(compileDecoder(fields, { reads })(Buffer.from(text))).toEqual(expected);
      }),
    );
  });
});

describe("metadata", () => {
  const { fields, metadata } = schema("click", { user: string() }).withMetadata();

  test("is in the row for the caller to set, and never taken from the event", () => {
    const decoder = compileDecoder(fields, { metadata });
    for (const text of ['{"user":"a","message_id":"forged","attributes":{}}', '{"user":"\\u0061","attributes":1e0}']) {
      const row = decoder(Buffer.from(text));
      expect(row).toEqual({ user: "a", message_id: null, publish_time: null, attributes: null });
      if (!(row instanceof RowError)) row["message_id"] = "1";
      expect(row).toMatchObject({ message_id: "1" });
    }
  });

  test("that is not read is not there", () => {
    expect(decode(fields, '{"user":"a"}', { metadata, reads: ["user", "publish_time"] })).toEqual({
      user: "a",
      publish_time: null,
    });
  });
});

describe("numbers", () => {
  test("never lose digits", () => {
    expect(decode({ n: integer() }, '{"n":9007199254740991}')).toEqual({ n: 9007199254740991 });
    expect(decode({ n: integer() }, '{"n":9007199254740992}')).toBe(
      '$.n: 9007199254740992 is beyond the safe integers: declare the field as integer({ as: "text" })',
    );
    expect(decode({ n: integer({ as: "text" }) }, '{"n":-9223372036854775808}')).toEqual({ n: "-9223372036854775808" });
    expect(decode({ n: numeric() }, '{"n":12345678901234567890.123456789}')).toEqual({
      n: "12345678901234567890.123456789",
    });
    expect(decode({ n: timestamp({ encoding: "epoch-micros" }) }, '{"n":253402300799999999}')).toEqual({
      n: "9999-12-31T23:59:59.999999Z",
    });
    expect(decode({ n: json() }, '{"n":{"id":12345678901234567890}}')).toContain("$.n: an object is not JSON");
    expect(decode({ n: json() }, '{"n":[1e3,0.1,-0,12345678901234567000]}')).toEqual({
      n: [1000, 0.1, 0, 12345678901234567000],
    });
  });

  test.each([
    ["1.0", 1],
    ["1e2", 100],
    ["-0", 0],
    ['"7"', 7],
    ["10.50e1", 105],
  ])("%s is an INTEGER", (text, value) => {
    expect(decode({ n: integer() }, `{"n":${text}}`)).toStrictEqual({ n: value });
  });

  test.each([
    ["0.1", 0.1],
    ["-0.0", 0],
    ["123456789012345678", 123456789012345680],
    ["3.141592653589793238462643", Math.PI],
    ["1e-400", 0],
    ["4.35", 4.35],
  ])("%s is the FLOAT nearest to it", (text, value) => {
    expect(decode({ n: float() }, `{"n":${text}}`)).toStrictEqual({ n: value });
  });
});

describe("names", () => {
  test("that come twice count the last time, as for JSON.parse", () => {
    expect(decode({ a: integer() }, '{"a":"x","a":1}')).toEqual({ a: 1 });
    expect(decode({ a: integer() }, '{"a":1,"a":"x"}')).toBe('$.a: "x" is not an INTEGER');
    expect(decode({ a: nullable(integer()) }, '{"a":1,"a":null}')).toEqual({ a: null });
  });

  test("may be escaped", () => {
    expect(decode({ abc: integer() }, '{"\\u0061bc":1}')).toEqual({ abc: 1 });
  });

  test("that objects have by birth are names like others", () => {
    const fields: readonly FieldSpec[] = ["__proto__", "constructor", "toString"].map((name) => ({
      name,
      type: "JSON",
      mode: "NULLABLE",
    }));
    const decoder = compileDecoder(fields);
    expect(Object.entries(decoder(Buffer.from('{"__proto__":{"x":1}}')))).toEqual([
      ["__proto__", { x: 1 }],
      ["constructor", null],
      ["toString", null],
    ]);
    const row = decode({ more: json() }, '{"more":{"__proto__":{"polluted":1}},"__proto__":{"polluted":1}}');
    expect(row).not.toHaveProperty("polluted");
    expect(JSON.stringify(row)).toBe('{"more":{"__proto__":{"polluted":1}}}');
  });
});

const nested = (depth: number): string => "[".repeat(depth) + "]".repeat(depth);

const Order = {
  id: string({ values: ["a", "b"] }),
  quantity: nullable(integer()),
  paid: nullable(boolean()),
  price: nullable(numeric()),
  day: nullable(date()),
  at: nullable(timestamp({ encoding: "epoch-millis" })),
  raw: nullable(bytes()),
  items: repeated(record({ sku: string(), tags: repeated(string()) })),
};

describe("an event that does not fit is an error that says where and why", () => {
  test.each([
    ['{"id":"c"}', '$.id: "c" is not one of "a", "b"'],
    ['{"id":null}', "$.id: null is not a STRING"],
    ["{}", "$.id is missing"],
    ['{"id":"a","quantity":1.5}', "$.quantity: 1.5 is not an INTEGER"],
    ['{"id":"a","quantity":"many"}', '$.quantity: "many" is not an INTEGER'],
    ['{"id":"a","quantity":{}}', "$.quantity: an object is not an INTEGER"],
    ['{"id":"a","paid":"true"}', '$.paid: "true" is not a BOOLEAN'],
    ['{"id":"a","price":1e-10}', "$.price: 1e-10 is not a NUMERIC: it has more than 9 digits after the point"],
    ['{"id":"a","day":"2024-02-30"}', '$.day: "2024-02-30" is not a DATE'],
    ['{"id":"a","at":"2024-01-31T12:00:00Z"}', '$.at: "2024-01-31T12:00:00Z" is not a TIMESTAMP in epoch-millis'],
    ['{"id":"a","raw":"%%%"}', '$.raw: "%%%" is not a BYTES'],
    ['{"id":"a","items":{}}', "$.items: an object is not a list of RECORD"],
    ['{"id":"a","items":[{"sku":"x"},{"sku":"y","tags":["t",5]}]}', "$.items[1].tags[1]: 5 is not a STRING"],
    ['{"id":"a","items":[null]}', "$.items[0]: null is not a RECORD"],
    ['{"id":"\\ud800"}', '$.id: "\\ud800" is not one of "a", "b"'],
    ["[1]", "$: a list is not a row"],
    ["7", "$: 7 is not a row"],
    ["", "$: not JSON at byte 0: a value expected, the end found"],
    ['{"größe":1,}', `$: not JSON at byte 13: a field's name in quotes expected, "}" found`],
    ['{"id":"a"} x', '$: not JSON at byte 11: the end expected, "x" found'],
    ['{"id":"a', "$: not JSON at byte 8: the rest of the text in quotes expected, the end found"],
    ['{"id":"\\x"}', '$: not JSON at byte 7: an escape expected, "\\\\" found'],
    ['{"id":"a\nb"}', '$: not JSON at byte 8: the rest of the text in quotes expected, "\\n" found'],
    ['{"id" "a"}', '$: not JSON at byte 6: ":" expected, "\\"" found'],
    ["\ufeff{}", '$: not JSON at byte 0: a value expected, "\ufeff" found'],
  ])("%s", (text, message) => {
    expect(decode(Order, text)).toBe(message);
  });

  test("has the path apart from the sentence", () => {
    expect(compileDecoder(Order)(Buffer.from('{"id":"a","items":[7]}'))).toEqual(
      new RowError("$.items[0]", "$.items[0]: 7 is not a RECORD"),
    );
  });

  test("where it is not UTF-8", () => {
    expect(decode(Order, Buffer.from([123, 34, 0xff, 34, 58, 49, 125]))).toBe("$: not UTF-8, so not JSON");
  });

  test("where it is nested deeper than a hundred", () => {
    const fields = { a: nullable(json()) };
    for (const name of ["a", "unknown"]) {
      expect(decode(fields, `{"${name}":${nested(99)}}`)).toHaveProperty("a");
      expect(decode(fields, `{"${name}":${nested(100)}}`)).toBe(
        `$: not JSON at byte ${name.length + 4 + 99}: more than 100 lists and objects within each other`,
      );
    }
    expect(decode(fields, `{"a":${nested(1_000_000)}}`)).toContain("more than 100 lists");
  });
});

/** A row as JSON, timestamps in their encodings. */
function jsonOf(fields: readonly FieldSpec[], row: PlainRow): string {
  const [text] = fc.sample(spelledRow(fields, row), { numRuns: 1, seed: 1 });
  return text as string;
}

/** The same fields, their timestamps as text. */
function withoutEpochs(fields: readonly FieldSpec[]): readonly FieldSpec[] {
  return fields.map((field) => ({
    ...field,
    ...(field.encoding && { encoding: "text" as const }),
    ...(field.fields && { fields: withoutEpochs(field.fields) }),
  }));
}

/** The time of an event that writes it so. */
function as(encoding: "epoch-seconds" | "epoch-millis" | "epoch-micros", at: string): number {
  const row = compileDecoder({ at: timestamp({ encoding }) }, { time: "at" })(Buffer.from(`{"at":${at}}`));
  expect(row).toEqual({});
  return decodedTime();
}

describe("a time that is read as a number", () => {
  const fields = { user: string(), at: timestamp({ encoding: "epoch-micros" }) };
  const decoder = compileDecoder(fields, { time: "at" });

  test("is in no row, and in every spelling the time that the row would have had", () => {
    expect(as("epoch-micros", "1706702400123999")).toBe(1706702400123);
    expect(as("epoch-millis", "1706702400123")).toBe(1706702400123);
    expect(as("epoch-seconds", "1706702400")).toBe(1706702400000);
    // What the fast way leaves to others: text, exponents, before 1970.
    expect(as("epoch-millis", '"1706702400123"')).toBe(1706702400123);
    expect(as("epoch-seconds", "17067024e2")).toBe(1706702400000);
    expect(as("epoch-micros", "-1")).toBe(-1);
    expect(as("epoch-seconds", "-62135596800")).toBe(-62135596800000);
  });

  test("is one more thing that an event may have wrong", () => {
    const row = decoder(Buffer.from('{"at":1706702400123999,"user":"\\u0061"}'));
    expect([row, decodedTime()]).toEqual([{ user: "a" }, 1706702400123]);
    expect(decoder(Buffer.from('{"user":"a"}'))).toMatchObject({ message: "$.at is missing" });
    expect(decoder(Buffer.from('{"user":"a","at":"noon"}'))).toBeInstanceOf(RowError);
  });
});
