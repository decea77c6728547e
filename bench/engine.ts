/**
 * The engine alone, without a network or a log, against the loop that one would write by hand: JSON.parse and a Map.
 * Both work on the same bytes in the same run. The queries are those of every stream processor's benchmark: `map`
 * keeps the purchases and four of their fields; `fixed` counts, and adds up a value, per user and minute.
 */
import { count, fixed, float, nullable, pipeline, schema, string, sum, timestamp, windowStart } from "../pipeline";
import { compileRowEncoder, storageWriteDescriptor } from "../pipeline/schema/storage-write";
import { fieldSpecs } from "../pipeline/schema/field-spec";
import { WireType, WireWriter } from "../pipeline/protobuf/wire";
import type { AnyRow } from "../pipeline/schema/row";
import { StateChanges } from "../pipeline-images/stream-processor/checkpoint/state-changes";
import { Engine } from "../pipeline-images/stream-processor/operators/engine";
import type { Messages } from "../pipeline-images/stream-processor/operators/flow";

const Click = schema("click", {
  event_id: string(),
  user_pseudo_id: string(),
  event_name: string(),
  event_timestamp: timestamp({ encoding: "epoch-micros" }),
  value: nullable(float()),
  page: string(),
  country: string(),
  session_id: string(),
});

const Purchase = {
  event_id: string(),
  user_pseudo_id: string(),
  value: nullable(float()),
  country: string(),
};

const purchases = pipeline("purchases", { clicks: Click }, ({ clicks }) => ({
  out: clicks
    .filter((click) => click.event_name === "purchase")
    .select("event_id", "user_pseudo_id", "value", "country"),
}));

const perMinute = pipeline("per-minute", { clicks: Click }, ({ clicks }) => ({
  out: clicks
    .eventTime("event_timestamp", { maxDelay: "5s" })
    .window(fixed("1m"))
    .groupBy("user_pseudo_id")
    .aggregate({ window_start: windowStart(), clicks: count(), value: sum("value") }),
}));

const BATCH = 500;
const ROUNDS = 7;
const MINUTES = 10;
const USERS = 20_000;
const START = Date.UTC(2024, 0, 31, 12);

interface QueryBench {
  /** Median microseconds of CPU an event. */
  readonly microseconds: { readonly naive: number; readonly engine: number };
  /** How many times as fast as the naive loop. */
  readonly ratio: number;
}

export interface EngineBench {
  readonly events: number;
  readonly map: QueryBench;
  readonly fixed: QueryBench;
  /** `fixed`, and every second of its work a checkpoint's state is encoded: how much more than without. */
  readonly checkpointed: { readonly microseconds: number; readonly ratio: number };
}

/** Runs for some seconds on one core. */
export function engineBench(events = 200_000): EngineBench {
  const stream = clicks(events);
  const contestants = {
    naiveMap: () => naiveMap(stream),
    engineMap: () => engineMap(stream),
    naiveFixed: () => naiveFixed(stream),
    engineFixed: () => engineFixed(stream, false),
    checkpointed: () => engineFixed(stream, true),
  };
  const times = new Map<string, number[]>();
  const results = new Map<string, number>();
  // Round by round in turn, so that what else the machine does hits all of them.
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [name, run] of Object.entries(contestants)) {
      const before = process.cpuUsage();
      results.set(name, run());
      const { user, system } = process.cpuUsage(before);
      times.set(name, [...(times.get(name) ?? []), (user + system) / events]);
    }
  }
  if (
    results.get("naiveMap") !== results.get("engineMap") ||
    results.get("naiveFixed") !== results.get("engineFixed")
  ) {
    throw new Error(`the contestants disagree: ${JSON.stringify(Object.fromEntries(results))}`);
  }
  const median = (name: string): number => times.get(name)?.toSorted((a, b) => a - b)[ROUNDS >> 1] ?? Number.NaN;
  const query = (naive: string, engine: string): QueryBench => ({
    microseconds: { naive: median(naive), engine: median(engine) },
    ratio: median(naive) / median(engine),
  });
  return {
    events,
    map: query("naiveMap", "engineMap"),
    fixed: query("naiveFixed", "engineFixed"),
    checkpointed: {
      microseconds: median("checkpointed"),
      ratio: median("checkpointed") / median("engineFixed"),
    },
  };
}

interface Event {
  readonly event_id: string;
  readonly user_pseudo_id: string;
  readonly event_name: string;
  readonly event_timestamp: number;
  readonly value: number;
  readonly country: string;
}

