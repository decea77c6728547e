/**
 * Pipelines by chance, through the builder: the whole language, also what the engine does not run yet. A seed is
 * turned into the nearest step that its rows allow.
 */
import * as fc from "fast-check";
import {
  boolean,
  collect,
  combine,
  combiner,
  count,
  countDistinct,
  type Fields,
  float,
  integer,
  latest,
  max,
  mean,
  min,
  nullable,
  numeric,
  paneTiming,
  pipeline,
  repeated,
  type Rows,
  sample,
  schema,
  sideInput,
  string,
  sum,
  timestamp,
  type WindowOptions,
  type Windowing,
  windowEnd,
  windowStart,
} from "../../../../pipeline";
import type { PipelineSpec } from "../../../../pipeline/spec";
import { alignedWindows, anyWindows, type Windows } from "./random-windows";

/** An event's fields, as far as a row still has them. */
interface Row {
  readonly id: string;
  readonly shop: string;
  readonly kind: string;
  readonly n: number;
  readonly price: number;
  readonly ok: boolean;
  readonly tags: readonly string[];
  readonly at: string;
}

const eventFields = {
  id: string(),
  shop: nullable(string()),
  kind: string(),
  n: integer(),
  big: integer({ as: "text" }),
  price: float(),
  paid: nullable(numeric()),
  ok: boolean(),
  tags: repeated(string()),
  at: timestamp(),
};
const Event = schema("event", eventFields);
/** The same, their times as numbers: those that nobody reads but to tell the time are never made text. */
const CountedEvent = schema("event", { ...eventFields, at: timestamp({ encoding: "epoch-millis" }) });
const Side = schema("side", { key: string(), found: nullable(integer()) });

/** The builder's methods without what the compiler knows of fields: here they are known at run time only. */
interface AnyRows extends Rows {
  readonly errors: AnyRows;
  filter(keep: (row: Row) => boolean): AnyRows;
  assert(sentence: string, holds: (row: Row) => boolean): AnyRows;
  map(fields: Fields, make: (row: Row) => object): AnyRows;
  flatMap(fields: Fields, make: (row: Row) => readonly object[]): AnyRows;
  withFields(fields: Fields, make: (row: Row) => object): AnyRows;
  select(...names: readonly string[]): AnyRows;
  drop(...names: readonly string[]): AnyRows;
  rename(names: { readonly [old: string]: string }): AnyRows;
  flatten(...others: readonly AnyRows[]): AnyRows;
  eventTime(name: string, options: { readonly maxDelay: string }): AnyRows;
  processingTime(name: string): AnyRows;
  window(windowing: Windowing, options: WindowOptions): AnyRows;
  distinct(names: readonly string[], options?: { readonly within: string }): AnyRows;
  aggregate(aggregates: object): AnyRows;
  groupBy(...names: readonly string[]): { aggregate(aggregates: object): AnyRows; stateful(props: object): AnyRows };
  join(other: AnyRows, options: { readonly on: readonly string[]; readonly type: string }): AnyRows;
  enrich(side: object, options: { readonly on: object; readonly missing: string }): AnyRows;
}

const has = (rows: AnyRows, ...names: readonly string[]): boolean =>
  names.every((name) => Object.hasOwn(rows.fields, name));
const pick = <T>(list: readonly T[], at: number): T => list[at % list.length] as T;
const isEndless = ({ flow }: AnyRows): boolean => flow === "row-wise" || flow === "stateful";

type Step = (rows: AnyRows, seed: number, nth: number) => AnyRows | undefined;

