import { pause, type Clock } from "./clock";

const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 10_000;

/** Milliseconds before the next attempt, after so many failed ones: 0.1 s, doubled each time, 10 s at most. */
export const pauseAfter = (failures: number): number => Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (failures - 1));

/** Told of every failed attempt, and with undefined when it is over: what the status and the log say meanwhile. */
export type Trouble = (error: unknown, failures: number) => void;

/** Tries until it succeeds, with growing pauses. */
export async function persistently<T>(clock: Clock, trouble: Trouble, attempt: () => Promise<T>): Promise<T> {
  for (let failures = 0; ;) {
    try {
      const value = await attempt();
      if (failures > 0) trouble(undefined, failures);
      return value;
    } catch (error) {
      failures += 1;
      trouble(error, failures);
      await pause(clock, pauseAfter(failures));
    }
  }
}