/** @returns bytes that were serialized */
function naiveMap(stream: Stream): number {
  let rows = 0;
  for (let i = 0; i < stream.count; i += 1) {
    const event = JSON.parse(stream.bytes.toString("utf8", stream.dataStart(i), stream.dataEnd(i))) as Event;
    if (event.event_name !== "purchase") continue;
    const { event_id, user_pseudo_id, value, country } = event;
    JSON.stringify({ event_id, user_pseudo_id, value, country });
    rows += 1;
  }
  return rows;
}

function engineMap(stream: Stream): number {
  const fields = fieldSpecs(Purchase);
  const encode = compileRowEncoder(fields);
  storageWriteDescriptor(fields);
  const writer = new WireWriter(1 << 20);
  let rows = 0;
  let row: AnyRow = {};
  const write = (into: WireWriter): void => encode(row, into);
  const take = (one: AnyRow): void => {
    row = one;
    writer.tag(1, WireType.bytes).message(write);
    rows += 1;
  };
  const engine = new Engine({ spec: purchases.toJSON(), output: () => take, errors: take });
  run(engine, stream, () => writer.reset());
  return rows;
}

/** @returns the groups that came out */
function naiveFixed(stream: Stream): number {
  const windows = new Map<string, { clicks: number; value: number }>();
  for (let i = 0; i < stream.count; i += 1) {
    const event = JSON.parse(stream.bytes.toString("utf8", stream.dataStart(i), stream.dataEnd(i))) as Event;
    const minute = Math.floor(event.event_timestamp / 60_000_000);
    const key = `${event.user_pseudo_id}|${minute}`;
    let group = windows.get(key);
    if (group === undefined) windows.set(key, (group = { clicks: 0, value: 0 }));
    group.clicks += 1;
    group.value += event.value;
  }
  return windows.size;
}

function engineFixed(stream: Stream, checkpoints: boolean): number {
  let groups = 0;
  const engine = new Engine({ spec: perMinute.toJSON(), output: () => () => (groups += 1), errors: () => undefined });
  const changes = new StateChanges();
  let begun = performance.now();
  run(engine, stream, (at) => {
    const last = Math.min(at + BATCH, stream.count) - 1;
    engine.advanceWatermark({
      time: stream.publishedAt(last) - 5_000,
      quiet: false,
      lastMessage: stream.publishedAt(last),
    });
    // As often as a processor does at full speed: once a second.
    if (!checkpoints || performance.now() - begun < 1_000) return;
    begun = performance.now();
    engine.writeChanges(changes);
    changes.take();
  });
  engine.close();
  return groups;
}

function run(engine: Engine, stream: Stream, afterBatch: (at: number) => void): void {
  for (let at = 0; at < stream.count; at += BATCH) {
    engine.advanceClock(stream.publishedAt(at));
    const end = Math.min(at + BATCH, stream.count);
    for (let i = at; i < end; i += 1) engine.take(stream, i);
    engine.endBatch();
    afterBatch(at);
  }
}

/** Events of ten minutes, up to five seconds out of order, as the messages of a batch. */
class Stream implements Messages {
  readonly bytes: Buffer;
  private readonly ends: number[] = [];

  constructor(
    texts: readonly string[],
    private readonly times: readonly number[],
  ) {
    this.bytes = Buffer.from(texts.join(""));
    let end = 0;
    for (const text of texts) this.ends.push((end += text.length));
  }

  get count(): number {
    return this.ends.length;
  }

  dataStart(i: number): number {
    return i === 0 ? 0 : (this.ends[i - 1] as number);
  }

  dataEnd(i: number): number {
    return this.ends[i] as number;
  }

  publishedAt(i: number): number {
    return this.times[i] as number;
  }

  id = (i: number): string => String(i);
  publishTime = (): string => "";
  attributes = (): { readonly [name: string]: string } => ({});
}

function clicks(events: number): Stream {
  let state = 7;
  const random = (): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state / 2 ** 32;
  };
  const names = ["page_view", "click", "scroll", "purchase", "login", "search", "add_to_cart", "share"];
  const texts: string[] = [];
  const times: number[] = [];
  for (let i = 0; i < events; i += 1) {
    const published = START + Math.floor((i / events) * MINUTES * 60_000);
    const at = (published - Math.floor(random() * 5_000)) * 1_000;
    // A few users do most of it.
    const user = Math.floor(USERS ** random());
    texts.push(
      `{"event_id":"e${i}","user_pseudo_id":"u${user}","event_name":"${names[i % 8]}","event_timestamp":${at},` +
        `"value":${Math.floor(random() * 10_000) / 100},"page":"/shop/${user % 97}","country":"DE","session_id":"s${user % 1_000}"}`,
    );
    times.push(published);
  }
  return new Stream(texts, times);
}
