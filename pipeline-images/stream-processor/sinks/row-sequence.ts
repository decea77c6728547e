/**
 * Sequence numbers of rows that take each other's place, as BigQuery compares them: hexadecimal sections, the first ones
 * first. Each begins with a time in microseconds, so that those of a log come after those of a log before it, and those
 * of a pipeline that pulls compare with those of one that is pushed to.
 * @see https://cloud.google.com/bigquery/docs/change-data-capture#manage_custom_ordering
 */
import { createHash } from "node:crypto";
import { microsecondsOf } from "../../../pipeline/schema/timestamp";
import type { Moment } from "../operators/flow";

/** Told the number of a row's request and the row's place in it. */
export type RowSequence = (request: number, place: number) => string;

/**
 * By the row's position in the log: when the log began, the owner's term, the request, the place. It is recorded with the
 * row; a later owner that sends the row again does not number it anew, and what it numbers itself has a larger term.
 */
export function inLog({ begun, term }: { readonly begun: number; readonly term: number }): RowSequence {
  const owner = `${(begun * 1_000).toString(16)}/${term.toString(16)}/`;
  return (request, place) => `${owner}${request.toString(16)}/${place.toString(16)}`;
}

/**
 * Without a log, by the message that a row comes from: its publish time, its id, and the row's place among those that the
 * message gave. So the message that was published later counts, in whatever order they come; and of two that were
 * published in one microsecond the same one always does.
 */
export function inMessages(moment: () => Moment): RowSequence {
  let last: string | undefined;
  let of = "";
  let count = 0;
  return () => {
    const { messages, place } = moment();
    // Nothing but a message makes rows where there is no state.
    if (messages === undefined) return "0";
    const id = messages.id(place);
    if (id !== last) {
      last = id;
      of = `${microsecondsOf(messages.publishTime(place)).toString(16)}/${idNumber(id)}/`;
      count = 0;
    }
    count += 1;
    return of + count.toString(16);
  };
}

const DIGITS = 16;

/** Pub/Sub's ids are decimal numbers of 64 bits, though nobody says so: any other text has a number as well. */
function idNumber(id: string): string {
  const number = /^\d{1,20}$/.test(id) ? BigInt(id).toString(16) : "";
  if (number !== "" && number.length <= DIGITS) return number;
  return createHash("sha256").update(id).digest("hex").slice(0, DIGITS);
}
