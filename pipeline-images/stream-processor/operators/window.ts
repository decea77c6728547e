import { LAST_TIME } from "../window/row-window";
import { type Moment, stepFunction, type TakeRow } from "./flow";

/** Rows that a stage gave go into windows anew, by their time alone. */
export const intoWindows = (moment: Moment, next: TakeRow): TakeRow =>
  stepFunction(
    `const { window } = moment;
    moment.window = undefined;
    next(row, Math.min(time, ${LAST_TIME}));
    moment.window = window;`,
    { moment, next },
  );
