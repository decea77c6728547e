import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MalformedMessage, WireWriter, WireType } from "../../../../pipeline/protobuf/wire";
import { RecordedState } from "../../../../pipeline-images/stream-processor/checkpoint/recorded-state";
import { eachPut, StateChanges } from "../../../../pipeline-images/stream-processor/checkpoint/state-changes";
import { stored } from "../support/stored";

const STORES = ["", "out.aggregate", "ü"];

type Change =
  | { readonly kind: "put"; readonly group: string; readonly key: string; readonly length: number }
  | { readonly kind: "left"; readonly group: string; readonly key: string }
  | { readonly kind: "gone"; readonly group: string };

interface Block {
  readonly store: string;
  readonly changes: readonly Change[];
}

/** Store, group and key; a Map keeps the order in which keys came, as the state does. */
type Model = Map<string, Map<string, Buffer>>;

const nameOf = (group: string, key: string): string => JSON.stringify([group, key]);

/** Values tell themselves apart by a number that goes on. */
class Pair {
  readonly state = new RecordedState();
  readonly model: Model = new Map(STORES.map((store) => [store, new Map<string, Buffer>()]));
  private next = 0;

  apply(blocks: readonly Block[]): void {
    const changes = new StateChanges();
    for (const { store, changes: some } of blocks) {
      changes.store(store);
      const keys = this.model.get(store) as Map<string, Buffer>;
      for (const one of some) this.change(changes, keys, one);
    }
    this.state.apply(changes.take());
  }

  private change(changes: StateChanges, keys: Map<string, Buffer>, one: Change): void {
    if (one.kind === "put") {
      const value = Buffer.alloc(one.length, String((this.next += 1)));
      changes.put(one.group, one.key, (writer) => writer.raw(value));
      keys.set(nameOf(one.group, one.key), value);
    } else if (one.kind === "left") {
      changes.left(one.group, one.key);
      keys.delete(nameOf(one.group, one.key));
    } else {
      changes.gone(one.group);
      for (const name of keys.keys()) if ((JSON.parse(name) as string[])[0] === one.group) keys.delete(name);
    }
  }
}

function expectSame(state: RecordedState, model: Model): void {
  for (const [store, keys] of model) {
    const all = stored(state.store(store));
    expect(all.map(([group, key]) => nameOf(group, key)).join("\n")).toBe([...keys.keys()].join("\n"));
    // One by one: a comparison of so many by a matcher takes seconds.
    const differ = all.filter(([group, key, value]) => {
      const found = state.store(store).get(group, key);
      const wanted = keys.get(nameOf(group, key));
      return wanted === undefined || found === undefined || !wanted.equals(found) || !wanted.equals(value);
    });
    expect(differ).toEqual([]);
    expect(state.store(store).get("1", "no such key")).toBeUndefined();
    expect(state.store(store).get("no such group", "a")).toBeUndefined();
  }
  const filled = [...model].filter(([, keys]) => keys.size > 0).map(([store]) => store);
  expect(state.held.toSorted()).toEqual(filled.toSorted());
}

const group = fc.constantFrom("", "1706702400000", "1706706000000", "ü");
const key = fc.oneof(fc.nat(30).map(String), fc.string({ maxLength: 3, unit: "binary" }), fc.constant("ä".repeat(60)));
/** Most values are short; some make a chunk of their own. */
const length = fc.oneof(
  { weight: 20, arbitrary: fc.nat(40) },
  { weight: 2, arbitrary: fc.nat(20_000) },
  { weight: 1, arbitrary: fc.constantFrom(400_000, 1_500_000) },
);
const drawnChange: fc.Arbitrary<Change> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ kind: fc.constant("put" as const), group, key, length }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("left" as const), group, key }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("gone" as const), group }) },
);
const drawnBlock = fc.record({ store: fc.constantFrom(...STORES), changes: fc.array(drawnChange, { maxLength: 30 }) });

const puts = (from: number, to: number): Change[] =>
  Array.from({ length: to - from }, (_, i) => ({
    kind: "put",
    group: String((from + i) % 7),
    key: `user-${from + i}`,
    length: 20 + ((from + i) % 90),
  }));

describe("what is recorded", () => {
  test("is what a map of maps would hold, in its order, also after it was written down and read", () => {
    fc.assert(
      fc.property(fc.array(fc.array(drawnBlock, { maxLength: 3 }), { maxLength: 12 }), (records) => {
        const pair = new Pair();
        for (const record of records) pair.apply(record);
        expectSame(pair.state, pair.model);
        const written = pair.state.encode();
        expect(written).toHaveLength(pair.state.length);
        const again = new RecordedState();
        again.apply(written);
        expectSame(again, pair.model);
        expect(Buffer.compare(again.encode(), written)).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  test("goes on being that while most of it dies and comes again, over what was read whole", () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ from: fc.nat(20_000), many: fc.nat(20_000), way: fc.nat(3) }), { maxLength: 8 }),
        (steps) => {
          const pair = new Pair();
          pair.apply([{ store: "", changes: puts(0, 20_000) }]);
          for (const { from, many, way } of steps) {
            const to = Math.min(20_000, from + many);
            const leave = puts(from, to).map(
              ({ group: of, ...one }): Change => ({ ...one, kind: "left", group: of }) as Change,
            );
            const gone: Change[] = [{ kind: "gone", group: String(from % 7) }];
            pair.apply([
              { store: "", changes: [puts(from, to), leave, gone, [...gone, ...puts(from, to)]][way] ?? [] },
            ]);
          }
          expectSame(pair.state, pair.model);
        },
      ),
      { numRuns: 6 },
    );
  });
});

