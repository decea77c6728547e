import { pause, type Clock } from "./clock";

const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 10_000;

/** Milliseconds before the next attempt, after so many failed ones: 0.1 s, doubled each time, 10 s at most. */
export const pauseAfter = (failures: number): number => Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (failures - 1));

const FIRST_THROTTLED = 1_000;
const LONGEST_THROTTLED = 30_000;

/**
 * Milliseconds before the next attempt at what others ask for as well: spread over half of the pause, so that those who
 * were refused together do not come back together. Where the other side said that it is too much, ten times as long.
 * @param random a number from 0 to 1
 */
export function spreadPause(failures: number, error: unknown, random: () => number): number {
  const whole = isThrottled(error)
    ? Math.min(LONGEST_THROTTLED, FIRST_THROTTLED * 2 ** (failures - 1))
    : pauseAfter(failures);
  return whole * (0.5 + random() / 2);
}

const RESOURCE_EXHAUSTED = 8;
const TOO_MANY_REQUESTS = 429;

/** As gRPC says it, and HTTP. */
const isThrottled = (error: unknown): boolean =>
  error instanceof Error &&
  (("code" in error && error.code === RESOURCE_EXHAUSTED) || ("status" in error && error.status === TOO_MANY_REQUESTS));

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
