import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Journey, journeySettings, path, TABLES } from "../support/journey";
import { badNetwork, goodNetwork, type Network, type SimulatedProcess, Simulation } from "../support/simulation";

interface Story {
  readonly seed: number;
  /** Chance of a death, whenever something reaches a process. */
  readonly deaths: number;
  readonly network: Network;
  readonly outages: boolean;
  readonly endedStreams: boolean;
}

interface Sent {
  readonly user: string;
  readonly points: number;
  readonly counts: boolean;
}

const MINUTES = 6;
/** Rows of this user do not fit the table. */
const REFUSED = "refused";

/** Clicks for some minutes, while processors die, sleep, leave and come; then one of them drains in peace. */
async function lived({ seed, deaths, network, outages, endedStreams }: Story) {
  const world = new Simulation(seed);
  const journey = new Journey(world, { ...journeySettings, lease: 10_000, heartbeat: 2_000, compactAfter: 20 });
  const { subscription, tables, topics } = journey;
  const sent = new Map<string, Sent>();
  const malformed = new Set<string>();
  const end = world.time + MINUTES * 60_000;
  const living = new Set<SimulatedProcess>();
  let starts = 0;

  subscription.again = 0.01;
  tables.refuses = (row) => (row["user"] === REFUSED ? "user does not fit" : undefined);

  const publish = (): void => {
    for (let i = world.between(0, 12); i > 0; i -= 1) {
      if (world.chance(0.02)) malformed.add(subscription.publish("{}"));
      else {
        const user = world.chance(0.02) ? REFUSED : `user-${world.between(1, 9)}`;
        const name = world.chance(0.1) ? "ping" : "play";
        const points = world.between(0, 100);
        // Now and then a click is minutes old: late, and too late.
        const second = world.chance(0.03) ? -world.between(30, 500) : -world.between(0, 8);
        sent.set(journey.click(second, user, points, name), { user, points, counts: name === "play" });
      }
    }
    if (world.time < end) world.at(world.between(50, 1_500), publish);
  };
  publish();

  const live = (): void => {
    if (world.time >= end) return;
    starts += 1;
    const { process, processor } = journey.start(network);
    living.add(process);
    const die = (): void => {
      if (!process.alive) return;
      process.kill();
      living.delete(process);
      // Somebody has to be there.
      if (living.size === 0 || world.chance(0.5)) world.at(world.between(100, 5_000), live);
    };
    process.fate = () => {
      const dice = world.random() / deaths;
      if (dice < 1) die();
      else if (dice < 1.25) process.sleep(world.between(100, 40_000));
      else if (dice < 1.5) void processor.stop();
    };
    void processor.ended.then(die);
  };
  live();
  if (world.chance(0.5)) world.at(30_000, live);

  const weather = (): void => {
    if (world.time >= end) return;
    tables.down = outages && world.chance(0.3);
    topics.down = outages && world.chance(0.3);
    if (endedStreams && world.chance(0.3)) tables.endStreams();
    world.at(world.between(1_000, 40_000), weather);
  };
  world.at(5_000, weather);

  await world.run({ until: end });
  for (const process of living) process.kill();
  tables.down = false;
  topics.down = false;
  subscription.again = 0;
  const last = journey.start(goodNetwork);
  await journey.pass(300);
  expect({ ...last.processor.status, state: "running" }).toMatchObject({
    unacknowledged: 0,
    unwritten: 0,
    problem: null,
  });
  await journey.until(last.processor.drain());
  expect(await last.processor.ended).toBe("drained");
  return { journey, sent, malformed, starts };
}

async function holds(story: Story): Promise<number> {
  const { journey, sent, malformed, starts } = await lived(story);
  const errors = journey.topics.rows.map(({ row }) => row);
  const reasons = (reason: string) => errors.filter((row) => row["reason"] === reason);

  expect(journey.subscription.unacknowledged).toBe(0);

  // Whoever was being tried alone when a processor died, after three that died, is one error row and nothing else.
  for (const row of reasons("function")) {
    expect(row["error"]).toContain("ended several times");
    const id = row["message_id"] as string;
    expect(sent.delete(id) || malformed.delete(id)).toBe(true);
  }

  expect(
    reasons("parse")
      .map((row) => row["message_id"] as string)
      .toSorted(),
  ).toEqual([...malformed].toSorted());

  // Row by row: each message is one row of the table, or one error row of what the table refused.
  const refused = reasons("write")
    .map((row) => row["row"] as { user: string; id?: string })
    .filter(({ id }) => id !== undefined);
  const written = journey.tables.of(path(TABLES.rows)).map((row) => row["id"] as string);
  expect([...written, ...refused.map(({ id }) => id as string)].toSorted()).toEqual([...sent.keys()].toSorted());

  // By windows: all panes of a user add up to what was sent and was not too late.
  const late = new Set(reasons("late").map((row) => row["message_id"] as string));
  expect(late.size).toBe(reasons("late").length);
  const expected = new Map<string, { clicks: number; points: number }>();
  const add = (user: string, clicks: number, points: number, to: typeof expected): void => {
    const before = to.get(user) ?? { clicks: 0, points: 0 };
    to.set(user, { clicks: before.clicks + clicks, points: before.points + points });
  };
  for (const [id, { user, points, counts }] of sent) if (counts && !late.has(id)) add(user, 1, points, expected);
  const found: typeof expected = new Map();
  for (const row of journey.tables.of(path(TABLES.activity)))
    add(row["user"] as string, Number(row["clicks"]), Number(row["points"]), found);
  for (const { row } of journey.topics.rows) {
    const pane = row["reason"] === "write" && (row["row"] as { user: string; clicks?: string; points?: string });
    if (pane && pane.clicks !== undefined) add(pane.user, Number(pane.clicks), Number(pane.points), found);
  }
  expect(Object.fromEntries(found)).toEqual(Object.fromEntries(expected));
  return starts;
}

const stories = fc.record({
  seed: fc.integer(),
  deaths: fc.constantFrom(0, 0.0005, 0.002, 0.01),
  network: fc.constantFrom(goodNetwork, badNetwork),
  outages: fc.boolean(),
  endedStreams: fc.boolean(),
});

test("whoever dies, whatever is lost, doubled or down: every message counts once, and the tables hold exactly that", async () => {
  let starts = 0;
  await fc.assert(
    fc.asyncProperty(stories, async (story) => void (starts += await holds(story))),
    { numRuns: 12 },
  );
  expect(starts).toBeGreaterThan(12);
}, 120_000);
