/** A topic's output alone: rows are encoded, cut into requests, and published, as once they are recorded. */
import { RecordedOutput } from "../../../pipeline-images/stream-processor/checkpoint/recorded-output";
import { cloudOf } from "../../../pipeline-images/stream-processor/google/cloud";
import { pubSubTopics } from "../../../pipeline-images/stream-processor/google/pubsub";
import { TopicOutput } from "../../../pipeline-images/stream-processor/sinks/topic-output";
import { Signal } from "../../../pipeline-images/stream-processor/signal";
import { systemClock } from "../../../runtime/clock";
import { row, TOPIC, UNDERWAY } from "./rows";
import { tellUsed } from "./used";

const progress = new Signal(systemClock);
const fail = (error?: unknown): void => {
  if (error !== undefined) throw error;
};
const output = new TopicOutput(
  "out",
  {
    client: pubSubTopics(cloudOf(process.env, systemClock).pubSub()),
    topic: TOPIC,
    term: 1,
    fields: {},
    attributes: () => ({}),
    refused: (_, why) => fail(new Error(why)),
    clock: systemClock,
    trouble: fail,
    mayLeave: () => true,
    record: () => {},
    progress: () => progress.call(),
    fail,
  },
  new RecordedOutput("out"),
);
void output.run();

tellUsed(async (count) => {
  const all = output.written + count;
  for (let i = 0; i < count;) {
    for (const end = Math.min(count, i + UNDERWAY); i < end; i += 1) output.take(row(i), 0);
    output.release(output.takeChange());
    while (output.written < all - count + i) await progress.wait();
  }
});
