import { isUtf8 } from "node:buffer";
import type { FieldSpec } from "../../../pipeline/spec";
import type { Format, Records } from "./format";
import { linesOf } from "./lines";
import { MadeRecords } from "./made-records";
import { TextWriter } from "./text-writer";

/**
 * A row a line: its text is the one field. Empty lines are rows as well.
 * @param skipLines how many a file begins with that are none
 */
export const text = (skipLines = 0): Format => ({
  joins: true,
  async *read(bytes, fields): AsyncGenerator<Records> {
    const name = JSON.stringify(onlyField(fields));
    for await (const { bytes: all, starts, ends, first } of linesOf(bytes)) {
      const records = new MadeRecords();
      for (const [i, start] of starts.entries()) {
        const line = first + i;
        if (line <= skipLines) continue;
        const content = all.subarray(start, ends[i]);
        if (isUtf8(content)) records.add(`{${name}:${JSON.stringify(content.toString())}}`, line);
        else records.refuse(content, line, "the line is not UTF-8");
      }
      yield records.all;
    }
  },
  write(fields) {
    const name = onlyField(fields);
    return new TextWriter("", (row) => {
      const value = (row[name] ?? "") as string;
      return /[\r\n]/.test(value) ? `${name} has a line's end in it, and a row is one line` : { text: value };
    });
  },
});

function onlyField(fields: readonly FieldSpec[]): string {
  const [only, ...others] = fields;
  if (only?.type === "STRING" && only.mode !== "REPEATED" && others.length === 0) return only.name;
  const found = fields.map(({ name, type }) => `${name} ${type}`).join(", ");
  throw new Error(`a file of text has one field, a STRING, and the schema has ${found || "none"}`);
}
