/** join, enrich, distinct, stateful */
import { describe, expect, test } from "vitest";
import {
  afterWatermark,
  afterCount,
  bounded,
  fixed,
  float,
  integer,
  nullable,
  numeric,
  pipeline,
  repeated,
  schema,
  sessions,
  sideInput,
  string,
  timestamp,
  type Rows,
  type WindowOptions,
} from "../../../pipeline";
import { problemsOf } from "../problems-of";
import { columns, Order, stepOf, wrongWith, wrongWithPast } from "./rows";

const User = schema("user", { user: string(), name: string(), age: nullable(integer()) });

const joined = (type: "inner" | "left" | "full" | undefined) =>
  pipeline("test", { orders: bounded(Order), users: bounded(User) }, ({ orders, users }) => ({
    out: orders.select("id", "user", "tags").join(users, { on: "user", ...(type && { type }) }),
  }))
    .toJSON()
    .steps.at(-1);

const inWindows = (left: [string, WindowOptions?], right: [string, WindowOptions?]): readonly string[] =>
  problemsOf(() =>
    pipeline("test", { orders: Order, users: User }, ({ orders, users }) => ({
      out: orders
        .window(fixed(left[0] as "1m"), left[1])
        .select("id", "user")
        .join(users.window(fixed(right[0] as "1m"), right[1]), { on: "user" }),
    })),
  );

describe("join", () => {
  test.each([
    [
      undefined,
      "inner",
      [
        "user NULLABLE STRING",
        "id REQUIRED STRING",
        "tags REPEATED STRING",
        "name REQUIRED STRING",
        "age NULLABLE INTEGER",
      ],
    ],
    [
      "left",
      "left",
      [
        "user NULLABLE STRING",
        "id REQUIRED STRING",
        "tags REPEATED STRING",
        "name NULLABLE STRING",
        "age NULLABLE INTEGER",
      ],
    ],
    [
      "full",
      "full",
      [
        "user NULLABLE STRING",
        "id NULLABLE STRING",
        "tags REPEATED STRING",
        "name NULLABLE STRING",
        "age NULLABLE INTEGER",
      ],
    ],
  ] as const)("%s: keys first, then the left row, then the right one", (type, kind, expected) => {
    const step = joined(type);
    expect(step).toMatchObject({ kind: "join", inputs: ["out.select", "users"], on: ["user"], type: kind });
    expect(columns(step?.fields ?? [])).toEqual(expected);
  });

  test("of streams is within windows that are the same on both sides", () => {
    expect(inWindows(["1m"], ["5m"])).toEqual([
      'join: the two are not in the same windows: {"windowing":{"type":"fixed","size":"60s"},"trigger":{"type":"afterWatermark"},"allowedLateness":"0s","accumulation":"discarding"} and {"windowing":{"type":"fixed","size":"300s"},"trigger":{"type":"afterWatermark"},"allowedLateness":"0s","accumulation":"discarding"}',
    ]);
    const made = pipeline("test", { orders: Order, users: User }, ({ orders, users }) => ({
      out: orders
        .select("id", "user")
        .window(fixed("60s"))
        .join(users.window(fixed("1m")), { on: "user" }),
    }));
    expect(made.shape).toBe("windowed");
  });

  test("of discarding panes loses the pairs whose rows come in two of them", () => {
    const early: WindowOptions = { trigger: afterWatermark({ early: afterCount(1) }), accumulation: "discarding" };
    expect(inWindows(["1m", early], ["1m", early])).toEqual([
      'join: rows of two discarding panes never meet, and these windows may fire twice: say { accumulation: "accumulating" }',
    ]);
  });

  test("full, a key may be null where either side's may", () => {
    const Null = schema("null", { user: nullable(string()), note: string() });
    const keyOf = (type: "full" | "left") =>
      pipeline("test", { users: bounded(User), nulls: bounded(Null) }, ({ users, nulls }) => ({
        out: users.join(nulls, { on: "user", type }),
      })).outputs.out.fields.user.mode;
    expect(keyOf("full")).toBe("NULLABLE");
    expect(keyOf("left")).toBe("REQUIRED");
  });

  test("keys are of one kind: what events write and which values are allowed does not count, but in a full join", () => {
    const Left = schema("left", { key: string({ values: ["a"] }), at: timestamp({ encoding: "epoch-millis" }) });
    const Right = schema("right", { key: string(), at: timestamp(), note: string() });
    const wrong = (type: "inner" | "full"): readonly string[] =>
      problemsOf(() =>
        pipeline("test", { left: bounded(Left), right: bounded(Right) }, ({ left, right }) => ({
          out: left.join(right, { on: ["key", "at"], type }),
        })),
      );
    expect(() => wrong("inner")).toThrow("the pipeline was made");
    expect(wrong("full")).toEqual([
      'join: "key" has other values on the left than on the right: a full join gives those of both',
    ]);
  });

  test("keys and fields that cannot be", () => {
    const Other = schema("other", { user: integer(), id: string(), amount: float() });
    const wrong = (on: readonly string[]): readonly string[] =>
      problemsOf(() =>
        pipeline("test", { orders: bounded(Order), others: bounded(Other) }, ({ orders, others }) => ({
          out: orders.select("id", "user", "amount").join(others as never, { on } as never) as Rows,
        })),
      );
    expect(wrong(["user"])).toEqual([
      'join: "user" is STRING on the left and INTEGER on the right: let both be of one kind',
      'join: both rows have a field "id": .rename(...) or .drop(...) one first',
      'join: both rows have a field "amount": .rename(...) or .drop(...) one first',
    ]);
    const Text = schema("text", { quantity: integer({ as: "text" }), note: string() });
    expect(
      problemsOf(() =>
        pipeline("test", { orders: bounded(Order), texts: bounded(Text) }, ({ orders, texts }) => ({
          out: orders.select("quantity").join(texts, { on: "quantity" }),
        })),
      ),
    ).toEqual(['join: "quantity" is INTEGER on the left and INTEGER as text on the right: let both be of one kind']);
    expect(wrong([])[0]).toBe('join: it has no key: name one, as in { on: "user_id" }');
    expect(wrong(["amount", "nope"]).slice(0, 3)).toEqual([
      'join: this row has no field "nope": it has id, user, amount',
      'join: "amount" is a REQUIRED FLOAT, which cannot be a key: round it, or take a text',
      'join: the right row has no field "nope"',
    ]);
  });

  test("of streams without windows gives no row", () => {
    expect(
      problemsOf(() =>
        pipeline("test", { orders: Order, users: User }, ({ orders, users }) => ({
          out: orders.select("id", "user").join(users as never, { on: "user" } as never) as Rows,
        })),
      ),
    ).toEqual(["join: a stream has no end, so this would never give a row: call .window(...) first"]);
  });
});

