import { millisOf, timestampOf } from "../../../pipeline/protobuf/message";
import { CloudError } from "../../errors";
import type { Clock } from "../../service";
import type {
  Snapshot as SnapshotConfig,
  Subscription as SubscriptionConfig,
  Topic as TopicConfig,
} from "./api/messages";
import type { Delivery } from "./delivery";
import type { Holdings, Kept, Ledger } from "./ledger";
import { MAX_MESSAGES_PER_PUBLISH, MAX_REQUEST_BYTES, SNAPSHOT_SECONDS } from "./limits";
import { type IncomingMessage, limit, Stamp, type StoredMessage } from "./message";
import { alreadyExists, checkName, DELETED_SCHEMA, DELETED_TOPIC, notFound } from "./names";
import type { Schemas } from "./schema/schemas";
import { seekToSnapshot, seekToTime } from "./seek";
import { completeSubscription, completeTopic } from "./settings";
import { Snapshot } from "./snapshot";
import { Subscription, type Surroundings } from "./subscription";
import { Topic } from "./topic";
import type { Turn } from "./turn";

export interface BrokerWorld {
  readonly clock: Clock;
  readonly ledger: Ledger;
  readonly turn: Turn;
  readonly schemas: Schemas;
  /** Messages are numbered from here on. */
  readonly firstId: number;
  /** Asked for each message whose last attempt failed. @returns whether it is in the dead-letter topic now. */
  readonly forward: (subscription: Subscription, delivery: Delivery, reason: string | undefined) => boolean;
  /** @throws CloudError where the subscription's deliveries cannot work, as Pub/Sub finds at once. */
  readonly admit: (config: SubscriptionConfig) => void;
  /** A subscription came to be, or is configured otherwise: its messages may have to be delivered in another way. */
  readonly configured: (subscription: Subscription) => void;
}

/**
 * Topics, subscriptions and snapshots, and what is done with them. It knows no callers and no network:
 * who may do what is asked before, how a message travels is decided after.
 */
export class Broker {
  readonly topics = new Map<string, Topic>();
  readonly subscriptions = new Map<string, Subscription>();
  readonly snapshots = new Map<string, Snapshot>();
  private readonly surroundings: Surroundings;
  private id: number;
  private lastLease: number;

  constructor(private readonly world: BrokerWorld) {
    this.id = world.firstId - 1;
    // Beyond all leases that were given out before a restart, as long as they are fewer than a million a second.
    this.lastLease = world.clock.now() * 1000;
    this.surroundings = {
      clock: world.clock,
      ledger: world.ledger,
      nextLease: () => ++this.lastLease,
      wake: (subscription) => world.turn.wake(subscription),
      forward: world.forward,
    };
  }

  // Topics.

  topic(name: string): Topic {
    const topic = this.topics.get(name);
    if (topic === undefined) throw notFound(name);
    return topic;
  }

  createTopic(given: TopicConfig): Topic {
    const config = completeTopic(given);
    if (this.topics.has(config.name)) throw alreadyExists(config.name);
    this.checkSchema(config);
    const topic = this.addTopic(config);
    this.world.ledger.topic(config);
    return topic;
  }

  /** @throws CloudError NOT_FOUND, INVALID_ARGUMENT */
  configureTopic(given: TopicConfig): Topic {
    const topic = this.topic(given.name);
    const config = completeTopic(given);
    this.checkSchema(config);
    topic.configure(config);
    this.world.ledger.topic(config);
    return topic;
  }

  /** Its subscriptions stay, with what they hold. */
  deleteTopic(name: string): void {
    const topic = this.topic(name);
    for (const subscription of topic.subscriptions) {
      subscription.configure({ ...subscription.config, topic: DELETED_TOPIC });
      this.world.ledger.subscription(subscription.config);
    }
    this.topics.delete(name);
    this.world.ledger.topicDeleted(name);
  }

