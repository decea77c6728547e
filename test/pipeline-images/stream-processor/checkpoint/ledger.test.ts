import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Ledger,
  ledgerFold,
  letGo,
  messageName,
  sourceOf,
} from "../../../../pipeline-images/stream-processor/checkpoint/ledger";
import {
  type Checkpoint,
  CheckpointMessage,
  type SourceChange,
} from "../../../../pipeline-images/stream-processor/checkpoint/record";
import { IdRunWriter, RecordedIds } from "../../../../pipeline-images/stream-processor/checkpoint/recorded-ids";
import { StateChanges } from "../../../../pipeline-images/stream-processor/checkpoint/state-changes";
import { parsed, parseId } from "../../../../pipeline-images/stream-processor/source/message-id";
import { KEPT, MessageIds } from "../../../../pipeline-images/stream-processor/source/message-ids";
import { stored } from "../support/stored";

const bytes = (text: string) => Buffer.from(text);

function state(write: (changes: StateChanges) => void): Uint8Array {
  const changes = new StateChanges();
  write(changes);
  return changes.take();
}

function idsFrom(first: number, texts: readonly string[]) {
  const run = new IdRunWriter(first);
  for (const text of texts) {
    if (parseId(bytes(text), 0, text.length)) run.add(parsed.high, parsed.low);
    else run.add(0, 0, text);
  }
  return run.take();
}

/** A checkpoint of a pipeline with one input, clicks. */
type OfClicks = Partial<Checkpoint & SourceChange>;

function ledgerOf(checkpoints: readonly OfClicks[], from: Ledger = ledgerFold.empty()): Ledger {
  for (const { ids, running, acknowledged, ...rest } of checkpoints) {
    const one = { input: "clicks", ids, running: running ?? 0, acknowledged: acknowledged ?? [] };
    const checkpoint = { ...rest, sources: running === undefined && ids === undefined ? [] : [one] };
    ledgerFold.apply(from, CheckpointMessage.encode(checkpoint), { term: 1, seq: 1 });
  }
  return from;
}

const idsOf = (ledger: Ledger) => sourceOf(ledger, "clicks").ids;

const again = (ledger: Ledger): Ledger => ledgerFold.decode(Buffer.concat(ledgerFold.encode(ledger)));

/** What a ledger holds, however it does that. */
const content = ({ state: recorded, ...ledger }: Ledger) => ({
  ...ledger,
  state: recorded.held.toSorted().map((store) => [store, stored(recorded.store(store))]),
});

const request = (number: number, rows = 3) => ({
  number,
  rows,
  payload: bytes(`rows of ${number}`),
  descriptor: bytes("d"),
});
const change = { output: "activity", confirmed: 0, refused: [], stream: undefined, requests: [], latest: 0 };

const key = fc.constantFrom("a", "b", "", "ü");
const drawnState = fc
  .array(
    fc.oneof(
      fc.record({ store: fc.constantFrom("x", "y") }),
      fc.record({ gone: key }),
      fc.record({ group: key, key, value: fc.string() }),
    ),
    { maxLength: 12 },
  )
  .map((drawn) =>
    state((changes) => {
      changes.store("x");
      for (const one of drawn) {
        if ("store" in one) changes.store(one.store);
        else if ("gone" in one) changes.gone(one.gone);
        else changes.put(one.group, one.key, (writer) => writer.raw(bytes(one.value)));
      }
    }),
  );