/** Steps of one row at a time. Some of their functions throw now and then, or give what they should not. */
const rowWise: readonly Step[] = [
  (rows) => (has(rows, "n") ? rows.filter((row) => row.n % 3 !== 0) : undefined),
  (rows) => (has(rows, "shop") ? rows.filter((row) => row.shop.length > 0) : undefined),
  (rows) =>
    has(rows, "ok", "n") ? rows.filter((row) => (row.n === 5 ? (1 as unknown as boolean) : row.ok)) : undefined,
  (rows) => (has(rows, "price") ? rows.assert("price is not below nothing", (row) => row.price >= 0) : undefined),
  (rows) =>
    has(rows, "n") ? rows.withFields({ n: integer() }, (row) => ({ n: row.n === 7 ? 0.5 : row.n + 1 })) : undefined,
  (rows) => (has(rows, "n") ? rows.withFields({ n: integer() }, (row) => ({ n: row.n * 2 ** 51 })) : undefined),
  (rows) =>
    has(rows, "kind") ? rows.withFields({ label: string() }, (row) => ({ label: `${row.kind}!` })) : undefined,
  (rows) =>
    has(rows, "price", "n")
      ? rows.withFields({ ratio: nullable(float()) }, (row) => ({ ratio: row.n === 0 ? null : row.price / row.n }))
      : undefined,
  (rows) => rows.map(rows.fields, (row) => row),
  (rows) =>
    has(rows, "id", "shop", "at", "n")
      ? rows.map({ id: string(), shop: nullable(string()), at: timestamp(), n: integer() }, (row) => ({
          ...row,
          n: -row.n,
          shop: row.shop === "b" ? null : row.shop,
        }))
      : undefined,
  (rows) =>
    has(rows, "tags", "shop")
      ? rows.flatMap(rows.fields, (row) => row.tags.map((tag) => ({ ...row, shop: tag, tags: [tag] })))
      : undefined,
  (rows) =>
    has(rows, "n")
      ? rows.flatMap(rows.fields, (row) => [row, { ...row, n: row.n === 1 ? 0.5 : row.n + 1 }])
      : undefined,
  (rows) =>
    has(rows, "n")
      ? rows.flatMap(rows.fields, (row) => (row.n === 4 ? ("no list" as unknown as Row[]) : [row, row]))
      : undefined,
  (rows, seed) => rows.select(...Object.keys(rows.fields).filter((_, at) => at === 0 || (seed >> at) % 2 === 0)),
  (rows, seed) => {
    const names = Object.keys(rows.fields).filter((name, at) => name === "at" || (seed >> at) % 3 !== 0);
    return names.length > 0 ? rows.select(...names) : undefined;
  },
  (rows, seed) => {
    const names = Object.keys(rows.fields).filter((name) => name !== "at");
    return names.length > 1 ? rows.drop(pick(names, seed)) : undefined;
  },
  (rows, seed, nth) => {
    const names = ["tags", "big", "label", "price"].filter((name) => has(rows, name));
    return names.length > 0 ? rows.rename({ [pick(names, seed)]: `r${nth}` }) : undefined;
  },
  (rows, _seed, nth) => rows.processingTime(`p${nth}`),
  (rows) => (has(rows, "n") ? rows.flatten(rows.filter((row) => row.n > 3)) : undefined),
  (rows) => rows.flatten(rows),
  (rows) => (has(rows, "n") && !isErrors(rows) ? rows.filter((row) => row.n > 20).flatten(rows) : undefined),
];

const isSessions = (rows: AnyRows): boolean => rows.node.stream.window?.windowing.type === "sessions";
const isErrors = (rows: AnyRows): boolean => has(rows, "error");

const biggest = combiner({
  input: { n: integer() },
  accumulator: { n: integer(), rows: integer() },
  output: string(),
  createAccumulator: () => ({ n: 0, rows: 0 }),
  addInput: (a, { n }) => {
    if (n === 2) throw new Error("not two");
    return { n: n === 3 ? 0.5 : Math.max(a.n, n), rows: a.rows + 1 };
  },
  mergeAccumulators: (a, b) => ({ n: Math.max(a.n, b.n), rows: a.rows + b.rows }),
  extractOutput: (a) => `${a.n} of ${a.rows}`,
});

const numberOf = (rows: AnyRows, seed: number): string | undefined => {
  const names = ["n", "big", "price", "paid", "ratio"].filter((name) => has(rows, name));
  return names.length === 0 ? undefined : pick(names, seed);
};

function aggregatesOf(rows: AnyRows, seed: number): object {
  const number = numberOf(rows, seed);
  const { window } = rows.node.stream;
  const additive = !(window?.firesTwice === true && window.accumulation === "discarding");
  const sessions = window?.windowing.type === "sessions";
  const all = {
    a_rows: count(),
    ...(window !== undefined && { a_start: windowStart(), a_end: windowEnd(), a_pane: paneTiming() }),
    ...(number !== undefined && { a_sum: sum(number), a_least: min(number), a_most: max(number) }),
    ...(number !== undefined && { a_count: count(number), a_values: collect(number) }),
    ...(number !== undefined && additive && { a_mean: mean(number) }),
    ...(has(rows, "shop") && { a_shop: max("shop"), a_shops: collect("shop") }),
    // Which of two rows of one time is the later is told by their order, and sessions that become one have none.
    ...(has(rows, "shop") && !sessions && { a_latest: latest("shop") }),
    ...(has(rows, "shop") && additive && { a_different: countDistinct("shop") }),
    ...(has(rows, "n") && additive && (seed % 3 === 0 || seed % 8 === 1) && { a_own: combine(biggest) }),
    ...(Object.keys(rows.fields).every((name) => !name.startsWith("a_")) && {
      [`a_some_${1 + (seed % 8)}`]: sample(1 + (seed % 8)),
    }),
  };
  // All of them, one alone, or some: a field that nobody reads is not there.
  const entries = Object.entries(all);
  const own = entries.find(([name]) => name === "a_own");
  const alone = seed % 4 === 1 ? (seed % 8 === 1 && own) || pick(entries, Math.floor(seed / 4)) : undefined;
  const kept = entries.filter((one, at) =>
    alone === undefined ? seed % 4 === 0 || (seed >> at) % 2 === 0 : one === alone,
  );
  if (kept.length === 0) return { a_rows: count() };
  return Object.fromEntries(kept);
}

