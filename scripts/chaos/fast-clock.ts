/**
 * Time that runs faster than the machine's, the same in all processes of a run: a lease of ten seconds is over in one,
 * and hundreds of kills take minutes.
 */
import { systemClock } from "../../local/clock";
import type { Clock } from "../../local/service";

/** How the processes of a run are told of it. */
export const VARIABLE = "CHAOS_CLOCK";

export interface Pace {
  /** When it began to run faster, on the machine's clock. */
  readonly from: number;
  readonly times: number;
}

export const fastClock = ({ from, times }: Pace): Clock => ({
  now: () => Math.floor(from + (systemClock.now() - from) * times),
  after: (delay, task) => systemClock.after(delay / times, task),
});

export const written = ({ from, times }: Pace): string => `${from} ${times}`;

export function read(text = ""): Pace {
  const [from = 0, times = 1] = text.split(" ").map(Number);
  return { from, times };
}
