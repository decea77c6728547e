import { eventJson } from "../../../pipeline/schema/event-json";
import type { Format, Records } from "./format";
import { linesOf } from "./lines";
import { TextWriter } from "./text-writer";

const none: ReadonlyMap<number, string> = new Map();

/** An event a line: the lines are decoded where they lie. Empty ones are none. */
export const jsonLines: Format = {
  joins: true,
  async *read(bytes): AsyncGenerator<Records> {
    for await (const { bytes: all, starts, ends, first } of linesOf(bytes)) {
      const kept = starts.flatMap((start, i) => (isBlank(all, start, ends[i] as number) ? [] : [i]));
      if (kept.length === 0) continue;
      yield {
        bytes: all,
        starts: kept.map((i) => starts[i] as number),
        ends: kept.map((i) => ends[i] as number),
        problems: none,
        lines: kept.map((i) => first + i),
      };
    }
  },
  write(fields) {
    const json = eventJson(fields);
    return new TextWriter("", (row) => ({ text: json(row) }));
  },
};

/** Only spaces and tabs. */
function isBlank(bytes: Buffer, start: number, end: number): boolean {
  for (let i = start; i < end; i += 1) if (bytes[i] !== 32 && bytes[i] !== 9) return false;
  return true;
}
