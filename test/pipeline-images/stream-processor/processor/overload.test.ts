/** A Pub/Sub that falls behind with what it is asked: what a processor holds for it stays within its bounds. */
import { expect, test } from "vitest";
import { Journey, journeySettings, path, TABLES } from "../support/journey";
import { Simulation } from "../support/simulation";

const ROWS = path(TABLES.rows);
const CLICKS = 600;

/** Clicks for two minutes, five a second. @returns the most messages that were the processor's and not acknowledged */
async function overloaded(journey: Journey, held: () => number): Promise<number> {
  let most = 0;
  for (let second = 0; second < CLICKS / 5; second += 1) {
    for (let i = 0; i < 5; i += 1) journey.click(0, "a user of some length");
    await journey.pass(1);
    most = Math.max(most, held());
  }
  return most;
}

async function allCounted(journey: Journey): Promise<void> {
  journey.bucket.down = false;
  journey.subscription.fails = new Set();
  await journey.pass(300);
  expect(journey.subscription.unacknowledged).toBe(0);
  expect(new Set(journey.tables.of(ROWS).map((row) => row["id"])).size).toBe(CLICKS);
  expect(journey.tables.of(ROWS)).toHaveLength(CLICKS);
}

test("acknowledgements that are not taken stop the intake before what waits for them fills the memory", async () => {
  const journey = new Journey(new Simulation(1), { ...journeySettings, mostBytes: 6_000 });
  const { processor } = journey.start();
  await journey.pass(2);
  journey.subscription.fails = new Set(["acknowledge"]);
  await overloaded(journey, () => processor.status.messages);
  // A request of some 180 bytes for the five ids of each record, and what came with the last one.
  expect(processor.status.messages).toBeGreaterThan(50);
  expect(processor.status.messages).toBeLessThan(250);
  await allCounted(journey);
});

test("messages that come again because leases cannot be kept do not pile up: what is too much is left", async () => {
  const journey = new Journey(new Simulation(1), { ...journeySettings, mostWaiting: 20_000 });
  const { processor } = journey.start();
  await journey.pass(2);
  // Nothing can be recorded, so nothing is worked on before long; each lease that ends brings all of it once more.
  journey.bucket.down = true;
  journey.subscription.fails = new Set(["modifyDeadline"]);
  const most = await overloaded(journey, () => processor.status.unacknowledged);
  expect(most).toBeGreaterThan(100);
  expect(most).toBeLessThan(400);
  await allCounted(journey);
});
