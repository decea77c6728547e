import { CloudError } from "../../../errors";
import type { TableWriter } from "../../../service";
import type { SchemaSettings } from "../api/messages";
import { isPush } from "../settings";
import type { Subscription } from "../subscription";
import { BigQueryDelivery } from "./bigquery";
import type { DeliveryCounters, DeliveryKind } from "./kind";
import { PushDelivery, type PushWorld } from "./push";
import type { RowSchemas } from "./rows";

export interface DeliveryWorld extends PushWorld {
  readonly tables: TableWriter;
  readonly schemas: RowSchemas;
  /** The schema of a topic, where it has one. */
  readonly schemaOf: (topic: string) => SchemaSettings | undefined;
  readonly wake: (subscription: Subscription) => void;
}

/** Milliseconds that a push or a write under way may still take when everything stops. */
const PATIENCE = 5_000;

/** Every subscription's own delivery, as its configuration says: push, BigQuery, or none: it is pulled. */
export class Deliveries {
  private readonly kinds = new Map<Subscription, DeliveryKind>();
  private readonly counted = new WeakMap<Subscription, DeliveryCounters>();
  private started = false;

  constructor(private readonly world: DeliveryWorld) {}

  start(subscriptions: Iterable<Subscription>): void {
    this.started = true;
    for (const subscription of subscriptions) this.configured(subscription);
  }

  /** Begins to deliver as it is configured now. */
  configured(subscription: Subscription): void {
    if (!this.started) return;
    this.kinds.get(subscription)?.retire();
    this.kinds.delete(subscription);
    if (isPulled(subscription)) return;
    subscription.dismiss(notPulled(subscription));
    if (!subscription.config.detached) this.kinds.set(subscription, this.open(subscription));
  }

  /** Takes nothing more; what is under way is waited for, a while. */
  async quiesce(): Promise<void> {
    this.started = false;
    const { clock } = this.world.host;
    for (const kind of this.kinds.values()) kind.retire();
    const idle = Promise.all([...this.kinds.values()].map((kind) => kind.idle()));
    await new Promise<void>((resolve) => {
      const cancel = clock.after(PATIENCE, resolve);
      void idle.then(cancel).then(resolve);
    });
  }

  stop(): void {
    for (const kind of this.kinds.values()) kind.stop();
    this.kinds.clear();
  }

  counters(subscription: Subscription): DeliveryCounters {
    let counters = this.counted.get(subscription);
    if (counters === undefined) this.counted.set(subscription, (counters = { pushOk: 0, pushFailed: 0 }));
    return counters;
  }

  private open(subscription: Subscription): DeliveryKind {
    const wake = (): void => this.world.wake(subscription);
    return isPush(subscription.config)
      ? new PushDelivery(subscription, this.world, this.counters(subscription), wake)
      : new BigQueryDelivery(subscription, this.world, wake);
  }
}

export function isPulled({ config }: Subscription): boolean {
  return !isPush(config) && config.bigqueryConfig === undefined;
}

export function notPulled({ name, config }: Subscription): CloudError {
  const kind = isPush(config) ? "push" : "BigQuery";
  return new CloudError("FAILED_PRECONDITION", `Subscription is a ${kind} subscription: (resource=${name})`);
}
