import { WireReader, WireType, WireWriter } from "../../pipeline/protobuf/wire";
import type { Attributes } from "./attributes";
import { Failure } from "./failure";

/** PublishRequest { topic = 1; messages = 2 }, PubsubMessage { data = 1; attributes = 2 }, PublishResponse { message_ids = 1 } */
const TOPIC = 1;
const MESSAGES = 2;
const DATA = 1;
const ATTRIBUTES = 2;
const MESSAGE_IDS = 1;

/** https://cloud.google.com/pubsub/quotas#resource_limits */
export const MAX_MESSAGES = 1000;
/** 10 MB, less what the topic's name and gRPC add. */
const MAX_REQUEST_BYTES = 10_000_000 - 4096;

export interface Event {
  readonly data: Uint8Array;
  readonly attributes: Attributes;
}

/** The events of one request, encoded: they go into one publish request, so all of them are published or none. */
export interface Group {
  readonly bytes: Uint8Array;
  readonly count: number;
}

/** @throws Failure 413 where Pub/Sub would not take them in one request. */
export function encodeGroup(events: readonly Event[]): Group {
  if (events.length > MAX_MESSAGES) {
    throw new Failure(413, `The request holds ${events.length} events: at most ${MAX_MESSAGES} are published together`);
  }
  const writer = new WireWriter(events.reduce((sum, { data }) => sum + data.length + 64, 64));
  for (const { data, attributes } of events) {
    writer.tag(MESSAGES, WireType.bytes).message((message) => {
      message.tag(DATA, WireType.bytes).delimited(data);
      for (const [name, value] of attributes) {
        message.tag(ATTRIBUTES, WireType.bytes).message((entry) => {
          entry.tag(1, WireType.bytes).string(name);
          entry.tag(2, WireType.bytes).string(value);
        });
      }
    });
  }
  const bytes = writer.finish();
  if (bytes.length > MAX_REQUEST_BYTES) {
    throw new Failure(413, `The request is ${bytes.length} bytes to Pub/Sub, which takes at most 10 MB`);
  }
  return { bytes, count: events.length };
}

export function encodePublish(topic: string, groups: readonly Group[]): Buffer {
  const writer = new WireWriter(groups.reduce((sum, { bytes }) => sum + bytes.length, topic.length * 3 + 16));
  writer.tag(TOPIC, WireType.bytes).string(topic);
  for (const { bytes } of groups) writer.raw(bytes);
  const done = writer.finish();
  return Buffer.from(done.buffer, done.byteOffset, done.byteLength);
}

export function decodePublished(response: Uint8Array): readonly string[] {
  const reader = new WireReader(response);
  const ids: string[] = [];
  while (!reader.done) {
    const tag = reader.uint32();
    if (tag >>> 3 === MESSAGE_IDS) ids.push(reader.string());
    else reader.skip(tag & 7);
  }
  return ids;
}
