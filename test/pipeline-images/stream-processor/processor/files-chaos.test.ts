/**
 * Files of a stream under kills: whatever is sent again, late, twice or by an owner that was overtaken, each row is in
 * one file, that of its window, and no file is ever seen that is not whole.
 */
import { expect, test } from "vitest";
import {
  afterCount,
  afterProcessingTime,
  afterWatermark,
  count,
  fixed,
  pipeline,
  schema,
  string,
  timestamp,
  windowStart,
} from "../../../../pipeline";
import { rowsOfSpec } from "../../../../pipeline/rows-of-spec";
import { compileDecoder } from "../../../../pipeline/schema/decoder";
import type { AnyRow } from "../../../../pipeline/schema/row";
import { unpacked } from "../../../../pipeline-images/stream-processor/formats/gzip";
import { formatOf } from "../../../../pipeline-images/stream-processor/formats/of-binding";
import type { FilesBinding } from "../../../../pipeline-images/stream-processor/sinks/files/names";
import { hardLife } from "../support/hard-life";
import { Journey, journeySettings } from "../support/journey";
import { Simulation } from "../support/simulation";

const Order = schema("order", { user: string(), at: timestamp() });

const orders = pipeline("orders", { orders: Order.withMetadata() }, ({ orders: all }) => {
  const timed = all
    .eventTime("at", { maxDelay: "5s" })
    .map({ id: string(), user: string(), at: timestamp() }, (order) => ({
      id: order.message_id,
      user: order.user,
      at: order.at,
    }))
    .window(fixed("30s"), {
      trigger: afterWatermark({ early: afterProcessingTime("3s"), late: afterCount(1) }),
      allowedLateness: "1m",
      accumulation: "discarding",
    });
  return {
    all: all.map({ id: string() }, (order) => ({ id: order.message_id })),
    windowed: timed,
    counted: timed.groupBy("user").aggregate({ begun: windowStart(), orders: count() }),
  };
});
const spec = orders.toJSON();

const outputs: { readonly [output: string]: FilesBinding } = {
  all: { files: "out/all", format: { type: "json-lines" }, suffix: ".jsonl.gz", shards: 2, every: "20s" },
  windowed: { files: "out/windowed", format: { type: "csv" }, shards: 2, every: "15s" },
  counted: { files: "out/counted", format: { type: "parquet" }, every: "15s" },
};

/** Rows of an output, each with the name of its file. */
async function rowsIn(journey: Journey, output: string): Promise<(readonly [file: string, row: AnyRow])[]> {
  const binding = outputs[output] as FilesBinding;
  const fields = rowsOfSpec(spec).get(spec.outputs[output] ?? "") ?? [];
  const decode = compileDecoder(fields);
  const rows: (readonly [string, AnyRow])[] = [];
  for (const [name, content] of journey.files.seen) {
    if (!name.startsWith(`${binding.files}-`)) continue;
    const bytes = (async function* () {
      yield content;
    })();
    for await (const found of formatOf(binding.format).read(unpacked(name, bytes), fields)) {
      for (const [i, start] of found.starts.entries()) {
        rows.push([name, decode(found.bytes, start, found.ends[i]) as AnyRow]);
      }
    }
  }
  return rows;
}

const MINUTES = 4;
const windowOf = (at: number): string => {
  const start = at - (at % 30_000);
  return `${new Date(start).toISOString()}-${new Date(start + 30_000).toISOString()}`;
};

test.each(Array.from({ length: 12 }, (_, i) => i + 1))(
  "seed %i",
  async (seed) => {
    const world = new Simulation(seed);
    const journey = new Journey(world, {
      ...journeySettings,
      spec,
      subscriptions: { orders: "projects/acme/subscriptions/orders" },
      outputs,
      lease: 10_000,
      heartbeat: 2_000,
      compactAfter: 20,
    });
    const { subscription, files } = journey;
    subscription.again = 0.02;
    const sent = new Map<string, { readonly user: string; readonly at: number }>();
    const end = world.time + MINUTES * 60_000;
    const publish = (): void => {
      const user = `user-${world.between(1, 5)}`;
      // Some are late, and some of those too late.
      const at = world.time - (world.chance(0.1) ? world.between(5_000, 150_000) : world.between(0, 4_000));
      sent.set(subscription.publish({ user, at: new Date(at).toISOString() }), { user, at });
      if (world.time < end) world.at(world.between(20, 700), publish);
    };
    publish();

    await hardLife(journey, {
      until: end,
      dies: 0.003,
      sleeps: 0.002,
      leaves: 0.001,
      weather: () => {
        files.down = world.chance(0.3);
      },
    });
    files.down = false;
    subscription.again = 0;
    const last = journey.start();
    await journey.pass(200);
    await journey.until(last.processor.drain());
    expect(last.processor.status).toMatchObject({ problem: null, unwritten: 0 });

    const errors = journey.topics.rows.map(({ row }) => row);
    // Those at which processors ended several times are error rows and nothing else.
    for (const { reason, message_id } of errors) if (reason === "function") sent.delete(message_id as string);
    expect(errors.filter(({ reason }) => reason !== "late" && reason !== "function" && reason !== "write")).toEqual([]);

    const all = await rowsIn(journey, "all");
    expect(all.map(([, { id }]) => id as string).toSorted()).toEqual([...sent.keys()].toSorted());

    const tooLate = errors.flatMap(({ reason, step, row }) =>
      reason === "write" && step === "windowed" ? [(row as AnyRow)["id"] as string] : [],
    );
    const windowed = await rowsIn(journey, "windowed");
    expect([...windowed.map(([, { id }]) => id as string), ...tooLate].toSorted()).toEqual([...sent.keys()].toSorted());
    for (const [file, { id }] of windowed) {
      expect(file).toContain(`out/windowed-${windowOf(sent.get(id as string)?.at ?? 0)}-`);
    }

    // All panes of a user and a window add up to what was sent and was not too late.
    const late = new Set(errors.flatMap(({ reason, message_id }) => (reason === "late" ? [message_id as string] : [])));
    const expected = new Map<string, number>();
    const found = new Map<string, number>();
    const add = (to: typeof found, key: string, orders: number): void => void to.set(key, (to.get(key) ?? 0) + orders);
    for (const [id, { user, at }] of sent) if (!late.has(id)) add(expected, `${user} ${windowOf(at)}`, 1);
    for (const [file, { user, begun, orders: n }] of await rowsIn(journey, "counted")) {
      expect(file).toContain(windowOf(Date.parse(begun as string)));
      add(found, `${user as string} ${windowOf(Date.parse(begun as string))}`, Number(n));
    }
    expect(found).toEqual(expected);
    // Every shard of a file is there.
    const names = [...files.seen.keys()].filter((name) => name.startsWith("out/windowed"));
    for (const name of names) expect(names).toContain(name.replace(/0000\d-of/, "00001-of"));
  },
  60_000,
);
