import { Recording, VARIABLE } from "../recording";

/** Of this process. */
export const recording = new Recording(process.env[VARIABLE] ?? "/dev/null");
