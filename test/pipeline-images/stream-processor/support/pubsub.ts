import { int32, field, message, repeated, string } from "../../../../pipeline/protobuf/message";
import { WireType, WireWriter } from "../../../../pipeline/protobuf/wire";
import type { TopicClient } from "../../../../pipeline-images/stream-processor/sinks/topic-client";
import type { StreamListener, Subscriber } from "../../../../pipeline-images/stream-processor/source/subscriber";
import type { Network, SimulatedProcess, Simulation } from "./simulation";

const AcknowledgeRequest = message({ subscription: field(1, string), ackIds: field(2, repeated(string)) });
const ModifyAckDeadlineRequest = message({
  subscription: field(1, string),
  seconds: field(3, int32),
  ackIds: field(4, repeated(string)),
});

interface Message {
  readonly id: string;
  readonly data: Uint8Array;
  readonly published: number;
  ackId: string | undefined;
  leasedUntil: number;
  acknowledgedAt: number | undefined;
  deliveries: number;
}

/** A plain subscription: at least once, in no order, leases that end, acknowledgements that come too late. */
export class SimulatedSubscription {
  readonly messages: Message[] = [];
  private readonly byAckId = new Map<string, Message>();
  private readonly streams = new Set<{
    deliver(messages: readonly Message[]): void;
    readonly process: SimulatedProcess;
  }>();
  /** Nobody may read it, for this reason. */
  denied: string | undefined;
  /** Calls that are not done, and answered with nothing but that. */
  fails: ReadonlySet<"acknowledge" | "modifyDeadline"> = new Set();
  /** Streams that were opened. */
  opened = 0;
  /** Chance that an acknowledged message is delivered once more, within the ten minutes that are allowed. */
  again = 0;

  constructor(
    private readonly world: Simulation,
    private readonly lease: number,
  ) {}

  publish(data: unknown): string {
    const id = String(2_070_443_601_000_000 + this.messages.length);
    const bytes = Buffer.from(typeof data === "string" ? data : JSON.stringify(data));
    const state = { ackId: undefined, leasedUntil: -Infinity, acknowledgedAt: undefined, deliveries: 0 };
    this.messages.push({ id, data: bytes, published: this.world.time, ...state });
    this.world.at(this.world.between(5, 200), () => this.deliver());
    return id;
  }

  get unacknowledged(): number {
    return this.messages.filter(({ acknowledgedAt }) => acknowledgedAt === undefined).length;
  }

  /** The subscription as one process reaches it. */
  reachedBy(process: SimulatedProcess, network: Network): Subscriber {
    return {
      open: (listener) => this.open(process, network, listener),
      acknowledge: (request) => {
        // What is on its way is on its way, whatever becomes of the buffer.
        const sent = request.slice();
        return process.call(network, () => this.acknowledge(sent));
      },
      modifyDeadline: (request) => process.call(network, () => this.modifyDeadline(request)),
    };
  }

  private open(process: SimulatedProcess, network: Network, listener: StreamListener) {
    const { world } = this;
    let open = true;
    let arrival = world.time;
    const stream = {
      process,
      deliver: (messages: readonly Message[]) => {
        arrival = Math.max(arrival, world.time + network.delay(world));
        const response = encodeResponse(messages, this.byAckId);
        world.at(arrival - world.time, () => {
          if (open) process.deliver(() => listener.response(response));
        });
      },
    };
    this.opened += 1;
    world.at(network.delay(world), () => {
      if (!open || !process.alive) return;
      process.deliver(() => listener.connected());
      const { denied } = this;
      if (denied !== undefined) {
        open = false;
        process.deliver(() => listener.ended(new Error(denied)));
        return;
      }
      this.streams.add(stream);
      this.deliver();
    });
    // Cut now and then, with what is underway on it.
    if (world.chance(network.lostAnswers * 3)) {
      world.at(world.between(1_000, 120_000), () => {
        if (!open) return;
        open = false;
        this.streams.delete(stream);
        process.deliver(() => listener.ended(new Error("14 UNAVAILABLE: the stream was cut")));
      });
    }
    return {
      close: () => {
        open = false;
        this.streams.delete(stream);
      },
    };
  }

  /** Hands what is free to the streams, by chance. */
  private deliver(): void {
    // The connections of a dead process break.
    for (const stream of this.streams) if (!stream.process.alive) this.streams.delete(stream);
    const streams = [...this.streams];
    if (streams.length === 0) return;
    const free = this.messages.filter((one) => one.acknowledgedAt === undefined && one.leasedUntil <= this.world.time);
    const shares = new Map<(typeof streams)[number], Message[]>();
    for (const one of free) {
      const stream = streams[Math.floor(this.world.random() * streams.length)] as (typeof streams)[number];
      this.begin(one);
      shares.set(stream, [...(shares.get(stream) ?? []), one]);
    }
    for (const [stream, share] of shares) {
      share.sort(() => this.world.random() - 0.5);
      for (let i = 0; i < share.length; i += 20) stream.deliver(share.slice(i, i + 20));
    }
  }