const small = (writer: WireWriter): void => void writer.uint32(7).double(0.5);

test("what is dead is let go: a thousand records over the same keys take what one of them takes", () => {
  const state = new RecordedState();
  const changes = new StateChanges();
  for (let record = 0; record < 300; record += 1) {
    changes.store("out");
    for (let i = 0; i < 2_000; i += 1) changes.put("0", `user-${i}`, small);
    state.apply(changes.take());
  }
  expect(state.memory).toBeLessThan(1.5 * state.length + (1 << 20) + 2_000 * 100);
  changes.store("out");
  changes.gone("0");
  state.apply(changes.take());
  expect(state.held).toEqual([]);
  expect(state.encode()).toHaveLength(0);
});

/** Bytes of memory a key, beside what is written of it. */
const cost = (keys: number, groups: number, record: number): number => {
  const state = new RecordedState();
  const changes = new StateChanges();
  for (let i = 0; i < keys; i += 1) {
    if (i % record === 0) changes.store("out");
    changes.put(String(1_706_702_400_000 + (i % groups)), `u${String(i).padStart(8, "0")}`, small);
    if (i % record === record - 1) state.apply(changes.take());
  }
  return (state.memory - state.length) / keys;
};

test("a key takes little more than what is written of it, whether there are many of them in a group or two", () => {
  expect(cost(200_000, 1, 200_000)).toBeLessThan(30);
  expect(cost(200_000, 1, 1_000)).toBeLessThan(36);
  expect(cost(200_000, 100_000, 1_000)).toBeLessThan(36);
});

test("a large record is kept as it is, until a third of it is dead", () => {
  const state = new RecordedState();
  const changes = new StateChanges();
  changes.store("out");
  for (let i = 0; i < 200_000; i += 1) changes.put(String(i % 2), `user-${i}`, small);
  const large = changes.take();
  state.apply(large);
  expect(state.store("out").get("0", "user-0")?.buffer).toBe(large.buffer);
  changes.store("out");
  changes.gone("0");
  state.apply(changes.take());
  expect(state.store("out").get("1", "user-1")?.buffer).not.toBe(large.buffer);
  expect(stored(state.store("out"))).toHaveLength(100_000);
});

test("a small part of a large record does not keep the record", () => {
  const changes = new StateChanges();
  changes.store("out");
  for (let i = 0; i < 60_000; i += 1) changes.put("0", `user-${i}`, small);
  changes.store("other");
  changes.put("", "key", small);
  const large = changes.take();
  const state = new RecordedState();
  state.apply(large);
  expect(state.store("out").get("0", "user-0")?.buffer).toBe(large.buffer);
  expect(state.store("other").get("", "key")?.buffer).not.toBe(large.buffer);
});

test("what later versions add is passed over, and kept where it belongs to a key", () => {
  const writer = new WireWriter();
  writer.tag(9, WireType.varint).uint32(7).tag(1, WireType.bytes).string("out").tag(8, WireType.bytes).string("new");
  writer.tag(3, WireType.bytes).message((entry) => {
    entry.tag(1, WireType.bytes).string("g").tag(7, WireType.varint).uint32(300);
    entry.tag(2, WireType.bytes).string("k").tag(6, WireType.bytes).string("more");
    entry.tag(3, WireType.bytes).string("value");
  });
  const changes = writer.finish();
  const state = new RecordedState();
  state.apply(changes);
  expect(stored(state.store("out"))).toEqual([["g", "k", Buffer.from("value")]]);
  expect(Buffer.from(state.encode()).includes("more")).toBe(true);
  const puts: string[] = [];
  eachPut(changes, (of, name, value) => puts.push(of, name, Buffer.from(value).toString()));
  expect(puts).toEqual(["g", "k", "value"]);
});

test("changes that are cut off are malformed, wherever that is", () => {
  const changes = new StateChanges();
  changes.store("out");
  changes.put("group", "key", small);
  const whole = changes.take();
  const store = new WireWriter().tag(1, WireType.bytes).string("out").length;
  for (let length = 1; length < whole.length; length += 1) {
    const apply = (): void => new RecordedState().apply(whole.slice(0, length));
    if (length === store) expect(apply).not.toThrow();
    else expect(apply, `${length} bytes`).toThrow(MalformedMessage);
  }
});
