import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { DiskStore } from "../../../../pipeline-images/stream-processor/log/disk-store";
import { entryName, snapshotName } from "../../../../pipeline-images/stream-processor/log/position";
import { SimulatedDisk } from "../support/disk";
import { Simulation } from "../support/simulation";

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), "journey-log-"))));
afterEach(() => rm(folder, { recursive: true }));

const name = (term: number, seq: number) => entryName({ term, seq });
const text = (content: Uint8Array | undefined) => content && Buffer.from(content).toString();

test("a name is created once, and whoever comes second is told so", async () => {
  const store = new DiskStore(join(folder, "deep", "er"));
  const tried = await Promise.all(["a", "b", "c"].map((one) => store.create(name(1, 1), Buffer.from(one))));
  expect(tried.toSorted()).toEqual(["created", "exists", "exists"]);
  const first = ["a", "b", "c"][tried.indexOf("created")];
  expect(text(await store.read(name(1, 1)))).toBe(first);
  expect(await readdir(join(folder, "deep", "er", "log", "000000001"))).toHaveLength(1);
});

test("names are listed in the order of their positions, from any of them on", async () => {
  const store = new DiskStore(folder);
  expect(await store.list("log/")).toEqual([]);
  for (const at of [name(1, 10), name(10, 1), name(1, 9), snapshotName({ term: 1, seq: 9 })]) {
    await store.create(at, Buffer.from(at));
  }
  expect(await store.list("log/")).toEqual([name(1, 9), name(1, 10), name(10, 1)]);
  expect(await store.list("log/", name(1, 10))).toEqual([name(1, 10), name(10, 1)]);
});

test("what was deleted is gone, and deleting it again is no error", async () => {
  const store = new DiskStore(folder);
  await store.create(name(1, 1), Buffer.from("a"));
  await store.delete(name(1, 1));
  await store.delete(name(1, 1));
  expect(await store.read(name(1, 1))).toBeUndefined();
  expect(await store.create(name(1, 1), Buffer.from("b"))).toBe("created");
});

test("a power cut takes nothing that was said to be created, and leaves nothing cut short", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer(), async (seed) => {
      const world = new Simulation(seed);
      const disk = new SimulatedDisk(world);
      const said = new Map<string, string>();
      for (let cut = 0; cut < 4; cut += 1) {
        const store = new DiskStore("/log", disk);
        const end = world.time + world.between(1, 200);
        const power = { on: true };
        const write = async (writer: string): Promise<void> => {
          for (let count = 0; power.on; count += 1) {
            const at = name(world.between(1, 3), world.between(1, 8));
            const content = `${cut}:${writer}:${count} and some more text`;
            const outcome = await store.create(at, Buffer.from(content)).catch(() => "unknown");
            if (outcome === "created" && power.on) said.set(at, content);
          }
        };
        void write("a");
        void write("b");
        await world.run({ until: end });
        power.on = false;
        disk.cutPower();
      }
      const after = new DiskStore("/log", disk);
      const reading = Promise.all(
        (await listed(world, after)).map(async (at) => [at, text(await after.read(at))] as const),
      );
      await world.run({ done: () => false });
      const there = new Map(await reading);
      for (const [at, content] of said) expect(there.get(at)).toBe(content);
      for (const content of there.values()) expect(content).toMatch(/^\d:[ab]:\d+ and some more text$/);
    }),
    { numRuns: 60 },
  );
});

async function listed(world: Simulation, store: DiskStore): Promise<readonly string[]> {
  const names = store.list("log/");
  await world.run();
  return names;
}
