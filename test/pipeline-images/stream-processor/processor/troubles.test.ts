/** Trouble around a processor, one test each; what others have is beside: clock-steps, memory, chaos, processor. */
import { describe, expect, test } from "vitest";
import {
  combine,
  combiner,
  fixed,
  integer,
  pipeline,
  schema,
  string,
  timestamp,
  type Pipeline,
} from "../../../../pipeline";
import type { AppendRequest } from "../../../../pipeline-images/stream-processor/sinks/table-client";
import { spreadPause } from "../../../../runtime/retry";
import { Journey, journeySettings, path, TABLES } from "../support/journey";
import { goodNetwork, Simulation } from "../support/simulation";

const ROWS = path(TABLES.rows);
const ACTIVITY = path(TABLES.activity);
const NOW = Date.UTC(2024, 0, 31, 12);

const journeyOf = (settings: object = {}) => new Journey(new Simulation(1), { ...journeySettings, ...settings });

/** Something that stands between the processors and the table. */
function between(journey: Journey, meets: (request: AppendRequest) => Error | undefined): void {
  const { tables } = journey;
  const reached = tables.reachedBy.bind(tables);
  tables.reachedBy = (process, network) => {
    const client = reached(process, network);
    return {
      ...client,
      append: (request) => {
        const error = meets(request);
        return error === undefined ? client.append(request) : Promise.reject(error);
      },
    };
  };
}

describe("a sink", () => {
  test("that says that it is too much is left in peace, and asked again at times that nobody else has", async () => {
    const journey = journeyOf();
    const asked: number[] = [];
    let exhausted = true;
    between(journey, ({ stream }) => {
      if (!stream.startsWith(ROWS)) return undefined;
      asked.push(journey.world.time);
      return exhausted ? Object.assign(new Error("8 RESOURCE_EXHAUSTED: quota"), { code: 8 }) : undefined;
    });
    const { processor } = journey.start();
    await journey.pass(2);
    journey.click(0, "ada");
    await journey.pass(120);
    // Of one that is only down it is ten times as many, and sooner: 0.1 s, 0.2 s, ... 10 s.
    expect(asked.length).toBeGreaterThan(4);
    expect(asked.length).toBeLessThan(12);
    const pauses = asked.slice(1).map((at, i) => at - (asked[i] as number));
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(500);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(30_000);
    expect(pauses.some((pause) => pause % 500 !== 0)).toBe(true);
    expect(processor.status.problem).toContain("RESOURCE_EXHAUSTED");
    exhausted = false;
    await journey.pass(31);
    expect(journey.tables.of(ROWS)).toHaveLength(1);
    expect(processor.status.problem).toBeNull();
  });

  test.each([
    ["gRPC", Object.assign(new Error("quota"), { code: 8 })],
    ["HTTP", Object.assign(new Error("quota"), { status: 429 })],
  ])("is known to be throttled by what %s says, and pauses are spread over their second half", (_, error) => {
    const pauses = (random: number) => [1, 2, 9].map((failures) => spreadPause(failures, error, () => random));
    expect(pauses(0)).toEqual([500, 1_000, 15_000]);
    expect(pauses(1)).toEqual([1_000, 2_000, 30_000]);
    expect(spreadPause(1, new Error("down"), () => 1)).toBe(100);
  });

  test("that takes twenty seconds for an answer loses nothing, and messages keep their leases meanwhile", async () => {
    const journey = journeyOf({ mostBytes: 2_000 });
    const { tables } = journey;
    const reached = tables.reachedBy.bind(tables);
    tables.reachedBy = (process) => reached(process, { ...goodNetwork, delay: () => 10_000 });
    const { processor } = journey.start();
    await journey.pass(30);
    for (let second = 0; second < 100; second += 1) {
      for (let i = 0; i < 3; i += 1) journey.click(0, "a user of some length");
      await journey.pass(1);
    }
    // The intake has stopped: what cannot be written does not pile up.
    expect(processor.status.unacknowledged).toBeGreaterThan(100);
    expect(processor.told.outputs["rows"]?.unwrittenBytes).toBeLessThan(10_000);
    await journey.pass(3_600);
    expect(Math.max(...journey.subscription.messages.map(({ deliveries }) => deliveries))).toBe(1);
    expect(new Set(journey.tables.of(ROWS).map((row) => row["id"])).size).toBe(300);
    expect(journey.tables.of(ROWS)).toHaveLength(300);
  });

  test("that some rows do not fit gets the others of the same request, while others come on", async () => {
    const journey = journeyOf();
    journey.tables.refuses = (row) => (row["user"] === "eve" ? "user: no such value" : undefined);
    const { processor } = journey.start();
    await journey.pass(2);
    for (let i = 0; i < 400; i += 1) {
      journey.click(0, i % 50 === 7 ? "eve" : "ada");
      if (i % 100 === 0) await journey.pass(0.5);
    }
    await journey.pass(10);
    expect(journey.tables.of(ROWS)).toHaveLength(392);
    expect(processor.told.refused).toEqual([{ step: "rows", reason: "write", rows: 8 }]);
    expect(journey.topics.rows.map(({ attributes }) => attributes["step"])).toEqual(Array(8).fill("rows"));
    expect(processor.status).toMatchObject({ unwritten: 0, problem: null });
  });
});

