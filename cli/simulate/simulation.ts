import type { Clock } from "../../local/service";
import type { Bodies } from "./bodies";
import type { Post } from "./endpoint";

export interface SimulationProps {
  readonly bodies: Bodies;
  /** Events, or Infinity. */
  readonly count: number;
  /** Events a second; Infinity: as fast as they are taken. */
  readonly rate: number;
  readonly post: Post;
  readonly clock: Clock;
}

/** Requests that are open at one time. */
const MAX_OPEN = 64;
/** An event that was not taken so often is given up: the proxy is down, not busy. */
const MAX_TRIES = 10;

/** Sends events at an even rate and keeps what became of them. Its fields are the state of the moment. */
export class Simulation {
  sent = 0;
  /** Message ids of the events that were taken. */
  readonly accepted: string[] = [];
  /** Events that will never be taken, by their status: 400, or 0 where nothing answered. */
  readonly refused = new Map<number, { count: number; readonly reason: string }>();
  /** Times that an event was sent again. */
  retries = 0;
  /** Events that are sent and neither taken nor given up. */
  waiting = 0;
  private stopped = false;
  private wake: (() => void) | undefined;
  private readonly sleeping = new Set<() => void>();

  constructor(private readonly props: SimulationProps) {}

  get refusedCount(): number {
    let sum = 0;
    for (const { count } of this.refused.values()) sum += count;
    return sum;
  }

  /** Sends no more; {@link run} ends with what is open. */
  stop(): void {
    this.stopped = true;
    for (const done of this.sleeping) done();
    this.wake?.();
  }

  /** Until all are sent and answered, or it is stopped. */
  async run(): Promise<void> {
    const { bodies, clock, count, rate } = this.props;
    const began = clock.now();
    const source = bodies[Symbol.iterator]();
    while (!this.stopped && this.sent < count) {
      const wait = began + (this.sent * 1000) / rate - clock.now();
      if (wait > 0) await this.sleep(wait);
      else if (this.waiting >= MAX_OPEN) await this.change();
      else {
        const next = source.next();
        if (next.done === true) break;
        this.sent += 1;
        void this.send(next.value);
      }
    }
    while (this.waiting > 0) await this.change();
  }

  private async send(body: string): Promise<void> {
    this.waiting += 1;
    for (let tries = 1; ; tries += 1) {
      const answer = await this.props.post(body);
      if (answer.kind === "accepted") {
        this.accepted.push(answer.messageId);
        break;
      }
      if (answer.kind === "refused" || tries === MAX_TRIES || this.stopped) {
        const before = this.refused.get(answer.status);
        if (before === undefined) this.refused.set(answer.status, { count: 1, reason: answer.reason });
        else before.count += 1;
        break;
      }
      this.retries += 1;
      await this.sleep(answer.wait);
    }
    this.waiting -= 1;
    this.wake?.();
  }

  /** Until the time has passed, or it is stopped. */
  private sleep(millis: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        takeBack();
        this.sleeping.delete(done);
        resolve();
      };
      const takeBack = this.props.clock.after(millis, done);
      this.sleeping.add(done);
    });
  }

  private change(): Promise<void> {
    return new Promise((resolve) => {
      this.wake = resolve;
    });
  }
}
