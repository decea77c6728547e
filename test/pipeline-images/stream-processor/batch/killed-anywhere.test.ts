/** Runs whose processes die, sleep and lose answers at any of their calls: what is seen at the end is always the same. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bounded, pipeline } from "../../../../pipeline";
import type { OutputBindings } from "../../../../pipeline/bindings";
import { rowsOfSpec } from "../../../../pipeline/rows-of-spec";
import { compileDecoder } from "../../../../pipeline/schema/decoder";
import type { AnyRow } from "../../../../pipeline/schema/row";
import type { Json } from "../../../../pipeline/spec";
import { Task } from "../../../../pipeline-images/stream-processor/batch/task";
import { triesOf } from "../../../../pipeline-images/stream-processor/batch/tries";
import { unpacked } from "../../../../pipeline-images/stream-processor/formats/gzip";
import { formatOf } from "../../../../pipeline-images/stream-processor/formats/of-binding";
import { type FilesBinding, suffixOf } from "../../../../pipeline-images/stream-processor/sinks/files/names";
import { cloudOf } from "../../../../pipeline-images/stream-processor/google/cloud";
import type { Clock } from "../../../../runtime/clock";
import { Sale, sale } from "./support";
import { type Fate, Mortal, REFUSED, World } from "./world";

const FILES = 5;
const ROWS = 6;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "journey-anywhere-"));
  mkdirSync(join(folder, "sales"));
  for (let file = 0; file < FILES; file += 1) {
    const rows = Array.from({ length: ROWS }, (_, i) => JSON.stringify(sale(file * ROWS + i)));
    // One row a file is none.
    writeFileSync(join(folder, `sales/${file}.json`), [...rows, '{"id":1}', ""].join("\n"));
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

const spec = pipeline("spread", { sales: bounded(Sale) }, ({ sales }) => ({
  added: sales.select("id", "cents"),
  replaced: sales.select("id", "shop"),
  ofDay: sales.select("id", "at"),
  told: sales.select("id"),
  shared: sales.select("id", "shop"),
  last: sales.select("id", "shop"),
  filed: sales.select("id", "cents"),
  packed: sales.select("id", "cents"),
  columns: sales.select("id", "cents"),
})).toJSON();

const outputs: OutputBindings = {
  added: { table: "acme.shop.added" },
  replaced: { table: "acme.shop.replaced", write: "truncate" },
  ofDay: { table: "acme.shop.days", write: "truncate", partition: { id: "{yesterday}", column: "at" } },
  told: { topic: "projects/acme/topics/told" },
  shared: { tables: "acme.shop.of_{shop}" },
  last: { table: "acme.shop.last", write: "upsert" },
  filed: { files: "out/filed", format: { type: "csv" }, shards: 2 },
  packed: { files: "out/packed", format: { type: "avro" }, suffix: ".avro.gz", shards: 3 },
  columns: { files: "out/columns", format: { type: "parquet" }, shards: 2 },
};

/** Nobody waits. */
const clock: Clock = {
  now: () => Date.parse("2026-03-03T00:30:00Z"),
  after(delay, task) {
    if (delay > 10_000) return () => {};
    const turn = setImmediate(task);
    return () => clearImmediate(turn);
  },
};
/** Lines of progress are of no interest, and would be told every turn. */
const quiet: Clock = { ...clock, after: (delay, task) => (delay === 5_000 ? () => {} : clock.after(delay, task)) };

let attempts = 0;
const begin = (world: World, process: Mortal, task: number, tasks: number) => {
  const { store, clients } = world.reachedBy(process);
  return new Task({
    spec,
    inputs: { sales: { files: `${folder}/sales/*.json`, format: { type: "json-lines" } } },
    outputs,
    errors: { topic: "projects/acme/topics/refused" },
    run: { name: "run", pipeline: "spread", tasks },
    attempt: { task, id: `attempt-${(attempts += 1)}` },
    clock: quiet,
    log: () => {},
    cloud: cloudOf({}, clock),
    clients,
    readSide: () => Promise.resolve([]),
    store,
    metrics: store,
    tries: triesOf(quiet, () => () => {}),
    goOn: () => {},
  }).work();
};

const never = () => new Mortal(0, "dies before");

/** Until it has come to its end, or nothing more comes of it. */
const attempt = async (world: World, process: Mortal, task: number, tasks: number): Promise<void> => {
  const working = begin(world, process, task, tasks).catch(() => undefined);
  await Promise.race([working, process.still]);
};

const all = Array.from({ length: FILES * ROWS }, (_, i) => sale(i));
const inOrder = (rows: readonly Json[]): string[] => rows.map((row) => JSON.stringify(row)).toSorted();

/** Of all shards of an output, whatever is in front of their numbers. */
async function rowsInFiles(world: World, output: string, shards: number): Promise<Json[]> {
  const binding = outputs[output] as FilesBinding;
  const fields = rowsOfSpec(spec).get(spec.outputs[output] ?? "") ?? [];
  const decode = compileDecoder(fields);
  const files = [...world.files.seen].filter(([name]) => name.startsWith(`${binding.files}-`));
  const suffix = suffixOf(binding);
  expect(files.map(([name]) => name)).toEqual(
    Array.from({ length: shards }, (_, i) => `out/${output}-run-0000${i}-of-0000${shards}${suffix}`),
  );
  const rows: Json[] = [];
  for (const [name, content] of files) {
    const parts = unpacked(
      name,
      (async function* () {
        yield content;
      })(),
    );
    for await (const { bytes, starts, ends } of formatOf(binding.format).read(parts, fields)) {
      for (const [i, start] of starts.entries()) rows.push(decode(bytes, start, ends[i]) as AnyRow);
    }
  }
  return rows;
}

