import { pause, type Clock } from "../../../runtime/clock";
import { pauseAfter, type Trouble } from "../../../runtime/retry";

/** With pauses of 0.1 s to 10 s, a bit more than a minute: whoever runs a task begins it again after that. */
const MOST_TRIES = 12;

/** What another try would not change. */
export class Hopeless extends Error {
  override readonly name = "Hopeless";
}

export type Tries = <T>(what: string, attempt: () => Promise<T>) => Promise<T>;

/**
 * Tries for about a minute, with growing pauses: what does not work by then is wrong, and a run has an end.
 * @param about is told of what fails, and when it works again
 * @throws what the last try threw, with what it was about
 */
export const triesOf =
  (clock: Clock, about: (what: string) => Trouble): Tries =>
  async (what, attempt) => {
    const trouble = about(what);
    for (let failures = 0; ;) {
      try {
        const value = await attempt();
        if (failures > 0) trouble(undefined, failures);
        return value;
      } catch (error) {
        failures += 1;
        if (error instanceof Hopeless) throw error;
        if (failures >= MOST_TRIES) throw new Error(`${what}: ${wordsOf(error)}`, { cause: error });
        trouble(error, failures);
        await pause(clock, pauseAfter(failures));
      }
    }
  };

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
