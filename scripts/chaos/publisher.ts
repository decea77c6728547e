/** Clicks out of order, some of them late, as their times allow; what was published is kept to be counted. */
import type { Random } from "../../local/random";
import type { Clock } from "../../local/service";
import type { Click } from "./pipelines";
import { LATEST } from "./pipelines";

export interface PublishedClick extends Click {
  readonly id: string;
}

export type Publish = (clicks: readonly Click[]) => Promise<readonly string[]>;

const USERS = 12;
/** Event time that most clicks are back at most; and how many are later than that. */
const DISORDER = 8_000;
const LATE = 0.06;
/** A user clicks for two of three stretches of time: sessions end. */
const STRETCH = 15_000;
/** Milliseconds from one publication to the next, and most clicks of it. */
const EVERY = 500;
const MOST = 6;

export class Publisher {
  readonly published: PublishedClick[] = [];
  private running: Promise<void> = Promise.resolve();
  private over = false;

  constructor(
    private readonly clock: Clock,
    private readonly lots: Random,
    private readonly publish: Publish,
  ) {}

  start(): void {
    this.running = this.run();
  }

  /** Resolves when nothing is published any more. */
  async stop(): Promise<void> {
    this.over = true;
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.over) {
      const clicks = Array.from({ length: Math.floor(this.lots() * (MOST + 1)) }, () => this.click());
      if (clicks.length > 0) {
        const ids = await this.publish(clicks);
        for (const [i, click] of clicks.entries()) this.published.push({ ...click, id: ids[i] ?? "" });
      }
      await new Promise<void>((resolve) => void this.clock.after(EVERY, resolve));
    }
  }

  private click(): Click {
    const { lots } = this;
    const back = lots() < LATE ? lots() * LATEST : lots() * DISORDER;
    const time = Math.floor(this.clock.now() - back);
    const stretch = Math.floor(time / STRETCH);
    const active = Array.from({ length: USERS }, (_, user) => user).filter((user) => (stretch + user) % 3 > 0);
    const user = active[Math.floor(lots() * active.length)] ?? 0;
    return { user: `user-${user}`, points: Math.floor(lots() * 100), at: new Date(time).toISOString() };
  }
}
