import { expect, test } from "vitest";
import { Journey, path, TABLES } from "../support/journey";
import { Simulation } from "../support/simulation";

test("messages become rows, are acknowledged, and a drain closes every window", async () => {
  const journey = new Journey(new Simulation(1));
  const { processor } = journey.start();
  await journey.pass(2);
  for (let i = 0; i < 50; i += 1) journey.click(0, `user-${i % 5}`, i);
  journey.subscription.publish("no JSON");
  await journey.pass(5);
  expect(processor.status).toMatchObject({
    state: "running",
    messages: 51,
    unwritten: 0,
    unacknowledged: 0,
    problem: null,
    errors: { parse: 1 },
  });
  expect(journey.subscription.unacknowledged).toBe(0);
  expect(journey.tables.of(path(TABLES.rows))).toHaveLength(50);

  await journey.until(processor.drain());
  expect(await processor.ended).toBe("drained");
  const activity = journey.tables.of(path(TABLES.activity));
  expect(activity).toHaveLength(5);
  expect(activity.reduce((clicks, row) => clicks + Number(row["clicks"]), 0)).toBe(50);
  expect(journey.topics.rows).toMatchObject([
    { row: { reason: "parse" }, attributes: { pipeline: "clicks", step: "clicks", reason: "parse" } },
  ]);
});
