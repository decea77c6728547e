/**
 * One row for each key under kills: whatever is sent again, late, twice or by an owner that was overtaken, the last row
 * of each key stays, and it is the one that the model has.
 */
import { expect, test } from "vitest";
import {
  afterCount,
  afterProcessingTime,
  afterWatermark,
  count,
  fixed,
  integer,
  pipeline,
  schema,
  string,
  timestamp,
  windowStart,
} from "../../../../pipeline";
import { hardLife } from "../support/hard-life";
import { Journey, journeySettings, path } from "../support/journey";
import { Simulation } from "../support/simulation";

const Order = schema("order", { user: string(), at: timestamp() });

const orders = pipeline("orders", { orders: Order }, ({ orders: all }) => {
  const timed = all.eventTime("at", { maxDelay: "5s" });
  return {
    // Every pane of a minute takes the place of the one before.
    per_minute: timed
      .window(fixed("1m"), {
        trigger: afterWatermark({ early: afterProcessingTime("3s"), late: afterCount(1) }),
        allowedLateness: "1h",
        accumulation: "accumulating",
      })
      .groupBy("user")
      .aggregate({ minute: windowStart(), orders: count() }),
    // A row for each order, of which that of the user's last one stays.
    latest: timed.groupBy("user").stateful({
      state: { n: integer() },
      initial: { n: 0 },
      timeToLive: "1h",
      output: { user: string(), n: integer() },
      process: (row, { n }) => ({ state: { n: n + 1 }, output: [{ user: row.user, n: n + 1 }] }),
    }),
  };
});

const PER_MINUTE = "acme.shop.per_minute";
const LATEST = "acme.shop.latest";
const MINUTES = 4;

const add = (counts: Map<string, number>, key: string): void => void counts.set(key, (counts.get(key) ?? 0) + 1);

test.each(Array.from({ length: 12 }, (_, i) => i + 1))("seed %i", async (seed) => {
  const world = new Simulation(seed);
  const settings = {
    ...journeySettings,
    spec: orders.toJSON(),
    subscriptions: { orders: "projects/acme/subscriptions/orders" },
    outputs: {
      per_minute: { table: PER_MINUTE, write: "upsert" },
      latest: { table: LATEST, write: "upsert" },
    },
    lease: 10_000,
    heartbeat: 2_000,
    compactAfter: 20,
  } as const;
  const journey = new Journey(world, settings);
  const { subscription, tables } = journey;
  tables.keys.set(path(PER_MINUTE), ["user", "minute"]);
  tables.keys.set(path(LATEST), ["user"]);
  // A row that the table does not take is an error row, and takes nobody's place.
  tables.refuses = (row) => (row["user"] === "refused" ? "user does not fit" : undefined);
  // Both count up: a smaller number in the place of a larger one is an older row in that of a newer one.
  const goneBack: unknown[] = [];
  tables.replaced = (before, row) => {
    if (Number(row["n"] ?? row["orders"]) < Number(before["n"] ?? before["orders"])) goneBack.push([before, row]);
  };
  subscription.again = 0.02;

  const perMinute = new Map<string, number>();
  const perUser = new Map<string, number>();
  let refused = 0;
  const end = world.time + MINUTES * 60_000;
  const publish = (): void => {
    const user = world.chance(0.03) ? "refused" : `user-${world.between(1, 5)}`;
    const at = world.time - world.between(0, 4_000);
    subscription.publish({ user, at: new Date(at).toISOString() });
    if (user === "refused") refused += 1;
    else {
      add(perUser, user);
      add(perMinute, `${user} ${at - (at % 60_000)}`);
    }
    if (world.time < end) world.at(world.between(20, 700), publish);
  };
  publish();

  const kills = await hardLife(journey, {
    until: end,
    dies: 0.004,
    sleeps: 0.002,
    leaves: 0.001,
    weather: () => {
      tables.down = world.chance(0.3);
    },
  });
  tables.down = false;
  subscription.again = 0;
  const last = journey.start();
  await journey.pass(200);
  await journey.until(last.processor.drain());

  const minutes = tables.of(path(PER_MINUTE));
  const key = ({ user, minute }: (typeof minutes)[number]): string => `${user as string} ${Number(minute) / 1_000}`;
  expect(new Map(minutes.map((row) => [key(row), row["orders"]]))).toEqual(perMinute);
  expect(new Map(tables.of(path(LATEST)).map(({ user, n }) => [user, n]))).toEqual(perUser);
  expect(goneBack).toEqual([]);
  const errors = journey.topics.rows.map(({ row }) => row);
  expect(errors.every(({ reason, step }) => reason === "write" && (step === "latest" || step === "per_minute"))).toBe(
    true,
  );
  expect(errors.filter(({ step }) => step === "latest")).toHaveLength(refused);
  expect(kills).toBeGreaterThan(2);
});

test("a log that is begun anew goes on over the rows of the log before it", async () => {
  const world = new Simulation(7);
  const settings = {
    ...journeySettings,
    spec: orders.toJSON(),
    subscriptions: { orders: "projects/acme/subscriptions/orders" },
    outputs: { per_minute: { table: PER_MINUTE, write: "upsert" }, latest: { table: LATEST, write: "upsert" } },
  } as const;
  const first = new Journey(world, settings);
  const order = (): string => JSON.stringify({ user: "a", at: new Date(world.time).toISOString() });
  const lives = async (journey: Journey, owners: number): Promise<void> => {
    for (let owner = 0; owner < owners; owner += 1) {
      const { process, processor } = journey.start();
      journey.subscription.publish(JSON.parse(order()) as object);
      await journey.pass(40);
      await journey.until(processor.stop());
      process.kill();
    }
  };
  first.tables.keys.set(path(PER_MINUTE), ["user", "minute"]);
  first.tables.keys.set(path(LATEST), ["user"]);
  await lives(first, 4);
  expect(first.tables.of(path(LATEST))).toEqual([{ user: "a", n: 4 }]);
  const second = new Journey(world, settings);
  Object.assign(second, { tables: first.tables });
  await lives(second, 1);
  // Its term is the first, and its count begins anew.
  expect(first.tables.of(path(LATEST))).toEqual([{ user: "a", n: 1 }]);
});