/** Checkpoints as an owner would write them: indices, numbers and running time go on. */
const histories = fc
  .array(
    fc.record({
      state: drawnState,
      ids: fc.array(fc.oneof(fc.integer({ min: 0, max: 99 }).map(String), fc.constantFrom("x", "y")), { maxLength: 9 }),
      passed: fc.integer({ min: 0, max: KEPT }),
      acknowledged: fc.tuple(fc.nat(20), fc.nat(20)),
      requests: fc.nat(2),
      confirmed: fc.nat(2),
      stream: fc.boolean(),
      attempting: fc.option(fc.constantFrom("clicks 1", "clicks x"), { nil: undefined }),
    }),
    { maxLength: 12 },
  )
  .map((drawn) => {
    let running = 0;
    let index = 0;
    let number = 0;
    let confirmed = 0;
    const indices = new Map<string, number>();
    return drawn.map((one): OfClicks => {
      // A message that came again has a new index; its old one needs no acknowledgement any more.
      const superseded = one.ids.flatMap((id, i) => {
        const old = indices.get(id);
        indices.set(id, index + i);
        return old === undefined ? [] : [{ from: old, to: old + 1 }];
      });
      const ids = one.ids.length > 0 ? idsFrom(index, one.ids) : undefined;
      index += one.ids.length;
      running += one.passed;
      confirmed = Math.min(number, confirmed + one.confirmed);
      const requests = Array.from({ length: one.requests }, () => request(number++));
      const [from, length] = one.acknowledged;
      return {
        state: one.state,
        ids,
        running,
        acknowledged: [...superseded, ...(from < index ? [{ from, to: Math.min(index, from + length + 1) }] : [])],
        outputs: [{ ...change, confirmed, requests, stream: one.stream ? `stream ${running}` : undefined }],
        attempting: one.attempting,
      };
    });
  });

test("what steps and sources have taken up is let go, and what is to be written stays", () => {
  const outputs = [{ ...change, requests: [request(0)] }];
  const put = state((changes) => {
    changes.store("x");
    changes.put("0", "key", (writer) => void writer.uint32(1));
  });
  const ledger = ledgerOf([{ state: put, ids: idsFrom(0, ["1", "2"]), running: 7, outputs }]);
  letGo(ledger);
  expect(ledger.state.held).toEqual([]);
  expect(idsOf(ledger)).toEqual(new RecordedIds());
  expect(sourceOf(ledger, "clicks").running).toBe(7);
  expect(ledger.outputs.get("activity")?.requests).toHaveLength(1);
});

