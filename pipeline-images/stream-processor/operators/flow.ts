/** What rows flow through: functions that take a row and its event time, and what they know of the moment. */
import { generate } from "../../../pipeline/schema/generated";
import type { AnyRow } from "../../../pipeline/schema/row";
import { timestampOfMilliseconds } from "../../../pipeline/schema/timestamp";
import type { RowWindow } from "../window/row-window";

/** Takes a row on; its event time is milliseconds since the epoch. */
export type TakeRow = (row: AnyRow, time: number) => void;

/** Messages, by their place among them: what steps and error rows may ask of one. */
export interface Messages {
  /** The data of message i lies from `dataStart(i)` to before `dataEnd(i)`. */
  readonly bytes: Uint8Array;
  dataStart(i: number): number;
  dataEnd(i: number): number;
  id(i: number): string;
  /** Milliseconds since the epoch. */
  publishedAt(i: number): number;
  /** As a TIMESTAMP. */
  publishTime(i: number): string;
  attributes(i: number): { readonly [name: string]: string };
}

/** The moment, for all steps: the time is set once a batch, the message for each. */
export class Moment {
  /** Milliseconds since the epoch. */
  now = 0;
  /** When the message that is worked on was published. */
  published = 0;
  /** What is worked on, for an error row; undefined while timers fire. */
  messages: Messages | undefined;
  /** The event time of the message, where its input has it read as a number. */
  time = 0;
  place = 0;
  /** The window of the row that is on its way, where a stage gave it: its time alone does not tell. */
  window: RowWindow | undefined;
  private text = "";
  private textOf = Number.NaN;

  /** The processing time as a TIMESTAMP. */
  get nowText(): string {
    if (this.textOf !== this.now) {
      this.text = timestampOfMilliseconds(this.now);
      this.textOf = this.now;
    }
    return this.text;
  }
}

/** All of them, one after the other. */
export function each(takers: readonly TakeRow[]): TakeRow {
  if (takers.length === 1) return takers[0] as TakeRow;
  const calls = takers.map((_, i) => `take${i}(row, time);`).join(" ");
  return stepFunction(calls, Object.fromEntries(takers.map((taker, i) => [`take${i}`, taker])));
}

/**
 * A function of code of its own, so that the engine of JavaScript sees one callee at each call and compiles a chain
 * of steps into one. A function shared by all filters would be called with every kind of row.
 * @param body sees `row`, `time` and the names of the scope
 */
export const stepFunction = (body: string, scope: { readonly [name: string]: unknown }): TakeRow =>
  generate(`return (row, time) => { ${body} };`, scope) as TakeRow;
