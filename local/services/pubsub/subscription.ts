import { millisOf } from "../../../pipeline/protobuf/message";
import { type Filter, parseFilter } from "../../../pipeline/pubsub-filter";
import type { CloudError } from "../../errors";
import type { Clock } from "../../service";
import type { AckId } from "./ack-id";
import type { Subscription as Config } from "./api/messages";
import { type Backlog, PlainBacklog } from "./backlog";
import { Confirmations } from "./confirmations";
import { Deadlines } from "./deadlines";
import { type Consumer, Delivery } from "./delivery";
import { Fifo } from "./fifo";
import type { Holdings, Ledger } from "./ledger";
import type { StoredMessage } from "./message";
import { OrderedBacklog } from "./ordering";
import type { Publication } from "./publication";
import { backoff } from "./retry";

/** What a subscription needs of the world. */
export interface Surroundings {
  readonly clock: Clock;
  readonly ledger: Pick<Ledger, "settled" | "sought">;
  /** A number that no lease had before, not even before a restart. */
  nextLease(): number;
  /** Have {@link Subscription.deliver} called at the end of this turn. */
  wake(subscription: Subscription): void;
  /** @returns whether the message is in the dead-letter topic now. */
  forward(subscription: Subscription, delivery: Delivery, reason: string | undefined): boolean;
}

export interface SubscriptionCounters {
  /** Handed out, redeliveries included. */
  delivered: number;
  acknowledged: number;
  deadLettered: number;
  /** Did not match the filter. */
  filtered: number;
  /** Older than the retention, without an acknowledgement. */
  expired: number;
}

/**
 * The messages of a topic that one group of consumers has to acknowledge, each at least once:
 * handed out under a lease, handed out again when the lease ends without an acknowledgement.
 */
export class Subscription {
  readonly counters: SubscriptionCounters = { delivered: 0, acknowledged: 0, deadLettered: 0, filtered: 0, expired: 0 };
  /** Why nothing can be delivered, where that is so; `state` is a state of BigQueryConfig. */
  problem: { readonly state: number; readonly reason: string } | undefined;
  /** Milliseconds since the epoch: when someone last asked for messages or acknowledged some. */
  private lastUsed: number;
  private readonly unacknowledged = new Map<number, Delivery>();
  private readonly retained = new Fifo<StoredMessage>();
  private readonly deadlines: Deadlines<Delivery>;
  private readonly consumers: Consumer[] = [];
  private readonly filter: Filter | undefined;
  private backlog: Backlog;
  private discardBefore = 0;
  private leased = 0;
  private turn = 0;
  private readonly confirmed: Confirmations;

  constructor(
    private current: Config,
    private readonly world: Surroundings,
    kept?: Holdings,
  ) {
    this.filter = current.filter === "" ? undefined : parseFilter(current.filter);
    this.backlog = this.newBacklog();
    this.deadlines = new Deadlines(world.clock, (delivery) => this.onDue(delivery));
    this.lastUsed = world.clock.now();
    this.confirmed = new Confirmations(this.lastUsed);
    if (kept !== undefined) this.hold(kept, 0);
  }

  get config(): Config {
    return this.current;
  }

  get name(): string {
    return this.current.name;
  }

  /** Takes a configuration that can be changed in place: not another topic, filter or ordering. */
  configure(config: Config): void {
    this.current = config;
  }

  // Messages come in.

  receive({ messages, attributesOf }: Publication): void {
    const now = this.world.clock.now();
    for (const [index, message] of messages.entries()) {
      if (this.filter !== undefined && !this.filter(attributesOf(index))) {
        this.counters.filtered += 1;
      } else if (now < this.discardBefore) this.discard(message);
      else this.enqueue(new Delivery(message));
    }
    this.world.wake(this);
  }

  /** Does its filter let this message through? */
  wants(message: StoredMessage): boolean {
    return this.filter === undefined || this.filter(message.decode().attributes);
  }

  private enqueue(delivery: Delivery): void {
    this.unacknowledged.set(delivery.message.id, delivery);
    this.backlog.add(delivery);
  }

  /** It is not needed any more, but for a seek. */
  private discard(message: StoredMessage): void {
    if (this.current.retainAckedMessages) this.retained.push(message);
    this.world.ledger.settled(this.name, message.id);
  }

