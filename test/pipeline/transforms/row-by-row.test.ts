/** filter, assert, map, flatMap, withFields, select, drop, rename, flatten, processingTime */
import { describe, expect, test } from "vitest";
import { bounded, float, integer, pipeline, schema, string } from "../../../pipeline";
import { problemsOf } from "../problems-of";
import { columns, columnsOf, Order, stepOf, wrongWith } from "./rows";

describe("filter and assert", () => {
  test("carry their function, and give the rows they took", () => {
    const step = stepOf((orders) =>
      orders.filter((order, { constants }) => order.amount > constants.least, { constants: { least: 3 } }),
    );
    expect(step).toEqual({
      id: "out.filter",
      kind: "filter",
      inputs: ["orders"],
      function: {
        source: "(order, {constants}) => order.amount > constants.least",
        reads: ["amount"],
        constants: { least: 3 },
      },
    });
  });

  test("an assertion carries its sentence, which is not empty", () => {
    expect(stepOf((orders) => orders.assert("amount is positive", (order) => order.amount > 0))).toMatchObject({
      kind: "assert",
      message: "amount is positive",
      function: { reads: ["amount"] },
    });
    expect(wrongWith((orders) => orders.assert(" ", () => true))).toEqual([
      'assert: its sentence is empty: say what holds, as in "value is never negative"',
    ]);
  });

  test("what a function reads must be there, also where no compiler looked", () => {
    const keep = ((order: { readonly amout: number }) => order.amout > 3) as never;
    expect(wrongWith((orders) => orders.select("id", "amount").filter(keep))).toEqual([
      'filter: this row has no field "amout": it has id, amount',
    ]);
  });
});

describe("map, flatMap and withFields", () => {
  test("say the rows that they give, by fields or by a schema", () => {
    const Line = schema("line", { id: string(), total: float() });
    expect(columnsOf((orders) => orders.map(Line, (order) => ({ id: order.id, total: order.amount })))).toEqual([
      "id REQUIRED STRING",
      "total REQUIRED FLOAT",
    ]);
    expect(
      columnsOf((orders) => orders.flatMap({ tag: string() }, (order) => order.tags.map((tag) => ({ tag })))),
    ).toEqual(["tag REQUIRED STRING"]);
  });

  test("withFields keeps the others in their places and says which it sets", () => {
    const step = stepOf((orders) =>
      orders
        .select("id", "amount")
        .withFields({ amount: string(), n: integer() }, (order) => ({ amount: String(order.amount), n: 1 })),
    );
    expect(step).toMatchObject({ kind: "withFields", sets: ["amount", "n"] });
    expect(columns(step.fields ?? [])).toEqual(["id REQUIRED STRING", "amount REQUIRED STRING", "n REQUIRED INTEGER"]);
  });

  test("give some field at least", () => {
    expect(wrongWith((orders) => orders.withFields({}, () => ({})))).toEqual([
      "withFields: it sets no field: name one at least",
    ]);
    expect(wrongWith((orders) => orders.map({}, () => ({})))).toEqual([
      "map: its rows have no fields: declare one at least",
    ]);
  });
});

describe("select, drop and rename", () => {
  test("select takes fields in the order of the names", () => {
    expect(stepOf((orders) => orders.select("quantity", "id"))).toEqual({
      id: "out.select",
      kind: "select",
      inputs: ["orders"],
      fields: [
        { name: "quantity", type: "INTEGER", mode: "REQUIRED" },
        { name: "id", type: "STRING", mode: "REQUIRED" },
      ],
    });
  });

  test("drop is a select of the others", () => {
    const step = stepOf((orders) => orders.drop("items", "extra", "tags", "at", "tip", "price", "user"));
    expect(step.kind).toBe("select");
    expect(columns(step.fields ?? [])).toEqual([
      "id REQUIRED STRING",
      "amount REQUIRED FLOAT",
      "quantity REQUIRED INTEGER",
    ]);
  });

  test("rename changes names and nothing else", () => {
    const step = stepOf((orders) => orders.select("id", "amount", "tip").rename({ id: "amount_id", tip: "id" }));
    expect(step).toMatchObject({ kind: "rename", names: { id: "amount_id", tip: "id" } });
    expect(columns(step.fields ?? [])).toEqual([
      "amount_id REQUIRED STRING",
      "amount REQUIRED FLOAT",
      "id NULLABLE INTEGER",
    ]);
  });

  test("names that are not there, and one twice", () => {
    expect(wrongWith((orders) => orders.select("id", "nope" as "id", "id"))).toEqual([
      `select: this row has no field "nope": it has ${Object.keys(Order.fields).join(", ")}`,
      'select: "id" is named twice',
    ]);
    expect(wrongWith((orders) => orders.drop("nope" as "id"))).toHaveLength(1);
    expect(wrongWith((orders) => orders.select("id", "amount").rename({ id: "amount", nope: "x" } as never))).toEqual([
      'rename: this row has no field "nope": it has id, amount',
      'rename: two fields would be called "amount": choose another name',
    ]);
  });
});

describe("flatten", () => {
  test("takes the rows of all, whatever the order of their fields", () => {
    const made = pipeline("test", { a: Order, b: Order }, ({ a, b }) => ({
      out: a.select("id", "amount").flatten(b.select("amount", "id"), b.select("id", "amount")),
    })).toJSON();
    expect(made.steps.at(-1)).toEqual({
      id: "out.flatten",
      kind: "flatten",
      inputs: ["out.select", "out.select-2", "out.select-3"],
    });
  });

  test("refuses rows of other fields, and rows that do not come alike", () => {
    const Other = schema("other", { id: string(), amount: integer(), note: string() });
    expect(
      problemsOf(() =>
        pipeline("test", { a: Order, b: Other }, ({ a, b }) => ({
          out: a.select("id", "amount").flatten(b as never),
        })),
      ),
    ).toEqual([
      'flatten: "amount" is a REQUIRED FLOAT of the one and a REQUIRED INTEGER of the other',
      'flatten: only one of the two has a field "note": let both have the same fields',
    ]);
    expect(
      problemsOf(() =>
        pipeline("test", { a: Order, b: bounded(Order) }, ({ a, b }) => ({ out: a.flatten(b as never) })),
      ),
    ).toEqual([
      "flatten: one of the two is a stream without windows, the other bounded: only rows that come alike can be put together",
    ]);
    expect(wrongWith((orders) => orders.flatten(...([] as unknown as [typeof orders])))).toEqual([
      "flatten: it takes the rows of others: .flatten(other)",
    ]);
  });

  test("of rows that remember and rows that do not, all have come through a memory", () => {
    const made = pipeline("test", { a: Order, b: Order }, ({ a, b }) => ({
      out: a.flatten(b.distinct("id", { within: "1d" })),
    }));
    expect(made.shape).toBe("windowed");
  });
});

test("processingTime adds a column of a new name", () => {
  const step = stepOf((orders) => orders.select("id").processingTime("seen"));
  expect(step).toMatchObject({ kind: "processingTime", field: "seen" });
  expect(columns(step.fields ?? [])).toEqual(["id REQUIRED STRING", "seen REQUIRED TIMESTAMP"]);
  expect(wrongWith((orders) => orders.processingTime("id" as never))).toEqual([
    'processingTime: this row has a field "id" already: choose another name',
  ]);
});

test("a part that is a function is applied like a method", () => {
  const step = stepOf((orders) => orders.apply((rows) => rows.select("id")));
  expect(step.kind).toBe("select");
});