  /**
   * Takes messages in. They are kept when {@link Turn.written} says so, and handed out after that.
   * @returns their ids, in order
   */
  publish(name: string, messages: readonly IncomingMessage[]): string[] {
    const topic = this.topic(name);
    if (messages.length === 0) throw new CloudError("INVALID_ARGUMENT", "The publish request has no messages.");
    limit("The value for message_count", messages.length, MAX_MESSAGES_PER_PUBLISH);
    let size = 0;
    for (const { encoded } of messages) size += encoded.length;
    if (size > MAX_REQUEST_BYTES) {
      throw new CloudError("INVALID_ARGUMENT", `Request payload size exceeds the limit: ${MAX_REQUEST_BYTES} bytes.`);
    }
    const { schemaSettings } = topic.config;
    const checked = schemaSettings === undefined ? messages : this.world.schemas.checked(schemaSettings, messages);
    const stamp = new Stamp(this.world.clock.now());
    const stored = checked.map((message) => stamp.on(message, ++this.id));
    this.world.ledger.published(name, stored);
    topic.publish(stored);
    return stored.map(({ id }) => String(id));
  }

  /** Topics that use it go on without a schema to check by: they refuse what is published. */
  deleteSchema(name: string): void {
    this.world.schemas.delete(name);
    for (const topic of this.topics.values()) {
      const { schemaSettings } = topic.config;
      if (schemaSettings?.schema !== name) continue;
      topic.configure({ ...topic.config, schemaSettings: { ...schemaSettings, schema: DELETED_SCHEMA } });
      this.world.ledger.topic(topic.config);
    }
  }

  // Subscriptions.

  subscription(name: string): Subscription {
    const subscription = this.subscriptions.get(name);
    if (subscription === undefined) throw notFound(name);
    return subscription;
  }

  createSubscription(given: SubscriptionConfig): Subscription {
    const config = completeSubscription(given);
    if (this.subscriptions.has(config.name)) throw alreadyExists(config.name);
    this.topic(config.topic);
    this.checkDeadLetterTopic(config);
    this.world.admit(config);
    const subscription = this.addSubscription(config);
    this.world.ledger.subscription(config);
    this.world.configured(subscription);
    return subscription;
  }

  /** What a subscription holds stays. Its topic, filter and ordering must be as they are. */
  configureSubscription(given: SubscriptionConfig): Subscription {
    const subscription = this.subscription(given.name);
    const config = completeSubscription(given);
    this.checkDeadLetterTopic(config, subscription.config);
    if (config.topic !== DELETED_TOPIC) this.world.admit(config);
    subscription.configure(config);
    this.world.ledger.subscription(config);
    this.world.configured(subscription);
    return subscription;
  }

  deleteSubscription(name: string): void {
    const subscription = this.subscription(name);
    this.topics.get(subscription.config.topic)?.subscriptions.delete(subscription);
    this.subscriptions.delete(name);
    this.world.ledger.subscriptionDeleted(name);
    subscription.stop(notFound(name));
  }

  /** It gets no more messages, and what it held is gone. */
  detach(name: string): void {
    const subscription = this.subscription(name);
    this.topics.get(subscription.config.topic)?.subscriptions.delete(subscription);
    subscription.seek({ unacknowledged: [], retained: [], discardBefore: 0 });
    subscription.configure({ ...subscription.config, detached: true });
    this.world.ledger.subscription(subscription.config);
    subscription.dismiss(detached());
    this.world.configured(subscription);
  }

  // Turning time back.

  seekToTime(name: string, time: number): void {
    const subscription = this.subscription(name);
    const ofTopic = this.topics.get(subscription.config.topic)?.retained() ?? [];
    subscription.seek(seekToTime(subscription, ofTopic, time, this.world.clock.now()));
  }

  seekToSnapshot(name: string, snapshotName: string): void {
    const subscription = this.subscription(name);
    const snapshot = this.snapshot(snapshotName);
    if (snapshot.config.topic !== subscription.config.topic) {
      throw new CloudError(
        "FAILED_PRECONDITION",
        `The subscription's topic ${subscription.config.topic} is different from that of the snapshot ` +
          `${snapshot.config.topic}; they must match in order for Seek to work.`,
      );
    }
    subscription.seek(seekToSnapshot(subscription, snapshot.held));
  }

  snapshot(name: string): Snapshot {
    const snapshot = this.snapshots.get(name);
    if (snapshot === undefined) throw notFound(name);
    return snapshot;
  }

