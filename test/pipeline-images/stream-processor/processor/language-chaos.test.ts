/** The whole language under kills: what sessions, distinct, stateful functions and joins keep is neither lost nor doubled. */
import { expect, test } from "vitest";
import { count, fixed, integer, pipeline, schema, sessions, string, timestamp } from "../../../../pipeline";
import { Simulation } from "../support/simulation";
import { hardLife } from "../support/hard-life";
import { Journey, journeySettings, path } from "../support/journey";

const Click = schema("click", { user: string(), at: timestamp() });
const Order = schema("order", { order_id: string(), user: string(), at: timestamp() });
const late = { allowedLateness: "10m", accumulation: "discarding" } as const;

const all = pipeline("all", { clicks: Click, orders: Order }, ({ clicks, orders }) => {
  const timed = clicks.eventTime("at", { maxDelay: "5s" });
  const once = orders.eventTime("at", { maxDelay: "5s" }).distinct("order_id", { within: "1h" });
  // The world begins at noon: an hour that all of it lies in.
  const hour = fixed("1h", { offset: "30m" });
  return {
    visits: timed
      .window(sessions({ gap: "8s" }), late)
      .groupBy("user")
      .aggregate({ clicks: count() }),
    nth: once.groupBy("user").stateful({
      state: { n: integer() },
      initial: { n: 0 },
      timeToLive: "1h",
      output: { user: string(), order_id: string(), n: integer() },
      process: (row, { n }) => ({
        state: { n: n + 1 },
        output: [{ user: row.user, order_id: row.order_id, n: n + 1 }],
      }),
    }),
    met: once
      .window(hour)
      .select("user", "order_id")
      .join(timed.window(hour).groupBy("user").aggregate({ clicks: count() }), { on: "user" }),
  };
});

const CLICKS = "projects/acme/subscriptions/clicks";
const ORDERS = "projects/acme/subscriptions/orders";
const MINUTES = 4;

test.each(Array.from({ length: 12 }, (_, i) => i + 100))("seed %i", async (seed) => {
  const world = new Simulation(seed);
  const tables = ["visits", "nth", "met"].map((name) => [name, { table: `acme.shop.${name}` }] as const);
  const journey = new Journey(world, {
    ...journeySettings,
    spec: all.toJSON(),
    subscriptions: { clicks: CLICKS, orders: ORDERS },
    outputs: Object.fromEntries(tables),
    lease: 10_000,
    heartbeat: 2_000,
    compactAfter: 20,
  });
  const [clicks, orders] = [journey.subscriptionOf(CLICKS), journey.subscriptionOf(ORDERS)];
  clicks.again = orders.again = 0.02;
  const end = world.time + MINUTES * 60_000;
  const sent = new Map<string, number>();
  const ordered = new Map<string, string>();
  const at = (): string => new Date(world.time - world.between(0, 4_000)).toISOString();
  const publish = (): void => {
    const user = `user-${world.between(1, 5)}`;
    sent.set(user, (sent.get(user) ?? 0) + 1);
    clicks.publish({ user, at: at() });
    if (world.chance(0.4)) {
      const order_id = `order-${world.between(1, 400)}`;
      const buyer = ordered.get(order_id) ?? `user-${world.between(1, 5)}`;
      ordered.set(order_id, buyer);
      // A publisher that tries again: another message with the same order.
      for (let i = world.between(1, 2); i > 0; i -= 1) orders.publish({ order_id, user: buyer, at: at() });
    }
    if (world.time < end) world.at(world.between(100, 1_500), publish);
  };
  publish();

  const kills = await hardLife(journey, { until: end, dies: 0.004, sleeps: 0.001, leaves: 0.001 });
  clicks.again = orders.again = 0;
  const last = journey.start();
  await journey.pass(200);
  await journey.until(last.processor.drain());

  const rows = <Row>(name: string) => journey.tables.of(path(`acme.shop.${name}`)) as Row[];
  const counted = new Map<string, number>();
  for (const { user, clicks: n } of rows<{ user: string; clicks: number }>("visits")) {
    counted.set(user, (counted.get(user) ?? 0) + n);
  }
  const errors = journey.topics.rows.map(({ row }) => row["reason"]);
  expect(errors).toEqual([]);
  expect(counted).toEqual(sent);
  const nth = rows<{ user: string; order_id: string; n: number }>("nth");
  expect(nth.map(({ order_id }) => order_id).toSorted()).toEqual([...ordered.keys()].toSorted());
  for (const user of new Set(nth.map((row) => row.user))) {
    const ns = nth.filter((row) => row.user === user).map(({ n }) => n);
    expect(ns.toSorted((a, b) => a - b)).toEqual(ns.map((_, i) => i + 1));
  }
  const met = rows<{ user: string; order_id: string; clicks: number }>("met");
  const buyers = [...ordered].filter(([, user]) => sent.has(user));
  expect(met.map(({ order_id }) => order_id).toSorted()).toEqual(buyers.map(([id]) => id).toSorted());
  expect(met.every(({ user, clicks: n }) => n === sent.get(user))).toBe(true);
  expect(kills).toBeGreaterThan(2);
});
