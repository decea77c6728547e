/** Our subscriber alone: messages are received, leased and acknowledged, and nobody looks at them. */
import { randomUUID } from "node:crypto";
import { cloudOf } from "../../../pipeline-images/stream-processor/google/cloud";
import { PubSubSubscriber } from "../../../pipeline-images/stream-processor/google/pubsub";
import { Acknowledgements } from "../../../pipeline-images/stream-processor/source/acknowledgements";
import { Leases } from "../../../pipeline-images/stream-processor/source/leases";
import { MessageBatch } from "../../../pipeline-images/stream-processor/source/message-batch";
import { systemClock } from "../../../runtime/clock";
import { tellUsed } from "./used";

const STREAMS = 4;
const LEASE = 30_000;
/** Milliseconds between two rounds of acknowledgements. */
const EVERY = 100;

const subscription = process.argv[2] as string;
const channel = cloudOf(process.env, systemClock).pubSub();
const options = { channel, clock: systemClock, subscription, lease: LEASE, clientId: randomUUID() };
const subscriber = new PubSubSubscriber(options);
const leases = new Leases(subscription, LEASE);
const trouble = (error?: unknown): void => {
  if (error !== undefined) throw error;
};
const acknowledgements = new Acknowledgements(
  { subscription, subscriber, clock: systemClock, trouble, mayLeave: () => true, progress: () => {} },
  0,
);
let worked = acknowledgements.current;
let expected = 0;

for (let i = 0; i < STREAMS; i += 1) {
  subscriber.open({
    connected: () => {},
    response(bytes) {
      const batch = new MessageBatch(bytes, expected);
      expected = batch.count;
      leases.add(batch, Date.now());
      for (let place = 0; place < batch.count; place += 1) acknowledgements.add(batch, place);
      leases.move(batch, acknowledgements.current);
    },
    ended: trouble,
  });
}

setInterval(() => {
  leases.end(worked);
  acknowledgements.release(acknowledgements.cut());
  worked = acknowledgements.current;
  acknowledgements.takeConfirmed();
}, EVERY);

tellUsed();
