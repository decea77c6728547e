import type { Clock } from "../../runtime/clock";
import type { Failure } from "./failure";
import { type Group, MAX_MESSAGES } from "./messages";

export interface BatchLimits {
  /** Milliseconds that the first event of a batch waits for others. */
  readonly delay: number;
  readonly messages: number;
  readonly bytes: number;
}

/** A batch of 1 MB costs Pub/Sub's servers as much as the network: more does not make it cheaper, and waits longer. */
const batchLimits: BatchLimits = { delay: 5, messages: MAX_MESSAGES, bytes: 1_000_000 };

/** What became of a group: its message ids, or why it was not published. */
export type Outcome = readonly string[] | Failure;

interface Waiting {
  readonly group: Group;
  readonly settle: (outcome: Outcome) => void;
}

/** Gathers the events of many requests into few publish requests. A group is never cut. */
export class Batcher {
  private waiting: Waiting[] = [];
  private messages = 0;
  private bytes = 0;
  private takeBack: (() => void) | undefined;

  constructor(
    /** One outcome a group, in their order. It never rejects. */
    private readonly publish: (groups: readonly Group[]) => Promise<readonly Outcome[]>,
    private readonly clock: Clock,
    private readonly limits: BatchLimits = batchLimits,
  ) {}

  /** @returns the message ids, once Pub/Sub has every event of the group; or why it has none of them. */
  add(group: Group): Promise<Outcome> {
    const { messages, bytes, delay } = this.limits;
    if (this.messages + group.count > messages || this.bytes + group.bytes.length > bytes) this.flush();
    const outcome = new Promise<Outcome>((settle) => this.waiting.push({ group, settle }));
    this.messages += group.count;
    this.bytes += group.bytes.length;
    if (this.messages >= messages || this.bytes >= bytes) this.flush();
    else this.takeBack ??= this.clock.after(delay, () => this.flush());
    return outcome;
  }

  /** Sends what waits, now. */
  flush(): void {
    this.takeBack?.();
    this.takeBack = undefined;
    if (this.waiting.length === 0) return;
    const batch = this.waiting;
    this.waiting = [];
    this.messages = 0;
    this.bytes = 0;
    void this.deliver(batch);
  }

  private async deliver(batch: readonly Waiting[]): Promise<void> {
    const outcomes = await this.publish(batch.map(({ group }) => group));
    for (const [index, { settle }] of batch.entries()) settle(outcomes[index] as Outcome);
  }
}
