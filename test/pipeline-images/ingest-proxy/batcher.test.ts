import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Batcher, type Outcome } from "../../../pipeline-images/ingest-proxy/batcher";
import { Failure } from "../../../pipeline-images/ingest-proxy/failure";
import type { Group } from "../../../pipeline-images/ingest-proxy/messages";
import { HandClock } from "../../local/support/host";

const limits = { delay: 5, messages: 10, bytes: 100 };
const group = (count: number, bytes = count): Group => ({ count, bytes: new Uint8Array(bytes) });

function batching() {
  const clock = new HandClock();
  const batches: (readonly Group[])[] = [];
  const publish = (groups: readonly Group[]): Promise<readonly Outcome[]> => {
    batches.push(groups);
    return Promise.resolve(groups.map(({ count }) => Array.from({ length: count }, () => `id`)));
  };
  return { clock, batches, batcher: new Batcher(publish, clock, limits) };
}
const counts = (batches: readonly (readonly Group[])[]) => batches.map((groups) => groups.map(({ count }) => count));

describe("a batch leaves", () => {
  test("when its first event has waited for the delay", async () => {
    const { batcher, batches, clock } = batching();
    const first = batcher.add(group(1));
    clock.advance(4);
    const second = batcher.add(group(2));
    expect(batches).toEqual([]);
    clock.advance(1);
    expect(counts(batches)).toEqual([[1, 2]]);
    expect([await first, await second]).toEqual([["id"], ["id", "id"]]);
  });

  test("at once when it is full, by messages or by bytes", () => {
    const { batcher, batches } = batching();
    void batcher.add(group(4));
    void batcher.add(group(6));
    expect(counts(batches)).toEqual([[4, 6]]);
    void batcher.add(group(1, 100));
    expect(counts(batches)).toEqual([[4, 6], [1]]);
  });

  test("before a group that does not fit: a group is never cut", () => {
    const { batcher, batches, clock } = batching();
    void batcher.add(group(4));
    void batcher.add(group(7));
    expect(counts(batches)).toEqual([[4]]);
    clock.advance(5);
    expect(counts(batches)).toEqual([[4], [7]]);
  });

  test("by flush, and its timer with it", () => {
    const { batcher, batches, clock } = batching();
    void batcher.add(group(1));
    batcher.flush();
    expect([counts(batches), clock.waiting]).toEqual([[[1]], 0]);
    batcher.flush();
    expect(batches).toHaveLength(1);
  });
});

test("each request gets its own outcome, in whatever order they came", async () => {
  const refused = new Failure(400, "does not fit");
  const batcher = new Batcher(
    (groups) => Promise.resolve(groups.map(({ count }) => (count === 2 ? refused : ["ok"]))),
    new HandClock(),
    limits,
  );
  const outcomes = [group(1), group(2), group(3)].map((one) => batcher.add(one));
  batcher.flush();
  expect(await Promise.all(outcomes)).toEqual([["ok"], refused, ["ok"]]);
});

test("no group is lost, doubled or moved, and no batch is larger than allowed unless one group is", () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ count: fc.integer({ min: 1, max: 12 }), wait: fc.integer({ min: 0, max: 6 }) })),
      (adds) => {
        const { batcher, batches, clock } = batching();
        for (const { count, wait } of adds) {
          void batcher.add(group(count, count * 9));
          clock.advance(wait);
        }
        clock.advance(5);
        expect(counts(batches).flat()).toEqual(adds.map(({ count }) => count));
        for (const groups of batches) {
          const messages = groups.reduce((sum, { count }) => sum + count, 0);
          expect(groups.length === 1 || (messages <= limits.messages && messages * 9 <= limits.bytes)).toBe(true);
        }
      },
    ),
  );
});
