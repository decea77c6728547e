/** Each way of changing a pipeline has one answer: its state is carried over, or refused with what changed and what to do. */
import { describe, expect, test } from "vitest";
import {
  afterCount,
  afterWatermark,
  count,
  fixed,
  integer,
  pipeline,
  schema,
  sessions,
  sliding,
  string,
  sum,
  timestamp,
  type Duration,
} from "../../../../pipeline";
import type { OutputBindings } from "../../../../pipeline/bindings";
import { boundInLog } from "../../../../pipeline-images/stream-processor/processor/bound-in-log";
import type { Bound } from "../../../../pipeline-images/stream-processor/processor/meaning";
import type { PipelineSpec } from "../../../../pipeline/spec";
import { Journey, journeySettings, path, TABLES } from "../support/journey";
import { goodNetwork, Simulation } from "../support/simulation";

const Click = schema("click", {
  user: string(),
  name: string(),
  points: integer(),
  score: integer(),
  at: timestamp(),
});

/** What of the pipeline may be another. */
interface Ways {
  readonly name?: string;
  readonly window?: ReturnType<typeof fixed>;
  readonly allowedLateness?: Duration;
  readonly accumulation?: "discarding" | "accumulating";
  readonly late?: number;
  readonly maxDelay?: Duration;
  readonly key?: "user" | "name";
  readonly summed?: "points" | "score";
  readonly label?: "points" | "sum";
  readonly within?: Duration;
}

const pipelineOf = ({
  name = "clicks",
  window = fixed("1m"),
  allowedLateness = "5m",
  accumulation = "discarding",
  late = 1,
  maxDelay = "10s",
  key = "user",
  summed = "points",
  label = "points",
  within = "1h",
}: Ways = {}): PipelineSpec =>
  pipeline(name, { clicks: Click.withMetadata() }, ({ clicks }) => ({
    activity: clicks
      .eventTime("at", { maxDelay })
      .filter((click) => click.name !== "ping")
      .window(window, { trigger: afterWatermark({ late: afterCount(late) }), allowedLateness, accumulation })
      .groupBy(key)
      .aggregate({ clicks: count(), [label]: sum(summed) }),
    first: clicks.distinct("user", { within }).select("user", "name"),
    rows: clicks.map({ id: string(), user: string() }, (click) => ({ id: click.message_id, user: click.user })),
  })).toJSON();

const OUTPUTS: OutputBindings = {
  activity: { table: TABLES.activity },
  first: { table: "acme.games.first" },
  rows: { table: TABLES.rows },
};
const subscription = (name: string) => `projects/acme/subscriptions/${name}`;
const old: Bound = {
  ...journeySettings,
  spec: pipelineOf(),
  outputs: OUTPUTS,
  subscriptions: { clicks: subscription("clicks") },
};

const step = (spec: PipelineSpec, id: string, more: object): PipelineSpec => ({
  ...spec,
  steps: spec.steps.map((one) => (one.id === id ? { ...one, ...more } : one)),
});

/** Steps under another name, wherever they are spoken of. */
const renamed = (spec: PipelineSpec, from: string, to: string): PipelineSpec =>
  JSON.parse(JSON.stringify(spec).replaceAll(`"${from}"`, `"${to}"`)) as PipelineSpec;

const twoInputs = pipeline("clicks", { clicks: Click.withMetadata(), more: Click }, ({ clicks, more }) => ({
  activity: clicks
    .eventTime("at", { maxDelay: "10s" })
    .filter((click) => click.name !== "ping")
    .window(fixed("1m"), {
      trigger: afterWatermark({ late: afterCount(1) }),
      allowedLateness: "5m",
      accumulation: "discarding",
    })
    .groupBy("user")
    .aggregate({ clicks: count(), points: sum("points") }),
  first: clicks.distinct("user", { within: "1h" }).select("user", "name"),
  rows: clicks.map({ id: string(), user: string() }, (click) => ({ id: click.message_id, user: click.user })),
  others: more.select("user"),
})).toJSON();
const both: Partial<Bound> = {
  spec: twoInputs,
  subscriptions: { clicks: subscription("clicks"), more: subscription("more") },
  outputs: { ...OUTPUTS, others: { table: "acme.games.others" } },
};