describe("a snapshot", () => {
  test("taken anywhere, with the records after it, gives the same as all records", () => {
    fc.assert(
      fc.property(histories, fc.nat(12), fc.nat(12), (history, first, second) => {
        const [a, b] = [Math.min(first, second), Math.max(first, second)];
        const straight = ledgerOf(history);
        const early = again(ledgerOf(history.slice(0, a)));
        const late = again(ledgerOf(history.slice(a, b), early));
        expect(content(again(ledgerOf(history.slice(b), late)))).toEqual(content(again(straight)));
      }),
    );
  });

  test("of which only ids are left does not keep the records that they came in", () => {
    const ledger = ledgerOf([{ ids: idsFrom(0, ["1", "2"]), running: 1 }]);
    const record = CheckpointMessage.encode({
      sources: [{ input: "clicks", running: 2, ids: idsFrom(2, ["3"]), acknowledged: [] }],
    });
    ledgerFold.apply(ledger, record, { term: 1, seq: 2 });
    const before = ledgerFold.encode(ledger);
    const snapshot = Buffer.concat(before);
    const read = ledgerFold.decode(snapshot);
    record.fill(0);
    snapshot.fill(0);
    expect(Buffer.concat(ledgerFold.encode(ledger))).toEqual(Buffer.concat(before));
    expect(Buffer.concat(ledgerFold.encode(read))).toEqual(Buffer.concat(before));
  });

  test("holds the same ids that the owner had in memory", () => {
    fc.assert(
      fc.property(histories, (history) => {
        const live = new MessageIds();
        const all = new Set<string>();
        for (const { ids, acknowledged = [], running = 0 } of history) {
          if (ids) {
            const texts = new MessageIds();
            idsOf(ledgerOf([{ ids }])).restoreInto(texts);
            for (let index = ids.first; index < texts.next; index += 1) {
              const id = texts.textOf(index);
              all.add(id);
              live.find(bytes(id), 0, id.length);
              live.add(bytes(id), 0, id.length);
            }
          }
          for (const range of acknowledged) live.confirm({ ...range, running });
          live.expire(running);
        }
        const restored = new MessageIds();
        idsOf(again(ledgerOf(history))).restoreInto(restored);
        for (const id of all) {
          expect([id, restored.find(bytes(id), 0, id.length)]).toEqual([id, live.find(bytes(id), 0, id.length)]);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe("an output", () => {
  test("keeps its requests until they are confirmed, and counts their rows into the offset, less the refused ones", () => {
    const ledger = ledgerOf([
      { outputs: [{ ...change, stream: "s1", requests: [request(0), request(1, 5), request(2)] }] },
      { outputs: [{ ...change, confirmed: 1, refused: [{ number: 1, rows: [4, 0] }] }] },
    ]);
    const output = again(ledger).outputs.get("activity");
    expect(output).toMatchObject({ stream: "s1", offset: 3, next: 3 });
    expect(output?.requests.map(({ number, refused }) => [number, refused])).toEqual([
      [1, [0, 4]],
      [2, []],
    ]);
    const later = ledgerOf([{ outputs: [{ ...change, confirmed: 2 }] }], ledger).outputs.get("activity");
    expect(later).toMatchObject({ offset: 6 });
  });

  test("begins a new stream at offset 0 with what is left", () => {
    const ledger = ledgerOf([
      { outputs: [{ ...change, stream: "s1", requests: [request(0), request(1)] }] },
      { outputs: [{ ...change, confirmed: 1, stream: "s2" }] },
    ]);
    expect(ledger.outputs.get("activity")).toMatchObject({ stream: "s2", offset: 0, requests: [{ number: 1 }] });
  });
});

const sealed = (ledger: Ledger) => ledgerFold.sealed(ledger);

describe("starts", () => {
  test("count until a message is recorded, or an owner leaves in order", () => {
    const ledger = ledgerFold.empty();
    sealed(ledger);
    sealed(ledger);
    expect(ledgerOf([{ running: 5 }], ledger).starts).toBe(2);
    expect(ledgerOf([{ ids: idsFrom(0, ["1"]) }], ledger).starts).toBe(0);
    sealed(ledger);
    expect(ledgerOf([{ released: true }], ledger).starts).toBe(0);
  });

  test("a message that was being tried when two owners ended is condemned, until it is recorded", () => {
    const ledger = ledgerOf([{ attempting: messageName("clicks", "42") }]);
    sealed(ledger);
    const one = again(ledger);
    expect([...one.suspects, "and", ...one.condemned]).toEqual(["clicks 42", "and"]);
    sealed(ledgerOf([{ attempting: messageName("clicks", "42") }], ledger));
    const two = again(ledger);
    expect([...two.suspects, "and", ...two.condemned]).toEqual(["and", "clicks 42"]);
    expect([...ledgerOf([{ ids: idsFrom(0, ["41", "42"]) }], ledger).condemned]).toEqual([]);
  });

  test("a suspect that is recorded is none", () => {
    const ledger = ledgerOf([{ attempting: messageName("clicks", "42") }]);
    sealed(ledger);
    expect([...ledgerOf([{ ids: idsFrom(0, ["42"]) }], ledger).suspects]).toEqual([]);
  });

  test("a message that was tried and recorded is not condemned", () => {
    const ledger = ledgerOf([{ attempting: messageName("clicks", "42") }, { ids: idsFrom(0, ["42"]) }]);
    sealed(ledger);
    expect([...ledger.suspects, ...ledger.condemned]).toEqual([]);
  });
});

test("a reset forgets what was open and which messages were in it, and keeps what is to be written", () => {
  const ledger = ledgerOf([
    {
      state: state((changes) => {
        changes.store("x");
        changes.put("0", "a", (writer) => writer.uint32(1));
      }),
      ids: idsFrom(0, ["1", "2"]),
      outputs: [{ ...change, requests: [request(0)] }],
    },
    { reset: "replay of monday" },
  ]);
  expect(ledger.state.held).toEqual([]);
  expect(idsOf(ledger).next).toBe(2);
  expect(ledger.outputs.get("activity")?.requests).toHaveLength(1);
  expect(again(ledger).reset).toBe("replay of monday");
});
