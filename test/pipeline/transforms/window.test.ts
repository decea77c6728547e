/** eventTime, window, windowings, triggers */
import { describe, expect, test } from "vitest";
import {
  afterAll,
  afterAny,
  afterCount,
  afterEach,
  afterProcessingTime,
  afterWatermark,
  bounded,
  count,
  fixed,
  globalWindow,
  pipeline,
  repeatedly,
  sessions,
  sliding,
  type Trigger,
  type Windowing,
  type WindowOptions,
} from "../../../pipeline";
import { Order, stepOf, wrongWith, wrongWithPast } from "./rows";

const windowed = (windowing: Windowing, options?: WindowOptions) =>
  stepOf((orders) => orders.window(windowing, options));
const wrong = (windowing: Windowing, options?: WindowOptions): readonly string[] =>
  wrongWith((orders) => orders.window(windowing, options)).map((problem) => problem.replace(/^window: /, ""));
const discarding = (trigger: Trigger): WindowOptions => ({ trigger, accumulation: "discarding" });

describe("event time", () => {
  test("of a stream it says how late a row may come", () => {
    expect(stepOf((orders) => orders.eventTime("at", { maxDelay: "90s" }))).toEqual({
      id: "out.eventTime",
      kind: "eventTime",
      inputs: ["orders"],
      field: "at",
      maxDelay: "90s",
    });
    expect(stepOf((orders) => orders.eventTime("at", { maxDelay: "0s" }))).toMatchObject({ maxDelay: "0s" });
  });

  test("of bounded rows nothing is late", () => {
    const made = pipeline("test", { orders: bounded(Order) }, ({ orders }) => ({ out: orders.eventTime("at") }));
    expect(made.toJSON().steps[0]).toEqual({ id: "out.eventTime", kind: "eventTime", inputs: ["orders"], field: "at" });
  });

  test("is a REQUIRED TIMESTAMP, set once, before the windows", () => {
    const maxDelay = "1s";
    expect(wrongWith((orders) => orders.eventTime("id" as "at", { maxDelay }))).toEqual([
      'eventTime: "id" is a REQUIRED STRING: the event time is a REQUIRED TIMESTAMP',
    ]);
    expect(wrongWith((orders) => orders.select("id", "at").eventTime("nope" as "at", { maxDelay }))).toEqual([
      'eventTime: this row has no field "nope": it has id, at',
    ]);
    expect(wrongWith((orders) => orders.eventTime("at", { maxDelay }).eventTime("at", { maxDelay }))).toEqual([
      'eventTime: the event time is "at" already: set it once',
    ]);
    expect(wrongWith((orders) => orders.window(fixed("1m")).eventTime("at" as never, { maxDelay }))).toEqual([
      "eventTime: the rows are in windows already: call it before .window(...)",
    ]);
    expect(wrongWith((orders) => orders.eventTime("at", undefined as never))).toEqual([
      'eventTime: maxDelay is missing: say how late a row may come, as in { maxDelay: "30s" }',
    ]);
  });
});

describe("windows", () => {
  test("by default they fire once, when the watermark passes their end", () => {
    expect(windowed(fixed("1m"))).toEqual({
      id: "out.window",
      kind: "window",
      inputs: ["orders"],
      windowing: { type: "fixed", size: "60s" },
      trigger: { type: "afterWatermark" },
      allowedLateness: "0s",
      accumulation: "discarding",
    });
  });

  test.each<[Windowing, object]>([
    [fixed("1d", { offset: "6h" }), { type: "fixed", size: "86400s", offset: "21600s" }],
    [fixed("500ms", { offset: "0s" }), { type: "fixed", size: "0.5s" }],
    [sliding("5m", { every: "1m" }), { type: "sliding", size: "300s", every: "60s" }],
    [sliding("5m", { every: "1m", offset: "30s" }), { type: "sliding", size: "300s", every: "60s", offset: "30s" }],
    [sessions({ gap: "10m" }), { type: "sessions", gap: "600s" }],
  ])("%j", (windowing, spec) => {
    expect(windowed(windowing)).toMatchObject({ windowing: spec });
  });

  test.each<[Windowing, string]>([
    [fixed("0s"), 'size is "0s": it must be more than nothing'],
    [fixed("1.0001s"), 'size: "1.0001s" is not a whole number of milliseconds, the finest there is'],
    [fixed("1m", { offset: "1m" }), 'offset is "1m": it must be less than size'],
    [sliding("1m", { every: "0s" }), 'every is "0s": it must be more than nothing'],
    [
      sliding("1m", { every: "5m" }),
      'every is "5m" and size "1m": rows between two windows would be lost. Let every be at most the size',
    ],
    [
      sliding("1d", { every: "1s" }),
      'size "1d" and every "1s" put each row into 86400 windows, at most 1440 are kept: let every be longer',
    ],
    [sliding("5m", { every: "1m", offset: "2m" }), 'offset is "2m": it must be less than every'],
    [sessions({ gap: "0s" }), 'gap is "0s": it must be more than nothing'],
  ])("%j is refused", (windowing, problem) => {
    expect(wrong(windowing)).toEqual([problem]);
  });

  test("of bounded rows they need an event time", () => {
    expect(wrongWithPast((orders) => orders.window(fixed("1m")))).toEqual([
      "window: bounded rows have no time of their own: call .eventTime(...) before .window(...)",
    ]);
    expect(
      pipeline("test", { orders: bounded(Order) }, ({ orders }) => ({
        out: orders.eventTime("at").window(fixed("1m")).aggregate({ n: count() }),
      })).shape,
    ).toBe("bounded");
  });

  test("the global window of bounded rows ends with them", () => {
    const made = pipeline("test", { orders: bounded(Order) }, ({ orders }) => ({
      out: orders.window(globalWindow()).aggregate({ n: count() }),
    }));
    expect(made.toJSON().steps[0]).toMatchObject({
      windowing: { type: "global" },
      trigger: { type: "afterWatermark" },
    });
  });
});