const withoutFirst = pipeline("clicks", { clicks: Click.withMetadata() }, ({ clicks }) => ({
  rows: clicks.map({ id: string(), user: string() }, (click) => ({ id: click.message_id, user: click.user })),
})).toJSON();

/** The other kinds of steps that keep something: sessions, a join, a state for each key. */
const keeping = ({
  gap = "5m",
  type = "left",
  state = "seen",
  timeToLive = "1h",
}: {
  readonly gap?: Duration;
  readonly type?: "left" | "inner";
  readonly state?: "seen" | "known";
  readonly timeToLive?: Duration;
} = {}): Partial<Bound> => ({
  spec: pipeline("clicks", { clicks: Click }, ({ clicks }) => {
    const timed = clicks.eventTime("at", { maxDelay: "10s" });
    const inWindows = timed.window(fixed("5m"));
    return {
      visits: timed.window(sessions({ gap })).groupBy("user").aggregate({ clicks: count() }),
      joined: inWindows.select("user", "name").join(inWindows.select("user", "points"), { on: "user", type }),
      counted: timed.groupBy("user").stateful({
        state: { [state]: integer() },
        initial: { [state]: 0 },
        timeToLive,
        output: { user: string() },
        process: (click, before) => ({ state: before, output: [{ user: click.user }] }),
      }),
    };
  }).toJSON(),
  outputs: {
    visits: { table: "acme.games.visits" },
    joined: { table: "acme.games.joined" },
    counted: { table: "acme.games.counted" },
  },
});

const AGGREGATE = "activity.aggregate";
const DISTINCT = "first.distinct";
const others = (of: string) => `it keeps state of ${of}, whose keys, windows or values are others now`;
const gone = (of: string) => `it keeps state of ${of}, which the pipeline no longer has`;

/** "on": it goes on with what was kept; else why it is refused. */
type Answer = "on" | readonly string[];
interface Change {
  readonly change: string;
  readonly to: Partial<Bound>;
  /** Of what ran before; the pipeline above by default. */
  readonly from?: Partial<Bound>;
  /** While windows are open, and after it was drained. */
  readonly open: Answer;
  readonly drained: Answer;
}
const spec = (ways: Ways) => ({ spec: pipelineOf(ways) });
const refusedUntilDrained = (...why: string[]) => ({ open: why, drained: "on" }) as const;
const always = { open: "on", drained: "on" } as const;

