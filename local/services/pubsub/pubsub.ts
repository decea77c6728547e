import { iamTypes } from "../../access/iam-types";
import { CloudError } from "../../errors";
import type { GrpcMethod } from "../../grpc";
import type { Caller, Counters, Host, ResourceType, Service, TableWriter, Tokens } from "../../service";
import { iamMethods } from "./api/iam-policy";
import type { PubsubMessage } from "./api/messages";
import { publisherMethods } from "./api/publisher";
import { schemaMethods } from "./api/schema-service";
import { subscriberMethods } from "./api/subscriber";
import { subscriptionAdminMethods } from "./api/subscription-admin";
import type { ApiWorld } from "./api/world";
import { Broker } from "./broker";
import { DeadLetters } from "./dead-letters";
import { admit } from "./delivery/admission";
import { Deliveries, isPulled } from "./delivery/deliveries";
import { Journal } from "./journal/journal";
import { outgoing } from "./message";
import { fullName } from "./names";
import { Schemas } from "./schema/schemas";
import type { Subscription } from "./subscription";
import { Applied } from "./terraform/applied";
import { grantedOn } from "./terraform/names";
import { schemaType } from "./terraform/schema";
import { subscriptionType } from "./terraform/subscription";
import { topicType } from "./terraform/topic";
import { type Soon, Turn } from "./turn";

export interface PubSubParts {
  readonly tables: TableWriter;
  readonly tokens: Tokens;
  /** @default the global fetch */
  readonly fetch?: typeof globalThis.fetch;
  /** @default setImmediate */
  readonly soon?: Soon;
}

/** A message as someone looks at it, without taking it. */
export interface PeekedMessage {
  readonly messageId: string;
  /** Milliseconds since the epoch. */
  readonly publishTime: number;
  readonly data: Uint8Array;
  readonly attributes: { readonly [key: string]: string };
  readonly orderingKey: string;
  /** Times that it was handed out. */
  readonly attempts: number;
  /** Is it with a consumer now? */
  readonly leased: boolean;
}

/** What clients try again after. */
const SHUTTING_DOWN = new CloudError("UNAVAILABLE", "The local Pub/Sub is shutting down.");
/** Milliseconds between looks for what is too old. */
const SWEEP = 60_000;

/** Pub/Sub on a laptop: Google's own clients, and the stack's resources, find what they find in the cloud. */
export class PubSub implements Service {
  readonly name = "pubsub";
  readonly resources: readonly ResourceType[];
  private readonly api: ApiWorld;
  private readonly broker: Broker;
  private readonly schemas: Schemas;
  private readonly turn: Turn;
  private readonly journal: Journal;
  private readonly deliveries: Deliveries;
  private readonly applied: Applied;
  private cancelSweep: () => void;
  private stopped = false;

  constructor(
    private readonly host: Host,
    parts: PubSubParts,
  ) {
    const { clock } = host;
    const folder = host.folder("pubsub");
    const { journal, kept } = Journal.open(
      folder,
      () => this.turn.touch(),
      (bytes) => this.tell("WARNING", `the last ${bytes} bytes of the journal were not written whole, and are cut off`),
    );
    this.journal = journal;
    this.turn = new Turn(parts.soon ?? ((task) => void setImmediate(task)), () => this.write());
    this.schemas = new Schemas(clock, journal, kept.schemas);
    const deadLetters = new DeadLetters(host, (topic, messages) => void this.broker.publish(topic, messages));
    const schemaOf = (topic: string) => this.broker.topics.get(topic)?.config.schemaSettings;
    const delivering = { host, schemas: this.schemas, schemaOf, tables: parts.tables, tokens: parts.tokens };
    this.deliveries = new Deliveries({
      ...delivering,
      fetch: parts.fetch ?? globalThis.fetch,
      wake: (subscription) => this.turn.wake(subscription),
    });
    this.broker = new Broker({
      clock,
      ledger: journal,
      turn: this.turn,
      schemas: this.schemas,
      firstId: Math.max(kept.lastId + 1, clock.now() * 1000),
      forward: (subscription, delivery, reason) => deadLetters.forward(subscription, delivery, reason),
      admit: (config) => admit(config, delivering),
      configured: (subscription) => this.deliveries.configured(subscription),
    });
    this.broker.restore(kept);
    this.api = { host, broker: this.broker, schemas: this.schemas, turn: this.turn };
    this.applied = new Applied(folder);
    this.resources = [
      topicType(host, this.broker, this.applied.record),
      subscriptionType(host, this.broker, this.applied.record),
      schemaType(host, this.schemas, this.applied.record),
      ...iamTypes("google_pubsub_topic", host, grantedOn("topics", "topic", host.project)),
      ...iamTypes("google_pubsub_subscription", host, grantedOn("subscriptions", "subscription", host.project)),
      ...iamTypes("google_pubsub_schema", host, grantedOn("schemas", "schema", host.project)),
    ];
    this.cancelSweep = clock.after(SWEEP, () => this.sweep());
  }

