/** Scripts by chance: disorder, late rows, rows twice, rows that are none, times at the edges of windows, restarts. */
import * as fc from "fast-check";
import type { Json } from "../../../../pipeline/spec";
import type { GivenMessage } from "../support/messages";
import { type Happening, NOON, type Script } from "./script";

/** An event, before the moment it is published is known. */
interface Drawn {
  readonly n: number;
  readonly shop: string | null;
  readonly kind: string;
  readonly price: number;
  readonly paid: number | null;
  readonly ok: boolean;
  readonly tags: readonly string[];
  /** Seconds that the event is older than its publication; negative for one that lies in the future. */
  readonly back: number;
  /** Where in its second it is. */
  readonly place: number;
  /** Moves it to an edge of the minute: to its start, the last millisecond before, the first after. */
  readonly edge: number;
  readonly unpublished: number;
  readonly malformed: number;
}

const event: fc.Arbitrary<Drawn> = fc.record({
  n: fc.integer({ min: -2, max: 9 }),
  shop: fc.constantFrom("a", "b", "", null),
  kind: fc.constantFrom("x", "y"),
  price: fc.integer({ min: -4, max: 40 }).map((quarters) => quarters / 4),
  paid: fc.option(fc.integer({ min: -999, max: 99_999 })),
  ok: fc.boolean(),
  tags: fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 3 }),
  back: fc.oneof(
    { arbitrary: fc.integer({ min: -20, max: 90 }), weight: 8 },
    { arbitrary: fc.integer({ min: 90, max: 600 }), weight: 2 },
    { arbitrary: fc.constantFrom(-300, -301, -4_000), weight: 1 },
  ),
  place: fc.constantFrom(0, 0, 1, 500, 999),
  edge: fc.constantFrom(0, 0, 0, 0, 1, 2, 3),
  unpublished: fc.constantFrom(0, 0, 0, 1, 7, 40),
  malformed: fc.integer({ min: 0, max: 60 }),
});

const malformed: readonly ((event: { [name: string]: Json }) => Json)[] = [
  () => "not JSON",
  () => "{}",
  (one) => ({ ...one, n: "many" }),
  (one) => ({ ...one, n: 1.5 }),
  (one) => ({ ...one, at: "yesterday" }),
  (one) => ({ ...one, paid: "1e40" }),
  (one) => ({ ...one, tags: "a" }),
];

type Move =
  | { readonly batch: readonly Drawn[]; readonly other: boolean; readonly again: boolean }
  | { readonly pass: number; readonly millis: number }
  | { readonly lag: number; readonly quiet: boolean; readonly behind: number }
  | { readonly restart: true }
  | { readonly side: readonly number[] };

const move: fc.Arbitrary<Move> = fc.oneof(
  {
    arbitrary: fc.record({
      batch: fc.array(event, { minLength: 1, maxLength: 5 }),
      other: fc.boolean(),
      again: fc.integer({ min: 0, max: 9 }).map((chance) => chance === 9),
    }),
    weight: 8,
  },
  {
    arbitrary: fc.record({ pass: fc.integer({ min: 0, max: 90 }), millis: fc.constantFrom(0, 0, 1, 999) }),
    weight: 4,
  },
  {
    arbitrary: fc.record({
      lag: fc.integer({ min: 0, max: 90 }),
      behind: fc.constantFrom(0, 0, 5, 120),
      quiet: fc.integer({ min: 0, max: 9 }).map((chance) => chance === 9),
    }),
    weight: 5,
  },
  { arbitrary: fc.constant({ restart: true as const }), weight: 2 },
  { arbitrary: fc.array(fc.nat(3), { maxLength: 4 }).map((side) => ({ side })), weight: 1 },
);

export interface Moves {
  /** All times are multiples of so many seconds: where they are many, things meet to the millisecond. */
  readonly grid: number;
  readonly moves: readonly Move[];
}

export const moves: fc.Arbitrary<Moves> = fc.record({
  grid: fc.constantFrom(1, 1, 10),
  moves: fc.array(move, { minLength: 2, maxLength: 28 }),
});

export interface ScriptOptions {
  /** Those that a batch may be of. */
  readonly inputs: readonly string[];
  /** The side input, where there is one. */
  readonly side: string | undefined;
  /** Times are milliseconds since 1970, not text. */
  readonly counted: boolean;
}

export function scriptOf({ grid, moves: drawn }: Moves, { inputs, side, counted }: ScriptOptions): Script {
  const onGrid = (seconds: number): number => Math.round(seconds / grid) * grid * 1_000;
  let now = NOON;
  let count = 0;
  let last: Happening | undefined;
  const script: Happening[] = side === undefined ? [] : [sideOf(side, [0, 1])];
  for (const one of drawn) {
    if ("pass" in one) script.push({ kind: "clock", now: (now += onGrid(one.pass) + (grid === 1 ? one.millis : 0)) });
    else if ("lag" in one) {
      // Where there are two inputs, one of them may be behind.
      const behind = { [inputs.at(-1) ?? ""]: inputs.length > 1 ? one.behind * 1_000 : 0 };
      script.push({ kind: "watermark", published: now - onGrid(one.lag), quiet: one.quiet, behind });
    } else if ("restart" in one) script.push({ kind: "restart" });
    else if ("side" in one) {
      if (side !== undefined) script.push(sideOf(side, one.side));
    } else if (one.again && last !== undefined) script.push(last);
    else {
      const messages = one.batch.map((drawnEvent) =>
        messageOf(grid === 1 ? drawnEvent : aligned(drawnEvent, grid), now, (count += 1), counted),
      );
      const input = (one.other ? inputs.at(-1) : inputs[0]) ?? "";
      script.push((last = { kind: "batch", input, messages }));
    }
  }
  return [...script, { kind: "end" }];
}

const aligned = (drawn: Drawn, grid: number): Drawn => ({
  ...drawn,
  back: Math.round(drawn.back / grid) * grid,
  unpublished: 0,
  place: 0,
  edge: 0,
});

function messageOf(drawn: Drawn, now: number, nth: number, counted: boolean): GivenMessage {
  const published = now - drawn.unpublished * 1_000;
  const event: { [name: string]: Json } = {
    id: `e${nth}`,
    shop: drawn.shop,
    kind: drawn.kind,
    n: drawn.n,
    big: `${2n ** 62n + BigInt(drawn.n)}`,
    price: drawn.price,
    paid: drawn.paid === null ? null : `${drawn.paid / 1_000}`,
    ok: drawn.ok,
    tags: drawn.tags,
    at: counted ? timeOf(drawn, published) : new Date(timeOf(drawn, published)).toISOString(),
  };
  const broken = malformed[drawn.malformed];
  const attributes = { nth: `${nth}` };
  return { data: broken === undefined ? event : broken(event), id: `m${nth}`, published, attributes };
}

const MINUTE = 60_000;

function timeOf({ back, place, edge }: Drawn, published: number): number {
  const time = published - back * 1_000 + place;
  const minute = Math.floor(time / MINUTE) * MINUTE;
  return [time, minute, minute - 1, minute + 1][edge] as number;
}

const sideOf = (input: string, rows: readonly number[]): Happening => ({
  kind: "side",
  input,
  rows: rows.map((row, nth) => ({ key: ["x", "y", "", "a"][row] ?? "", found: nth })),
});