const changes: readonly Change[] = [
  { change: "nothing", to: {}, ...always },
  {
    change: "a function",
    to: { spec: step(old.spec, "activity.filter", { function: { source: "(click) => true", reads: [] } }) },
    ...always,
  },
  { change: "how late events may come", to: spec({ maxDelay: "20s" }), ...always },
  { change: "the window", to: spec({ window: fixed("2m") }), ...refusedUntilDrained(others(AGGREGATE)) },
  {
    change: "the kind of window",
    to: spec({ window: sliding("2m", { every: "1m" }) }),
    ...refusedUntilDrained(others(AGGREGATE)),
  },
  { change: "the lateness", to: spec({ allowedLateness: "6m" }), ...refusedUntilDrained(others(AGGREGATE)) },
  { change: "the trigger", to: spec({ late: 2 }), ...refusedUntilDrained(others(AGGREGATE)) },
  { change: "accumulation", to: spec({ accumulation: "accumulating" }), ...refusedUntilDrained(others(AGGREGATE)) },
  { change: "the key", to: spec({ key: "name" }), ...refusedUntilDrained(others(AGGREGATE)) },
  { change: "what is summed", to: spec({ summed: "score" }), ...refusedUntilDrained(others(AGGREGATE)) },
  { change: "an aggregate's name", to: spec({ label: "sum" }), ...refusedUntilDrained(others(AGGREGATE)) },
  {
    change: "an aggregate more",
    to: {
      spec: pipeline("clicks", { clicks: Click.withMetadata() }, ({ clicks }) => ({
        activity: clicks
          .eventTime("at", { maxDelay: "10s" })
          .filter((click) => click.name !== "ping")
          .window(fixed("1m"), {
            trigger: afterWatermark({ late: afterCount(1) }),
            allowedLateness: "5m",
            accumulation: "discarding",
          })
          .groupBy("user")
          .aggregate({ clicks: count(), points: sum("points"), score: sum("score") }),
        first: clicks.distinct("user", { within: "1h" }).select("user", "name"),
        rows: clicks.map({ id: string(), user: string() }, (click) => ({ id: click.message_id, user: click.user })),
      })).toJSON(),
    },
    ...refusedUntilDrained(others(AGGREGATE)),
  },
  {
    change: "the type of what is summed",
    to: {
      spec: JSON.parse(
        JSON.stringify(old.spec).replaceAll('"points","type":"INTEGER"', '"points","type":"NUMERIC"'),
      ) as PipelineSpec,
    },
    ...refusedUntilDrained(others(AGGREGATE)),
  },
  {
    change: "the type of a key",
    to: {
      spec: JSON.parse(
        JSON.stringify(old.spec).replaceAll('"user","type":"STRING"', '"user","type":"INTEGER"'),
      ) as PipelineSpec,
    },
    ...refusedUntilDrained(others(AGGREGATE), others(DISTINCT)),
  },
  { change: "for how long keys are distinct", to: spec({ within: "2h" }), ...refusedUntilDrained(others(DISTINCT)) },
  {
    change: "the name of a step that keeps something",
    to: { spec: renamed(old.spec, AGGREGATE, "activity.total") },
    ...refusedUntilDrained(gone(AGGREGATE)),
  },
  {
    change: "the name of a step that keeps nothing",
    to: { spec: renamed(old.spec, "activity.filter", "activity.no-pings") },
    ...always,
  },
  {
    change: "steps that keep something are gone",
    to: { spec: withoutFirst, outputs: { rows: { table: TABLES.rows } } },
    ...refusedUntilDrained(gone(AGGREGATE), gone(DISTINCT)),
  },
  {
    change: "steps that keep something are new",
    from: { spec: withoutFirst, outputs: { rows: { table: TABLES.rows } } },
    to: {},
    ...always,
  },
  { change: "nothing of sessions, joins and states", from: keeping(), to: keeping(), ...always },
  {
    change: "the gap of sessions",
    from: keeping(),
    to: keeping({ gap: "6m" }),
    ...refusedUntilDrained(others("visits.aggregate")),
  },
  {
    change: "the kind of a join",
    from: keeping(),
    to: keeping({ type: "inner" }),
    ...refusedUntilDrained(others("joined.join")),
  },
  {
    change: "the fields of a state",
    from: keeping(),
    to: keeping({ state: "known" }),
    ...refusedUntilDrained(others("counted.stateful")),
  },
  { change: "how long a state lives", from: keeping(), to: keeping({ timeToLive: "2h" }), ...always },
  { change: "an input more", to: both, ...always },
  {
    change: "an input less",
    from: both,
    to: {},
    ...refusedUntilDrained(`it is of ${subscription("more")}, and nothing is called more now`),
  },
  {
    change: "the subscription of an input",
    to: { subscriptions: { clicks: subscription("other") } },
    open: [`it is of ${subscription("clicks")}, not ${subscription("other")}`],
    // Ids are of a topic's messages: what comes again on another subscription would be taken for new, or the other way.
    drained: [`it is of ${subscription("clicks")}, not ${subscription("other")}`],
  },
  {
    change: "the pipeline's name",
    to: spec({ name: "visits" }),
    open: ["it is of the pipeline clicks, not visits"],
    drained: ["it is of the pipeline clicks, not visits"],
  },
  { change: "where rows go", to: { outputs: { ...OUTPUTS, rows: { table: "acme.games.others" } } }, ...always },
  { change: "where error rows go", to: { errors: "projects/acme/topics/others" }, ...always },
];

/** A log that `from` has left with open windows, or drained. */
async function logOf(from: Partial<Bound>, ending: "open" | "drained") {
  const journey = new Journey(new Simulation(1), { ...journeySettings, ...old, ...from });
  const { process, processor } = journey.start();
  await journey.pass(2);
  for (const user of ["ada", "bob"]) journey.subscription.publish(event(journey, user));
  await journey.pass(3);
  await journey.until(ending === "drained" ? processor.drain() : processor.stop());
  process.kill();
  return journey;
}

const event = ({ world }: Journey, user: string) => ({
  user,
  name: "play",
  points: 1,
  score: 2,
  at: new Date(world.time).toISOString(),
});

const WAY_OUT =
  "\nEnd the old one first: start with --drain, which goes by the pipeline that is in the log. " +
  "Or start with --reset-state=<name>: all that it keeps is lost then. Or give the pipeline another name, and a log of its own";