const keysOf = (rows: AnyRows, seed: number): readonly string[] => {
  const names = ["shop", "kind", "ok", "paid", "big", "reason", "n"].filter((name) => has(rows, name));
  return names.filter((_, at) => (seed >> at) % 3 === 0).slice(0, 2);
};

function canAggregate(rows: AnyRows): boolean {
  const { window } = rows.node.stream;
  if (isEndless(rows) || Object.keys(rows.fields).some((name) => name.startsWith("a_"))) return false;
  return !(window?.panes === true && window.firesTwice && window.accumulation === "accumulating");
}

interface Branch {
  readonly from: number;
  readonly what: number;
  readonly before: readonly number[];
  readonly time: number;
  readonly strategy: Windows;
  readonly keys: number;
  readonly aggregates: number;
  readonly after: readonly number[];
}

/** The last kind of branch: a look-up in a side input. */
const ENRICH = 19;
const seeds = fc.nat(9_999);
const branches = (what: number, strategy: fc.Arbitrary<Windows>): fc.Arbitrary<readonly Branch[]> =>
  fc.array(
    fc.record({
      from: fc.nat(9),
      what: fc.nat(what),
      before: fc.array(seeds, { maxLength: 3 }),
      time: fc.nat(5),
      strategy,
      keys: seeds,
      aggregates: seeds,
      after: fc.array(seeds, { maxLength: 2 }),
    }),
    { minLength: 1, maxLength: 3 },
  );

export interface Drawn {
  readonly metadata: boolean;
  readonly counted: boolean;
  readonly two: boolean;
  readonly branches: readonly Branch[];
}

/** Pipelines of one stream, row by row and with aggregates in windows that do not depend on each other. */
const plainSpecs: fc.Arbitrary<Drawn> = fc.record({
  metadata: fc.boolean(),
  counted: fc.boolean(),
  two: fc.constant(false),
  branches: branches(8, alignedWindows),
});

/** Pipelines of the whole language. */
const anySpecs: fc.Arbitrary<Drawn> = fc.record({
  metadata: fc.boolean(),
  counted: fc.boolean(),
  two: fc.integer({ min: 0, max: 3 }).map((chance) => chance === 3),
  branches: branches(ENRICH, anyWindows),
});

export const drawnSpecs: fc.Arbitrary<Drawn> = fc.oneof(
  { arbitrary: plainSpecs, weight: 1 },
  { arbitrary: anySpecs, weight: 1 },
);

export function specOf({ metadata, counted, two, branches }: Drawn): PipelineSpec {
  const side = sideInput(Side, { key: "key", refresh: "1h" });
  const usesSide = branches.some(({ what }) => what === ENRICH);
  const event = counted ? CountedEvent : Event;
  const events = metadata ? event.withMetadata() : event;
  const inputs = { events, ...(two && { others: events }), ...(usesSide && { side }) };
  return pipeline("random", inputs, (given) => {
    const rows: AnyRows[] = [given.events as unknown as AnyRows];
    if (two) rows.push(given["others"] as unknown as AnyRows);
    const leaves = new Set(rows);
    let nth = 0;
    const grow = (of: AnyRows, seed: number): AnyRows =>
      pick(rowWise, seed)(of, Math.floor(seed / 20), (nth += 1)) ?? of;
    for (const one of branches) {
      // What is looked up is looked up by a field that only events are sure to have.
      const source = one.what === ENRICH ? (rows[0] as AnyRows) : pick(rows, one.from);
      const trunk = one.what === ENRICH ? source : one.before.reduce(grow, source);
      const made = one.after.reduce(grow, branchOf(trunk, one, given["side"], rows));
      leaves.delete(source);
      leaves.add(made);
      // What others may go on from: rows that are in no windows yet.
      if (isEndless(trunk) && trunk.node.stream.eventTime === undefined && !isErrors(trunk)) rows.push(trunk);
    }
    // A trunk that is a leaf too is an output; an input that nobody reads as well.
    return Object.fromEntries([...leaves].map((leaf, at) => [`out_${at}`, leaf]));
  }).toJSON();
}

