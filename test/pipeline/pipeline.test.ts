import { describe, expect, test } from "vitest";
import {
  afterCount,
  afterProcessingTime,
  afterWatermark,
  bounded,
  count,
  fixed,
  float,
  nullable,
  pipeline,
  schema,
  sideInput,
  string,
  timestamp,
  type PipelineSpec,
} from "../../pipeline";
import { pipelines } from "./pipelines";
import { errorOf, problemsOf } from "./problems-of";

const Click = schema("click_event", {
  user: string(),
  name: string(),
  at: timestamp({ encoding: "epoch-micros" }),
  value: nullable(float()),
});
const Device = schema("device", { device: string(), label: string() });

const idsOf = (of: { toJSON(): PipelineSpec }): readonly string[] => of.toJSON().steps.map(({ id }) => id);

test("a pipeline is data: inputs, steps in order, outputs", () => {
  const activity = pipeline("user-activity", { clicks: Click }, ({ clicks }) => ({
    activity: clicks
      .eventTime("at", { maxDelay: "30s" })
      .filter((click) => click.name !== "ping")
      .window(fixed("1m"), {
        trigger: afterWatermark({ early: afterProcessingTime("1m"), late: afterCount(1) }),
        allowedLateness: "10m",
        accumulation: "discarding",
      })
      .groupBy("user")
      .aggregate({ event_count: count() }),
  }));
  expect(JSON.parse(JSON.stringify(activity))).toEqual({
    version: 1,
    name: "user-activity",
    inputs: {
      clicks: {
        kind: "unbounded",
        schema: "click_event",
        fields: [
          { name: "user", type: "STRING", mode: "REQUIRED" },
          { name: "name", type: "STRING", mode: "REQUIRED" },
          { name: "at", type: "TIMESTAMP", mode: "REQUIRED", encoding: "epoch-micros" },
          { name: "value", type: "FLOAT", mode: "NULLABLE" },
        ],
      },
    },
    steps: [
      { id: "activity.eventTime", kind: "eventTime", inputs: ["clicks"], field: "at", maxDelay: "30s" },
      {
        id: "activity.filter",
        kind: "filter",
        inputs: ["activity.eventTime"],
        function: { source: 'click => click.name !== "ping"', reads: ["name"] },
      },
      {
        id: "activity.window",
        kind: "window",
        inputs: ["activity.filter"],
        windowing: { type: "fixed", size: "60s" },
        trigger: {
          type: "afterWatermark",
          early: { type: "afterProcessingTime", delay: "60s" },
          late: { type: "afterCount", count: 1 },
        },
        allowedLateness: "600s",
        accumulation: "discarding",
      },
      {
        id: "activity.aggregate",
        kind: "aggregate",
        inputs: ["activity.window"],
        keys: ["user"],
        aggregates: [{ name: "event_count", kind: "count" }],
        fields: [
          { name: "user", type: "STRING", mode: "REQUIRED" },
          { name: "event_count", type: "INTEGER", mode: "REQUIRED" },
        ],
      },
    ],
    outputs: { activity: "activity.aggregate" },
  });
});

test("a pipeline says what it needs, and what its outputs' rows are", () => {
  const passed = pipeline("passed", { clicks: Click }, ({ clicks }) => ({ all: clicks, dead: clicks.errors }));
  expect(passed.shape).toBe("row-wise");
  expect(passed.inputs.clicks).toBe(Click);
  expect(Object.keys(passed.outputs)).toEqual(["all", "dead"]);
  expect(passed.outputs.all.fields).toBe(Click.fields);
  expect(passed.toJSON().outputs).toEqual({ all: "clicks", dead: "clicks#errors" });

  const once = pipeline("once", { clicks: Click }, ({ clicks }) => ({
    once: clicks.distinct("user", { within: "1d" }),
  }));
  expect(once.shape).toBe("windowed");
  expect(pipeline("all", { clicks: bounded(Click) }, ({ clicks }) => ({ all: clicks })).shape).toBe("bounded");
});

test("events with metadata say which fields come from the message", () => {
  const { inputs } = pipeline("meta", { clicks: Click.withMetadata() }, ({ clicks }) => ({
    ids: clicks.select("message_id"),
  })).toJSON();
  expect(inputs["clicks"]?.metadata).toEqual(["message_id", "publish_time", "attributes"]);
  expect(inputs["clicks"]?.fields.map(({ name }) => name)).toEqual([
    "user",
    "name",
    "at",
    "value",
    "message_id",
    "publish_time",
    "attributes",
  ]);
});

