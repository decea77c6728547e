/** Topics and subscriptions without a network: time and turns are moved by hand. */
import type {
  Subscription as SubscriptionConfig,
  Topic as TopicConfig,
} from "../../../../local/services/pubsub/api/messages";
import { Broker } from "../../../../local/services/pubsub/broker";
import type { Consumer, Delivery } from "../../../../local/services/pubsub/delivery";
import type { Ledger } from "../../../../local/services/pubsub/ledger";
import { Journal } from "../../../../local/services/pubsub/journal/journal";
import { outgoing } from "../../../../local/services/pubsub/message";
import { Schemas } from "../../../../local/services/pubsub/schema/schemas";
import { subscriptionOf, topicOf } from "../../../../local/services/pubsub/settings";
import type { Subscription } from "../../../../local/services/pubsub/subscription";
import { Turn } from "../../../../local/services/pubsub/turn";
import { HandClock } from "../../support/host";

/** Nothing has to survive here. */
const forgetful: Ledger = {
  topic() {},
  topicDeleted() {},
  subscription() {},
  subscriptionDeleted() {},
  snapshot() {},
  snapshotDeleted() {},
  schema() {},
  schemaDeleted() {},
  published() {},
  settled() {},
  sought() {},
};

export interface Domain {
  readonly clock: HandClock;
  readonly broker: Broker;
  readonly schemas: Schemas;
  /** What was not written is lost. */
  kill(): void;
  /** Ends turns until nothing is left to do. */
  run(): void;
  /** Moves time, and does what is due. */
  advance(seconds: number): void;
  topic(id?: string, config?: Partial<TopicConfig>): string;
  subscription(id?: string, config?: Partial<SubscriptionConfig>): Subscription;
  publish(
    texts: readonly string[],
    options?: { topic?: string; key?: string; attributes?: { [key: string]: string } },
  ): void;
}

export const topicName = (id: string): string => `projects/acme-dev/topics/${id}`;
export const subscriptionName = (id: string): string => `projects/acme-dev/subscriptions/${id}`;

interface DomainParts {
  readonly clock?: HandClock;
  /** Where a journal is kept; without it nothing survives. */
  readonly folder?: string;
  /** Bytes beyond which the journal is written anew. */
  readonly slack?: number;
  readonly forward?: (one: Subscription, delivery: Delivery, broker: Broker) => boolean;
}

export function domain({ clock = new HandClock(), folder, slack, forward }: DomainParts = {}): Domain {
  const tasks: (() => void)[] = [];
  const turn = new Turn(
    (task) => void tasks.push(task),
    () => opened?.journal.write(() => broker.kept()),
  );
  const opened =
    folder === undefined
      ? undefined
      : Journal.open(
          folder,
          () => turn.touch(),
          () => undefined,
          slack,
        );
  const ledger = opened?.journal ?? forgetful;
  const schemas = new Schemas(clock, ledger, opened?.kept.schemas);
  const broker: Broker = new Broker({
    clock,
    ledger,
    turn,
    schemas,
    firstId: (opened?.kept.lastId ?? 0) + 1,
    forward: (subscription, delivery) => forward?.(subscription, delivery, broker) ?? false,
    admit: () => undefined,
    configured: () => undefined,
  });
  if (opened !== undefined) broker.restore(opened.kept);
  const run = (): void => {
    for (let task = tasks.shift(); task !== undefined; task = tasks.shift()) task();
  };
  return {
    clock,
    broker,
    schemas,
    run,
    kill: () => opened?.journal.close(),
    advance(seconds) {
      // In small steps: what is due is done at its time, not all of it at the end.
      for (let left = seconds * 1000; left > 0; left -= 100) {
        clock.advance(Math.min(100, left));
        run();
      }
    },
    topic: (id = "clicks", config = {}) => broker.createTopic(topicOf({ ...config, name: topicName(id) })).name,
    subscription: (id = "reader", config = {}) =>
      broker.createSubscription(subscriptionOf({ topic: topicName("clicks"), ...config, name: subscriptionName(id) })),
    publish(texts, { topic = "clicks", key = "", attributes = {} } = {}) {
      const messages = texts.map((text) => outgoing({ data: Buffer.from(text), orderingKey: key, attributes }));
      broker.publish(topicName(topic), messages);
      run();
    },
  };
}

export const textOf = ({ message }: Delivery): string => Buffer.from(message.decode().data).toString();

/** Takes what it is offered as long as it has room, and keeps it until told otherwise. */
export class Reader implements Consumer {
  readonly held: Delivery[] = [];
  readonly seen: string[] = [];
  ended: Error | undefined;

  constructor(
    readonly subscription: Subscription,
    public room = Infinity,
    public severalOfOneKey = true,
    private readonly leaseSeconds = 10,
  ) {
    subscription.join(this);
  }

  offer(share: number): number {
    const messages = Math.min(share, this.room - this.held.length);
    const taken = this.subscription.take(this, { messages, bytes: Infinity, leaseSeconds: this.leaseSeconds });
    this.held.push(...taken);
    this.seen.push(...taken.map(textOf));
    return taken.length;
  }

  released(delivery: Delivery): void {
    this.held.splice(this.held.indexOf(delivery), 1);
  }

  end(reason: Error): void {
    this.ended = reason;
  }

  /** The one that it holds with this text. */
  of(text: string): Delivery {
    const found = this.held.find((delivery) => textOf(delivery) === text);
    if (found === undefined) throw new Error(`${text} is not held, only ${this.held.map(textOf).join(", ")}`);
    return found;
  }

  ackId(text: string): { message: number; lease: number } {
    const { message, lease } = this.of(text);
    return { message: message.id, lease };
  }

  ack(...texts: readonly string[]): void {
    for (const text of texts) this.subscription.acknowledge(this.ackId(text));
  }

  nack(...texts: readonly string[]): void {
    for (const text of texts) this.subscription.modify(this.ackId(text), 0);
  }

  leave(): void {
    this.severalOfOneKey = false;
    this.room = 0;
    this.subscription.leave(this);
  }
}
