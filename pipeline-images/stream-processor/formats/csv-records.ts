/** Records of RFC 4180: cells between delimiters, in quotes where they have line ends, delimiters or quotes in them. */
import { LONGEST_RECORD, MARK } from "./format";

export interface Cell {
  readonly text: string;
  /** An empty cell is a text only in quotes. */
  readonly quoted: boolean;
}

export interface CsvRecord {
  readonly cells: readonly Cell[];
  /** The record as it stands in the file, without its end. */
  readonly bytes: Buffer;
  readonly line: number;
  /** There is something between a closing quote and the delimiter. */
  readonly broken: boolean;
}

const QUOTE = 34;
const NEWLINE = 10;
const RETURN = 13;

/**
 * Records of each part of a file, as soon as they are whole.
 * @param delimiter one character of ASCII
 */
export async function* csvRecords(
  parts: AsyncIterable<Uint8Array>,
  delimiter: string,
): AsyncGenerator<readonly CsvRecord[]> {
  const separator = delimiter.charCodeAt(0);
  let rest: Buffer = Buffer.alloc(0);
  let line = 1;
  for await (const part of parts) {
    const bytes = Buffer.concat([rest, part]);
    const found = scan(bytes, separator, line, false);
    rest = bytes.subarray(found.end);
    line = found.line;
    if (rest.length > LONGEST_RECORD) {
      throw new Error(`the record in line ${line} has more than ${LONGEST_RECORD} bytes: does a quote not end?`);
    }
    yield found.records;
  }
  if (rest.length > 0) yield scan(rest, separator, line, true).records;
}

function scan(bytes: Buffer, separator: number, firstLine: number, last: boolean) {
  const records: CsvRecord[] = [];
  let line = firstLine;
  let end = firstLine === 1 && bytes.subarray(0, MARK.length).equals(MARK) ? MARK.length : 0;
  while (end < bytes.length) {
    const one = scanRecord(bytes, end, separator, line, last);
    if (one === undefined) break;
    records.push(one.record);
    end = one.next;
    line += one.newlines;
  }
  return { records, end, line };
}

/** Undefined where the record goes on behind the bytes. */
function scanRecord(bytes: Buffer, start: number, separator: number, line: number, last: boolean) {
  const cells: Cell[] = [];
  let broken = false;
  let newlines = 0;
  let at = start;
  for (;;) {
    const quoted = bytes[at] === QUOTE;
    let text: string | undefined;
    if (quoted) {
      let close = bytes.indexOf(QUOTE, at + 1);
      while (close >= 0 && bytes[close + 1] === QUOTE) close = bytes.indexOf(QUOTE, close + 2);
      // A quote that is the last byte may be the first of two.
      if (!last && (close < 0 || close + 1 === bytes.length)) return undefined;
      broken ||= close < 0;
      const until = close < 0 ? bytes.length : close;
      const inside = bytes.toString("utf8", at + 1, until);
      text = inside.replaceAll('""', '"');
      newlines += inside.split("\n").length - 1;
      at = close < 0 ? bytes.length : close + 1;
    }
    let end = at;
    while (end < bytes.length && bytes[end] !== separator && bytes[end] !== NEWLINE) end += 1;
    if (end === bytes.length && !last) return undefined;
    const ends = end === bytes.length || bytes[end] === NEWLINE;
    const cut = ends && end > at && bytes[end - 1] === RETURN ? end - 1 : end;
    if (text === undefined) text = bytes.toString("utf8", at, cut);
    else broken ||= cut > at;
    cells.push({ text, quoted });
    at = end + 1;
    if (!ends) continue;
    if (end < bytes.length) newlines += 1;
    return {
      record: { cells, bytes: bytes.subarray(start, cut), line, broken },
      next: Math.min(at, bytes.length),
      newlines,
    };
  }
}
