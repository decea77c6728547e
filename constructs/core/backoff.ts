import { milliseconds, type Duration } from "../../pipeline/duration";
import { notADuration } from "./limits";

/** The pause before something is tried again: it grows from the minimum to the maximum. */
export interface Backoff {
  readonly minimum?: Duration;
  readonly maximum?: Duration;
}

/**
 * What is wrong with a backoff, to be said in a service's words; undefined where all is well.
 * @param defaults what holds of an end that is left away
 */
export function notABackoff(
  backoff: Backoff,
  { low, high, defaults }: { readonly low: Duration; readonly high: Duration; readonly defaults: Required<Backoff> },
): ((service: string) => string) | undefined {
  for (const end of ["minimum", "maximum"] as const) {
    const value = backoff[end];
    const sentence = value && notADuration(value, low, high);
    if (sentence) return (service) => `backoff.${end} ${sentence(service)}`;
  }
  const { minimum = defaults.minimum, maximum = defaults.maximum } = backoff;
  if (milliseconds(minimum) <= milliseconds(maximum)) return undefined;
  return () => `backoff.minimum is "${minimum}", above backoff.maximum, which is "${maximum}"`;
}
