import { type Filter, parseFilter } from "../../../../pipeline/pubsub-filter";
import type { Snapshot, Subscription, Topic } from "../api/messages";
import type { Schema } from "../api/schema-messages";
import type { Kept } from "../ledger";
import { StoredMessage } from "../message";
import { Publication } from "../publication";
import type { Entry } from "./entry";

interface Holder {
  config: Subscription;
  readonly filter: Filter;
  unacknowledged: Map<number, StoredMessage>;
  retained: StoredMessage[];
  discardBefore: number;
}

/** Brings back, record by record, what there was. */
export class Replay {
  private readonly messages = new Map<number, StoredMessage>();
  private schemas: Schema[] = [];
  private readonly topics = new Map<string, { config: Topic; log: StoredMessage[] }>();
  private readonly subscriptions = new Map<string, Holder>();
  private readonly snapshots = new Map<string, { config: Snapshot; messages: StoredMessage[] }>();
  private lastId = 0;

  apply(entry: Entry): void {
    this.lastId = Math.max(this.lastId, entry.lastId);
    if (entry.published !== undefined) this.publish(entry.published.topic, entry.published.messages);
    else if (entry.settled !== undefined) this.settle(entry.settled.subscription, entry.settled.messages);
    else if (entry.kept.length > 0) this.remember(entry.kept);
    else if (entry.held !== undefined) this.hold(entry.held);
    else if (entry.topic !== undefined) this.setTopic(entry.topic);
    else if (entry.topicDeleted !== undefined) this.topics.delete(entry.topicDeleted);
    else if (entry.log !== undefined) this.setLog(entry.log);
    else if (entry.subscription !== undefined) this.setSubscription(entry.subscription);
    else if (entry.subscriptionDeleted !== undefined) this.subscriptions.delete(entry.subscriptionDeleted);
    else if (entry.snapshot?.config !== undefined) this.setSnapshot(entry.snapshot.config, entry.snapshot.messages);
    else if (entry.snapshotDeleted !== undefined) this.snapshots.delete(entry.snapshotDeleted);
    else if (entry.schema !== undefined) this.schemas.push(entry.schema);
    else if (entry.schemaDeleted !== undefined) {
      this.schemas = this.schemas.filter(({ name }) => name !== entry.schemaDeleted);
    }
  }

  get kept(): Kept {
    return {
      schemas: this.schemas,
      topics: [...this.topics.values()],
      subscriptions: [...this.subscriptions.values()].map(({ config, unacknowledged, retained, discardBefore }) => ({
        config,
        held: { unacknowledged: [...unacknowledged.values()], retained, discardBefore },
      })),
      snapshots: [...this.snapshots.values()],
      lastId: this.lastId,
    };
  }

  private remember(encoded: readonly Uint8Array[]): StoredMessage[] {
    return encoded.map((one) => {
      // A copy: what was read is a view into a piece of the file.
      const message = StoredMessage.read(Buffer.from(one));
      this.messages.set(message.id, message);
      this.lastId = Math.max(this.lastId, message.id);
      return message;
    });
  }

  private publish(name: string, encoded: readonly Uint8Array[]): void {
    const messages = this.remember(encoded);
    const { attributesOf } = new Publication(messages);
    for (const holder of this.subscriptions.values()) {
      if (holder.config.topic !== name || holder.config.detached) continue;
      for (const [index, message] of messages.entries()) {
        if (holder.filter(attributesOf(index))) holder.unacknowledged.set(message.id, message);
      }
    }
    for (const snapshot of this.snapshots.values()) {
      if (snapshot.config.topic === name) snapshot.messages.push(...messages);
    }
    const topic = this.topics.get(name);
    if (topic?.config.messageRetentionDuration !== undefined) topic.log.push(...messages);
  }

  private settle(name: string, settled: readonly number[]): void {
    const holder = this.subscriptions.get(name);
    if (holder === undefined) return;
    for (const id of settled) {
      holder.unacknowledged.delete(id);
      const message = this.messages.get(id);
      if (holder.config.retainAckedMessages && message !== undefined) holder.retained.push(message);
    }
  }

  private hold({ subscription, ...held }: NonNullable<Entry["held"]>): void {
    const holder = this.subscriptions.get(subscription);
    if (holder === undefined) return;
    holder.unacknowledged = new Map(this.named(held.unacknowledged).map((message) => [message.id, message]));
    holder.retained = this.named(held.retained);
    holder.discardBefore = held.discardBefore;
  }

  private setTopic(config: Topic): void {
    const log = config.messageRetentionDuration === undefined ? [] : (this.topics.get(config.name)?.log ?? []);
    this.topics.set(config.name, { config, log });
  }

  private setLog({ topic, messages }: NonNullable<Entry["log"]>): void {
    const found = this.topics.get(topic);
    if (found !== undefined) found.log = this.named(messages);
  }

  private setSubscription(config: Subscription): void {
    const known = this.subscriptions.get(config.name);
    if (known !== undefined) {
      known.config = config;
      return;
    }
    this.subscriptions.set(config.name, {
      config,
      filter: config.filter === "" ? () => true : parseFilter(config.filter),
      unacknowledged: new Map(),
      retained: [],
      discardBefore: 0,
    });
  }

  private setSnapshot(config: Snapshot, messages: readonly number[]): void {
    this.snapshots.set(config.name, { config, messages: this.named(messages) });
  }

  private named(messages: readonly number[]): StoredMessage[] {
    return messages.flatMap((id) => this.messages.get(id) ?? []);
  }
}
