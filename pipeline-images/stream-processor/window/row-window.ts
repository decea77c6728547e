import { timestampOfMilliseconds } from "../../../pipeline/schema/timestamp";

/** A window that a row is in: from its start to before its end. */
export interface RowWindow {
  readonly start: number;
  readonly end: number;
}

/** Why a row was not taken. */
export type Dropped = "expired" | "closed";
/** Is told of a window that does not take a row. */
export type Drop<Row> = (why: Dropped, window: RowWindow, row: Row, time: number) => void;

export function lateWords(why: Dropped, { start, end }: RowWindow): string {
  const window = end === Infinity ? "the global window" : `the window from ${bound(start)} to ${bound(end)}`;
  return why === "expired"
    ? `it came after ${window} and its allowed lateness had passed`
    : `it came after the last pane of ${window}: its trigger never fires again`;
}

/** The bounds of a window as TIMESTAMPs: the global window's are those of all time. */
export const startText = ({ start, end }: RowWindow): string => bound(end === Infinity ? -Infinity : start);
export const endText = ({ end }: RowWindow): string => bound(end);

/** A window of the first or the last moments that a TIMESTAMP can tell begins before them, or ends after them. */
function bound(time: number): string {
  if (time > LAST_TIME) return "9999-12-31T23:59:59.999999Z";
  return time < FIRST_TIME ? "0001-01-01T00:00:00.000000Z" : timestampOfMilliseconds(time);
}

const FIRST_TIME = Date.parse("0001-01-01T00:00:00Z");

/** The last moment of a time that a TIMESTAMP can tell: where rows of the global window are put into others. */
export const LAST_TIME = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