describe.each(["open", "drained"] as const)("with windows that are %s, a change of", (ending) => {
  test.each(changes.map((one) => [one.change, one] as const))("%s", async (_, { from = {}, to, ...answers }) => {
    const journey = await logOf(from, ending);
    const { processor } = journey.start(goodNetwork, { ...old, ...to });
    await journey.pass(2);
    const answer = answers[ending];
    if (answer === "on") {
      expect(processor.status).toMatchObject({ state: "running", problem: null, messages: 2 });
      return;
    }
    expect(processor.status).toMatchObject({
      state: "failed",
      problem: `the checkpoints at gs://simulated/checkpoints are not for this pipeline:\n  ${answer.join("\n  ")}${WAY_OUT}`,
    });
  });
});

describe("rows that wait to be written", () => {
  test("belong to the table they were made for: while it is another one, or none, the change is refused", async () => {
    const journey = new Journey(new Simulation(1), { ...journeySettings, ...old });
    const first = journey.start();
    await journey.pass(2);
    journey.tables.down = true;
    journey.subscription.publish(event(journey, "ada"));
    await journey.pass(3);
    first.process.kill();
    const { processor } = journey.start(goodNetwork, { outputs: { ...OUTPUTS, rows: { table: "acme.games.others" } } });
    await journey.pass(30);
    expect(processor.status.problem).toContain(
      "it has rows for acme.games.rows that are not written, and output rows goes to acme.games.others now",
    );
  });
});

/** Clicks in the activity table, over all its panes. */
const counted = (journey: Journey) =>
  journey.tables.of(path(TABLES.activity)).reduce((clicks, row) => clicks + Number(row["clicks"]), 0);

describe("--drain", () => {
  test("ends by the pipeline that is in the log what the log and the subscription hold; then the new one begins", async () => {
    const journey = await logOf({}, "open");
    journey.subscription.publish(event(journey, "eve"));
    // All that --drain knows is the log.
    const bound = await boundInLog(journey.bucket.direct);
    expect(bound?.spec).toEqual(old.spec);
    const draining = journey.start(goodNetwork, bound);
    await journey.pass(3);
    await journey.until(draining.processor.drain());
    expect(await draining.processor.ended).toBe("drained");
    draining.process.kill();
    expect(counted(journey)).toBe(3);
    expect(journey.subscription.unacknowledged).toBe(0);

    expect(await boundInLog(journey.bucket.direct)).toBeUndefined();
    const { processor } = journey.start(goodNetwork, spec({ window: fixed("2m") }));
    await journey.pass(2);
    journey.subscription.publish(event(journey, "ada"));
    await journey.pass(3);
    await journey.until(processor.drain());
    expect(counted(journey)).toBe(4);
  });

  test("has nothing to do where no log is, and something where the new one has begun", async () => {
    const journey = new Journey(new Simulation(1), { ...journeySettings, ...old });
    expect(await boundInLog(journey.bucket.direct)).toBeUndefined();
    journey.start();
    await journey.pass(2);
    expect((await boundInLog(journey.bucket.direct))?.subscriptions).toEqual(old.subscriptions);
  });

  test("is told the pipeline by a snapshot as well, and each record is no larger for it", async () => {
    const journey = new Journey(new Simulation(1), { ...journeySettings, ...old, compactAfter: 5 });
    const { processor } = journey.start();
    for (let i = 0; i < 20; i += 1) {
      journey.subscription.publish(event(journey, "ada"));
      await journey.pass(2);
    }
    expect(journey.bucket.list("snapshot/")).toHaveLength(1);
    expect((await boundInLog(journey.bucket.direct))?.spec).toEqual(old.spec);
    expect(processor.told.checkpoints?.bytes).toBeLessThan(JSON.stringify(old.spec).length);
  });
});

test("an input that was taken away and comes back begins anew: none of its old ids are kept for ever", async () => {
  const journey = await logOf(both, "drained");
  const without = journey.start(goodNetwork, { ...old });
  await journey.pass(3);
  await journey.until(without.processor.drain());
  without.process.kill();
  const { processor } = journey.start(goodNetwork, { ...old, ...both });
  await journey.pass(3);
  expect(processor.told.sources["more"]).toMatchObject({ messageIds: 0 });
  expect(processor.status).toMatchObject({ state: "running", problem: null });
});