  createSnapshot(name: string, subscriptionName: string, labels: SnapshotConfig["labels"]): Snapshot {
    checkName("snapshots", name);
    const subscription = this.subscription(subscriptionName);
    if (this.snapshots.has(name)) throw alreadyExists(name);
    const now = this.world.clock.now();
    const age = now - (subscription.oldest ?? now);
    const life = SNAPSHOT_SECONDS.most * 1000 - age;
    if (life < SNAPSHOT_SECONDS.least * 1000) {
      throw new CloudError(
        "FAILED_PRECONDITION",
        "The operation could not be completed because the requested source subscription's backlog is too old.",
      );
    }
    const config = { name, topic: subscription.config.topic, labels, expireTime: timestampOf(now + life) };
    const snapshot = this.addSnapshot(config, subscription.holdings.unacknowledged);
    this.world.ledger.snapshot(config, snapshot.held);
    return snapshot;
  }

  configureSnapshot(config: SnapshotConfig): Snapshot {
    const snapshot = this.snapshot(config.name);
    if (config.expireTime !== undefined && millisOf(config.expireTime) <= this.world.clock.now()) {
      throw new CloudError("INVALID_ARGUMENT", "The snapshot's expire_time must be in the future.");
    }
    snapshot.configure(config);
    this.world.ledger.snapshot(config, snapshot.held);
    return snapshot;
  }

  deleteSnapshot(name: string): void {
    const snapshot = this.snapshot(name);
    this.topics.get(snapshot.config.topic)?.snapshots.delete(snapshot);
    this.snapshots.delete(name);
    this.world.ledger.snapshotDeleted(name);
  }

  // What was kept, and what passes.

  /** Takes up what was there before a restart. */
  restore(kept: Omit<Kept, "schemas" | "lastId">): void {
    for (const { config, log } of kept.topics) this.addTopic(config, log);
    for (const { config, held } of kept.subscriptions) this.addSubscription(config, held);
    for (const { config, messages } of kept.snapshots) this.addSnapshot(config, messages);
    this.sweep();
  }

  /** All that must survive a restart. */
  kept(): Kept {
    return {
      schemas: this.world.schemas.kept(),
      topics: [...this.topics.values()].map((topic) => ({ config: topic.config, log: [...topic.retained()] })),
      subscriptions: [...this.subscriptions.values()].map(({ config, holdings }) => ({ config, held: holdings })),
      snapshots: [...this.snapshots.values()].map(({ config, held }) => ({ config, messages: held })),
      lastId: this.id,
    };
  }

  private addTopic(config: TopicConfig, log: readonly StoredMessage[] = []): Topic {
    const topic = new Topic(config, log);
    this.topics.set(config.name, topic);
    return topic;
  }

  private addSubscription(config: SubscriptionConfig, held?: Holdings): Subscription {
    const subscription = new Subscription(config, this.surroundings, held);
    this.subscriptions.set(config.name, subscription);
    if (!config.detached) this.topics.get(config.topic)?.subscriptions.add(subscription);
    return subscription;
  }

  private addSnapshot(config: SnapshotConfig, messages: readonly StoredMessage[]): Snapshot {
    const snapshot = new Snapshot(config, messages);
    this.snapshots.set(config.name, snapshot);
    this.topics.get(config.topic)?.snapshots.add(snapshot);
    return snapshot;
  }

  /** Lets go of what is too old: messages, snapshots, and subscriptions that nobody uses. */
  sweep(): void {
    const now = this.world.clock.now();
    for (const topic of this.topics.values()) topic.sweep(now);
    for (const snapshot of this.snapshots.values()) if (snapshot.isOver(now)) this.deleteSnapshot(snapshot.name);
    for (const subscription of this.subscriptions.values()) {
      if (subscription.isForgotten) this.deleteSubscription(subscription.name);
      else subscription.sweep();
    }
  }

  private checkSchema({ schemaSettings }: TopicConfig): void {
    if (schemaSettings === undefined || schemaSettings.schema === DELETED_SCHEMA) return;
    this.world.schemas.get(schemaSettings.schema);
  }

  /** A policy that names a missing topic is refused; one whose topic was deleted since does not bar other changes. */
  private checkDeadLetterTopic(config: SubscriptionConfig, before?: SubscriptionConfig): void {
    const name = config.deadLetterPolicy?.deadLetterTopic;
    if (name !== undefined && name !== before?.deadLetterPolicy?.deadLetterTopic) this.topic(name);
  }
}

export function detached(): CloudError {
  return new CloudError("FAILED_PRECONDITION", "Subscription is detached.");
}