describe("a step's id", () => {
  test("is the first output that it leads to and its kind, counted from the second on", () => {
    const made = pipeline("ids", { clicks: Click }, ({ clicks }) => {
      const named = clicks.filter((click) => click.name !== "");
      return {
        big: named.filter((click) => (click.value ?? 0) > 9),
        small: named.filter((click) => (click.value ?? 0) < 1),
        other: clicks.filter((click) => click.name === ""),
      };
    });
    expect(idsOf(made)).toEqual(["big.filter", "big.filter-2", "small.filter", "other.filter"]);
  });

  test("is its name where it has one", () => {
    const made = pipeline("ids", { clicks: Click }, ({ clicks }) => ({
      out: clicks.filter((click) => click.name !== "", { name: "named" }).filter((click) => click.user !== ""),
    }));
    expect(idsOf(made)).toEqual(["named", "out.filter"]);
  });

  test("does not depend on the order in which the code makes the steps", () => {
    const oneWay = pipeline("ids", { clicks: Click }, ({ clicks }) => {
      const a = clicks.filter((click) => click.name === "a");
      const b = clicks.filter((click) => click.name === "b");
      return { a, b };
    });
    const theOther = pipeline("ids", { clicks: Click }, ({ clicks }) => {
      const b = clicks.filter((click) => click.name === "b");
      const a = clicks.filter((click) => click.name === "a");
      return { a, b };
    });
    expect(JSON.stringify(theOther)).toBe(JSON.stringify(oneWay));
  });

  test("is not that of an output of its errors while there is another", () => {
    const made = pipeline("ids", { clicks: Click }, ({ clicks }) => {
      const kept = clicks.filter((click) => click.name !== "");
      return { dead: kept.errors, kept };
    });
    expect(idsOf(made)).toEqual(["kept.filter"]);
    expect(made.toJSON().outputs).toEqual({ dead: "kept.filter#errors", kept: "kept.filter" });
  });

  test("is that of an output of its errors where there is no other", () => {
    const made = pipeline("ids", { clicks: Click }, ({ clicks }) => ({
      dead: clicks.filter((click) => click.name !== "").errors,
    }));
    expect(made.toJSON().outputs).toEqual({ dead: "dead.filter#errors" });
  });
});

test("errors are rows like others, of a step or of an input", () => {
  const made = pipeline("errors", { clicks: Click }, ({ clicks }) => ({
    unread: clicks.errors.filter((error) => error.reason === "parse"),
  }));
  expect(made.toJSON().steps[0]?.inputs).toEqual(["clicks#errors"]);
  expect(Object.keys(made.outputs.unread.fields)).toEqual([
    "error",
    "step",
    "reason",
    "raw_data",
    "row",
    "attributes",
    "message_id",
    "event_time",
  ]);
});