test("a hot key is one group: what is kept and what a record holds do not grow with its messages", async () => {
  const journey = journeyOf();
  const { processor } = journey.start();
  await journey.pass(2);
  const recorded = async (clicks: number) => {
    for (let i = 0; i < clicks; i += 1) journey.click(0, "ada");
    await journey.pass(1.5);
    return processor.told.checkpoints?.bytes ?? 0;
  };
  const first = await recorded(1);
  for (let i = 0; i < 10; i += 1) await recorded(400);
  await journey.pass(5);
  expect(processor.told.steps["activity.aggregate"]).toEqual({ keys: 1, windows: 1 });
  // A click more is as much as the first one was, but for the digits of the numbers.
  expect(await recorded(1)).toBeLessThan(first + 200);
  await journey.until(processor.drain());
  const counted = journey.tables.of(ACTIVITY).reduce((sum, row) => sum + Number(row["clicks"]), 0);
  expect(counted).toBe(4_002);
});

const Click = schema("click", { user: string(), name: string(), points: integer(), at: timestamp() });

/** Pipelines that a click with the name "poison" is poison to, each in a step of another kind. */
const poisoned: { readonly [kind: string]: Pipeline } = {
  filter: pipeline("clicks", { clicks: Click }, ({ clicks }) => ({
    rows: clicks
      .filter((click) => {
        if (click.name === "poison") throw new Error("poison");
        return true;
      })
      .select("user"),
  })),
  assert: pipeline("clicks", { clicks: Click }, ({ clicks }) => ({
    rows: clicks.assert("poison", (click) => click.name !== "poison").select("user"),
  })),
  map: pipeline("clicks", { clicks: Click }, ({ clicks }) => ({
    rows: clicks.map({ user: string() }, (click) => {
      if (click.name === "poison") throw new Error("poison");
      return { user: click.user };
    }),
  })),
  flatMap: pipeline("clicks", { clicks: Click }, ({ clicks }) => ({
    rows: clicks.flatMap({ user: string() }, (click) => {
      if (click.name === "poison") throw new Error("poison");
      return [{ user: click.user }];
    }),
  })),
  withFields: pipeline("clicks", { clicks: Click }, ({ clicks }) => ({
    rows: clicks
      .withFields({ user: string() }, (click) => {
        if (click.name === "poison") throw new Error("poison");
        return { user: click.user };
      })
      .select("user"),
  })),
  combiner: pipeline("clicks", { clicks: Click }, ({ clicks }) => ({
    rows: clicks
      .eventTime("at", { maxDelay: "10s" })
      .window(fixed("1m"))
      .groupBy("user")
      .aggregate({
        names: combine(
          combiner({
            input: { name: string() },
            accumulator: { n: integer() },
            output: integer(),
            createAccumulator: () => ({ n: 0 }),
            addInput: (a, { name }) => {
              if (name === "poison") throw new Error("poison");
              return { n: a.n + 1 };
            },
            mergeAccumulators: (a, b) => ({ n: a.n + b.n }),
            extractOutput: (a) => a.n,
          }),
        ),
      })
      .select("user"),
  })),
  stateful: pipeline("clicks", { clicks: Click }, ({ clicks }) => ({
    rows: clicks.groupBy("user").stateful({
      state: { n: integer() },
      initial: { n: 0 },
      timeToLive: "1h",
      output: { user: string() },
      process: (click, state) => {
        if (click.name === "poison") throw new Error("poison");
        return { state: { n: state.n + 1 }, output: [{ user: click.user }] };
      },
    }),
  })),
};

describe("poison", () => {
  test.each(Object.keys(poisoned))(
    "in %s is an error row with its message; all others come through, and nothing waits",
    async (kind) => {
      const spec = (poisoned[kind] as Pipeline).toJSON();
      const journey = journeyOf({ spec, outputs: { rows: { table: TABLES.rows } } });
      const { processor } = journey.start();
      await journey.pass(2);
      for (let i = 0; i < 20; i += 1) journey.click(0, `user-${i}`, 1, i === 7 ? "poison" : "play");
      for (const data of ["no JSON", '{"user":1}', ""]) journey.subscription.publish(data);
      await journey.pass(5);
      expect(processor.status).toMatchObject({ state: "running", problem: null, unacknowledged: 0 });
      await journey.until(processor.drain());
      expect(journey.tables.of(ROWS)).toHaveLength(19);
      const reasons = journey.topics.rows.map(({ attributes }) => attributes["reason"] ?? "");
      expect(reasons.toSorted((a, b) => a.localeCompare(b))).toEqual(["function", "parse", "parse", "parse"]);
      const refused = journey.topics.rows.find(({ attributes }) => attributes["reason"] === "function");
      expect(refused?.attributes["message_id"]).toBe(journey.subscription.messages[7]?.id);
    },
  );

  test("that has an impossible time is an error row, and moves no watermark", async () => {
    const journey = journeyOf();
    const { processor } = journey.start();
    await journey.pass(2);
    journey.click(75 * 365 * 86_400, "ada");
    journey.click(0, "bob");
    await journey.pass(60);
    expect(Date.parse(processor.status.watermark ?? "")).toBeLessThan(NOW + 3_600_000);
    await journey.until(processor.drain());
    const counted = journey.tables.of(ACTIVITY).map((row) => row["user"]);
    expect(counted).toEqual(["bob"]);
    expect(processor.told.refused).toMatchObject([{ step: "activity.eventTime", rows: 1 }]);
  });
});
