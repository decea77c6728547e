/** In place of the processor's own clock. */
import type { Clock } from "../../../runtime/clock";
import { fastClock, read, VARIABLE } from "../fast-clock";

export { pause, type Clock } from "../../../runtime/clock";
export const systemClock: Clock = fastClock(read(process.env[VARIABLE]));