  // Messages go out.

  join(consumer: Consumer): void {
    this.consumers.push(consumer);
    this.world.wake(this);
  }

  leave(consumer: Consumer): void {
    const at = this.consumers.indexOf(consumer);
    if (at >= 0) this.consumers.splice(at, 1);
    this.backlog.leave(consumer);
    this.lastUsed = this.world.clock.now();
  }

  /** Offers what is there to all consumers in equal shares, until nobody takes any more. */
  deliver(): void {
    for (let taken = 1; taken > 0 && this.consumers.length > 0;) {
      taken = 0;
      const share = Math.max(1, Math.ceil(this.backlog.available / this.consumers.length));
      // A copy: a pull that is answered leaves at once.
      const all = [...this.consumers];
      const first = this.turn++ % all.length;
      for (let at = 0; at < all.length && this.backlog.available > 0; at++) {
        taken += (all[(first + at) % all.length] as Consumer).offer(share);
      }
    }
  }

  /** Hands out messages under a lease; `bytes` may be exceeded by the last one. */
  take(
    consumer: Consumer,
    limits: { readonly messages: number; readonly bytes: number; readonly leaseSeconds: number },
  ): Delivery[] {
    const taken: Delivery[] = [];
    const end = this.world.clock.now() + limits.leaseSeconds * 1000;
    let { bytes } = limits;
    while (taken.length < limits.messages && bytes > 0) {
      const delivery = this.backlog.take(consumer);
      if (delivery === undefined) break;
      delivery.attempts += 1;
      delivery.lease = this.world.nextLease();
      delivery.holder = consumer;
      this.deadlines.set(delivery, end);
      bytes -= delivery.message.size;
      taken.push(delivery);
    }
    this.leased += taken.length;
    this.counters.delivered += taken.length;
    return taken;
  }

  // Consumers answer.

  /** Is the lease that this id names the present one? */
  isLeased({ message, lease }: AckId): boolean {
    return this.unacknowledged.get(message)?.lease === lease;
  }

  /** As {@link acknowledge} would answer. */
  canAcknowledge(id: AckId): boolean {
    return !this.current.enableExactlyOnceDelivery || this.isLeased(id) || this.confirmed.has(id.lease);
  }

  /** @returns false where exactly-once delivery refuses it: the lease is over. */
  acknowledge(id: AckId): boolean {
    const exact = this.current.enableExactlyOnceDelivery;
    if (exact && !this.isLeased(id)) return this.canAcknowledge(id);
    const delivery = this.unacknowledged.get(id.message);
    // A late acknowledgement is as good as one in time, as long as the message was not sought back.
    if (delivery === undefined || id.lease < delivery.oldestLease) return true;
    this.counters.acknowledged += 1;
    if (exact) this.confirmed.add(id.lease);
    this.settle(delivery);
    return true;
  }

  /**
   * Moves the end of a lease to `seconds` from now; 0 gives the message back.
   * @returns false where exactly-once delivery refuses it: the lease is over.
   */
  modify({ message, lease }: AckId, seconds: number): boolean {
    const delivery = this.unacknowledged.get(message);
    if (delivery === undefined || delivery.lease !== lease) return !this.current.enableExactlyOnceDelivery;
    if (seconds === 0) this.fail(delivery);
    else this.deadlines.set(delivery, this.world.clock.now() + seconds * 1000);
    return true;
  }

  /**
   * A delivery did not succeed: it comes again after its backoff, or goes to the dead letters.
   * @param reason why, where the one who delivers knows it
   */
  fail(delivery: Delivery, reason?: string): void {
    if (delivery.state !== "leased") return;
    const { deadLetterPolicy, retryPolicy } = this.current;
    const last = deadLetterPolicy !== undefined && delivery.attempts >= deadLetterPolicy.maxDeliveryAttempts;
    if (last && this.world.forward(this, delivery, reason)) {
      this.counters.deadLettered += 1;
      this.settle(delivery);
      return;
    }
    this.endLease(delivery);
    for (const later of this.backlog.failed(delivery)) {
      // It was not refused itself: the delivery does not count.
      later.attempts -= 1;
      this.endLease(later);
    }
    const pause = backoff(retryPolicy, delivery.attempts);
    if (pause > 0) this.deadlines.set(delivery, this.world.clock.now() + pause);
    else this.backlog.ready(delivery);
    this.world.wake(this);
  }

