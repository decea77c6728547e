/** In place of the clock that does not jump: the same, of a time that runs as fast as that of the run. */
import { steadyClock as real, type SteadyClockOptions } from "../../../pipeline-images/stream-processor/steady-clock";
import type { Clock } from "../../../runtime/clock";
import { read, VARIABLE } from "../fast-clock";

const { times } = read(process.env[VARIABLE]);

export const steadyClock = (options: SteadyClockOptions): Clock =>
  real({ ...options, elapsed: () => options.elapsed() * times });
