import { millisOf } from "../../../pipeline/protobuf/message";
import type { Snapshot as Config } from "./api/messages";
import type { StoredMessage } from "./message";

/**
 * A subscription's unacknowledged messages at one moment, and all that its topic publishes after it:
 * what a seek brings back.
 * @see https://cloud.google.com/pubsub/docs/replay-overview
 */
export class Snapshot {
  private readonly messages: StoredMessage[];

  constructor(
    private current: Config,
    messages: Iterable<StoredMessage>,
  ) {
    this.messages = [...messages];
  }

  get config(): Config {
    return this.current;
  }

  get name(): string {
    return this.current.name;
  }

  /** In the order of publishing. */
  get held(): readonly StoredMessage[] {
    return this.messages;
  }

  configure(config: Config): void {
    this.current = config;
  }

  receive(messages: readonly StoredMessage[]): void {
    this.messages.push(...messages);
  }

  isOver(now: number): boolean {
    return now >= millisOf(this.current.expireTime ?? { seconds: 0, nanos: 0 });
  }
}
