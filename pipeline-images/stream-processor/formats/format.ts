/**
 * How rows stand in files, behind one interface: a format reads the bytes of a file into records and writes rows as
 * bytes. Neither knows where the file is, and neither holds more of it than a part.
 */
import type { AnyRow } from "../../../pipeline/schema/row";
import type { FieldSpec } from "../../../pipeline/spec";

/** Some records of a file, one after the other. */
export interface Records {
  /** Record i lies from `starts[i]` to before `ends[i]`: the JSON of an event, as a decoder of the fields takes it. */
  readonly bytes: Uint8Array;
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  /** Why a record is no row, by its place; its bytes are then as they stand in the file. */
  readonly problems: ReadonlyMap<number, string>;
  /** Where each stands in the file: the number of its first line, from 1. */
  readonly lines: readonly number[];
}

/** The bytes of one file: as they come and, where whoever keeps it can, from anywhere in it. */
export interface FileBytes extends AsyncIterable<Uint8Array> {
  readonly anywhere?: Anywhere | undefined;
}

export interface Anywhere {
  size(): Promise<number>;
  /** @param end before which they end */
  bytes(start: number, end: number): Promise<Uint8Array>;
}

export interface FileWriter {
  /** @returns why the row cannot stand in such a file; undefined where it was taken */
  add(row: AnyRow): string | undefined;
  /** Bytes that were not taken yet. */
  readonly length: number;
  /** What there is of the file since the last time. */
  take(): Uint8Array;
  /** The rest of the file: nothing is added after it. */
  finish(): Uint8Array;
}

/** What a writer writes is one of several parts, which stand one behind the other in a file. */
export interface FilePart {
  /** The file, by a name of its own. */
  readonly file: string;
  /** It is not the first of them. */
  readonly continues: boolean;
}

export interface Format {
  /** Parts that were written on their own are a file, one behind the other. */
  readonly joins: boolean;
  /**
   * @param bytes of one file, unpacked
   * @throws Error where the file as a whole is none of these fields, or a record has no end
   */
  read(bytes: FileBytes, fields: readonly FieldSpec[]): AsyncIterable<Records>;
  /**
   * @param part where the file {@link joins} others
   * @throws Error where rows of these fields cannot stand in such a file
   */
  write(fields: readonly FieldSpec[], part?: FilePart): FileWriter;
}

/** What some editors put before a text, and is none of it. */
export const MARK = Buffer.from("\uFEFF");

/** A record has no more bytes than a message of Pub/Sub by far; what has is a file of another kind. */
export const LONGEST_RECORD = 64 * 1024 * 1024;
