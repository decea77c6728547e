import * as fc from "fast-check";
import { expect, test } from "vitest";
import { idText, parsed, parseId } from "../../../../pipeline-images/stream-processor/source/message-id";
import { KEPT, MessageIds } from "../../../../pipeline-images/stream-processor/source/message-ids";

const at = (text: string): [Uint8Array, number, number] => [Buffer.from(`<${text}>`), 1, text.length + 1];

function enter(ids: MessageIds, text: string): number {
  ids.find(...at(text));
  return ids.add(...at(text));
}

test("a decimal id is two numbers that give the same text again", () => {
  const decimal = fc.bigInt({ min: 0n, max: 4_294_967_294_999_999_999n }).map(String);
  fc.assert(
    fc.property(decimal, (text) => {
      expect(parseId(...at(text))).toBe(true);
      expect(idText(parsed.high, parsed.low)).toBe(text);
    }),
  );
});

test.each(["", "-1", "01", "1a", "a", "12345678901234567890", "4294967295000000000", "1 "])(
  "an id that is no decimal number of 8 bytes stays text: %j",
  (text) => expect(parseId(...at(text))).toBe(false),
);

/** The same as a map of every id, for ever. */
class Model {
  readonly ids = new Map<string, number>();
  readonly known: string[] = [];
  private readonly gone = new Set<number>();
  private readonly confirmed = new Map<number, number>();

  add(id: string): void {
    this.ids.set(id, this.known.push(id) - 1);
  }

  confirm(from: number, to: number, running: number): void {
    for (let index = from; index < to; index += 1) {
      if (!this.confirmed.has(index)) this.confirmed.set(index, running);
    }
  }

  mustHave(id: string, running: number): boolean {
    const index = this.ids.get(id);
    if (index === undefined || this.gone.has(index)) return false;
    return running < (this.confirmed.get(index) ?? Infinity) + KEPT;
  }

  get unconfirmed(): number {
    return [...this.ids.values()].filter((index) => !this.confirmed.has(index)).length;
  }
}

const id = fc.oneof(
  { arbitrary: fc.integer({ min: 0, max: 300 }).map((n) => String(2_070_443_601_000_000_000n + BigInt(n))), weight: 8 },
  fc.integer({ min: 0, max: 30 }).map((n) => `text-${n}`),
);
const step = fc.oneof(
  { arbitrary: fc.record({ add: fc.array(id, { minLength: 1, maxLength: 30 }) }), weight: 3 },
  fc.record({ confirm: fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 1, max: 40 })) }),
  fc.record({ pass: fc.integer({ min: 1, max: KEPT / 2 }) }),
);

test("an id is found at its last index until ten minutes after its confirmation, and for ever without one", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const ids = new MessageIds();
      const model = new Model();
      let running = 0;
      for (const one of steps) {
        if ("add" in one) {
          for (const text of one.add) {
            expect(enter(ids, text)).toBe(model.known.length);
            model.add(text);
          }
        } else if ("confirm" in one) {
          const from = Math.floor(one.confirm[0] * ids.next);
          const to = Math.min(ids.next, from + one.confirm[1]);
          ids.confirm({ from, to, running });
          model.confirm(from, to, running);
        } else ids.expire((running += one.pass));
        for (const [text, index] of model.ids) {
          const found = ids.find(...at(text));
          if (model.mustHave(text, running)) expect(found).toBe(index);
          else if (found !== -1) expect(found).toBe(index);
        }
      }
      // Once all that was confirmed has left, what stays is what was not.
      ids.confirm({ from: ids.next, to: ids.next, running });
      ids.expire(running + 2 * KEPT);
      expect(ids.size).toBeGreaterThanOrEqual(model.unconfirmed);
    }),
    { numRuns: 300 },
  );
});

test("what was confirmed out of order, and late, leaves too", () => {
  const ids = new MessageIds();
  for (let n = 0; n < 10; n += 1) enter(ids, String(n));
  ids.confirm({ from: 5, to: 10, running: 0 });
  ids.expire(KEPT);
  expect(ids.size).toBe(5);
  expect(ids.find(...at("3"))).toBe(3);
  ids.confirm({ from: 0, to: 5, running: KEPT });
  ids.expire(2 * KEPT);
  expect(ids.size).toBe(0);
  expect(ids.find(...at("3"))).toBe(-1);
});

test("four hundred thousand ids pass through ten minutes of memory, which does not grow with them", () => {
  const ids = new MessageIds();
  const bytes = Buffer.alloc(16);
  const write = (n: number) => bytes.write(String(2_000_000_000_000_000 + n * 7), "latin1");
  for (let n = 0; n < 400_000; n += 1) {
    write(n);
    ids.find(bytes, 0, 16);
    ids.add(bytes, 0, 16);
    if (n % 1_000 === 999) {
      ids.confirm({ from: n - 999, to: n + 1, running: n * 6 });
      ids.expire(n * 6);
    }
  }
  // 100,000 ids pass in ten minutes, and leave on the stroke.
  expect(ids.size).toBe(100_000);
  expect(ids.bytes).toBe(8 * 131_072 + 4 * 262_144);
  write(399_999);
  expect(ids.find(bytes, 0, 16)).toBe(399_999);
  write(200_000);
  expect(ids.find(bytes, 0, 16)).toBe(-1);
});

test("recorded ids are taken up with their gaps, and those left behind apart", () => {
  const ids = new MessageIds();
  ids.restoreLeft(3, "42");
  for (const [index, low] of [
    [100, 7],
    [101, 8],
    [105, 9],
  ] as const)
    ids.restore(index, 0, low);
  ids.restore(106, 0, 0, "some-text");
  expect(["42", "7", "8", "9", "some-text", "1"].map((text) => ids.find(...at(text)))).toEqual([
    3, 100, 101, 105, 106, -1,
  ]);
  expect(ids.next).toBe(107);
  ids.confirm({ from: 3, to: 4, running: 0 });
  ids.confirm({ from: 100, to: 106, running: 0 });
  ids.expire(KEPT);
  expect(["42", "7", "9", "some-text"].map((text) => ids.find(...at(text)))).toEqual([-1, -1, -1, 106]);
});
