/**
 * The messages of one StreamingPullResponse, as places in its bytes: nothing is copied and no object is made for a
 * message. What is rarely needed, attributes, is read when it is asked for.
 * @see https://cloud.google.com/pubsub/docs/reference/rpc/google.pubsub.v1#streamingpullresponse
 */
import { MalformedMessage, WireReader, type WireWriter, WireType } from "../../../pipeline/protobuf/wire";
import { timestampOfMicroseconds } from "../../../pipeline/schema/timestamp";
import type { Leased, TakeAckId } from "./leases";

/** Places of a message within the batch's array; the last two are when Pub/Sub took it. */
const DATA = 0;
const ID = 2;
const ACK = 4;
const MESSAGE = 6;
const SECONDS = 8;
const NANOS = 9;
const PLACES = 10;

const FEW = 64;

export class MessageBatch implements Leased {
  count = 0;
  private places: Int32Array;
  /** The same bytes: parts of a Buffer are slower to come by. */
  private readonly plain: Uint8Array;

  /**
   * @param expected messages, about: there is room for them
   * @throws MalformedMessage
   */
  constructor(
    readonly bytes: Uint8Array,
    expected = FEW,
  ) {
    this.places = new Int32Array(Math.max(expected, FEW) * PLACES);
    this.plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
    this.read();
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
    return this.seconds(i) * 1_000 + Math.floor((this.places[i * PLACES + NANOS] as number) / 1_000_000);
  }

  /** The publish time as a TIMESTAMP. */
  publishTime(i: number): string {
    const micros = Math.floor((this.places[i * PLACES + NANOS] as number) / 1_000);
    return timestampOfMicroseconds(BigInt(this.seconds(i)) * 1_000_000n + BigInt(micros));
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
    writer.tag(field, WireType.bytes).delimited(this.ackView(i));
  }

  /** A copy. */
  ackId(i: number): Uint8Array {
    return this.ackView(i).slice();
  }

  eachAckId(take: TakeAckId): void {
    for (let i = 0; i < this.count; i += 1) take(this.ackView(i));
  }

  private ackView(i: number): Uint8Array {
    const at = i * PLACES + ACK;
    return this.plain.subarray(this.places[at], this.places[at + 1]);
  }

  /** Since 1970. */
  private seconds(i: number): number {
    return (this.places[i * PLACES + SECONDS] as number) >>> 0;
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
    this.count += 1;
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
      else if (tag >>> 3 === 4) this.readTimestamp(reader, at);
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

  private readTimestamp(reader: WireReader, at: number): void {
    const end = endOfMessage(reader);
    while (reader.at < end) {
      const tag = reader.uint32();
      if (tag >>> 3 === 1) this.places[at + SECONDS] = readSeconds(reader);
      else if (tag >>> 3 === 2) this.places[at + NANOS] = reader.uint32();
      else reader.skip(tag & 7);
    }
    expectEnd(reader, end);
  }
}

/** An int64 without a bigint: a publish time is never before 1970, and 32 bits reach until 2106. */
function readSeconds(reader: WireReader): number {
  const { bytes } = reader;
  let seconds = 0;
  for (let weight = 1; weight < 2 ** 35; weight *= 128) {
    const byte = bytes[reader.at++] as number;
    seconds += (byte & 0x7f) * weight;
    if (byte < 0x80 && seconds < 2 ** 32) return seconds;
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
