import { expect, test } from "vitest";
import { machineMemory } from "../../../../pipeline-images/stream-processor/machine-memory";
import type { MemoryReading } from "../../../../pipeline-images/stream-processor/processor/memory";
import { Journey, path, TABLES } from "../support/journey";
import { Simulation } from "../support/simulation";

const ROWS = path(TABLES.rows);
const MB = 2 ** 20;

/** A processor whose memory reads as it is told: what is live, and beside it what nothing refers to any more. */
function scene() {
  const journey = new Journey(new Simulation(1));
  const memory = { live: 100 * MB, garbage: 0, heap: 50 * MB, collections: 0 };
  journey.memory = {
    read: (): MemoryReading => ({
      used: memory.live + memory.garbage,
      limit: 1_000 * MB,
      heap: memory.heap,
      heapLimit: 500 * MB,
    }),
    collect: () => {
      memory.garbage = 0;
      memory.collections += 1;
    },
  };
  return { journey, memory };
}

const said = (journey: Journey) => journey.lines.filter((line) => /memory/.test(line));

test("near the limit nothing more is taken, what is there is recorded, and leases are kept until there is room again", async () => {
  const { journey, memory } = scene();
  const { processor } = journey.start();
  await journey.pass(2);
  memory.live = 900 * MB;
  await journey.pass(2);
  for (let i = 0; i < 50; i += 1) journey.click(0, "ada");
  await journey.pass(120);
  expect(processor.status).toMatchObject({ state: "running", messages: 0, unacknowledged: 50 });
  expect(processor.told.memory).toMatchObject({ short: true, limit: 1_000 * MB });
  expect(Math.max(...journey.subscription.messages.map(({ deliveries }) => deliveries))).toBe(1);
  expect(journey.payloads).toContainEqual(expect.objectContaining({ kind: "report", memoryShort: 1 }));

  memory.live = 700 * MB;
  await journey.pass(10);
  expect(processor.status).toMatchObject({ messages: 50, unacknowledged: 0 });
  expect(journey.tables.of(ROWS)).toHaveLength(50);
  expect(said(journey)).toEqual([
    "WARNING clicks: memory is short (900Mi of 1000Mi): it takes nothing more until there is enough of it again",
    expect.stringMatching(/^ERROR clicks: what its steps keep/),
    "INFO clicks: there is enough memory again (700Mi of 1000Mi)",
  ]);
  expect(journey.payloads).toContainEqual({
    kind: "memory",
    pipeline: "clicks",
    short: 1,
    usedBytes: 900 * MB,
    limitBytes: 1_000 * MB,
  });
});

test("a drain makes room: it ends every window, and leaves to others what it may not take", async () => {
  const { journey, memory } = scene();
  const { processor } = journey.start();
  await journey.pass(2);
  for (let i = 0; i < 10; i += 1) journey.click(0, "ada");
  await journey.pass(2);
  memory.live = 900 * MB;
  await journey.pass(2);
  for (let i = 0; i < 5; i += 1) journey.click(0, "bob");
  await journey.pass(2);
  await journey.until(processor.drain());
  expect(await processor.ended).toBe("drained");
  expect(journey.tables.of(path(TABLES.activity)).map((row) => row["user"])).toEqual(["ada"]);
  expect(journey.subscription.unacknowledged).toBe(5);
  // They were given back: whoever comes next need not wait for their leases.
  memory.live = 100 * MB;
  journey.start();
  await journey.pass(3);
  expect(journey.subscription.unacknowledged).toBe(0);
});

test("what nothing refers to any more is let go of first, and is no reason to stop", async () => {
  const { journey, memory } = scene();
  const { processor } = journey.start();
  await journey.pass(2);
  for (let second = 0; second < 60; second += 1) {
    memory.garbage = 850 * MB;
    journey.click(0, "ada");
    await journey.pass(1);
  }
  expect(processor.status.messages).toBe(60);
  expect(said(journey)).toEqual([]);
  // Not with every look: it takes a while.
  expect(memory.collections).toBeGreaterThan(5);
  expect(memory.collections).toBeLessThan(20);
});

test("where the heap is the nearer limit it is the one that counts", async () => {
  const { journey, memory } = scene();
  journey.start();
  await journey.pass(2);
  memory.heap = 450 * MB;
  await journey.pass(2);
  expect(said(journey)).toEqual([
    "WARNING clicks: memory is short (450Mi of the heap's 500Mi): it takes nothing more until there is enough of it again",
  ]);
});

test("what is kept alone, and nothing that is on its way, is said in one sentence, once, with what to do", async () => {
  const { journey, memory } = scene();
  journey.start();
  await journey.pass(2);
  memory.live = 900 * MB;
  await journey.pass(60);
  expect(said(journey).filter((line) => line.startsWith("ERROR"))).toEqual([
    "ERROR clicks: what its steps keep needs more memory than there is (900Mi of 1000Mi): " +
      'give it more (memory: "2Gi"), or shorter windows, less allowed lateness, or less time for which keys are kept',
  ]);
});

test("this machine's memory is read, and let go of, by the process itself", () => {
  const memory = machineMemory(2 ** 30);
  const { used, limit, heap, heapLimit } = memory.read();
  expect(limit).toBeLessThanOrEqual(2 ** 30);
  expect(used).toBeGreaterThan(10e6);
  expect(heap).toBeGreaterThan(1e6);
  expect(heapLimit).toBeGreaterThan(heap);
  const before = memory.read().heap;
  let garbage: unknown = Array.from({ length: 500_000 }, (_, i) => ({ i }));
  expect(memory.read().heap).toBeGreaterThan(before + 5e6);
  garbage = undefined;
  memory.collect();
  expect(memory.read().heap).toBeLessThan(before + 5e6);
  expect(garbage).toBeUndefined();
});
