/** Messages as Pub/Sub sends them: responses of a streaming pull, encoded before anything is measured. */
import { WireReader, WireType, WireWriter } from "../../pipeline/protobuf/wire";
import { clicks, publishedAt } from "../processor/workload";

/** Messages of a response. */
export const BATCH = 500;
/** As long as those of the real Pub/Sub. */
const ACK_ID = "a".repeat(160);

/**
 * StreamingPullResponses of so many clicks, each with an id of its own.
 * @param start when the first is published
 */
export function responses(events: number, start: number): readonly Buffer[] {
  const all: Buffer[] = [];
  let writer = new WireWriter(BATCH * 512);
  let i = 0;
  for (const text of clicks({ events, late: 0.001, start })) {
    writer
      .tag(1, WireType.bytes)
      .message((received) => writeReceived(received, text, i, publishedAt(i, events, start)));
    i += 1;
    if (i % BATCH !== 0 && i < events) continue;
    all.push(Buffer.from(writer.finish()));
    writer = new WireWriter(BATCH * 512);
  }
  return all;
}

/** ReceivedMessage: ack_id = 1, message = 2 (data = 1, message_id = 3, publish_time = 4). */
function writeReceived(received: WireWriter, text: string, i: number, published: number): void {
  received.tag(1, WireType.bytes).string(ACK_ID + String(i).padStart(12, "0"));
  received.tag(2, WireType.bytes).message((message) => {
    message.tag(1, WireType.bytes).string(text);
    message.tag(3, WireType.bytes).string(`1${String(i).padStart(15, "0")}`);
    message.tag(4, WireType.bytes).message((time) => {
      time.tag(1, WireType.varint).safeInt64(Math.floor(published / 1_000));
      time.tag(2, WireType.varint).uint32((published % 1_000) * 1_000_000);
    });
  });
}

/** How many ids an AcknowledgeRequest has, or messages a PublishRequest: a subscription or topic = 1, these = 2. */
export function acknowledged(request: Uint8Array): number {
  let ids = 0;
  for (const reader = new WireReader(request); !reader.done;) {
    const tag = reader.uint32();
    if (tag >>> 3 === 2) ids += 1;
    reader.skip(tag & 7);
  }
  return ids;
}

const answers = new Map<number, Buffer>();

/** PublishResponse: message_ids = 1. Made once for each number of messages: nobody here looks at the ids. */
export function published(request: Uint8Array): Buffer {
  const messages = acknowledged(request);
  let answer = answers.get(messages);
  if (answer === undefined) {
    const writer = new WireWriter(messages * 20);
    for (let i = 0; i < messages; i += 1) writer.tag(1, WireType.bytes).string(`1${String(i).padStart(15, "0")}`);
    answers.set(messages, (answer = Buffer.from(writer.finish())));
  }
  return answer;
}
