import { millisOf } from "../../../pipeline/protobuf/message";
import type { Topic as Config } from "./api/messages";
import { Fifo } from "./fifo";
import type { StoredMessage } from "./message";
import { Publication } from "./publication";
import type { Snapshot } from "./snapshot";
import type { Subscription } from "./subscription";

/** Where messages come in; every subscription of the topic gets each of them. */
export class Topic {
  readonly subscriptions = new Set<Subscription>();
  readonly snapshots = new Set<Snapshot>();
  readonly counters = { published: 0, publishedBytes: 0 };
  /** What was published within the topic's retention: any subscription may seek to it. */
  private readonly log = new Fifo<StoredMessage>();

  constructor(
    private current: Config,
    log: Iterable<StoredMessage> = [],
  ) {
    for (const message of log) this.log.push(message);
  }

  get config(): Config {
    return this.current;
  }

  get name(): string {
    return this.current.name;
  }

  configure(config: Config): void {
    this.current = config;
    if (!this.retains) while (this.log.shift() !== undefined);
  }

  publish(messages: readonly StoredMessage[]): void {
    this.counters.published += messages.length;
    for (const message of messages) this.counters.publishedBytes += message.size;
    if (this.retains) for (const message of messages) this.log.push(message);
    const publication = new Publication(messages);
    for (const subscription of this.subscriptions) subscription.receive(publication);
    for (const snapshot of this.snapshots) snapshot.receive(messages);
  }

  private get retains(): boolean {
    return this.current.messageRetentionDuration !== undefined;
  }

  /** Kept for a seek, oldest first. */
  retained(): Iterable<StoredMessage> {
    return this.log;
  }

  /** Drops what is older than the retention. */
  sweep(now: number): void {
    const { messageRetentionDuration } = this.current;
    const oldest = now - millisOf(messageRetentionDuration ?? { seconds: 0, nanos: 0 });
    while ((this.log.first?.publishTime ?? Infinity) < oldest) this.log.shift();
  }
}
