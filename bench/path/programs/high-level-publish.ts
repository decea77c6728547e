/** The same messages by Google's high-level client, as many in a request as it may have. */
import { PubSub } from "@google-cloud/pubsub";
import { row, TOPIC, UNDERWAY } from "./rows";
import { tellUsed } from "./used";

const topic = new PubSub({ projectId: "bench" }).topic(TOPIC, {
  batching: { maxMessages: 1_000, maxMilliseconds: 10 },
});

tellUsed(async (count) => {
  for (let i = 0; i < count;) {
    const underway: Promise<string>[] = [];
    for (const end = Math.min(count, i + UNDERWAY); i < end; i += 1) {
      underway.push(topic.publishMessage({ json: row(i), attributes: { row_id: `1-out-${i}` } }));
    }
    await Promise.all(underway);
  }
});