async function expectAll(world: World, tasks = 1): Promise<void> {
  const filed = inOrder(all.map(({ id, cents }) => ({ id, cents })));
  expect(inOrder(await rowsInFiles(world, "filed", 2))).toEqual(filed);
  expect(inOrder(await rowsInFiles(world, "packed", 3))).toEqual(filed);
  expect(inOrder(await rowsInFiles(world, "columns", 2))).toEqual(filed);
  expect(inOrder(world.rowsOf("acme.shop.added"))).toEqual(inOrder(all.map(({ id, cents }) => ({ id, cents }))));
  expect(inOrder(world.rowsOf("acme.shop.replaced"))).toEqual(inOrder(all.map(({ id, shop }) => ({ id, shop }))));
  const ofDay = all.map(({ id }) => ({ id, at: "2026-03-02T08:00:00.000000Z" }));
  expect(inOrder(world.rowsOf("acme.shop.days"))).toEqual(inOrder([otherDay, ...ofDay]));
  for (const name of new Set(all.map(({ shop }) => shop))) {
    const own = all.filter(({ shop }) => shop === name).map(({ id, shop }) => ({ id, shop }));
    expect(inOrder(world.rowsOf(`acme.shop.of_${name}`))).toEqual(inOrder(own));
  }
  // Of each shop the last sale, by its task and its place there; one was refused, and is an error row, once.
  const lastOf = new Map<string, string>();
  for (let task = 0; task < tasks; task += 1) {
    const own = all.filter((_, i) => Math.floor(i / ROWS) % tasks === task && all[i]?.id !== REFUSED);
    for (const { id, shop } of own) lastOf.set(shop, id);
  }
  expect(new Map([...world.kept].map(([shop, { id }]) => [shop, id]))).toEqual(lastOf);
  const late = world.messages.filter(({ rowId }) => rowId.includes("-late-"));
  expect(new Set(late.map(({ rowId }) => rowId))).toEqual(new Set(["run-0-late-_errors-0-0"]));
  expect(late[0]?.row).toMatchObject({ step: "last", error: "nobody sells this", row: { id: REFUSED } });
  // Messages may come twice: under the same id, and then they say the same.
  const byId = new Map(world.messages.map(({ rowId, row }) => [rowId, JSON.stringify(row)]));
  for (const { rowId, row } of world.messages) expect(byId.get(rowId)).toBe(JSON.stringify(row));
  const told = [...byId].filter(([rowId]) => rowId.includes("-told-")).map(([, row]) => row);
  expect(told.toSorted()).toEqual(inOrder(all.map(({ id }) => ({ id }))));
  expect(byId.size).toBe(FILES * ROWS + FILES + 1);
  expect(Buffer.from(world.objects.get("run.txt") ?? []).toString()).toContain(`output="last"} ${FILES * ROWS - 1}\n`);
  expect(Buffer.from(world.objects.get("run.txt") ?? []).toString()).toContain(`output="added"} ${FILES * ROWS}\n`);
}

const otherDay = { id: "other", at: "2026-03-01T23:59:59.999999Z" };

const world = (): World => {
  const made = new World();
  made.rowsOf("acme.shop.replaced").push({ id: "old", shop: "old" });
  made.rowsOf("acme.shop.days").push(otherDay, { id: "old", at: "2026-03-02T23:00:00.000000Z" });
  return made;
};

test.each<Fate>(["dies before", "dies after", "fails before", "fails after"])(
  "a process that %s any of its calls has done harm to nothing, and another one does the rest",
  async (fate) => {
    for (let at = 1; ; at += 1) {
      const made = world();
      const process = new Mortal(at, fate);
      await attempt(made, process, 0, 1);
      await attempt(made, never(), 0, 1);
      await expectAll(made);
      if (!process.met) break;
      expect(at).toBeLessThan(200);
    }
  },
);

test("one that slept at any of its calls changes nothing when it wakes after all is done", async () => {
  for (const fate of ["sleeps before", "sleeps after"] as const) {
    for (let at = 1; ; at += 1) {
      const made = world();
      const process = new Mortal(at, fate);
      const zombie = begin(made, process, 0, 1).catch(() => undefined);
      await Promise.race([zombie, process.still]);
      await attempt(made, never(), 0, 1);
      await expectAll(made);
      process.wake();
      await zombie;
      await expectAll(made);
      if (!process.met) break;
    }
  }
});

const fates = fc.constantFrom<Fate>(
  "dies before",
  "dies after",
  "fails before",
  "fails after",
  "sleeps before",
  "sleeps after",
);

test("tasks that meet such fates beside one another, again and again, write every row once", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 4 }),
      fc.array(fc.record({ task: fc.nat(3), at: fc.integer({ min: 1, max: 90 }), fate: fates }), { maxLength: 6 }),
      fc.boolean(),
      async (tasks, unlucky, together) => {
        const made = world();
        const processes = unlucky.map(({ task, at, fate }) => ({ task: task % tasks, process: new Mortal(at, fate) }));
        const first = processes.map(async ({ task, process }) => {
          const working = attempt(made, process, task, tasks);
          if (!together) await working;
          return working;
        });
        await Promise.all(first);
        const last = Array.from({ length: tasks }, (_, task) => attempt(made, never(), task, tasks));
        await Promise.all(last);
        // A task that was beside the one that published may have found less than it looked for: it is begun again.
        for (let task = 0; task < tasks; task += 1) await attempt(made, never(), task, tasks);
        for (const { process } of processes) process.wake();
        await new Promise((resolve) => void setTimeout(resolve, 1));
        await expectAll(made, tasks);
      },
    ),
    { numRuns: 150 },
  );
}, 60_000);