  private onDue(delivery: Delivery): void {
    if (delivery.state === "leased") this.fail(delivery);
    else if (delivery.state === "waiting") {
      this.backlog.ready(delivery);
      this.world.wake(this);
    }
  }

  private endLease(delivery: Delivery): void {
    const { holder } = delivery;
    this.deadlines.clear(delivery);
    if (delivery.lease === 0) return;
    delivery.lease = 0;
    delivery.holder = undefined;
    this.leased -= 1;
    holder?.released(delivery);
  }

  /** The message is done with here. */
  private settle(delivery: Delivery): void {
    this.unacknowledged.delete(delivery.message.id);
    this.backlog.remove(delivery);
    const freed = delivery.lease > 0;
    this.endLease(delivery);
    this.discard(delivery.message);
    // Flow control has room again, or the next message of an ordering key may go.
    if (freed && this.backlog.available > 0) this.world.wake(this);
  }

  // Time passes, and is turned back.

  /** Drops what is older than the retention. */
  sweep(): void {
    const now = this.world.clock.now();
    const oldest = now - this.retentionMillis;
    for (const delivery of this.unacknowledged.values()) {
      if (delivery.message.publishTime >= oldest) break;
      this.counters.expired += 1;
      this.settle(delivery);
    }
    while ((this.retained.first?.publishTime ?? Infinity) < oldest) this.retained.shift();
    this.confirmed.sweep(now);
  }

  get retentionMillis(): number {
    return millisOf(this.current.messageRetentionDuration ?? { seconds: 0, nanos: 0 });
  }

  /** Nobody uses it, and has not for as long as its configuration allows. */
  get isForgotten(): boolean {
    const ttl = this.current.expirationPolicy?.ttl;
    if (ttl === undefined || this.consumers.length > 0) return false;
    return this.world.clock.now() - this.lastUsed >= millisOf(ttl);
  }

  get holdings(): Holdings {
    return {
      unacknowledged: [...this.unacknowledged.values()].map(({ message }) => message),
      retained: [...this.retained],
      discardBefore: this.discardBefore,
    };
  }

  /** From here on it holds exactly this; leases that are out are over. */
  seek(held: Holdings): void {
    for (const delivery of this.unacknowledged.values()) {
      delivery.state = "gone";
      this.endLease(delivery);
    }
    this.unacknowledged.clear();
    while (this.retained.shift() !== undefined);
    this.backlog = this.newBacklog();
    this.hold(held, this.world.nextLease());
    this.world.ledger.sought(this.name, this.holdings);
    this.world.wake(this);
  }

  private hold(held: Holdings, oldestLease: number): void {
    for (const message of held.unacknowledged) this.enqueue(new Delivery(message, oldestLease));
    for (const message of held.retained) this.retained.push(message);
    this.discardBefore = held.discardBefore;
  }

  private newBacklog(): Backlog {
    return this.current.enableMessageOrdering ? new OrderedBacklog() : new PlainBacklog();
  }

  // What is there, for whoever looks.

  /** Not acknowledged. */
  get size(): number {
    return this.unacknowledged.size;
  }

  /** With consumers. */
  get leasedCount(): number {
    return this.leased;
  }

  /** Publish time of the oldest message that is not acknowledged, in milliseconds. */
  get oldest(): number | undefined {
    return this.unacknowledged.values().next().value?.message.publishTime;
  }

  /** Every delivery that is not acknowledged, oldest first. */
  deliveries(): Iterable<Delivery> {
    return this.unacknowledged.values();
  }

  /** Whoever takes messages has to stop. */
  dismiss(reason: CloudError): void {
    for (const consumer of this.consumers.splice(0)) {
      consumer.end(reason);
      this.backlog.leave(consumer);
    }
  }

  /** Nothing goes out any more, and no lease ends. What it holds stays. */
  stop(reason: CloudError): void {
    this.dismiss(reason);
    this.deadlines.stop();
  }
}