function branchOf(trunk: AnyRows, branch: Branch, side: unknown, rows: readonly AnyRows[]): AnyRows {
  const { what, keys, aggregates } = branch;
  switch (what) {
    case 0:
      return trunk;
    case 1:
      return trunk.errors;
    case 2:
      return windowed(trunk.errors, branch, aggregated);
    case 9:
    case 10:
    case 13:
    case 14: {
      const timed = timeOf(trunk, branch);
      return isErrors(timed) || !has(timed, "shop")
        ? timed
        : timed.distinct(["shop"], { within: pick(["10s", "20s", "60s", "240s"], keys) });
    }
    case 15:
      return windowed(trunk, branch, (of) =>
        of.node.stream.window?.windowing.type === "sessions" ? of : distinct(of),
      );
    case 11:
    case 16:
      if (!has(trunk, "shop", "n", "at")) return trunk;
      if (aggregates % 2 === 0) return stateful(timeOf(trunk, branch), keys);
      return windowed(trunk, branch, (of) => (isSessions(of) ? of : stateful(of, keys)));
    case 17:
    case 18:
      return windowed(trunk, branch, (of) => joined(of, pick(rows, aggregates), branch));
    case ENRICH:
      return trunk.enrich(side as object, {
        on: { key: pick(["kind", "shop"], aggregates) },
        missing: pick(["null", "drop", "error"], keys),
      });
    default:
      return windowed(trunk, branch, aggregated);
  }
}

function timeOf(rows: AnyRows, { time }: Branch): AnyRows {
  if (time === 0 || !has(rows, "at") || rows.node.stream.eventTime !== undefined) return rows;
  return rows.eventTime("at", { maxDelay: `${pick([0, 0, 1, 20, 45], time)}s` });
}

function windowed(rows: AnyRows, branch: Branch, make: (of: AnyRows, branch: Branch) => AnyRows): AnyRows {
  const { windowing, options } = branch.strategy;
  return make(timeOf(rows, branch).window(windowing, options), branch);
}

function aggregated(rows: AnyRows, { keys, aggregates, what }: Branch): AnyRows {
  if (!canAggregate(rows)) return rows;
  const names = keysOf(rows, keys);
  const made = aggregatesOf(rows, aggregates);
  const once = names.length === 0 ? rows.aggregate(made) : rows.groupBy(...names).aggregate(made);
  // The panes of some windows put together again.
  const { window } = once.node.stream;
  const again =
    what === 12 &&
    Object.hasOwn(made, "a_rows") &&
    !(window?.firesTwice === true && window.accumulation === "accumulating");
  return again ? once.select("a_rows").aggregate({ b_rows: sum("a_rows"), b_panes: count() }) : once;
}

const distinct = (rows: AnyRows): AnyRows => (has(rows, "shop") && !isEndless(rows) ? rows.distinct(["shop"]) : rows);

interface Counted {
  readonly rows: number;
  readonly sum: number;
}

/** Counts the rows of a key, and tells after a while that nothing came; once more, and then it forgets the key. */
const stateful = (rows: AnyRows, seed: number): AnyRows =>
  rows.groupBy(...(seed % 3 === 0 && has(rows, "kind") ? ["kind", "shop"] : ["shop"])).stateful({
    state: { rows: integer(), sum: integer() },
    initial: { rows: 0, sum: 0 },
    timeToLive: pick(["unlimited", "30s", "5m"], seed),
    output: { shop: nullable(string()), rows: integer(), sum: integer(), silent: boolean() },
    process: (row: Row, state: Counted) => {
      if (row.n === 6) throw new Error("not six");
      const next = { rows: state.rows + 1, sum: row.n === 8 ? 0.5 : state.sum + row.n };
      const timer = row.n === 0 ? null : new Date(Date.parse(row.at) + 20_000).toISOString();
      return { state: next, output: [{ shop: row.shop, ...next, silent: false }], ...(row.n !== 1 && { timer }) };
    },
    ...(seed % 2 === 0 && {
      onTimer: (state: Counted, { key, time }: { readonly key: Row; readonly time: string }) => {
        if (state.sum === 4) throw new Error("not four");
        const again = new Date(Date.parse(time) + 15_000).toISOString();
        const output = [{ shop: key.shop, ...state, silent: true }];
        if (state.rows > 3) return { state: null, output };
        return { state: { ...state, rows: state.rows + 1 }, output, timer: again };
      },
    }),
  });

/** Rows of a window with those of another stream in the same windows, or with a part of themselves. */
function joined(rows: AnyRows, other: AnyRows, branch: Branch): AnyRows {
  const { window } = rows.node.stream;
  if (
    isEndless(rows) ||
    !has(rows, "shop", "n") ||
    (window?.firesTwice === true && window.accumulation === "discarding")
  ) {
    return rows;
  }
  const { windowing, options } = branch.strategy;
  const right =
    has(other, "shop", "id", "at") && other.node.stream.eventTime === undefined ? timeOf(other, branch) : rows;
  if (!has(right, "shop", "id")) return rows;
  const ready = isEndless(right) ? right.window(windowing, options) : right;
  return rows
    .select("shop", "n")
    .join(ready.select("shop", "id"), { on: ["shop"], type: pick(["inner", "left", "full"], branch.keys) });
}
