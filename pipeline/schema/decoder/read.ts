import type { FieldSpec, Json } from "../../spec";

/** A row just made: its maker may set the metadata. */
export type NewRow = { [name: string]: Json };

/** What a decoder is compiled from. */
export interface Read {
  /** All fields of an event, and those that come from the message. */
  readonly fields: readonly FieldSpec[];
  /** Those that the row is to have, in their order. */
  readonly reads: readonly FieldSpec[];
  /** Names of those that come from the message. */
  readonly metadata: ReadonlySet<string>;
  /** Of the field that is read as a number, into `cursor.time`, and is not in the row. */
  readonly time?: FieldSpec | undefined;
}
