/** What the compiler must know of fields and rows: `tsc` is the test, running it shows nothing more. */
import { expectTypeOf, test } from "vitest";
import {
  boolean,
  bytes,
  date,
  datetime,
  float,
  integer,
  json,
  nullable,
  numeric,
  record,
  repeated,
  string,
  time,
  timestamp,
  type AnyField,
  type Fields,
  type StringField,
} from "../../../pipeline/schema/field";
import { schema, type RowOf, type Schema } from "../../../pipeline/schema/schema";
import type { Json } from "../../../pipeline/spec";

const Order = schema("order", {
  order_id: string(),
  state: string({ values: ["open", "paid"] }),
  quantity: integer(),
  serial: integer({ as: "text" }),
  weight: float(),
  price: numeric(),
  gift: boolean(),
  at: timestamp({ encoding: "epoch-micros" }),
  day: date(),
  opened: datetime(),
  closes: time(),
  signature: bytes(),
  more: json(),
  tip: nullable(numeric()),
  channel: nullable(string({ values: ["web", "app"] })),
  tags: repeated(string()),
  items: repeated(record({ sku: string(), note: nullable(string()) })),
  address: nullable(record({ city: string() })),
});

test("a row has a type for each type of field", () => {
  expectTypeOf<RowOf<typeof Order>>().toEqualTypeOf<{
    readonly order_id: string;
    readonly state: "open" | "paid";
    readonly quantity: number;
    readonly serial: `${bigint}`;
    readonly weight: number;
    readonly price: `${number}`;
    readonly gift: boolean;
    readonly at: string;
    readonly day: string;
    readonly opened: string;
    readonly closes: string;
    readonly signature: string;
    readonly more: Json;
    readonly tip: `${number}` | null;
    readonly channel: "web" | "app" | null;
    readonly tags: readonly string[];
    readonly items: readonly { readonly sku: string; readonly note: string | null }[];
    readonly address: { readonly city: string } | null;
  }>();
});

test("an event with its metadata has three fields more, and is still known by its own", () => {
  const WithMetadata = Order.withMetadata();
  expectTypeOf<RowOf<typeof WithMetadata>["message_id"]>().toEqualTypeOf<string>();
  expectTypeOf<RowOf<typeof WithMetadata>["publish_time"]>().toEqualTypeOf<string>();
  expectTypeOf<RowOf<typeof WithMetadata>["attributes"]>().toEqualTypeOf<{ readonly [name: string]: string }>();
  expectTypeOf<RowOf<typeof WithMetadata>["price"]>().toEqualTypeOf<`${number}`>();
  expectTypeOf(WithMetadata.eventFields).toEqualTypeOf(Order.fields);
  expectTypeOf(WithMetadata).toExtend<Schema<Fields, (typeof Order)["fields"]>>();
});

test("every schema is a schema, every field a field, and no event is another", () => {
  expectTypeOf(Order).toExtend<Schema<Fields>>();
  expectTypeOf(Order.withMetadata()).toExtend<Schema<Fields, Fields>>();
  expectTypeOf(nullable(string({ values: ["a"] }))).toExtend<AnyField>();
  expectTypeOf<Schema<{ a: StringField }>>().not.toExtend<Schema<{ a: StringField; b: StringField }>>();
});

test("what no column can be does not compile", () => {
  // @ts-expect-error nullable already
  nullable(nullable(string()));
  // @ts-expect-error BigQuery has no list of lists
  repeated(repeated(string()));
  // @ts-expect-error an element is never null
  repeated(nullable(string()));
  // @ts-expect-error only an integer has a text form
  float({ as: "text" });
  // @ts-expect-error only a timestamp has an encoding
  string({ encoding: "epoch-micros" });
});