describe("what is wrong is said at once, each with the step and where it was called", () => {
  const LIMIT = 3;

  test("as one error that lists it", () => {
    const thrown = errorOf(() =>
      pipeline("orders_", { clicks: Click }, ({ clicks }) => ({
        o: clicks
          .eventTime("at", { maxDelay: "3 s" })
          .filter((click) => (click.value ?? 0) > LIMIT)
          .window(fixed("0s"))
          .aggregate({ n: count() }),
      })),
    );
    const line = Number(/pipeline.test.ts:(\d+) uses/.exec(thrown.message)?.[1]);
    expect(thrown.message).toBe(`orders_: 3 things are not valid, 1 function cannot travel
  its name is "orders_": resources are called by it, so it has lower-case letters, digits and single "-", a letter first, at most 49 (https://cloud.google.com/run/docs/reference/rest/v2/projects.locations.services/create)
  eventTime at test/pipeline/pipeline.test.ts:${line - 1}: maxDelay: "3 s" is not a duration: write a number and a unit, as in "100ms", "30s", "10m", "12h", "7d"
  window at test/pipeline/pipeline.test.ts:${line + 1}: size is "0s": it must be more than nothing
  filter at test/pipeline/pipeline.test.ts:${line} uses "LIMIT", which is defined outside of it
      click => (click.value ?? 0) > LIMIT
    hand it in: .filter((click, { constants }) => ... constants.LIMIT, { constants: { LIMIT } })`);
  });

  test("a step that leads to no output would not run", () => {
    expect(
      problemsOf(() =>
        pipeline("lost", { clicks: Click }, ({ clicks }) => {
          clicks.assert("value is never negative", (click) => (click.value ?? 0) >= 0, { name: "checked" });
          return { clicks };
        }),
      ),
    ).toEqual(['assert "checked" leads to no output, so it would not run: return its rows, or leave it out']);
  });

  test("of a chain that leads to no output, its last step is named", () => {
    expect(
      problemsOf(() =>
        pipeline("lost", { clicks: Click }, ({ clicks }) => {
          clicks.filter((click) => click.name !== "").select("user");
          return { clicks };
        }),
      ),
    ).toEqual(["select leads to no output, so it would not run: return its rows, or leave it out"]);
  });

  test("an input that leads to no output is not to be read", () => {
    expect(
      problemsOf(() =>
        pipeline(
          "idle",
          { clicks: Click, others: Click, devices: sideInput(Device, { key: "device" }) },
          ({ clicks }) => ({ clicks }),
        ),
      ),
    ).toEqual(['input "others" leads to no output: leave it out', 'input "devices" leads to no output: leave it out']);
  });

  test("names", () => {
    expect(
      problemsOf(() =>
        pipeline("names", { "my clicks": Click }, ({ "my clicks": clicks }) => ({
          "1st": clicks.filter((click) => click.name !== "", { name: "a.b" }),
        })),
      ),
    ).toEqual([
      'input "my clicks": a name has letters, digits, "_" and "-", a letter first, at most 63',
      'output "1st": a name has letters, digits, "_" and "-", a letter first, at most 63',
      'filter "a.b": a name has letters, digits, "_" and "-", a letter first, at most 63',
    ]);
    for (const name of ["", "Upper", "two--dashes", "-first", "last-", "x".repeat(50)]) {
      expect(problemsOf(() => pipeline(name, { clicks: Click }, ({ clicks }) => ({ clicks })))).toHaveLength(1);
    }
  });

  test("a name twice, and one that is an input's", () => {
    expect(
      problemsOf(() =>
        pipeline("twice", { clicks: Click }, ({ clicks }) => ({
          a: clicks
            .filter((click) => click.name !== "", { name: "same" })
            .filter((click) => click.user !== "", { name: "same" })
            .filter((click) => click.user !== "", { name: "clicks" }),
        })),
      ),
    ).toEqual([
      'filter "same": its name is filter "same"\'s already, and state is found by it: choose another',
      'filter "clicks": its name is an input\'s already, and state is found by it: choose another',
    ]);
  });

  test("no output, and none that is rows", () => {
    expect(problemsOf(() => pipeline("none", { clicks: Click }, () => ({})))).toEqual([
      "it has no output: name one at least",
      'input "clicks" leads to no output: leave it out',
    ]);
    expect(() => pipeline("none", { clicks: Click }, () => ({ a: 3 as never }))).toThrow(
      'none: output "a" is not rows: return what a step gives',
    );
  });

  test("a stream and bounded rows in one pipeline", () => {
    expect(
      problemsOf(() =>
        pipeline("mixed", { clicks: Click, past: bounded(Click) }, ({ clicks, past }) => ({ clicks, past })),
      ),
    ).toEqual([
      "some outputs are of a stream and some of bounded input: one never ends and one does, make two pipelines",
    ]);
  });

  test("rows of another pipeline, and steps after a pipeline is made", () => {
    let taken: { filter(keep: () => boolean): unknown } | undefined;
    pipeline("first", { clicks: Click }, ({ clicks }) => {
      taken = clicks;
      return { clicks };
    });
    expect(() => taken?.filter(() => true)).toThrow(
      /^filter at test\/pipeline\/pipeline.test.ts:\d+: first is complete. Add the step where the pipeline is built$/,
    );
    pipeline("outer", { clicks: Click }, ({ clicks }) => {
      expect(
        problemsOf(() => pipeline("inner", { more: Click }, ({ more }) => ({ all: more.flatten(clicks) }))),
      ).toContain("it uses rows of the pipeline outer: what one gives another reads from a topic or a table");
      return { clicks };
    });
  });

  test("side inputs", () => {
    expect(
      problemsOf(() =>
        pipeline(
          "sides",
          { clicks: Click, devices: sideInput(Device.withMetadata(), { key: [], refresh: "0s" }) },
          ({ clicks, devices }) => ({ out: clicks.enrich(devices, { on: {} }) }),
        ),
      ),
    ).toEqual([
      'input "devices": only messages have metadata, leave out .withMetadata()',
      'input "devices": it has no key: name what it is looked up by',
      'input "devices": refresh is "0s": it must be more than nothing',
    ]);
  });

  test("fields that are one column to BigQuery", () => {
    expect(
      problemsOf(() =>
        pipeline("columns", { clicks: Click }, ({ clicks }) => ({
          out: clicks.withFields({ User: string() }, (click) => ({ User: click.user })),
        })),
      ),
    ).toEqual(["withFields: User and user are one column to BigQuery, which ignores case: rename one"]);
  });
});

test.each(pipelines.map((each) => [each.name, each] as const))("%s is as it was", (_name, each) => {
  expect(each.toJSON()).toMatchSnapshot();
});
