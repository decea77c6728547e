import { gzipSync } from "node:zlib";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { FileFormat } from "../../../../pipeline/bindings";
import { compileDecoder, type NewRow } from "../../../../pipeline/schema/decoder";
import { RowError } from "../../../../pipeline/schema/row";
import type { FieldSpec } from "../../../../pipeline/spec";
import { packed, unpacked } from "../../../../pipeline-images/stream-processor/formats/gzip";
import { formatOf } from "../../../../pipeline-images/stream-processor/formats/of-binding";

const field = (name: string, type: FieldSpec["type"], mode: FieldSpec["mode"] = "REQUIRED"): FieldSpec => ({
  name,
  type,
  mode,
});

const fields = [
  field("id", "STRING"),
  field("count", "INTEGER", "NULLABLE"),
  field("share", "FLOAT", "NULLABLE"),
  field("seen", "BOOLEAN", "NULLABLE"),
  field("note", "STRING", "NULLABLE"),
];

/** Content that comes in chunks of a size. */
async function* inChunks(content: Uint8Array, size: number): AsyncIterable<Uint8Array> {
  for (let from = 0; from < content.length; from += size) yield content.subarray(from, from + size);
  await Promise.resolve();
}

interface FileRow {
  readonly data: Buffer;
  readonly line: number;
  readonly problem: string | undefined;
}

async function rowsOf(format: FileFormat, own: readonly FieldSpec[], content: string, size = 7): Promise<FileRow[]> {
  const rows: FileRow[] = [];
  for await (const found of formatOf(format).read(inChunks(Buffer.from(content), size), own)) {
    for (const [i, start] of found.starts.entries()) {
      // A copy: what comes next may lie in the same memory.
      const data = Buffer.from(found.bytes.slice(start, found.ends[i]));
      rows.push({ data, line: found.lines[i] as number, problem: found.problems.get(i) });
    }
  }
  return rows;
}

const textOf = ({ data, line, problem }: FileRow): unknown[] => [
  line,
  data.toString(),
  ...(problem === undefined ? [] : [problem]),
];

const row = fc.record({
  id: fc.string({ unit: "binary" }),
  count: fc.option(fc.integer().map(String)),
  share: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (value === 0 ? 0 : value))),
  seen: fc.option(fc.boolean()),
  note: fc.option(fc.string({ unit: fc.constantFrom("a", '"', ",", ";", "\n", "\r", "ü", " ", "😀") })),
});

describe("what is written is read back, wherever its chunks end", () => {
  test.each<FileFormat>([
    { type: "json-lines" },
    { type: "csv", header: true },
    { type: "csv", header: false },
    { type: "csv", header: true, delimiter: ";" },
  ])("%o", async (format) => {
    const decode = compileDecoder(fields);
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 5 }), fc.integer({ min: 1, max: 50 }), async (rows, size) => {
        const decoded = rows.map((one) => decode(Buffer.from(JSON.stringify(one))));
        const good = decoded.filter((one): one is NewRow => !(one instanceof RowError));
        const writer = formatOf(format).write(fields);
        for (const one of good) expect(writer.add(one)).toBeUndefined();
        const content = Buffer.from(writer.take()).toString();
        const read = await rowsOf(format, fields, content, size);
        expect(read.map(({ data }) => decode(data))).toEqual(good);
      }),
      { numRuns: 300 },
    );
  });
});

describe("JSON lines", () => {
  test("blank lines are none, lines end as Windows ends them, and the last need not end", async () => {
    const rows = await rowsOf({ type: "json-lines" }, fields, '\uFEFF{"id":"a"}\r\n\n  \n{"id":"b"}');
    expect(rows.map(textOf)).toEqual([
      [1, '{"id":"a"}'],
      [4, '{"id":"b"}'],
    ]);
  });
});

