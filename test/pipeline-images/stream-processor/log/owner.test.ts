import { expect, test } from "vitest";
import { Compactor } from "../../../../pipeline-images/stream-processor/log/compaction";
import { Corrupt, encodeEntry } from "../../../../pipeline-images/stream-processor/log/entry";
import { readHistory } from "../../../../pipeline-images/stream-processor/log/history";
import { Deposed, takeOver } from "../../../../pipeline-images/stream-processor/log/owner";
import { patient } from "../../../../pipeline-images/stream-processor/log/patient-store";
import { entryName, snapshotName } from "../../../../pipeline-images/stream-processor/log/position";
import type { LogStore } from "../../../../pipeline-images/stream-processor/log/store";
import { SimulatedBucket } from "../support/bucket";
import { SimulatedProcess, Simulation } from "../support/simulation";
import { told } from "../support/told";

const bytes = (text: string) => Buffer.from(text);

function scene() {
  const world = new Simulation(1);
  const bucket = new SimulatedBucket();
  const { clock } = new SimulatedProcess(world);
  const newcomer = (owner: string, store: LogStore = bucket.direct) =>
    takeOver({ store: patient(store, clock, () => {}), clock, owner, silence: 20_000, look: 1_000 }, told);
  return { world, bucket, clock, newcomer };
}

test("an untouched log is taken at once", async () => {
  const { newcomer } = scene();
  const [history, log] = await newcomer("a");
  expect(history.state).toEqual({ records: [], terms: 1 });
  expect(await log.append(bytes("first"))).toEqual({ term: 1, seq: 1 });
});

test("an answer that was lost deposes nobody: the record is found to be one's own", async () => {
  const { bucket, newcomer, world } = scene();
  let lose = true;
  const forgetful: LogStore = {
    ...bucket.direct,
    create(name, content) {
      bucket.create(name, content);
      lose = !lose;
      return lose ? Promise.resolve("exists") : Promise.reject(new Error("no answer in time"));
    },
  };
  const appended = newcomer("a", forgetful).then(([, log]) => log.append(bytes("first")));
  await world.run();
  expect(await appended).toEqual({ term: 1, seq: 1 });
});

test("a newcomer waits for 20 s of silence, and the one it replaced finds its seal and stops for good", async () => {
  const { newcomer, world } = scene();
  const [, first] = await newcomer("a");
  await first.append(bytes("a1"));
  const start = world.time;
  let second: Awaited<ReturnType<typeof newcomer>> | undefined;
  void newcomer("b").then((taken) => (second = taken));

  await world.run({ until: start + 15_000 });
  await first.append(bytes("a2"));
  // silence   0 s          15 s: a2                35 s
  await world.run({ until: start + 34_000 });
  expect(second).toBeUndefined();
  await world.run({ until: start + 37_000 });
  expect(second?.[0].state).toEqual({ records: ["a1", "a2"], terms: 2 });

  await expect(first.append(bytes("a3"))).rejects.toThrow(Deposed);
  expect(first.owns).toBe(false);
  await expect(first.append(bytes("a4"))).rejects.toThrow(/another instance has taken over/);
  expect(await second?.[1].append(bytes("b1"))).toEqual({ term: 2, seq: 1 });
});

test("after a release a newcomer does not wait", async () => {
  const { newcomer } = scene();
  const [, first] = await newcomer("a");
  await first.append(bytes("a1"), { release: true });
  const [history] = await newcomer("b");
  expect(history.state.records).toEqual(["a1"]);
});

test("of two newcomers one owns the log and the other goes on waiting", async () => {
  const { newcomer, world } = scene();
  const start = world.time;
  let taken = 0;
  void newcomer("a").then(() => (taken += 1));
  void newcomer("b").then(() => (taken += 1));
  await world.run({ until: start + 10_000 });
  expect(taken).toBe(1);
});

