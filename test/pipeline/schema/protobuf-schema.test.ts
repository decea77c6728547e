import * as fc from "fast-check";
import protobuf from "protobufjs";
import { expect, test } from "vitest";
import {
  float,
  integer,
  json,
  nullable,
  numeric,
  record,
  repeated,
  string,
  timestamp,
} from "../../../pipeline/schema/field";
import { protobufSchema } from "../../../pipeline/schema/protobuf-schema";
import { someFields } from "./support/arbitrary";

test("an event is one message, with its fields in their order", () => {
  const fields = {
    user: string({ description: "who it was,\nor null" }),
    value: nullable(float()),
    at: timestamp({ encoding: "epoch-micros" }),
    seen_at: timestamp(),
    serial: integer({ as: "text" }),
    price: numeric(),
    more: json(),
    order_items: repeated(record({ sku: string(), OrderItems: nullable(record({ x: string() })) })),
  };
  expect(protobufSchema("click_event", fields)).toBe(`syntax = "proto3";

message click_event {
  message OrderItems {
    message OrderItems_ {
      string x = 1;
    }
    string sku = 1;
    optional OrderItems_ OrderItems = 2;
  }
  // who it was,
  // or null
  string user = 1;
  optional double value = 2;
  int64 at = 3;
  string seen_at = 4;
  int64 serial = 5;
  string price = 6;
  string more = 7;
  repeated OrderItems order_items = 8;
}
`);
});

test("every event's message is legal protobuf, with each field by its name and number", () => {
  fc.assert(
    fc.property(someFields, (fields) => {
      const { root } = protobuf.parse(protobufSchema("event", fields), { keepCase: true });
      const message = root.lookupType("event");
      root.resolveAll();
      expect(message.fieldsArray.map(({ name, id, repeated }) => ({ name, id, repeated }))).toEqual(
        fields.map(({ name, mode }, i) => ({ name, id: i + 1, repeated: mode === "REPEATED" })),
      );
    }),
  );
});
