/** Clicks at a rate, or as many as a backlog lets through; what they come to by window and user is counted. */
import { type Random, seeded } from "../../local/random";
import { USERS, WINDOW } from "./pipeline";

/** Event time that clicks are back at most; of one in a thousand, up to half a minute. */
const DISORDER = 2_000;
const LATE = 0.001;
const LATEST = 30_000;
/** Milliseconds between two publications, and most clicks of one. */
const EVERY = 20;
const MOST = 1_000;

export interface LoadOptions {
  readonly publish: (clicks: readonly Uint8Array[]) => Promise<void>;
  /** Messages that are not acknowledged. */
  readonly backlog: () => number;
}

/** Of one window: clicks and points of each user, in turn. */
export type WindowTotals = Float64Array;

export class Load {
  published = 0;
  /** By the window's start. */
  readonly totals = new Map<number, WindowTotals>();
  private readonly lots: Random = seeded(1);
  /** How many clicks may be published now, by what was asked for last. */
  private allowed: () => number = () => 0;
  private timer: NodeJS.Timeout | undefined;
  private publishing = Promise.resolve();

  constructor(private readonly options: LoadOptions) {}

  /** So many a second from now on. What could not be published in time is published later. */
  setRate(perSecond: number): void {
    const begun = performance.now();
    const before = this.published;
    this.allowed = () => Math.floor(((performance.now() - begun) / 1_000) * perSecond) - (this.published - before);
    this.begin();
  }

  /** As many as are worked on: so many at most are not acknowledged. */
  flood(most: number): void {
    this.allowed = () => most - this.options.backlog();
    this.begin();
  }

  /** Resolves when nothing is published any more. */
  async stop(): Promise<void> {
    this.allowed = () => 0;
    clearTimeout(this.timer);
    this.timer = undefined;
    await this.publishing;
  }

  private begin(): void {
    if (this.timer === undefined) this.next();
  }

  private next(): void {
    this.timer = setTimeout(() => {
      this.publishing = this.publishAllowed();
    }, EVERY);
  }

  private async publishAllowed(): Promise<void> {
    for (let left = this.allowed(); left > 0; left = this.allowed()) {
      const clicks = Array.from({ length: Math.min(left, MOST) }, () => this.click());
      this.published += clicks.length;
      await this.options.publish(clicks);
    }
    if (this.timer !== undefined) this.next();
  }

  private click(): Uint8Array {
    const { lots } = this;
    const back = lots() * (lots() < LATE ? LATEST : DISORDER);
    const at = Math.floor(Date.now() - back);
    const user = Math.floor(lots() * USERS);
    const points = Math.floor(lots() * 100);
    const window = this.window(Math.floor(at / WINDOW) * WINDOW);
    window[user * 2] = (window[user * 2] ?? 0) + 1;
    window[user * 2 + 1] = (window[user * 2 + 1] ?? 0) + points;
    return Buffer.from(`{"user":"u${user}","points":${points},"at":${at}}`);
  }

  private window(start: number): WindowTotals {
    const there = this.totals.get(start);
    if (there !== undefined) return there;
    const made = new Float64Array(USERS * 2);
    this.totals.set(start, made);
    return made;
  }
}
