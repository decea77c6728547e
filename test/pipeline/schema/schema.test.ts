import { describe, expect, test } from "vitest";
import { float, nullable, record, repeated, string, timestamp, type AnyField } from "../../../pipeline/schema/field";
import { schema } from "../../../pipeline/schema/schema";

const declareWrongly = () =>
  schema("2nd event", {
    "user-id": string(),
    _PARTITIONTIME: timestamp(),
    ["x".repeat(301)]: string(),
    a: string(),
    A: string(),
    state: string({ values: [] }),
    kind: string({ values: ["a", "b", "a"] }),
    items: repeated(record({ "": string(), note: string({ description: "d".repeat(1_025) }) })),
    nothing: record({}),
    ["__proto__"]: string(),
  });

describe("a schema", () => {
  test("keeps its fields in their order", () => {
    const Click = schema("click", { user: string(), value: nullable(float()), at: timestamp() });
    expect(Object.keys(Click.fields)).toEqual(["user", "value", "at"]);
    expect(Click.fields.value).toMatchObject({ type: "FLOAT", mode: "NULLABLE" });
    expect(Click.metadata).toEqual([]);
  });

  test("names everything that is wrong with it at once", () => {
    expect(declareWrongly).toThrow(
      [
        "schema 2nd event: 11 things are not valid",
        '  its name is "2nd event": letters, digits and "_", and no digit first',
        '  user-id: a field\'s name has letters, digits and "_", and no digit first (https://cloud.google.com/bigquery/docs/schemas)',
        "  _PARTITIONTIME begins as names that BigQuery keeps for itself: choose another (https://cloud.google.com/bigquery/docs/schemas)",
        `  ${"x".repeat(40)}... has 301 characters: a name has at most 300 (https://cloud.google.com/bigquery/docs/schemas)`,
        "  A and a are one column to BigQuery, which ignores case: rename one",
        "  state: values is empty, so that nothing would be allowed",
        "  kind: values names one value twice",
        '  items.: a field\'s name has letters, digits and "_", and no digit first (https://cloud.google.com/bigquery/docs/schemas)',
        "  items.note: its description has 1025 characters, BigQuery takes 1024",
        "  nothing has no fields: declare one at least",
        "  __proto__ is a name that JavaScript keeps for itself: choose another",
      ].join("\n"),
    );
    expect(() => schema("empty", {})).toThrow(
      "schema empty: 1 thing is not valid\n  the schema has no fields: declare one at least",
    );
  });

  test("takes records within records as deep as BigQuery does", () => {
    const nested = (depth: number): AnyField => (depth === 0 ? string() : record({ inner: nested(depth - 1) }));
    expect(() => schema("deep", { inner: nested(15) })).not.toThrow();
    expect(() => schema("deep", { inner: nested(16) })).toThrow("lies 16 records deep: BigQuery takes 15");
  });
});

describe("metadata", () => {
  const Click = schema("click", { user: string() });

  test("comes after the event's fields, which stay known", () => {
    const WithMetadata = Click.withMetadata();
    expect(Object.keys(WithMetadata.fields)).toEqual(["user", "message_id", "publish_time", "attributes"]);
    expect(WithMetadata.metadata).toEqual(["message_id", "publish_time", "attributes"]);
    expect(WithMetadata.eventFields).toBe(Click.fields);
    expect(WithMetadata.name).toBe("click");
    expect(Click.metadata).toEqual([]);
  });

  test("added twice is there once", () => {
    expect(Object.keys(Click.withMetadata().withMetadata().fields)).toHaveLength(4);
  });

  test("does not take the place of a field of the event", () => {
    const Clash = schema("clash", { message_id: string() });
    expect(() => Clash.withMetadata()).toThrow(
      'schema clash: withMetadata() adds "message_id", but the event has a field of that name',
    );
  });
});