  grpc(caller: Caller): readonly GrpcMethod[] {
    return [
      ...publisherMethods(this.api, caller),
      ...subscriberMethods(this.api, caller),
      ...subscriptionAdminMethods(this.api, caller),
      ...schemaMethods(this.api, caller),
      ...iamMethods(this.api, caller),
    ];
  }

  async start(): Promise<void> {
    for (const [name, address] of this.applied.gone) this.destroy(name, address);
    this.applied.save();
    this.deliveries.start(this.broker.subscriptions.values());
    await this.turn.written();
  }

  async quiesce(): Promise<void> {
    await this.deliveries.quiesce();
  }

  async stop(): Promise<void> {
    if (this.stopped) return;
    this.stopped = true;
    this.cancelSweep();
    this.deliveries.stop();
    for (const subscription of this.broker.subscriptions.values()) subscription.stop(SHUTTING_DOWN);
    await this.turn.written();
    this.journal.close();
  }

  counters(): Counters {
    const now = this.host.clock.now();
    const topics = [...this.broker.topics.values()].map(
      ({ name, counters }) => [this.applied.addressOf(name), { ...counters }] as const,
    );
    const subscriptions = [...this.broker.subscriptions.values()].map((one) => {
      const counted = { ...gauges(one, now), ...one.counters, ...this.deliveries.counters(one) };
      return [this.applied.addressOf(one.name), counted] as const;
    });
    return Object.fromEntries([...topics, ...subscriptions]);
  }

  /**
   * For another local service: publishes as `caller`, with its rights.
   * @returns the ids, when the messages are kept
   * @throws CloudError NOT_FOUND, PERMISSION_DENIED, INVALID_ARGUMENT
   */
  async publish(
    topic: string,
    messages: readonly Partial<Pick<PubsubMessage, "data" | "attributes" | "orderingKey">>[],
    caller: Caller,
  ): Promise<readonly string[]> {
    this.host.access.check(caller, "pubsub.topics.publish", fullName(topic));
    const ids = this.broker.publish(topic, messages.map(outgoing));
    await this.turn.written();
    return ids;
  }

  /** Resolves when every message is acknowledged that Pub/Sub delivers by itself: by push, or into tables. */
  async idle(): Promise<void> {
    while ([...this.broker.subscriptions.values()].some((one) => one.size > 0 && !isPulled(one)))
      await this.turn.next();
  }

  /**
   * The oldest messages that are not acknowledged, without a lease on them.
   * @throws CloudError NOT_FOUND
   */
  peek(subscription: string, limit = 100): readonly PeekedMessage[] {
    const peeked: PeekedMessage[] = [];
    for (const { message, attempts, state } of this.broker.subscription(subscription).deliveries()) {
      if (peeked.length >= limit) break;
      const { messageId, data, attributes, orderingKey } = message.decode();
      const leased = state === "leased";
      peeked.push({ messageId, publishTime: message.publishTime, data, attributes, orderingKey, attempts, leased });
    }
    return peeked;
  }

  private write(): void {
    try {
      this.journal.write(() => this.broker.kept());
    } catch (error) {
      this.tell("ERROR", `the journal cannot be written, so nothing is confirmed: ${String(error)}`);
      throw error;
    }
  }

  private sweep(): void {
    this.broker.sweep();
    this.cancelSweep = this.host.clock.after(SWEEP, () => this.sweep());
  }

  /** It is not in the stack any more. */
  private destroy(name: string, address: string): void {
    const { broker, schemas } = this;
    const held = broker.subscriptions.get(name)?.size ?? 0;
    if (broker.subscriptions.has(name)) broker.deleteSubscription(name);
    else if (broker.topics.has(name)) broker.deleteTopic(name);
    else if (schemas.list().some((schema) => schema.name === name)) broker.deleteSchema(name);
    else return;
    const lost = held === 0 ? "" : `, with unacknowledged messages: ${held}`;
    this.tell("INFO", `${address} is not in the stack any more: ${name} is deleted${lost}`);
  }

  private tell(severity: "INFO" | "WARNING" | "ERROR", message: string): void {
    this.host.log({ severity, source: this.name, message });
  }
}

function gauges(subscription: Subscription, now: number): { readonly [gauge: string]: number } {
  const { size, leasedCount, oldest } = subscription;
  return {
    /** Wait to be handed out. */
    backlog: size - leasedCount,
    /** With consumers. */
    leased: leasedCount,
    /** All of them: what Google calls num_undelivered_messages. */
    unacknowledged: size,
    oldestUnacknowledgedSeconds: oldest === undefined ? 0 : Math.max(0, Math.floor((now - oldest) / 1000)),
  };
}
