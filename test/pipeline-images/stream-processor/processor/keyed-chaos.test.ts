/**
 * Rows in Bigtable and documents in Firestore under kills: whatever is sent again, late or by an owner that was
 * overtaken, the last row of each key stays, and it is the one that the model has.
 */
import { expect, test } from "vitest";
import {
  afterCount,
  afterProcessingTime,
  afterWatermark,
  count,
  fixed,
  integer,
  nullable,
  pipeline,
  schema,
  string,
  timestamp,
  windowStart,
} from "../../../../pipeline";
import type { OutputBindings } from "../../../../pipeline/bindings";
import { hardLife } from "../support/hard-life";
import { Journey, journeySettings } from "../support/journey";
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
    // A row for each order, of which that of the user's last one stays; every third has no mark.
    latest: timed.groupBy("user").stateful({
      state: { n: integer() },
      initial: { n: 0 },
      timeToLive: "1h",
      output: { user: string(), n: integer(), mark: nullable(string()) },
      process: (row, { n }) => ({
        state: { n: n + 1 },
        output: [{ user: row.user, n: n + 1, mark: n % 3 === 0 ? null : `mark ${n + 1}` }],
      }),
    }),
  };
});

const MINUTES = 4;
const TABLES = "projects/acme/instances/games/tables";
const DOCUMENTS = "projects/acme/databases/games/documents";

const sinks = {
  bigtable: {
    per_minute: { bigtable: `${TABLES}/per_minute`, family: "f", key: ["user", "minute"] },
    latest: { bigtable: `${TABLES}/latest`, family: "f", key: ["user"] },
  },
  documents: {
    per_minute: { documents: `${DOCUMENTS}/per_minute`, key: ["user", "minute"] },
    latest: { documents: `${DOCUMENTS}/latest`, key: ["user"] },
  },
} as const satisfies { readonly [sink: string]: OutputBindings };

/** Orders for some minutes, while owners die, sleep, leave and come; then one of them drains in peace. */
async function lived(seed: number, sink: keyof typeof sinks) {
  const world = new Simulation(seed);
  const journey = new Journey(world, {
    ...journeySettings,
    spec: orders.toJSON(),
    subscriptions: { orders: "projects/acme/subscriptions/orders" },
    outputs: sinks[sink],
    lease: 10_000,
    heartbeat: 2_000,
    compactAfter: 20,
  });
  // Machines' clocks differ by minutes.
  journey.clockOf = (clock) => {
    const off = world.between(-120_000, 120_000);
    return { ...clock, now: () => clock.now() + off };
  };
  const { subscription } = journey;
  const rows = journey[sink];
  rows.refuses = (key) => (key.startsWith("refused") ? "its key does not fit" : undefined);
  subscription.again = 0.02;

  const perMinute: { [key: string]: number } = {};
  const perUser: { [user: string]: number } = {};
  let refused = 0;
  const end = world.time + MINUTES * 60_000;
  const publish = (): void => {
    const user = world.chance(0.03) ? "refused" : `user-${world.between(1, 5)}`;
    const at = world.time - world.between(0, 4_000);
    subscription.publish({ user, at: new Date(at).toISOString() });
    if (user === "refused") refused += 1;
    else {
      const minute = `${new Date(at - (at % 60_000)).toISOString().slice(0, 19)}.000000Z`;
      perUser[user] = (perUser[user] ?? 0) + 1;
      perMinute[`${user}#${minute}`] = (perMinute[`${user}#${minute}`] ?? 0) + 1;
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
      rows.down = world.chance(0.2);
      rows.busy = world.chance(0.3) ? 0.1 : 0;
    },
  });
  rows.down = false;
  rows.busy = 0;
  subscription.again = 0;
  const last = journey.start();
  await journey.pass(200);
  await journey.until(last.processor.drain());

  expect(kills).toBeGreaterThan(2);
  const errors = journey.topics.rows.map(({ row }) => row);
  expect(errors.every(({ reason, step }) => reason === "write" && (step === "latest" || step === "per_minute"))).toBe(
    true,
  );
  const refusals = errors.filter(({ step }) => step === "latest");
  expect(refusals).toHaveLength(refused);
  for (const { row, error } of refusals) {
    expect(row).toMatchObject({ user: "refused" });
    expect(error).toContain("its key does not fit");
  }
  return { journey, perMinute, perUser };
}

const markOf = (n: number): string | null => ((n - 1) % 3 === 0 ? null : `mark ${n}`);
const seeds = Array.from({ length: 10 }, (_, i) => i + 1);

test.each(seeds)("Bigtable, seed %i: each row is as its last write left it, and no cell was ever two", async (seed) => {
  const { journey, perMinute, perUser } = await lived(seed, "bigtable");
  const { bigtable } = journey;
  const latest = Object.entries(perUser).map(([user, n]) => [
    user,
    { "f:user": user, "f:n": String(n), "f:mark": markOf(n) ?? "" },
  ]);
  expect(bigtable.of(`${TABLES}/latest`)).toEqual(Object.fromEntries(latest));
  const minutes = Object.entries(bigtable.of(`${TABLES}/per_minute`));
  expect(Object.fromEntries(minutes.map(([key, row]) => [key, Number(row["f:orders"])]))).toEqual(perMinute);
  expect(bigtable.rewritten).toEqual([]);
});

test.each(seeds)("Firestore, seed %i: each document is as its last write left it", async (seed) => {
  const { journey, perMinute, perUser } = await lived(seed, "documents");
  const { documents } = journey;
  const latest = Object.entries(perUser).map(([user, n]) => [user, { user, n, mark: markOf(n) }]);
  expect(documents.of(`${DOCUMENTS}/latest`)).toEqual(Object.fromEntries(latest));
  const minutes = Object.entries(documents.of(`${DOCUMENTS}/per_minute`));
  expect(Object.fromEntries(minutes.map(([id, row]) => [id, (row as { readonly orders: number }).orders]))).toEqual(
    perMinute,
  );
});
