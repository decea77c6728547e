import { millisOf, timestampOf } from "../../../pipeline/protobuf/message";
import { WireReader, WireType } from "../../../pipeline/protobuf/wire";
import { CloudError } from "../../errors";
import { PubsubMessage } from "./api/messages";
import { MAX_ATTRIBUTE_KEY_BYTES, MAX_ATTRIBUTE_VALUE_BYTES, MAX_ATTRIBUTES, MAX_ORDERING_KEY_BYTES } from "./limits";

const tagOf = (field: number): number => (field << 3) | WireType.bytes;
const DATA = tagOf(1);
const ATTRIBUTE = tagOf(2);
const MESSAGE_ID = tagOf(3);
const ORDERING_KEY = tagOf(5);
const ATTRIBUTE_KEY = tagOf(1);
const ATTRIBUTE_VALUE = tagOf(2);

/**
 * A published message: encoded once as every subscriber gets it, and taken apart only where someone must look
 * inside: a filter, a push body, a row.
 */
export class StoredMessage {
  constructor(
    readonly id: number,
    /** Milliseconds since the epoch. */
    readonly publishTime: number,
    readonly orderingKey: string,
    /** google.pubsub.v1.PubsubMessage */
    readonly encoded: Buffer,
  ) {}

  /** What counts against flow control, in bytes. */
  get size(): number {
    return this.encoded.length;
  }

  decode(): PubsubMessage {
    return PubsubMessage.decode(this.encoded);
  }

  /** One that was kept. */
  static read(encoded: Buffer): StoredMessage {
    const { messageId, publishTime, orderingKey } = PubsubMessage.decode(encoded);
    const at = millisOf(publishTime ?? { seconds: 0, nanos: 0 });
    return new StoredMessage(Number(messageId), at, orderingKey, encoded);
  }
}

/** A message as a publisher sent it, found within Pub/Sub's limits. */
export interface IncomingMessage {
  /** The encoded PubsubMessage, without id and publish time. */
  readonly encoded: Uint8Array;
  readonly orderingKey: string;
}

/**
 * Looks through an encoded PubsubMessage without taking it apart.
 * @throws CloudError INVALID_ARGUMENT as Pub/Sub refuses it; MalformedMessage when it is not protobuf.
 */
export function checkIncoming(encoded: Uint8Array): IncomingMessage {
  const reader = new WireReader(encoded);
  let dataLength = 0;
  let attributes = 0;
  let orderingKey = "";
  let hasServersFields = false;
  while (!reader.done) {
    const tag = reader.uint32();
    switch (tag) {
      case DATA:
        dataLength = reader.view8().length;
        break;
      case ATTRIBUTE:
        attributes += 1;
        checkAttribute(reader.message());
        break;
      case ORDERING_KEY:
        orderingKey = reader.string();
        break;
      default:
        // Id and publish time are the server's to give; whatever a publisher put there is ignored.
        hasServersFields = true;
        reader.skip(tag & 7);
    }
  }
  if (dataLength === 0 && attributes === 0) {
    throw new CloudError(
      "INVALID_ARGUMENT",
      "Some messages in the publish request are empty. " +
        "Each message must contain either non-empty data, or at least one attribute.",
    );
  }
  limit("The number of attributes in a message", attributes, MAX_ATTRIBUTES);
  limit("The length of an ordering key in bytes", Buffer.byteLength(orderingKey), MAX_ORDERING_KEY_BYTES);
  return { encoded: hasServersFields ? withoutServersFields(encoded) : encoded, orderingKey };
}

function checkAttribute(entry: WireReader): void {
  let key: Uint8Array | undefined;
  while (!entry.done) {
    const tag = entry.uint32();
    if (tag === ATTRIBUTE_KEY) key = entry.view8();
    else if (tag === ATTRIBUTE_VALUE) {
      limit("The length of an attribute's value in bytes", entry.view8().length, MAX_ATTRIBUTE_VALUE_BYTES);
    } else entry.skip(tag & 7);
  }
  if (key === undefined || key.length === 0) {
    throw new CloudError("INVALID_ARGUMENT", "The attribute key must be non-empty.");
  }
  limit("The length of an attribute's key in bytes", key.length, MAX_ATTRIBUTE_KEY_BYTES);
  if (Buffer.from(key.subarray(0, 4)).toString("latin1") === "goog") {
    throw new CloudError("INVALID_ARGUMENT", "The attribute key must not begin with 'goog', which is reserved.");
  }
}

/** @throws CloudError INVALID_ARGUMENT that names the value and the most it may be. */
export function limit(what: string, value: number, most: number): void {
  if (value > most) {
    throw new CloudError(
      "INVALID_ARGUMENT",
      `${what} is too large. You passed ${value} in the request, but the maximum value is ${most}.`,
    );
  }
}

function withoutServersFields(encoded: Uint8Array): Uint8Array {
  const { data, attributes, orderingKey } = PubsubMessage.decode(encoded);
  return PubsubMessage.encode({ data, attributes, orderingKey });
}

/** Gives messages of one moment their ids and their publish time. */
export class Stamp {
  private readonly tail: Buffer;

  constructor(private readonly publishTime: number) {
    this.tail = PubsubMessage.encode({ publishTime: timestampOf(publishTime) });
  }

  /** A message's fields may stand in any order: id and time are written after what came. */
  on({ encoded, orderingKey }: IncomingMessage, id: number): StoredMessage {
    const text = String(id);
    const stored = Buffer.allocUnsafe(encoded.length + 2 + text.length + this.tail.length);
    stored.set(encoded, 0);
    let at = encoded.length;
    stored[at++] = MESSAGE_ID;
    stored[at++] = text.length;
    at += stored.write(text, at, "latin1");
    stored.set(this.tail, at);
    return new StoredMessage(id, this.publishTime, orderingKey, stored);
  }
}

/** A message made here: by another local service, or forwarded to dead letters. */
export function outgoing(message: Partial<PubsubMessage>): IncomingMessage {
  return checkIncoming(PubsubMessage.encode(message));
}

/** RFC 3339 with milliseconds, as Pub/Sub writes times in JSON: 2024-05-06T12:00:00.000Z */
export function timeText(time: number): string {
  return new Date(time).toISOString();
}
