import type { Schema } from "./api/schema-messages";
import type { Snapshot, Subscription, Topic } from "./api/messages";
import type { StoredMessage } from "./message";

/** What must survive a restart, told as it happens, in order. */
export interface Ledger {
  topic(config: Topic): void;
  topicDeleted(name: string): void;
  subscription(config: Subscription): void;
  subscriptionDeleted(name: string): void;
  snapshot(config: Snapshot, messages: readonly StoredMessage[]): void;
  snapshotDeleted(name: string): void;
  schema(config: Schema): void;
  schemaDeleted(name: string): void;
  /** To the subscriptions that the topic has at this moment. */
  published(topic: string, messages: readonly StoredMessage[]): void;
  /** Acknowledged, forwarded to dead letters, or too old: gone from the subscription. */
  settled(subscription: string, message: number): void;
  /** A seek: all that the subscription holds from here on. */
  sought(subscription: string, held: Holdings): void;
}

/** What a subscription holds. */
export interface Holdings {
  /** Not acknowledged, in the order of publishing. */
  readonly unacknowledged: readonly StoredMessage[];
  /** Acknowledged and kept for a seek. */
  readonly retained: readonly StoredMessage[];
  /** Messages published before this moment, in milliseconds, are acknowledged as they come: a seek into the future. */
  readonly discardBefore: number;
}

/** All that Pub/Sub keeps. */
export interface Kept {
  /** Every revision, in order. */
  readonly schemas: readonly Schema[];
  readonly topics: readonly { readonly config: Topic; readonly log: readonly StoredMessage[] }[];
  readonly subscriptions: readonly { readonly config: Subscription; readonly held: Holdings }[];
  readonly snapshots: readonly { readonly config: Snapshot; readonly messages: readonly StoredMessage[] }[];
  /** The highest id of a message so far. */
  readonly lastId: number;
}
