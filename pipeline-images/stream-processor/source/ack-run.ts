/**
 * The acknowledgement ids of the messages of one record, in the form in which they leave: each is copied once, while the
 * response that it came in is at hand, and nothing keeps that response from then on.
 */
import { WireReader, WireType, WireWriter } from "../../../pipeline/protobuf/wire";
import type { Leased, TakeAckId } from "./leases";
import type { MessageBatch } from "./message-batch";

/** A request may have 512 KiB; an id has some 200 bytes. */
const IDS_A_REQUEST = 2_000;
const BYTES_A_REQUEST = 500 * 1024;
/** AcknowledgeRequest: subscription = 1, ack_ids = 2. */
const SUBSCRIPTION = 1;
const ACK_IDS = 2;

/** Buffers of requests that are done with, for those to come: they are large, and there are many. */
export class SpareBuffers {
  private readonly spare: WireWriter[] = [];
  /** As long as the last request was, so that the next one need not grow there. */
  private size = 1_024;

  constructor(private readonly most: number) {}

  take(): WireWriter {
    const writer = this.spare.pop() ?? new WireWriter(this.size);
    writer.reset();
    return writer;
  }

  /** Nobody reads or writes the request any more. */
  give({ writer, bytes }: AckRequest): void {
    this.size = Math.max(1_024, bytes + 1_024);
    if (this.spare.length < this.most) this.spare.push(writer);
  }
}

/** Messages with indices that follow one another. */
export class AckRequest implements Leased {
  count = 0;
  /** Messages that came again: only their newer ids are good. */
  private readonly newer = new Map<number, Uint8Array>();
  private readonly head: number;

  constructor(
    subscription: string,
    readonly first: number,
    readonly writer: WireWriter,
  ) {
    writer.tag(SUBSCRIPTION, WireType.bytes).string(subscription);
    this.head = writer.length;
  }

  get end(): number {
    return this.first + this.count;
  }

  get bytes(): number {
    return this.writer.length;
  }

  get isFull(): boolean {
    return this.count >= IDS_A_REQUEST || this.writer.length >= BYTES_A_REQUEST;
  }

  add(batch: MessageBatch, place: number): void {
    batch.writeAckId(place, this.writer, ACK_IDS);
    this.count += 1;
  }

  replace(index: number, batch: MessageBatch, place: number): void {
    this.newer.set(index - this.first, batch.ackId(place));
  }

  eachAckId(take: TakeAckId): void {
    const reader = new WireReader(this.writer.finish(), this.head);
    for (let i = 0; i < this.count; i += 1) {
      reader.uint32();
      const old = reader.view8();
      take(this.newer.get(i) ?? old);
    }
  }

  /** The AcknowledgeRequest: a view that lives until the buffer is given back. */
  content(): Uint8Array {
    if (this.newer.size === 0) return this.writer.finish();
    const writer = new WireWriter(this.writer.length + 1_024).raw(this.writer.finish().subarray(0, this.head));
    this.eachAckId((id) => void writer.tag(ACK_IDS, WireType.bytes).delimited(id));
    return writer.finish();
  }
}

export class AckRun implements Leased {
  readonly requests: AckRequest[] = [];
  count = 0;

  constructor(
    private readonly subscription: string,
    readonly first: number,
    private readonly buffers: SpareBuffers,
  ) {}

  get end(): number {
    return this.first + this.count;
  }

  get bytes(): number {
    let sum = 0;
    for (const { bytes } of this.requests) sum += bytes;
    return sum;
  }

  /** The message of the next index. */
  add(batch: MessageBatch, place: number): void {
    const last = this.requests[this.requests.length - 1];
    (last === undefined || last.isFull ? this.begin() : last).add(batch, place);
    this.count += 1;
  }

  /** The message came again before it was recorded. */
  replace(index: number, batch: MessageBatch, place: number): void {
    this.requests.findLast(({ first }) => first <= index)?.replace(index, batch, place);
  }

  eachAckId(take: TakeAckId): void {
    for (const request of this.requests) request.eachAckId(take);
  }

  private begin(): AckRequest {
    const request = new AckRequest(this.subscription, this.end, this.buffers.take());
    this.requests.push(request);
    return request;
  }
}
