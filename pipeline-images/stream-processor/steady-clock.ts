import type { Clock } from "../../runtime/clock";

/** How much faster or slower than the truth it runs while it is off: of ten seconds, one. */
const SLEW = 0.1;
/** Milliseconds that two clocks may differ without a word. */
const STEP = 5_000;

export interface SteadyClockOptions {
  /** The machine's clock, which somebody may set. */
  readonly clock: Clock;
  /** Milliseconds since some moment, by a clock that nobody sets. */
  readonly elapsed: () => number;
  /** Told when the machine's clock was set: by how many milliseconds. */
  readonly stepped: (by: number) => void;
}

/**
 * A clock that does not jump when the machine's is set. It runs evenly, never backward, and comes to agree with the
 * machine's again by running a tenth faster or slower: a lease is then still a lease, give or take a tenth, a running
 * time of ten minutes is no hour, and the watermark of a silent source is not moved past what is still to be published.
 */
export function steadyClock({ clock, elapsed, stepped }: SteadyClockOptions): Clock {
  let at = clock.now();
  let looked = elapsed();
  /** How far the machine's clock was ahead when last looked. */
  let ahead = 0;
  return {
    now() {
      const now = elapsed();
      const passed = Math.max(0, now - looked);
      looked = now;
      const off = clock.now() - (at + passed);
      if (Math.abs(off - ahead) > STEP) stepped(off - ahead);
      const most = passed * SLEW;
      const moved = Math.max(-most, Math.min(most, off));
      at += passed + moved;
      ahead = off - moved;
      return Math.floor(at);
    },
    after: (delay, task) => clock.after(delay, task),
  };
}
