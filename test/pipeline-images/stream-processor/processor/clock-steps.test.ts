import { expect, test } from "vitest";
import { steadyClock } from "../../../../pipeline-images/stream-processor/steady-clock";
import { Journey, path, TABLES } from "../support/journey";
import { Simulation } from "../support/simulation";

const ROWS = path(TABLES.rows);
const ACTIVITY = path(TABLES.activity);
const HOUR = 3_600_000;

test("a clock that is set forth and back by an hour breaks no lease, no heartbeat, no window, and makes nothing late", async () => {
  const journey = new Journey(new Simulation(1));
  const { world } = journey;
  let set = 0;
  journey.clockOf = (clock) =>
    steadyClock({
      clock: { now: () => clock.now() + set, after: (delay, task) => clock.after(delay, task) },
      elapsed: () => world.time,
      stepped: () => {},
    });
  const { processor } = journey.start();
  await journey.pass(40);
  // Whoever waits for the log hears a heartbeat, whatever its clock says.
  const other = journey.start();
  let watermark = -Infinity;
  let clicks = 0;
  for (const step of [HOUR, -HOUR, -HOUR, HOUR, HOUR]) {
    set += step;
    // What waits for a record is leased again and again.
    journey.bucket.down = true;
    for (let i = 0; i < 5; i += 1, clicks += 1) journey.click(0, "ada");
    await journey.pass(45);
    journey.bucket.down = false;
    await journey.pass(30);
    const now = Date.parse(processor.status.watermark ?? "");
    expect(now).toBeGreaterThanOrEqual(watermark);
    watermark = now;
  }
  expect(Math.max(...journey.subscription.messages.map(({ deliveries }) => deliveries))).toBe(1);
  expect(other.processor.status.state).toBe("waiting");
  expect(processor.status).toMatchObject({ state: "running", late: 0, errors: {}, unacknowledged: 0, problem: null });
  expect(journey.tables.of(ROWS)).toHaveLength(clicks);
  // Windows end when their time is over, and not an hour later: the last of them a minute after its clicks.
  await journey.pass(120);
  const counted = journey.tables.of(ACTIVITY).reduce((sum, row) => sum + Number(row["clicks"]), 0);
  expect(counted).toBe(clicks);
});
