/**
 * The messages of one StreamingPullResponse, as places in its bytes: nothing is copied and no object is made for a
 * message. What is rarely needed, attributes, is read when it is asked for.
 * @see https://cloud.google.com/pubsub/docs/reference/rpc/google.pubsub.v1#streamingpullresponse
 */
import { MalformedMessage, WireReader, type WireWriter, WireType } from "../../../pipeline/protobuf/wire";
import { timestampOfMicroseconds } from "../../../pipeline/schema/timestamp";

/** Places of a message within the batch's array. */
const DATA = 0;
const ID = 2;
const ACK = 4;
const MESSAGE = 6;
const PLACES = 8;

export class MessageBatch {
  private places: Int32Array;
  /** Seconds since 1970, and nanoseconds: when Pub/Sub took the message. */
  private readonly seconds: number[] = [];
  private readonly nanos: number[] = [];

  /** @throws MalformedMessage */
  constructor(readonly bytes: Uint8Array) {
    this.places = new Int32Array(64 * PLACES);
    this.read();
  }

  get count(): number {
    return this.seconds.length;
  }

  dataStart(i: number): number {
    return this.places[i * PLACES + DATA] as number;
  }

  dataEnd(i: number): number {
    return this.places[i * PLACES + DATA + 1] as number;
  }

  idStart(i: number): number {
    return this.places[i * PLACES + ID] as number;
  }

  idEnd(i: number): number {
    return this.places[i * PLACES + ID + 1] as number;
  }

  id(i: number): string {
    return this.text(this.idStart(i), this.idEnd(i));
  }

  data(i: number): Uint8Array {
    return this.bytes.subarray(this.dataStart(i), this.dataEnd(i));
  }

  /** Milliseconds since the epoch, cut. */
  publishedAt(i: number): number {
    return (this.seconds[i] as number) * 1_000 + Math.floor((this.nanos[i] as number) / 1_000_000);
  }

  /** The publish time as a TIMESTAMP. */
  publishTime(i: number): string {
    const micros = Math.floor((this.nanos[i] as number) / 1_000);
    return timestampOfMicroseconds(BigInt(this.seconds[i] as number) * 1_000_000n + BigInt(micros));
  }

  attributes(i: number): { readonly [name: string]: string } {
    const at = i * PLACES + MESSAGE;
    const message = new WireReader(this.bytes, this.places[at], this.places[at + 1]);
    const attributes: { [name: string]: string } = {};
    while (!message.done) {
      const tag = message.uint32();
      if (tag >>> 3 === 2) readAttribute(message.message(), attributes);
      else message.skip(tag & 7);
    }
    return attributes;
  }

  /** Writes the acknowledgement id as a field of a request: its bytes are copied, and never made a string. */
  writeAckId(i: number, writer: WireWriter, field: number): void {
    const at = i * PLACES + ACK;
    writer.tag(field, WireType.bytes).delimited(this.bytes.subarray(this.places[at], this.places[at + 1]));
  }

  private text(start: number, end: number): string {
    return Buffer.from(this.bytes.buffer, this.bytes.byteOffset + start, end - start).toString();
  }

  private read(): void {
    const reader = new WireReader(this.bytes);
    while (!reader.done) {
      const tag = reader.uint32();
      if (tag >>> 3 === 1) this.readReceived(reader);
      else reader.skip(tag & 7);
    }
  }

  /** ReceivedMessage: ack_id = 1, message = 2. */
  private readReceived(reader: WireReader): void {
    const at = this.count * PLACES;
    if (at === this.places.length) {
      const grown = new Int32Array(this.places.length * 2);
      grown.set(this.places);
      this.places = grown;
    }
    this.seconds.push(0);
    this.nanos.push(0);
    const end = endOfMessage(reader);
    while (reader.at < end) {
      const tag = reader.uint32();
      if (tag >>> 3 === 1) this.readBytes(reader, at + ACK);
      else if (tag >>> 3 === 2) this.readMessage(reader, at);
      else reader.skip(tag & 7);
    }
    expectEnd(reader, end);
  }

  /** PubsubMessage: data = 1, attributes = 2, message_id = 3, publish_time = 4. */
  private readMessage(reader: WireReader, at: number): void {
    const end = endOfMessage(reader);
    this.places[at + MESSAGE] = reader.at;
    this.places[at + MESSAGE + 1] = end;
    while (reader.at < end) {
      const tag = reader.uint32();
      if (tag >>> 3 === 1) this.readBytes(reader, at + DATA);
      else if (tag >>> 3 === 3) this.readBytes(reader, at + ID);
      else if (tag >>> 3 === 4) this.readTimestamp(reader);
      else reader.skip(tag & 7);
    }
    expectEnd(reader, end);
  }

  private readBytes(reader: WireReader, at: number): void {
    const end = endOfMessage(reader);
    this.places[at] = reader.at;
    this.places[at + 1] = end;
    reader.at = end;
  }

  private readTimestamp(reader: WireReader): void {
    const end = endOfMessage(reader);
    const last = this.seconds.length - 1;
    while (reader.at < end) {
      const tag = reader.uint32();
      if (tag >>> 3 === 1) this.seconds[last] = readSeconds(reader);
      else if (tag >>> 3 === 2) this.nanos[last] = reader.uint32();
      else reader.skip(tag & 7);
    }
    expectEnd(reader, end);
  }
}

/** An int64 without a bigint: the seconds of a publish time are few digits and never negative. */
function readSeconds(reader: WireReader): number {
  let seconds = 0;
  for (let weight = 1; weight < 2 ** 49; weight *= 128) {
    const byte = reader.bytes[reader.at++] as number;
    seconds += (byte & 0x7f) * weight;
    if (byte < 0x80) return seconds;
  }
  throw new MalformedMessage("a publish time is not of this world");
}

function endOfMessage(reader: WireReader): number {
  const length = reader.uint32();
  const end = reader.at + length;
  if (end > reader.end) throw new MalformedMessage("a value is longer than its message");
  return end;
}

function expectEnd(reader: WireReader, end: number): void {
  if (reader.at !== end) throw new MalformedMessage("a value is longer than its message");
}

function readAttribute(entry: WireReader, into: { [name: string]: string }): void {
  let name = "";
  let value = "";
  while (!entry.done) {
    const tag = entry.uint32();
    if (tag >>> 3 === 1) name = entry.string();
    else if (tag >>> 3 === 2) value = entry.string();
    else entry.skip(tag & 7);
  }
  Object.defineProperty(into, name, { value, enumerable: true, configurable: true, writable: true });
}