describe("lateness", () => {
  test("alone it means that each late row fires", () => {
    expect(windowed(fixed("1m"), { allowedLateness: "10m", accumulation: "accumulating" })).toMatchObject({
      trigger: { type: "afterWatermark", late: { type: "afterCount", count: 1 } },
      allowedLateness: "600s",
      accumulation: "accumulating",
    });
  });

  test("with early firings alone as well, for what is let in must come out", () => {
    const trigger = afterWatermark({ early: afterCount(5) });
    expect(windowed(fixed("1m"), { trigger, allowedLateness: "10m", accumulation: "discarding" })).toMatchObject({
      trigger: { early: { type: "afterCount", count: 5 }, late: { type: "afterCount", count: 1 } },
    });
  });

  test("late firings without it would never be", () => {
    expect(wrong(fixed("1m"), discarding(afterWatermark({ late: afterCount(1) })))).toEqual([
      'late fires for rows that allowedLateness lets in: say how late, as in { allowedLateness: "10m" }',
    ]);
  });

  test("nothing is late in the global window", () => {
    const trigger = repeatedly(afterCount(1));
    expect(wrong(globalWindow(), { trigger, allowedLateness: "1m", accumulation: "discarding" })).toEqual([
      "nothing is late in the global window: leave allowedLateness out",
    ]);
  });

  test("whoever may fire again says what a later pane holds", () => {
    expect(wrong(fixed("1m"), { allowedLateness: "1m" } as never)).toEqual([
      'its windows may fire again: say what a later pane holds, { accumulation: "discarding" } or "accumulating"',
    ]);
  });
});

describe("triggers", () => {
  test.each<[Trigger, object]>([
    [repeatedly(afterCount(10)), { type: "repeatedly", of: { type: "afterCount", count: 10 } }],
    [
      repeatedly(afterAny(afterCount(10), afterProcessingTime("1m"))),
      {
        type: "repeatedly",
        of: {
          type: "afterAny",
          of: [
            { type: "afterCount", count: 10 },
            { type: "afterProcessingTime", delay: "60s" },
          ],
        },
      },
    ],
    [
      afterEach(afterAll(afterCount(2), afterCount(3)), repeatedly(afterWatermark())),
      {
        type: "afterEach",
        of: [
          {
            type: "afterAll",
            of: [
              { type: "afterCount", count: 2 },
              { type: "afterCount", count: 3 },
            ],
          },
          { type: "repeatedly", of: { type: "afterWatermark" } },
        ],
      },
    ],
    [
      afterWatermark({ early: afterProcessingTime("30s") }),
      { type: "afterWatermark", early: { type: "afterProcessingTime", delay: "30s" } },
    ],
  ])("%j", (trigger, spec) => {
    expect(windowed(fixed("1m"), discarding(trigger))).toMatchObject({ trigger: spec });
  });

  test.each<[string, Trigger, string]>([
    ["a count of nothing", repeatedly(afterCount(0)), "afterCount(0): a count is a whole number, 1 or more"],
    ["half a count", repeatedly(afterCount(1.5)), "afterCount(1.5): a count is a whole number, 1 or more"],
    ["no delay", repeatedly(afterProcessingTime("0s")), 'afterProcessingTime is "0s": it must be more than nothing'],
    ["one of one", repeatedly(afterAny(afterCount(1))), "afterAny takes two triggers or more, and has 1"],
    [
      "a count that fires once",
      afterCount(10),
      "afterCount fires once, and what comes after it would be lost: write repeatedly(afterCount(...))",
    ],
    [
      "a time that fires once",
      afterProcessingTime("1m"),
      "afterProcessingTime fires once, and what comes after it would be lost: write repeatedly(afterProcessingTime(...))",
    ],
    [
      "one after the other, and the last fires once",
      afterEach(afterCount(1), afterCount(2)),
      "afterEach fires once, and what comes after it would be lost: write repeatedly(afterEach(...))",
    ],
    [
      "something after what fires for ever",
      afterEach(repeatedly(afterCount(1)), afterWatermark()),
      "afterEach never comes to its afterWatermark: what stands before it fires for ever",
    ],
  ])("%s is refused", (_title, trigger, problem) => {
    expect(wrong(fixed("1m"), discarding(trigger))).toEqual([problem]);
  });

  const leaves =
    'the global window of a stream never ends, so what its trigger leaves never comes out: let it fire by time as well, as in repeatedly(afterAny(afterCount(10), afterProcessingTime("1m")))';
  test.each<[string, Trigger, readonly string[]]>([
    ["every tenth row", repeatedly(afterCount(10)), [leaves]],
    ["the watermark, which never passes its end", afterWatermark(), [leaves]],
    ["ten rows early", afterWatermark({ early: afterCount(10) }), [leaves]],
    ["ten rows and a minute", repeatedly(afterAll(afterCount(10), afterProcessingTime("1m"))), [leaves]],
    ["every row", repeatedly(afterCount(1)), []],
    ["every minute", repeatedly(afterProcessingTime("1m")), []],
    ["every minute early", afterWatermark({ early: afterProcessingTime("1m") }), []],
    ["ten rows or a minute", repeatedly(afterAny(afterCount(10), afterProcessingTime("1m"))), []],
  ])("in the global window of a stream: %s", (_title, trigger, problems) => {
    const made = () => windowed(globalWindow(), discarding(trigger));
    if (problems.length === 0) expect(made()).toMatchObject({ kind: "window" });
    else expect(wrong(globalWindow(), discarding(trigger))).toEqual(problems);
  });
});