test("one who slept through a compaction cannot own the log by a name that it freed", async () => {
  const { bucket, newcomer, world } = scene();
  const [, first] = await newcomer("a");
  await first.append(bytes("a1"));
  const compactor = new Compactor(bucket.direct, told);

  // It listed the log when there was one record, and falls asleep before it seals the next name.
  let asleep = true;
  const sleeper: LogStore = {
    ...bucket.direct,
    async create(name, content) {
      if (asleep) {
        asleep = false;
        await first.append(bytes("a2"));
        await first.append(bytes("a3"));
        await compactor.compact(first.durable);
      }
      return bucket.create(name, content);
    },
  };
  let second: Awaited<ReturnType<typeof newcomer>> | undefined;
  void newcomer("b", sleeper).then((taken) => (second = taken));
  await world.run({ until: world.time + 30_000 });
  expect(second).toBeUndefined();
  // The name that it sealed is behind the owner, which goes on.
  expect(bucket.objects.has(entryName({ term: 1, seq: 2 }))).toBe(true);
  await first.append(bytes("a4"));
  await world.run({ until: world.time + 60_000 });
  expect(second?.[0].state.records).toEqual(["a1", "a2", "a3", "a4"]);
});

test("a reading that followed such a seal into a later term is thrown away", async () => {
  const { bucket, newcomer } = scene();
  const [, first] = await newcomer("a");
  for (const record of ["a1", "a2", "a3"]) await first.append(bytes(record), { release: record === "a3" });
  const [, second] = await newcomer("b");
  await second.append(bytes("b1"));

  // term 1:  a1 [a2 compacted away, a sleeper's seal in its place] ... seal   term 2:  b1
  let first_listing = true;
  const between: LogStore = {
    ...bucket.direct,
    async list(prefix, from) {
      const names = bucket.list(prefix, from);
      if (first_listing) {
        first_listing = false;
        await new Compactor(bucket.direct, told).compact({ term: 1, seq: 3 });
        bucket.create(entryName({ term: 1, seq: 1 }), bytes(""));
        bucket.objects.set(
          entryName({ term: 1, seq: 1 }),
          encodeEntry({ at: { term: 1, seq: 1 }, owner: "sleeper", record: undefined, release: false }),
        );
      }
      return names;
    },
  };
  const history = await readHistory(between, told);
  expect(history.state.records).toEqual(["a1", "a2", "a3", "b1"]);
});

test("a compaction leaves a snapshot, the seals and what came after; what an earlier one left behind goes too", async () => {
  const { bucket, newcomer } = scene();
  const [, first] = await newcomer("a");
  await first.append(bytes("a1"));
  await first.append(bytes("a2"), { release: true });
  const [, second] = await newcomer("b");
  await second.append(bytes("b1"));
  await second.append(bytes("b2"));

  const cutOff: LogStore = { ...bucket.direct, delete: () => Promise.reject(new Error("killed")) };
  await expect(new Compactor(cutOff, told).compact({ term: 1, seq: 2 })).rejects.toThrow("killed");
  expect(bucket.objects.has(entryName({ term: 1, seq: 1 }))).toBe(true);

  expect(await new Compactor(bucket.direct, told).compact({ term: 2, seq: 1 })).toBeGreaterThan(0);
  expect([...bucket.objects.keys()].toSorted()).toEqual(
    [
      entryName({ term: 0, seq: 1 }), // the seal of nobody's term
      entryName({ term: 1, seq: 3 }), // the seal of a's term
      entryName({ term: 2, seq: 2 }),
      snapshotName({ term: 2, seq: 1 }),
    ].toSorted(),
  );
  expect((await readHistory(bucket.direct, told)).state).toEqual({ records: ["a1", "a2", "b1", "b2"], terms: 2 });
  expect(await new Compactor(bucket.direct, told).compact({ term: 1, seq: 2 })).toBeUndefined();
});

test("a damaged entry, or one under another's name, stops the reading with its name", async () => {
  const { bucket, newcomer } = scene();
  const [, first] = await newcomer("a");
  await first.append(bytes("a1"));
  const name = entryName({ term: 1, seq: 1 });
  const whole = Buffer.from(bucket.objects.get(name) as Uint8Array);

  for (let i = 0; i < whole.length; i += 1) {
    const damaged = Buffer.from(whole);
    damaged[i] = (damaged[i] as number) ^ 0x10;
    bucket.objects.set(name, damaged);
    await expect(readHistory(bucket.direct, told)).rejects.toThrow(Corrupt);
  }
  bucket.objects.set(name, whole.subarray(0, whole.length - 1));
  await expect(readHistory(bucket.direct, told)).rejects.toThrow("000000001/0000000000001 is damaged: its checksum");
  bucket.objects.set(name, encodeEntry({ at: { term: 1, seq: 2 }, owner: "a", record: bytes("a1"), release: false }));
  await expect(readHistory(bucket.direct, told)).rejects.toThrow("it says that it is log/000000001/0000000000002");
});
