import * as fc from "fast-check";
import { expect, test } from "vitest";
import { pause } from "../../../../runtime/clock";
import { Compactor } from "../../../../pipeline-images/stream-processor/log/compaction";
import { readHistory } from "../../../../pipeline-images/stream-processor/log/history";
import { patient } from "../../../../pipeline-images/stream-processor/log/patient-store";
import { Deposed, takeOver } from "../../../../pipeline-images/stream-processor/log/owner";
import type { Position } from "../../../../pipeline-images/stream-processor/log/position";
import { SimulatedBucket } from "../support/bucket";
import { badNetwork, goodNetwork, type Network, SimulatedProcess, Simulation } from "../support/simulation";
import { told } from "../support/told";

interface Story {
  readonly seed: number;
  readonly network: Network;
  readonly instances: number;
  readonly compactEvery: number;
}

const SILENCE = 20_000;
const HEARTBEAT = 5_000;

/** Several instances over one log for half an hour, each killed, asleep, released and started again by chance. */
async function happened({ seed, network, instances, compactEvery }: Story) {
  const world = new Simulation(seed);
  const bucket = new SimulatedBucket();
  const acknowledged: { record: string; at: Position; before: readonly string[] }[] = [];
  const owners = new Set<SimulatedProcess>();
  const crashes: unknown[] = [];
  let starts = 0;
  const end = world.time + 30 * 60_000;

  const instance = async (process: SimulatedProcess): Promise<void> => {
    const owner = `owner-${(starts += 1)}`;
    const { clock } = process;
    const store = patient(bucket.reachedBy(process, network), clock, () => {});
    const taking = { store, clock, owner, silence: SILENCE, look: 1_000 };
    const [history, log] = await takeOver(taking, told);
    owners.add(process);
    const compactor = new Compactor(store, told);
    let compacting = false;
    const state = history.state;
    try {
      for (let count = 1; clock.now() < end; count += 1) {
        const record = `${owner}:${count}`;
        const release = world.chance(0.02);
        const at = await log.append(Buffer.from(record), { release });
        acknowledged.push({ record, at, before: [...state.records] });
        state.records.push(record);
        if (release) return;
        if (count % compactEvery === 0 && !compacting) {
          compacting = true;
          compactor.compact(log.durable).then(
            () => (compacting = false),
            (error: unknown) => crashes.push(error),
          );
        }
        await pause(clock, world.between(10, HEARTBEAT));
      }
    } catch (error) {
      if (!(error instanceof Deposed)) throw error;
      expect(log.owns).toBe(false);
    }
  };

  const lives = (): void => {
    if (world.time >= end) return;
    const process = new SimulatedProcess(world);
    const again = (): void => {
      if (!process.alive) return;
      process.kill();
      world.at(world.between(100, 30_000), lives);
    };
    instance(process).then(again, (error: unknown) => crashes.push(error));
    process.fate = () => {
      // Newcomers are few and brief: more befalls them.
      const more = owners.has(process) ? 1 : 3;
      if (world.chance(0.001 * more)) again();
      // Long enough for a takeover and some compactions, or for a moment.
      else if (world.chance(0.002 * more)) process.sleep(world.between(100, world.chance(0.7) ? 200_000 : 3_000));
    };
  };
  for (let i = 0; i < instances; i += 1) world.at(world.between(0, 10_000), lives);
  await world.run({ until: end + 600_000 });

  const final = await readHistory(bucket.direct, told);
  return { bucket, acknowledged, owners, final, crashes };
}

const stories = (network: Network): fc.Arbitrary<Story> =>
  fc.record({
    seed: fc.integer(),
    network: fc.constant(network),
    instances: fc.integer({ min: 1, max: 4 }),
    compactEvery: fc.integer({ min: 2, max: 20 }),
  });

async function holds(story: Story): Promise<void> {
  const { acknowledged, final, crashes } = await happened(story);
  expect(crashes).toEqual([]);
  const records = final.state.records;
  // No record twice, and what an owner was told is durable is there, where it was told, after what it knew.
  expect(new Set(records).size).toBe(records.length);
  const places = new Map(records.map((record, i) => [record, i]));
  for (const { record, before } of acknowledged) {
    expect(places.get(record)).toBe(before.length);
    expect(records.slice(0, before.length)).toEqual(before);
  }
}

test("whatever is lost, late, doubled, asleep or killed, the log is one history and keeps all that it acknowledged", async () => {
  await fc.assert(fc.asyncProperty(stories(badNetwork), holds), { numRuns: 60 });
}, 60_000);

test("on a quiet network the log is taken over as often as its owners leave", async () => {
  const { owners, final, acknowledged } = await happened({
    seed: 7,
    network: goodNetwork,
    instances: 3,
    compactEvery: 10,
  });
  expect(owners.size).toBeGreaterThan(5);
  expect(final.state.terms).toBeGreaterThanOrEqual(owners.size);
  expect(acknowledged.length).toBeGreaterThan(100);
});
