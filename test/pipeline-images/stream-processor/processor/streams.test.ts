import { expect, test } from "vitest";
import { count, fixed, integer, pipeline, schema, string, sum, timestamp, windowStart } from "../../../../pipeline";
import { goodNetwork, Simulation } from "../support/simulation";
import { Journey, journeySettings, path } from "../support/journey";

const Click = schema("click", { user: string(), at: timestamp() });
const Order = schema("order", { user: string(), amount: integer(), at: timestamp() });

const both = pipeline("both", { clicks: Click, orders: Order }, ({ clicks, orders }) => {
  const minute = fixed("1m");
  const late = { allowedLateness: "2m", accumulation: "accumulating" } as const;
  const seen = clicks
    .eventTime("at", { maxDelay: "5s" })
    .window(minute, late)
    .groupBy("user")
    .aggregate({ clicks: count() });
  const bought = orders
    .eventTime("at", { maxDelay: "5s" })
    .window(minute, late)
    .groupBy("user")
    .aggregate({ from: windowStart(), paid: sum("amount") });
  return { clicked: seen, paid: bought };
});

const met = pipeline("met", { clicks: Click, orders: Order }, ({ clicks, orders }) => {
  const minute = fixed("1m");
  return {
    out: orders
      .eventTime("at", { maxDelay: "5s" })
      .window(minute)
      .select("user", "amount")
      .join(clicks.eventTime("at", { maxDelay: "5s" }).window(minute).groupBy("user").aggregate({ clicks: count() }), {
        on: "user",
        type: "left",
      }),
  };
});

const CLICKS = "projects/acme/subscriptions/clicks";
const ORDERS = "projects/acme/subscriptions/orders";

function journeyOf(of: typeof both | typeof met) {
  const spec = of.toJSON();
  const tables = Object.keys(spec.outputs).map((name) => [name, { table: `acme.shop.${name}` }] as const);
  const journey = new Journey(new Simulation(7), {
    ...journeySettings,
    spec,
    subscriptions: { clicks: CLICKS, orders: ORDERS },
    outputs: Object.fromEntries(tables),
  });
  const at = (second: number) => new Date(journey.world.time + second * 1_000).toISOString();
  return {
    journey,
    click: (user: string, second = 0) => journey.subscriptionOf(CLICKS).publish({ user, at: at(second) }),
    order: (user: string, amount: number, second = 0) =>
      journey.subscriptionOf(ORDERS).publish({ user, amount, at: at(second) }),
    rows: (output: string) => journey.tables.of(path(`acme.shop.${output}`)),
  };
}

test("two streams that meet: each is acknowledged to its own subscription, and a kill in between loses and doubles nothing", async () => {
  const { journey, click, order, rows } = journeyOf(met);
  const first = journey.start();
  await journey.pass(40);
  for (let i = 0; i < 20; i += 1) {
    click(i % 2 === 0 ? "ada" : "bob");
    order("ada", i);
  }
  await journey.pass(3);
  first.process.kill();
  const second = journey.start();
  order("eve", 7);
  await journey.pass(60);
  await journey.until(second.processor.drain());
  const got = rows("out") as { user: string; amount: number; clicks: number | null }[];
  expect(
    got
      .filter(({ user }) => user === "ada")
      .map(({ amount }) => amount)
      .toSorted((a, b) => a - b),
  ).toEqual(Array.from({ length: 20 }, (_, i) => i));
  expect(got.filter(({ user }) => user === "ada").every(({ clicks }) => clicks === 10)).toBe(true);
  expect(got.filter(({ user }) => user === "eve")).toEqual([{ user: "eve", amount: 7 }]);
  expect(journey.subscriptionOf(CLICKS).unacknowledged + journey.subscriptionOf(ORDERS).unacknowledged).toBe(0);
});

test("messages of two subscriptions may have the same id", async () => {
  const { journey, click, order, rows } = journeyOf(both);
  const { processor } = journey.start();
  await journey.pass(40);
  expect(click("ada")).toBe(order("ada", 3));
  await journey.pass(2);
  expect(processor.status).toMatchObject({ messages: 2, duplicates: 0 });
  await journey.until(processor.drain());
  expect([rows("clicked"), rows("paid")]).toMatchObject([[{ clicks: 1 }], [{ paid: 3 }]]);
});

test("a stream that is not connected holds back what depends on it, and nothing else", async () => {
  const { journey, click, order, rows } = journeyOf(both);
  journey.subscriptionOf(ORDERS).denied = "14 UNAVAILABLE: not now";
  const { processor } = journey.start();
  await journey.pass(40);
  click("ada");
  order("ada", 3);
  await journey.pass(120);
  expect([rows("clicked"), rows("paid")]).toMatchObject([[{ clicks: 1 }], []]);
  expect(processor.ready).toBe(false);
  journey.subscriptionOf(ORDERS).denied = undefined;
  await journey.pass(180);
  expect(processor.ready).toBe(true);
  expect(rows("paid")).toMatchObject([{ paid: 3 }]);
});

test("an input that comes from nowhere is said at the start, and so is a log of other subscriptions", async () => {
  const { journey } = journeyOf(both);
  const nowhere = journey.start(goodNetwork, { subscriptions: { clicks: CLICKS } });
  await journey.pass(1);
  expect(nowhere.processor.status.problem).toBe(
    "input orders of both comes from nowhere: INPUTS names no subscription",
  );
  const first = journey.start();
  await journey.pass(1);
  await journey.until(first.processor.stop());
  const other = journey.start(goodNetwork, { subscriptions: { clicks: CLICKS, orders: `${ORDERS}-2` } });
  await journey.pass(1);
  expect(other.processor.status.problem).toContain(`it is of ${ORDERS}, not ${ORDERS}-2`);
});

test("a pipeline that ends is not pulled", async () => {
  const spec = both.toJSON();
  const clicks = { ...spec.inputs["clicks"], kind: "bounded" } as (typeof spec.inputs)[string];
  const { journey } = journeyOf(both);
  const { processor } = journey.start(goodNetwork, { spec: { ...spec, inputs: { ...spec.inputs, clicks } } });
  await journey.pass(1);
  expect(processor.status.problem).toBe('input clicks of both ends, and MODE says that it does not: let it be "batch"');
});
