/** Requests to a Pub/Sub that does not answer: few are underway, whatever there is to say. */
import { expect, test } from "vitest";
import { WireType, WireWriter } from "../../../../pipeline/protobuf/wire";
import { Acknowledgements } from "../../../../pipeline-images/stream-processor/source/acknowledgements";
import { Leases } from "../../../../pipeline-images/stream-processor/source/leases";
import { MessageBatch } from "../../../../pipeline-images/stream-processor/source/message-batch";
import { systemClock } from "../../../../runtime/clock";

const SUBSCRIPTION = "projects/acme/subscriptions/clicks";
const REQUEST = 2_000;

/** So many messages that came together. */
function batchOf(messages: number): MessageBatch {
  const response = new WireWriter();
  for (let i = 0; i < messages; i += 1) {
    response.tag(1, WireType.bytes).message((received) => {
      received.tag(1, WireType.bytes).string(`ack-${i}`);
      received.tag(2, WireType.bytes).message((one) => void one.tag(3, WireType.bytes).string(String(i + 1)));
    });
  }
  return new MessageBatch(response.finish().slice());
}

/** Calls that are answered when somebody says so. */
class Slow {
  readonly asked: Uint8Array[] = [];
  private readonly open: (() => void)[] = [];
  most = 0;

  call = (request: Uint8Array): Promise<void> => {
    this.asked.push(request);
    return new Promise((resolve) => {
      this.open.push(resolve);
      this.most = Math.max(this.most, this.open.length);
    });
  };

  async answer(): Promise<void> {
    for (const resolve of this.open.splice(0)) resolve();
    await new Promise((resolve) => void setImmediate(resolve));
  }
}

test("acknowledgements that are not answered wait for one another, and all of them are asked for in the end", async () => {
  const slow = new Slow();
  const acknowledgements = new Acknowledgements(
    {
      subscription: SUBSCRIPTION,
      subscriber: { open: () => ({ close() {} }), acknowledge: slow.call, modifyDeadline: slow.call },
      clock: systemClock,
      trouble: () => undefined,
      mayLeave: () => true,
      progress: () => undefined,
    },
    0,
  );
  const batch = batchOf(REQUEST);
  const RUNS = 100;
  for (let run = 0; run < RUNS; run += 1) {
    for (let place = 0; place < REQUEST; place += 1) acknowledgements.add(batch, place);
    acknowledgements.release(acknowledgements.cut());
  }
  expect(slow.asked).toHaveLength(16);
  expect(acknowledgements.heldBytes).toBe(RUNS * (slow.asked[0] as Uint8Array).length);
  while (acknowledgements.unacknowledged > 0) await slow.answer();
  expect(slow.asked).toHaveLength(RUNS);
  expect(slow.most).toBe(16);
  expect(acknowledgements.heldBytes).toBe(0);
  const confirmed = acknowledgements.takeConfirmed();
  expect(confirmed.reduce((sum, { from, to }) => sum + to - from, 0)).toBe(RUNS * REQUEST);
});

test("leases whose extensions are not answered are not extended again and again", async () => {
  const slow = new Slow();
  const leases = new Leases(SUBSCRIPTION, 10_000);
  const batches = Array.from({ length: 150 }, () => batchOf(REQUEST));
  for (const batch of batches) leases.add(batch, 0);
  const extend = (now: number): void => {
    for (const request of leases.extensions(now)) void leases.asked(slow.call(request));
  };
  extend(5_000);
  extend(10_000);
  extend(15_000);
  expect(slow.asked).toHaveLength(150);
  await slow.answer();
  extend(20_000);
  expect(slow.asked).toHaveLength(300);
});
