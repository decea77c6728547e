/**
 * A world with a time and a chance of its own: everything that happens in it follows from its seed.
 * Processes live in it, and may be killed or put to sleep; what is on its way to them is lost or waits.
 */
import type { Clock } from "../../../../runtime/clock";

interface Event {
  readonly at: number;
  readonly order: number;
  readonly happen: () => void;
}

export class Simulation {
  private readonly events: Event[] = [];
  private order = 0;
  private state: number;
  time: number;

  constructor(seed: number, start = Date.UTC(2024, 0, 31, 12)) {
    this.state = seed >>> 0;
    this.time = start;
  }

  /** A number from 0 to 1 (mulberry32). */
  readonly random = (): number => {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };

  chance(probability: number): boolean {
    return this.random() < probability;
  }

  between(low: number, high: number): number {
    return low + Math.floor(this.random() * (high - low + 1));
  }

  at(delay: number, happen: () => void): () => void {
    const event = { at: this.time + Math.max(0, delay), order: (this.order += 1), happen };
    this.push(event);
    return () => {
      const i = this.events.indexOf(event);
      if (i >= 0) this.events.splice(i, 1);
    };
  }

  /** Lets time pass, until nothing happens any more, the time is up, or `done` says so. */
  async run({ until = Infinity, done = () => false }: { until?: number; done?: () => boolean } = {}): Promise<void> {
    await settled();
    while (this.events.length > 0 && !done()) {
      const event = this.events[0] as Event;
      if (event.at > until) break;
      this.events.shift();
      this.time = Math.max(this.time, event.at);
      event.happen();
      await settled();
    }
    if (until !== Infinity && !done()) this.time = Math.max(this.time, until);
  }

  private push(event: Event): void {
    let low = 0;
    let high = this.events.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.events[middle] as Event;
      if (other.at < event.at || (other.at === event.at && other.order < event.order)) low = middle + 1;
      else high = middle;
    }
    this.events.splice(low, 0, event);
  }
}

/** Until every promise that can has called back. */
const settled = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

/** What a program is to the world: it can be killed at any moment, or sleep through some. */
export class SimulatedProcess {
  private asleepUntil = -Infinity;
  alive = true;
  /** What may befall the process whenever something reaches it: so every await is a moment to die or to sleep at. */
  fate: () => void = () => {};

  constructor(readonly world: Simulation) {}

  readonly clock: Clock = {
    now: () => this.world.time,
    after: (delay, task) => this.world.at(delay, () => this.deliver(task)),
  };

  /** Something reaches the process: now, or when it wakes up, or never. */
  deliver(task: () => void): void {
    if (this.alive) this.fate();
    if (!this.alive) return;
    if (this.asleepUntil > this.world.time) this.world.at(this.asleepUntil - this.world.time, () => this.deliver(task));
    else task();
  }

  sleep(duration: number): void {
    this.asleepUntil = Math.max(this.asleepUntil, this.world.time + duration);
  }

  kill(): void {
    this.alive = false;
  }

  /**
   * A call over a network: the request takes its time, may arrive twice, and its answer may be late or lost,
   * which the caller learns from its timeout.
   */
  call<T>(network: Network, execute: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      const { world } = this;
      let answered = false;
      const arrive = (answers: boolean) => {
        let outcome: () => void;
        try {
          const value = execute();
          outcome = () => resolve(value);
        } catch (error) {
          outcome = () => reject(error);
        }
        if (!answers || world.chance(network.lostAnswers)) return;
        world.at(network.delay(world), () => {
          answered = true;
          this.deliver(outcome);
        });
      };
      if (!world.chance(network.lostRequests)) world.at(network.delay(world), () => arrive(true));
      if (world.chance(network.duplicates)) world.at(network.delay(world) * 3, () => arrive(false));
      world.at(network.timeout, () => {
        if (!answered) this.deliver(() => reject(new Error("no answer in time")));
      });
    });
  }
}

export interface Network {
  readonly lostRequests: number;
  readonly lostAnswers: number;
  readonly duplicates: number;
  readonly timeout: number;
  delay(world: Simulation): number;
}

/** A network on a bad day: some requests lost or doubled, a few underway for a minute. */
export const badNetwork: Network = {
  lostRequests: 0.05,
  lostAnswers: 0.1,
  duplicates: 0.1,
  timeout: 2_000,
  delay: (world) => (world.chance(0.02) ? world.between(1_000, 60_000) : world.between(1, 60)),
};

export const goodNetwork: Network = {
  lostRequests: 0,
  lostAnswers: 0,
  duplicates: 0,
  timeout: 60_000,
  delay: (world) => world.between(1, 20),
};
