import type { AnyRow } from "../../../pipeline/schema/row";
import { timestampOfMilliseconds } from "../../../pipeline/schema/timestamp";
import type { Json } from "../../../pipeline/spec";
import type { Messages, Moment, TakeRow } from "./flow";

export type Reason = "parse" | "function" | "late" | "write";

/** Refuses what came to a step; what is known of it goes on as an error row. */
export type Refuse = (reason: Reason, error: string, row: AnyRow | null, time: number | null) => void;

/** Of rows that no field has given a time yet, and no message: the last there is, so that no row is of a time after it. */
export const NO_TIME = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** A message has 10 MB at most; an error row is one, with what it is about in base64. */
const LONGEST_DATA = 5_000_000;

/** The message of what a function threw. */
export const wordsOf = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error);

/**
 * Makes the error rows of a step.
 * @param counted is told of each
 */
export function refuser(step: string, moment: Moment, take: TakeRow, counted: (reason: Reason) => void): Refuse {
  return (reason, error, row, time) => {
    counted(reason);
    const { messages, place } = moment;
    const of = messages === undefined ? noMessage : messageOf(messages, place);
    // What is refused is in no window, whatever the row was in.
    const { window } = moment;
    moment.window = undefined;
    take({ error, step, reason, row, ...of, event_time: timeText(time) }, time ?? moment.published);
    moment.window = window;
  };
}

/** An error row of what a destination refused. */
export const writeErrorRow = (output: string, error: string, row: Json): AnyRow => ({
  error,
  step: output,
  reason: "write",
  row,
  ...noMessage,
  event_time: null,
});

const noMessage = { raw_data: null, attributes: {}, message_id: null };

function messageOf(messages: Messages, place: number): AnyRow {
  const start = messages.dataStart(place);
  const length = Math.min(messages.dataEnd(place) - start, LONGEST_DATA);
  const data = Buffer.from(messages.bytes.buffer, messages.bytes.byteOffset + start, length);
  return {
    raw_data: data.toString("base64"),
    attributes: messages.attributes(place),
    message_id: messages.id(place),
  };
}

/** What is refused when a window of the last moments ends has no time that could be told. */
const timeText = (time: number | null): string | null =>
  time === null || !Number.isFinite(time) || time >= NO_TIME ? null : timestampOfMilliseconds(time);
