/** Acknowledgement ids in the form in which they leave. */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { field, message, repeated, string } from "../../../../pipeline/protobuf/message";
import { WireType, WireWriter } from "../../../../pipeline/protobuf/wire";
import { AckRun, SpareBuffers } from "../../../../pipeline-images/stream-processor/source/ack-run";
import { Leases } from "../../../../pipeline-images/stream-processor/source/leases";
import { MessageBatch } from "../../../../pipeline-images/stream-processor/source/message-batch";

const SUBSCRIPTION = "projects/acme/subscriptions/clicks";
const AcknowledgeRequest = message({ subscription: field(1, string), ackIds: field(2, repeated(string)) });
const ModifyAckDeadlineRequest = message({ subscription: field(1, string), ackIds: field(4, repeated(string)) });

function batchOf(ackIds: readonly string[]): MessageBatch {
  const response = new WireWriter();
  for (const id of ackIds) {
    response.tag(1, WireType.bytes).message((received) => {
      received.tag(1, WireType.bytes).string(id);
      received.tag(2, WireType.bytes).message((one) => void one.tag(3, WireType.bytes).string("1"));
    });
  }
  return new MessageBatch(response.finish().slice());
}

const fill = (run: AckRun, batch: MessageBatch): void => {
  for (let place = 0; place < batch.count; place += 1) run.add(batch, place);
};
const asked = (run: AckRun): string[] =>
  run.requests.flatMap((request) => AcknowledgeRequest.decode(request.content()).ackIds);

test("each message is acknowledged once, by its newest id, in requests of a size that Pub/Sub takes", () => {
  const id = fc.string({ minLength: 1, maxLength: 300, unit: "grapheme-ascii" });
  const came = fc.array(id, { minLength: 1, maxLength: 30 });
  const again = fc.array(fc.tuple(fc.nat(), id), { maxLength: 20 });
  fc.assert(
    fc.property(fc.nat(1_000), fc.array(came, { maxLength: 5 }), again, (first, batches, redelivered) => {
      const run = new AckRun(SUBSCRIPTION, first, new SpareBuffers(1));
      for (const ids of batches) fill(run, batchOf(ids));
      const expected = batches.flat();
      for (const [place, newer] of redelivered) {
        if (expected.length === 0) continue;
        const at = place % expected.length;
        run.replace(first + at, batchOf([newer]), 0);
        expected[at] = newer;
      }
      expect(asked(run)).toEqual(expected);
      expect(run.end - run.first).toBe(expected.length);
      const extended: string[] = [];
      run.eachAckId((one) => void extended.push(Buffer.from(one).toString()));
      expect(extended).toEqual(expected);
    }),
  );
});

test("a request has 2,000 ids at most, and half a megabyte", () => {
  const many = new AckRun(SUBSCRIPTION, 7, new SpareBuffers(1));
  fill(many, batchOf(Array.from({ length: 4_500 }, (_, i) => `ack-${i}`)));
  expect(many.requests.map(({ first, end }) => [first, end])).toEqual([
    [7, 2_007],
    [2_007, 4_007],
    [4_007, 4_507],
  ]);
  many.replace(2_007, batchOf(["newer"]), 0);
  expect(asked(many)[2_000]).toBe("newer");
  const long = new AckRun(SUBSCRIPTION, 0, new SpareBuffers(1));
  fill(long, batchOf(Array.from({ length: 1_000 }, (_, i) => `${i}-`.padEnd(1_000, "a"))));
  expect(long.requests.length).toBe(2);
  for (const request of long.requests) expect(request.content().length).toBeLessThan(512 * 1024);
});

test("a buffer that is used again says nothing of what was in it", () => {
  const spare = new SpareBuffers(1);
  const one = new AckRun(SUBSCRIPTION, 0, spare);
  fill(one, batchOf(["a", "b", "c"]));
  for (const request of one.requests) spare.give(request);
  const other = new AckRun(SUBSCRIPTION, 3, spare);
  fill(other, batchOf(["d"]));
  expect(other.requests[0]?.writer).toBe(one.requests[0]?.writer);
  expect(AcknowledgeRequest.decode((other.requests[0] as (typeof other.requests)[0]).content())).toEqual({
    subscription: SUBSCRIPTION,
    ackIds: ["d"],
  });
});

test("what is worked on keeps the lease that it came with until its run has ended", () => {
  const leases = new Leases(SUBSCRIPTION, 10_000);
  const [early, late] = [batchOf(["a", "b"]), batchOf(["c"])];
  const run = new AckRun(SUBSCRIPTION, 0, new SpareBuffers(1));
  leases.add(early, 0);
  leases.add(late, 3_000);
  fill(run, late);
  leases.move(late, run);
  fill(run, early);
  leases.move(early, run);
  const extended = (now: number): string[] =>
    leases.extensions(now).flatMap((request) => ModifyAckDeadlineRequest.decode(request).ackIds);
  expect(extended(4_999)).toEqual([]);
  expect(extended(5_000)).toEqual(["c", "a", "b"]);
  expect(extended(9_999)).toEqual([]);
  leases.end(run);
  expect(extended(20_000)).toEqual([]);
  // Given back before it was worked on: it is nobody's.
  leases.move(batchOf(["x"]), run);
  expect(leases.giveBack()).toEqual([]);
});