const wrongOn = (on: object): readonly string[] =>
  problemsOf(() =>
    pipeline("test", { orders: Order, users: sideInput(User, { key: "user" }) }, ({ orders, users }) => ({
      out: orders
        .select("id", "user", "quantity")
        .rename({ id: "name" })
        .enrich(users as never, { on } as never) as Rows,
    })),
  );

describe("enrich", () => {
  const side = sideInput(User, { key: "user", refresh: "10m" });

  test.each([
    [undefined, "null", ["id REQUIRED STRING", "user NULLABLE STRING", "name NULLABLE STRING", "age NULLABLE INTEGER"]],
    ["drop", "drop", ["id REQUIRED STRING", "user NULLABLE STRING", "name REQUIRED STRING", "age NULLABLE INTEGER"]],
    ["error", "error", ["id REQUIRED STRING", "user NULLABLE STRING", "name REQUIRED STRING", "age NULLABLE INTEGER"]],
  ] as const)("with %s for what is missing", (missing, written, expected) => {
    const made = pipeline("test", { orders: Order, users: side }, ({ orders, users }) => ({
      out: orders.select("id", "user").enrich(users, { on: { user: "user" }, ...(missing && { missing }) }),
    }));
    const step = made.toJSON().steps.at(-1);
    expect(step).toMatchObject({
      kind: "enrich",
      inputs: ["out.select"],
      side: "users",
      on: { user: "user" },
      missing: written,
    });
    expect(columns(step?.fields ?? [])).toEqual(expected);
    expect(made.shape).toBe("row-wise");
    expect(made.toJSON().inputs["users"]).toMatchObject({ kind: "side", key: ["user"], refresh: "600s" });
  });

  test("what cannot be", () => {
    expect(wrongOn({ user: "quantity" })).toEqual([
      'enrich: "user" is STRING and "quantity" is INTEGER: let both be of one kind',
      'enrich: both have a field "name": .rename(...) or .drop(...) the row\'s first',
    ]);
    expect(wrongOn({ age: "quantity" }).slice(0, 2)).toEqual([
      'enrich: on does not say which field is "user"',
      'enrich: "age" is not of the side input\'s key: that is user',
    ]);
    expect(wrongOn({ user: "nope" })[0]).toBe('enrich: this row has no field "nope": it has name, user, quantity');
  });
});

