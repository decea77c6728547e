/** A file's bytes, cut at the ends of lines, however its parts are cut. */
import { LONGEST_RECORD, MARK } from "./format";

export interface Lines {
  readonly bytes: Buffer;
  readonly starts: number[];
  /** Without the line's end, "\n" or "\r\n". */
  readonly ends: number[];
  /** The number of the first, from 1. */
  readonly first: number;
}

const NEWLINE = 10;
const RETURN = 13;

/** The last line needs no end. */
export async function* linesOf(parts: AsyncIterable<Uint8Array>): AsyncGenerator<Lines> {
  let rest: Buffer[] = [];
  let length = 0;
  let first = 1;
  for await (const given of parts) {
    const part = Buffer.from(given.buffer, given.byteOffset, given.length);
    const end = part.lastIndexOf(NEWLINE) + 1;
    if (end === 0) {
      rest.push(part);
      length += part.length;
      if (length > LONGEST_RECORD) throw new Error(`line ${first} has more than ${LONGEST_RECORD} bytes`);
      continue;
    }
    const lines = cut(Buffer.concat([...rest, part.subarray(0, end)]), first);
    first += lines.starts.length;
    yield lines;
    // Its own copy: whoever reads the file may use the part's memory again.
    rest = [Buffer.from(part.subarray(end))];
    length = part.length - end;
  }
  if (length > 0) yield cut(Buffer.concat(rest), first);
}

function cut(bytes: Buffer, first: number): Lines {
  const starts: number[] = [];
  const ends: number[] = [];
  for (let start = first === 1 && startsMarked(bytes) ? MARK.length : 0; start < bytes.length;) {
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline < 0 ? bytes.length : newline;
    starts.push(start);
    ends.push(end > start && bytes[end - 1] === RETURN ? end - 1 : end);
    start = end + 1;
  }
  return { bytes, starts, ends, first };
}

const startsMarked = (bytes: Buffer): boolean => bytes.subarray(0, MARK.length).equals(MARK);