  private begin(one: Message): void {
    one.deliveries += 1;
    one.ackId = `${one.id}:${one.deliveries}`;
    this.byAckId.set(one.ackId, one);
    this.extend(one, this.lease);
  }

  private extend(one: Message, lease: number): void {
    one.leasedUntil = this.world.time + lease;
    this.world.at(lease + 1, () => {
      if (one.leasedUntil <= this.world.time && one.acknowledgedAt === undefined) this.deliver();
    });
  }

  private acknowledge(request: Uint8Array): void {
    this.failing("acknowledge");
    for (const ackId of AcknowledgeRequest.decode(request).ackIds) {
      const one = this.byAckId.get(ackId);
      // An id that is not the newest is answered with OK, and does nothing.
      if (one === undefined || one.ackId !== ackId || one.acknowledgedAt !== undefined) continue;
      one.acknowledgedAt = this.world.time;
      if (this.world.chance(this.again)) this.world.at(this.world.between(0, 240_000), () => this.deliverAgain(one));
    }
  }

  private failing(call: "acknowledge" | "modifyDeadline"): void {
    if (this.fails.has(call)) throw new Error(`14 UNAVAILABLE: ${call} fails`);
  }

  private deliverAgain(one: Message): void {
    one.acknowledgedAt = undefined;
    one.leasedUntil = -Infinity;
    this.deliver();
  }

  private modifyDeadline(request: Uint8Array): void {
    this.failing("modifyDeadline");
    const { ackIds, seconds } = ModifyAckDeadlineRequest.decode(request);
    for (const ackId of ackIds) {
      const one = this.byAckId.get(ackId);
      if (one === undefined || one.ackId !== ackId || one.acknowledgedAt !== undefined) continue;
      this.extend(one, seconds * 1_000);
    }
  }
}

function encodeResponse(messages: readonly Message[], byAckId: ReadonlyMap<string, Message>): Uint8Array {
  const writer = new WireWriter();
  for (const { id, data, published, ackId = "" } of messages) {
    if (!byAckId.has(ackId)) continue;
    writer.tag(1, WireType.bytes).message((received) => {
      received.tag(1, WireType.bytes).string(ackId);
      received.tag(2, WireType.bytes).message((one) => {
        one.tag(1, WireType.bytes).delimited(data);
        one.tag(3, WireType.bytes).string(id);
        one.tag(4, WireType.bytes).message((time) => {
          time.tag(1, WireType.varint).safeInt64(Math.floor(published / 1_000));
          time.tag(2, WireType.varint).int32((published % 1_000) * 1_000_000);
        });
      });
    });
  }
  return writer.finish();
}

const PublishedMessage = message({
  data: field(1, string),
  attributes: field(2, repeated(message({ key: field(1, string), value: field(2, string) }))),
  orderingKey: field(5, string),
});
const PublishRequest = message({ messages: field(2, repeated(PublishedMessage)) });

export interface Published {
  readonly row: { readonly [field: string]: unknown };
  readonly attributes: { readonly [name: string]: string };
  readonly orderingKey?: string;
}

/** A topic that keeps what is published to it, however often. */
export class SimulatedTopics {
  readonly published: Published[] = [];
  down = false;

  reachedBy(process: SimulatedProcess, network: Network): TopicClient {
    return {
      publish: (_topic, messages) =>
        process.call(network, () => {
          if (this.down) throw new Error("14 UNAVAILABLE: the topic is down");
          const request = PublishRequest.decode(messages).messages;
          if (new Set(request.map(({ orderingKey }) => orderingKey)).size > 1) {
            throw new Error("3 INVALID_ARGUMENT: a request has messages of one ordering key");
          }
          for (const { data, attributes, orderingKey } of request) {
            const named = Object.fromEntries(attributes.map(({ key, value }) => [key, value]));
            if (Object.values(named).some((value) => Buffer.byteLength(value) > 1_024)) {
              throw new Error("3 INVALID_ARGUMENT: an attribute is too long");
            }
            const row = JSON.parse(data) as Published["row"];
            this.published.push({ row, attributes: named, ...(orderingKey !== "" && { orderingKey }) });
          }
        }),
    };
  }

  /** Every row once. */
  get rows(): readonly Published[] {
    return [...new Map(this.published.map((one) => [one.attributes["row_id"], one])).values()];
  }
}