describe("distinct", () => {
  test("of a stream says how long a key is remembered", () => {
    expect(stepOf((orders) => orders.distinct(["id", "user"], { within: "1d", name: "once" }))).toEqual({
      id: "once",
      kind: "distinct",
      inputs: ["orders"],
      keys: ["id", "user"],
      within: "86400s",
    });
    expect(wrongWith((orders) => orders.distinct("id", {} as never))).toEqual([
      'distinct: a stream has no end: say how long a key is remembered, as in { within: "1d" }',
    ]);
    expect(wrongWith((orders) => orders.distinct("id", { within: "0s" }))).toEqual([
      'distinct: within is "0s": it must be more than nothing',
    ]);
  });

  test("in windows and of bounded rows compares all that are there", () => {
    expect(stepOf((orders) => orders.window(fixed("1m")).distinct("id"))).toMatchObject({ keys: ["id"] });
    expect(wrongWith((orders) => orders.window(fixed("1m")).distinct("id", { within: "1d" } as never))).toEqual([
      "distinct: within is for streams without windows: here all rows of a window are compared",
    ]);
    expect(wrongWithPast((orders) => orders.distinct("amount" as "id"))).toEqual([
      'distinct: "amount" is a REQUIRED FLOAT, which cannot be a key: round it, or take a text',
    ]);
    expect(wrongWithPast((orders) => orders.distinct([]))).toEqual([
      'distinct: it has no key: name one, as in .distinct("event_id")',
    ]);
  });

  test("of sessions would have to know how they end", () => {
    expect(wrongWith((orders) => orders.window(sessions({ gap: "1m" })).distinct("id"))).toEqual([
      "distinct: a session is not known before it ends: call .distinct(...) before .window(sessions(...))",
    ]);
  });
});

const wrongState = (more: object): readonly string[] =>
  wrongWith((orders) =>
    orders
      .select("id", "amount")
      .groupBy("id")
      .stateful({
        state: { n: integer() },
        initial: { n: 0 },
        output: { n: integer() },
        timeToLive: "unlimited",
        process: (_order: object, state: object) => ({ state, output: [] }),
        ...more,
      } as never),
  );

describe("stateful", () => {
  test("carries its state as fields, and its functions", () => {
    const step = stepOf((orders) =>
      orders.groupBy("user").stateful(
        {
          state: { n: integer(), since: nullable(string()) },
          initial: { n: 0, since: null },
          output: { user: nullable(string()), n: integer() },
          timeToLive: "30d",
          constants: { most: 3 },
          process: (order, state, { constants }) => ({
            state: { n: Math.min(state.n + 1, constants.most), since: state.since ?? order.at },
            output: [{ user: order.user, n: state.n + 1 }],
            timer: order.at,
          }),
          onTimer: (state, { key, time }) => ({ state: null, output: [{ user: key.user, n: state.n + time.length }] }),
        },
        { name: "counts" },
      ),
    );
    expect(step).toMatchObject({
      id: "counts",
      kind: "stateful",
      keys: ["user"],
      state: [
        { name: "n", type: "INTEGER", mode: "REQUIRED" },
        { name: "since", type: "STRING", mode: "NULLABLE" },
      ],
      initial: { n: 0, since: null },
      timeToLive: "2592000s",
      process: { reads: ["at", "user"], constants: { most: 3 } },
      onTimer: { reads: [], constants: { most: 3 } },
    });
    expect(columns(step.fields ?? [])).toEqual(["user NULLABLE STRING", "n REQUIRED INTEGER"]);
  });

  test("what cannot be", () => {
    expect(wrongState({ timeToLive: "0s", initial: { m: 0 } })).toEqual([
      'stateful: initial has "m", which the state has not',
      "stateful: initial: n is missing",
      'stateful: timeToLive is "0s": it must be more than nothing',
    ]);
    expect(wrongState({ state: {}, initial: {} })[0]).toBe("stateful: state has no fields: declare one at least");
    expect(
      wrongState({
        process: (order: { readonly nope: number }, state: { n: number }) => {
          state.n = order.nope;
          return { state, output: [] };
        },
      }),
    ).toEqual([
      `stateful, process changes its state, which is given again if the call fails
      state.n = order.nope;
    return { ...state, n }`,
    ]);
    expect(
      wrongState({ process: (order: { readonly nope: number }, state: object) => ({ state, output: [order.nope] }) }),
    ).toEqual(['stateful: this row has no field "nope": it has id, amount']);
  });

  test("an initial state is in the form of its fields", () => {
    const step = stepOf((orders) =>
      orders.groupBy("id").stateful({
        state: { since: timestamp(), total: numeric(), tags: repeated(string()) },
        initial: { since: "2024-01-31T13:00:00+01:00", total: "1.50", tags: [] },
        output: { id: string() },
        timeToLive: "1d",
        process: (_order, state) => ({ state, output: [] }),
      }),
    );
    expect(step).toMatchObject({ initial: { since: "2024-01-31T12:00:00.000000Z", total: "1.5", tags: [] } });
  });

  test("of sessions would have to know how they end", () => {
    expect(
      wrongWith((orders) =>
        orders
          .window(sessions({ gap: "1m" }))
          .groupBy("id")
          .stateful({
            state: { n: integer() },
            initial: { n: 0 },
            output: { n: integer() },
            timeToLive: "1d",
            process: (_order, state) => ({ state, output: [] }),
          }),
      ),
    ).toEqual(["stateful: a session is not known before it ends: call .stateful(...) before .window(sessions(...))"]);
  });
});
