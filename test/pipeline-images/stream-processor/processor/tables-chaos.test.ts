/** A table for each value of a field under kills: each table is made, and has each of its rows once. */
import { expect, test } from "vitest";
import { pipeline, schema, string } from "../../../../pipeline";
import { ledgerFold } from "../../../../pipeline-images/stream-processor/checkpoint/ledger";
import { readHistory } from "../../../../pipeline-images/stream-processor/log/history";
import { hardLife } from "../support/hard-life";
import { Journey, journeySettings, path } from "../support/journey";
import { Simulation } from "../support/simulation";

const Sale = schema("sale", { region: string() });

const sales = pipeline("sales", { sales: Sale.withMetadata() }, ({ sales: all }) => ({
  by_region: all.map({ id: string(), region: string() }, (sale) => ({ id: sale.message_id, region: sale.region })),
}));

const settings = {
  ...journeySettings,
  spec: sales.toJSON(),
  subscriptions: { sales: "projects/acme/subscriptions/sales" },
  outputs: { by_region: { tables: "acme.shop.sales_{region}" } },
  lease: 10_000,
  heartbeat: 2_000,
  compactAfter: 20,
} as const;

const tableOf = (region: string): string => path(`acme.shop.sales_${region}`);

/** Sales for some minutes, while processors die, sleep and leave. @returns the ids of sales, by their region */
async function sell(journey: Journey, minutes: number, sold: Map<string, string[]>): Promise<number> {
  const { world, subscription, tables } = journey;
  const end = world.time + minutes * 60_000;
  const publish = (): void => {
    for (let i = world.between(0, 5); i > 0; i -= 1) {
      const region = world.chance(0.03) ? "no region" : world.chance(0.03) ? "refused" : `r${world.between(1, 30)}`;
      const id = subscription.publish({ region });
      sold.set(region, [...(sold.get(region) ?? []), id]);
    }
    if (world.time < end) world.at(world.between(50, 800), publish);
  };
  publish();
  const kills = await hardLife(journey, {
    until: end,
    dies: 0.002,
    sleeps: 0.001,
    leaves: 0.0005,
    weather: () => {
      tables.down = world.chance(0.2);
      if (world.chance(0.2)) tables.endStreams();
    },
  });
  tables.down = false;
  return kills;
}

test.each(Array.from({ length: 8 }, (_, i) => i + 1))("seed %i", async (seed) => {
  const world = new Simulation(seed);
  const journey = new Journey(world, settings);
  const { tables, subscription, topics } = journey;
  tables.mustBeMade = () => true;
  tables.refuses = (row) => (row["region"] === "refused" ? "region does not fit" : undefined);
  subscription.again = 0.02;
  const sold = new Map<string, string[]>();
  let kills = await sell(journey, 3, sold);

  // Nobody buys for some hours, and tables are forgotten; then all goes on.
  const quiet = journey.start();
  await journey.pass(2 * 3_600 + 100);
  const history = await readHistory(journey.bucket.direct, ledgerFold);
  expect([...history.state.outputs.keys()].filter((name) => name.startsWith("by_region "))).toEqual([]);
  quiet.process.kill();
  kills += await sell(journey, 2, sold);

  subscription.again = 0;
  const last = journey.start();
  await journey.pass(300);
  await journey.until(last.processor.drain());

  const ids = (name: string): readonly string[] => tables.of(tableOf(name)).map((row) => row["id"] as string);
  for (const [region, expected] of sold) {
    if (region.startsWith("r") && region !== "refused") expect(ids(region).toSorted()).toEqual(expected.toSorted());
    else expect(ids(region)).toEqual([]);
  }
  const errors = topics.rows.map(({ row }) => row);
  expect(errors.every(({ reason, step }) => reason === "write" && step === "by_region")).toBe(true);
  const refused = errors.map(({ row }) => (row as { readonly id: string }).id);
  expect(refused.toSorted()).toEqual([...(sold.get("no region") ?? []), ...(sold.get("refused") ?? [])].toSorted());
  const total = [...sold.values()].reduce((sum, { length }) => sum + length, 0);
  expect(last.processor.status.rows["by_region"]).toBe(total - refused.length);
  expect(kills).toBeGreaterThan(2);
});

test("rows that were recorded for some tables are not sent to others", async () => {
  const journey = new Journey(new Simulation(1), settings);
  const { tables, subscription } = journey;
  tables.down = true;
  const first = journey.start();
  subscription.publish({ region: "eu" });
  await journey.pass(60);
  expect(first.processor.status.unwritten).toBe(1);
  first.process.kill();
  tables.down = false;
  const other = journey.start(undefined, { outputs: { by_region: { tables: "acme.other.sales_{region}" } } });
  await journey.pass(60);
  expect(other.processor.status).toMatchObject({
    state: "failed",
    problem: expect.stringContaining("it has rows for acme.shop.sales_{region} that are not written"),
  });
  const same = journey.start();
  await journey.until(journey.pass(60));
  await journey.until(same.processor.drain());
  expect(tables.of(tableOf("eu"))).toHaveLength(1);
});
