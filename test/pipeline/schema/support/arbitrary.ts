/** Schemas, and rows that are as a function sees them. */
import * as fc from "fast-check";
import { dateOf } from "../../../../pipeline/schema/calendar";
import { decimalOf } from "../../../../pipeline/schema/decimal";
import { timestampOfMicroseconds } from "../../../../pipeline/schema/timestamp";
import type { FieldMode, FieldSpec } from "../../../../pipeline/spec";

export type PlainRow = { readonly [name: string]: unknown };

/** Names that objects have by themselves are names like any other. */
const names = fc.oneof(
  fc.constantFrom("a", "b", "id", "item_id", "Kind", "x1", "_y", "user_pseudo_id", "value", "event_timestamp"),
  fc.constantFrom("constructor", "toString", "hasOwnProperty", "valueOf", "length", "prototype", "message", "items"),
  fc.constant("a_name_that_is_quite_long_and_goes_on_for_more_than_sixty_four_characters"),
);
const modes = fc.constantFrom<FieldMode>("REQUIRED", "NULLABLE", "REPEATED");
const scalars = fc.oneof(
  fc.constantFrom("STRING", "FLOAT", "NUMERIC", "BOOLEAN", "DATE", "DATETIME", "TIME", "BYTES", "JSON"),
  fc.constantFrom("INTEGER", "TIMESTAMP", "STRING"),
);

const scalarField: fc.Arbitrary<FieldSpec> = fc
  .record({
    name: names,
    type: scalars,
    mode: modes,
    encoding: fc.constantFrom(undefined, "epoch-seconds", "epoch-millis", "epoch-micros"),
    wide: fc.boolean(),
    listed: fc.boolean(),
  })
  .map(({ name, type, mode, encoding, wide, listed }): FieldSpec => ({
    name,
    type,
    mode,
    ...(type === "TIMESTAMP" && encoding !== undefined && { encoding }),
    ...(type === "INTEGER" && wide && { as: "text" as const }),
    ...(type === "STRING" && listed && { values: ["open", "paid", "zurück", ""] }),
  }));

const several = (field: fc.Arbitrary<FieldSpec>, maxLength: number): fc.Arbitrary<readonly FieldSpec[]> =>
  fc.uniqueArray(field, { minLength: 1, maxLength, selector: ({ name }) => name.toLowerCase() });

const recordField = (inner: fc.Arbitrary<FieldSpec>): fc.Arbitrary<FieldSpec> =>
  fc.record({ name: names, type: fc.constant("RECORD" as const), mode: modes, fields: several(inner, 3) });

const nestedField = fc.oneof(
  { weight: 3, arbitrary: scalarField },
  { weight: 1, arbitrary: recordField(fc.oneof(scalarField, recordField(scalarField))) },
);

/** Fields of every type and mode, records within records too. */
export const someFields = several(nestedField, 6);

const text = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: "binary", maxLength: 12 }),
  fc.constantFrom("ping", "purchase", '\\"\n\u2028', "zurück", "😀", "a".repeat(100)),
);
const numerics = fc
  .oneof(
    fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n }),
    fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }),
  )
  .map(decimalOf);
export const timestamps = fc
  .bigInt({ min: -62_135_596_800_000_000n, max: 253_402_300_799_999_999n })
  .map(timestampOfMicroseconds);
const dates = fc.integer({ min: -719_162, max: 2_932_896 }).map(dateOf);
const times = fc.nat(86_399_999_999).map((micros) => timestampOfMicroseconds(BigInt(micros)).slice(11, 26));
const json = fc
  .jsonValue({ maxDepth: 3, noUnicodeString: false })
  .map((value) => JSON.parse(JSON.stringify(value)) as unknown);

function scalarValue(field: FieldSpec): fc.Arbitrary<unknown> {
  switch (field.type) {
    case "STRING":
      return field.values ? fc.constantFrom(...field.values) : text;
    case "INTEGER":
      return field.as === "text"
        ? fc.oneof(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.bigInt({ min: -9n, max: 9n })).map(String)
        : fc.oneof(fc.maxSafeInteger(), fc.integer({ min: -9, max: 1_000 }));
    case "FLOAT":
      return fc.oneof(
        fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
        fc.integer({ min: -1_000_000, max: 1_000_000 }).map((cents) => cents / 100),
      );
    case "NUMERIC":
      return numerics;
    case "BOOLEAN":
      return fc.boolean();
    case "TIMESTAMP":
      return timestamps;
    case "DATE":
      return dates;
    case "DATETIME":
      return fc.tuple(dates, times).map(([date, time]) => `${date}T${time}`);
    case "TIME":
      return times;
    case "BYTES":
      return fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes).toString("base64"));
    case "JSON":
      return json;
    case "RECORD":
      return rowsOf(field.fields ?? []);
  }
}

function value(field: FieldSpec): fc.Arbitrary<unknown> {
  const one = scalarValue(field);
  if (field.mode === "REPEATED") return fc.array(one, { maxLength: 4 });
  // A NULLABLE JSON has one null, the column's: JSON's own null is no value beside it.
  return field.mode === "NULLABLE" ? fc.option(one) : one;
}

/** Rows of some fields, in their one form and the fields in their order. */
function rowsOf(fields: readonly FieldSpec[]): fc.Arbitrary<PlainRow> {
  return fc
    .tuple(...fields.map(value))
    .map((values) => Object.fromEntries(fields.map(({ name }, i) => [name, values[i]])));
}

/** A schema and a row of it. */
export const fieldsAndRow = (fields = someFields): fc.Arbitrary<{ fields: readonly FieldSpec[]; row: PlainRow }> =>
  fields.chain((fields) => rowsOf(fields).map((row) => ({ fields, row })));
