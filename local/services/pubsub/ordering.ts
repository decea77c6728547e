import { type Backlog, PlainBacklog } from "./backlog";
import type { Consumer, Delivery } from "./delivery";
import { Fifo } from "./fifo";

/** The messages of one ordering key that are not acknowledged, in the order of publishing. */
class Line {
  /** With a consumer. All of them stand before all that are pending. */
  readonly leased: Delivery[] = [];
  readonly pending = new Fifo<Delivery>();
  holder: Consumer | undefined;
  /** Where it stands for its next message; undefined while nobody may take one. */
  queue: Fifo<Line> | undefined;

  constructor(readonly key: string) {}
}

/**
 * Messages with a key come one after the other, to one consumer at a time: while some of a key are with a
 * consumer, later ones go to it alone. When one fails, it and all later ones of its key come again, in order.
 * Messages without a key have no order.
 * @see https://cloud.google.com/pubsub/docs/ordering
 */
export class OrderedBacklog implements Backlog {
  private readonly plain = new PlainBacklog();
  private readonly lines = new Map<string, Line>();
  /** Lines that anyone may take from. */
  private readonly free = new Fifo<Line>();
  /** Lines that go on with the consumer that holds their earlier messages. */
  private readonly held = new Map<Consumer, Fifo<Line>>();
  private pending = 0;
  private plainFirst = false;

  get available(): number {
    return this.plain.available + this.pending;
  }

  add(delivery: Delivery): void {
    const key = delivery.message.orderingKey;
    if (key === "") return this.plain.add(delivery);
    let line = this.lines.get(key);
    if (line === undefined) this.lines.set(key, (line = new Line(key)));
    delivery.state = "held";
    line.pending.push(delivery);
    this.pending += 1;
    this.offer(line);
  }

  take(consumer: Consumer): Delivery | undefined {
    // In turns, so that neither many keys nor many messages without one starve the others.
    this.plainFirst = !this.plainFirst;
    return this.plainFirst
      ? (this.plain.take() ?? this.takeOrdered(consumer))
      : (this.takeOrdered(consumer) ?? this.plain.take());
  }

  private takeOrdered(consumer: Consumer): Delivery | undefined {
    const line = next(this.held.get(consumer)) ?? next(this.free);
    if (line === undefined) return undefined;
    line.queue = undefined;
    const delivery = line.pending.shift() as Delivery;
    this.pending -= 1;
    delivery.state = "leased";
    line.leased.push(delivery);
    line.holder = consumer;
    this.offer(line);
    return delivery;
  }

  remove(delivery: Delivery): void {
    const line = this.lines.get(delivery.message.orderingKey);
    if (line === undefined) return this.plain.remove(delivery);
    if (delivery.state === "leased") drop(line.leased, delivery);
    else if (delivery.state !== "gone") {
      line.pending.remove(delivery);
      this.pending -= 1;
    }
    delivery.state = "gone";
    if (line.leased.length + line.pending.length === 0) {
      line.queue = undefined;
      this.lines.delete(line.key);
    } else this.offer(line);
  }

  failed(delivery: Delivery): readonly Delivery[] {
    const line = this.lines.get(delivery.message.orderingKey);
    if (line === undefined) return this.plain.failed(delivery);
    const back = line.leased.splice(line.leased.indexOf(delivery));
    for (const one of back) one.state = "held";
    delivery.state = "waiting";
    line.pending.putBack(back);
    this.pending += back.length;
    line.queue = undefined;
    return back.slice(1);
  }

  ready(delivery: Delivery): void {
    const line = this.lines.get(delivery.message.orderingKey);
    if (line === undefined) return this.plain.ready(delivery);
    delivery.state = "held";
    this.offer(line);
  }

  leave(consumer: Consumer): void {
    for (const line of this.held.get(consumer) ?? []) this.offer(line);
    this.held.delete(consumer);
  }

  /** Puts a line where its next message can be taken from, if it can be taken now. */
  private offer(line: Line): void {
    const place = this.placeOf(line);
    if (place === line.queue) return;
    line.queue = place;
    place?.push(line);
  }

  private placeOf(line: Line): Fifo<Line> | undefined {
    const head = line.pending.first;
    if (head === undefined || head.state === "waiting") return undefined;
    if (line.leased.length === 0) return this.free;
    const holder = line.holder as Consumer;
    return holder.severalOfOneKey ? this.ownOf(holder) : undefined;
  }

  private ownOf(holder: Consumer): Fifo<Line> {
    let own = this.held.get(holder);
    if (own === undefined) this.held.set(holder, (own = new Fifo()));
    return own;
  }
}

/** The first line that still stands in this queue: others were moved since. */
function next(queue: Fifo<Line> | undefined): Line | undefined {
  if (queue === undefined) return undefined;
  for (;;) {
    const line: Line | undefined = queue.shift();
    if (line === undefined || line.queue === queue) return line;
  }
}

function drop(list: Delivery[], delivery: Delivery): void {
  const at = list.indexOf(delivery);
  if (at === 0) list.shift();
  else if (at > 0) list.splice(at, 1);
}
