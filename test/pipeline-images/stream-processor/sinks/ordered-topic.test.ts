/** A pipeline whose rows go to a topic with an ordering key and attributes. */
import { expect, test } from "vitest";
import { integer, pipeline, schema, string, timestamp } from "../../../../pipeline";
import { Journey, journeySettings } from "../support/journey";
import { goodNetwork, type Network, Simulation } from "../support/simulation";

const Click = schema("click", { user: string(), name: string(), points: integer(), at: timestamp() });
const passed = pipeline("passed-on", { clicks: Click }, ({ clicks }) => ({
  out: clicks.select("user", "name", "points"),
}));

const TOPIC = "projects/acme/topics/out";
const journeyOf = (seed: number) =>
  new Journey(new Simulation(seed), {
    ...journeySettings,
    spec: passed.toJSON(),
    outputs: { out: { topic: TOPIC, orderingKey: "user", attributes: ["name", "points"] } },
  });

/** Rows as they came first, by key: an at-least-once topic may repeat them later. */
function firstOfEach(journey: Journey): ReadonlyMap<string, readonly number[]> {
  const seen = new Set<string>();
  const byKey = new Map<string, number[]>();
  for (const { row, attributes, orderingKey = "" } of journey.topics.published) {
    const id = attributes["row_id"] ?? "";
    if (seen.has(id)) continue;
    seen.add(id);
    byKey.set(orderingKey, [...(byKey.get(orderingKey) ?? []), Number(row["points"])]);
  }
  return byKey;
}

/** The places that a request of the log has its rows at, in the order in which they were published first. */
function places(journey: Journey): ReadonlyMap<string, readonly [request: number, place: number][]> {
  const byKey = new Map<string, [number, number][]>();
  const seen = new Set<string>();
  for (const { attributes, orderingKey = "" } of journey.topics.published) {
    const id = attributes["row_id"] ?? "";
    if (seen.has(id) || !id.includes("-out-")) continue;
    seen.add(id);
    const [request = 0, place = 0] = id.split("-out-")[1]?.split("-").map(Number) ?? [];
    byKey.set(orderingKey, [...(byKey.get(orderingKey) ?? []), [request, place]]);
  }
  return byKey;
}

test("rows have the key and the attributes that their binding names, and their own row_id", async () => {
  const journey = journeyOf(1);
  journey.start();
  await journey.pass(2);
  for (let i = 0; i < 6; i += 1) journey.click(0, i % 2 === 0 ? "ada" : "bob", i);
  await journey.pass(5);
  expect(journey.topics.published).toHaveLength(6);
  for (const { row, attributes, orderingKey } of journey.topics.published) {
    expect(orderingKey).toBe(row["user"]);
    expect(attributes).toMatchObject({ name: "play", points: String(row["points"]) });
    expect(attributes["row_id"]).toMatch(/^1-out-\d+-\d+$/);
  }
});

test("a row with a key that Pub/Sub would refuse is an error row, and holds up no other", async () => {
  const journey = journeyOf(2);
  const { processor } = journey.start();
  await journey.pass(2);
  journey.click(0, "u".repeat(2_000), 1);
  journey.click(0, "ada", 2);
  await journey.pass(5);
  expect(firstOfEach(journey).get("ada")).toEqual([2]);
  const errors = journey.topics.published.filter(({ attributes }) => attributes["reason"] === "write");
  expect(errors).toMatchObject([
    { row: { step: "out", error: "user is 2000 bytes: an ordering key has 1024 at most", row: { points: 1 } } },
  ]);
  expect(processor.status).toMatchObject({ unwritten: 0, unacknowledged: 0, errors: { write: 1 } });
});

test("while answers are lost and processes killed, rows of a key are published in the order in which they were recorded", async () => {
  const losing: Network = { ...goodNetwork, lostAnswers: 0.3, lostRequests: 0.3, timeout: 2_000 };
  for (let seed = 1; seed <= 8; seed += 1) {
    const journey = journeyOf(seed);
    const { topics } = journey;
    const reached = topics.reachedBy.bind(topics);
    topics.reachedBy = (process) => reached(process, losing);
    // Each run by itself.
    let { process, processor } = journey.start();
    for (let round = 0; round < 4; round += 1) {
      // The one before is silent for 20 s before this one takes over.
      await journey.pass(60);
      for (let i = 0; i < 40; i += 1) journey.click(0, `user-${i % 3}`, round * 40 + i);
      await journey.pass(0.5 + seed / 4);
      process.kill();
      ({ process, processor } = journey.start());
    }
    await journey.pass(300);
    expect(processor.status.unwritten).toBe(0);
    const rows = [...firstOfEach(journey).values()].flat().toSorted((a, b) => a - b);
    expect(rows).toEqual(Array.from({ length: 160 }, (_, i) => i));
    for (const ids of places(journey).values()) {
      expect(ids).toEqual(ids.toSorted(([a, b], [c, d]) => a - c || b - d));
    }
  }
});