describe("CSV", () => {
  const own = [field("id", "STRING"), field("count", "INTEGER", "NULLABLE"), field("note", "STRING", "NULLABLE")];

  test("fields are found by the header, and columns of no field are passed over", async () => {
    const content = '\uFEFFnote,other,id\r\n"two\nlines, ""quoted""",x,a\r\n,,b\r\n"",,c\r\n';
    expect((await rowsOf({ type: "csv", header: true }, own, content)).map(textOf)).toEqual([
      [2, String.raw`{"id":"a","note":"two\nlines, \"quoted\""}`],
      [4, '{"id":"b","note":null}'],
      [5, '{"id":"c","note":""}'],
    ]);
  });

  test("a blank line is a row where rows have one value, and none elsewhere", async () => {
    const one = [field("note", "STRING", "NULLABLE")];
    const writer = formatOf({ type: "csv", header: false }).write(one);
    for (const note of [null, "", "a"]) writer.add({ note });
    const content = Buffer.from(writer.take()).toString();
    const read = await rowsOf({ type: "csv", header: false }, one, content);
    expect(read.map(textOf).map(([, data]) => data)).toEqual(['{"note":null}', '{"note":""}', '{"note":"a"}']);
    expect(await rowsOf({ type: "csv", header: false }, own, "\n\r\na,1,n\n\n")).toHaveLength(1);
  });

  test("a cell cannot add fields of its own, and one of another type is left to the decoder", async () => {
    const content = 'a,"1,""id"":""b""",n\n';
    expect((await rowsOf({ type: "csv", header: false }, own, content)).map(textOf)).toEqual([
      [1, String.raw`{"id":"a","count":"1,\"id\":\"b\"","note":"n"}`],
    ]);
  });

  test("a row that is none says why, and those around it are read", async () => {
    const content = 'a,1,n\nb,2\nc"d,3,n\n"e"f,4,n\ng,5,n\n"h,6,n\n';
    const rows = await rowsOf({ type: "csv", header: false }, own, content);
    expect(rows.map(({ line, problem }) => [line, problem])).toEqual([
      [1, undefined],
      [2, "the record has 2 values, and there are 3 columns"],
      [3, undefined],
      [4, "a value in quotes does not end with a quote"],
      [5, undefined],
      [6, "a value in quotes does not end with a quote"],
    ]);
  });

  test("a header without a required field is of another file", async () => {
    await expect(rowsOf({ type: "csv", header: true }, own, "count,note\n1,x\n")).rejects.toThrow(
      "the header has no id, which is REQUIRED: it has count, note",
    );
  });
});

describe("text", () => {
  const own = [field("line", "STRING")];

  test("a line is a row, blank ones too, after those that are skipped", async () => {
    const rows = await rowsOf({ type: "text", skipLines: 2 }, own, 'head\nhead\na "b"\r\n\nc');
    expect(rows.map(textOf)).toEqual([
      [3, String.raw`{"line":"a \"b\""}`],
      [4, '{"line":""}'],
      [5, '{"line":"c"}'],
    ]);
    const writer = formatOf({ type: "text" }).write(own);
    expect(writer.add({ line: "a" })).toBeUndefined();
    expect(writer.add({ line: "two\nlines" })).toBe("line has a line's end in it, and a row is one line");
    expect(Buffer.from(writer.take()).toString()).toBe("a\n");
    expect(writer.length).toBe(0);
  });

  test("is of one field", () => {
    expect(() => formatOf({ type: "text" }).write(fields)).toThrow(
      /^a file of text has one field, a STRING, and the schema/,
    );
  });
});

const plainOf = async (name: string, content: Uint8Array): Promise<string> => {
  const chunks: Uint8Array[] = [];
  for await (const chunk of unpacked(name, inChunks(content, 3))) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
};

describe("compressed files", () => {
  test("are told by their name, in reading and in writing", async () => {
    for (const name of ["a.txt.gz", "a.txt"]) {
      const writer = packed(name, formatOf({ type: "text" }).write([field("line", "STRING")]));
      const parts = ["one", "two"].map((line) => {
        writer.add({ line });
        return writer.take();
      });
      const content = Buffer.concat([...parts, writer.take()]);
      expect(content.toString() === "one\ntwo\n").toBe(name === "a.txt");
      expect(await plainOf(name, content)).toBe("one\ntwo\n");
    }
  });

  test("of several parts are read whole", async () => {
    expect(await plainOf("a.gz", Buffer.concat([gzipSync("one "), gzipSync("two")]))).toBe("one two");
  });

  test("that are cut are no shorter files", async () => {
    await expect(plainOf("a.gz", gzipSync("some rows").subarray(0, 20))).rejects.toThrow("unexpected end of file");
  });
});

test("a format that is not there, or a delimiter that is none, is said", () => {
  expect(() => formatOf({ type: "csv", delimiter: "ab" })).toThrow(
    /^the delimiter of a CSV is "ab": it is one character/,
  );
});
