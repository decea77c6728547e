/** Rows of files: JSON lines and CSV. */
import { StringDecoder } from "node:string_decoder";
import { createGunzip } from "node:zlib";
import { Readable } from "node:stream";
import { CloudError } from "../../../errors";

export interface CsvOptions {
  readonly delimiter: string;
  readonly quote: string;
  readonly skip: number;
  readonly nullMarker: string;
}

/** Where a row stands in its file, from 1, and what it says. */
export interface FileRow {
  readonly line: number;
  readonly value: unknown;
}

/** The bytes, unpacked where they are gzip. */
export async function* unpacked(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const chunks = bytes[Symbol.asyncIterator]();
  const first = await chunks.next();
  if (first.done === true) return;
  async function* all(): AsyncGenerator<Uint8Array> {
    yield first.value as Uint8Array;
    for (;;) {
      const next = await chunks.next();
      if (next.done === true) return;
      yield next.value;
    }
  }
  const packed = first.value[0] === 0x1f && first.value[1] === 0x8b;
  yield* packed ? (Readable.from(all()).pipe(createGunzip()) as AsyncIterable<Uint8Array>) : all();
}

async function* texts(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new StringDecoder("utf8");
  for await (const chunk of bytes) yield decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length));
  yield decoder.end();
}

/** A value a line. What is no JSON is an Error as the row's value. */
export async function* jsonLines(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<FileRow> {
  let rest = "";
  let line = 0;
  const row = (text: string): FileRow | undefined => {
    line += 1;
    if (text.trim() === "") return undefined;
    try {
      return { line, value: JSON.parse(text) as unknown };
    } catch (error) {
      return { line, value: error };
    }
  };
  for await (const text of texts(bytes)) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const one of lines) {
      const found = row(one);
      if (found !== undefined) yield found;
    }
  }
  const last = row(rest);
  if (last !== undefined) yield last;
}

/** Lists of fields, null for those that are the null marker. @see https://www.rfc-editor.org/rfc/rfc4180 */
export async function* csvRows(bytes: AsyncIterable<Uint8Array>, options: CsvOptions): AsyncGenerator<FileRow> {
  const parser = new CsvParser(options);
  for await (const text of texts(bytes)) yield* parser.feed(text);
  yield* parser.end();
}

class CsvParser {
  private row: (string | null)[] = [];
  private field = "";
  /** In quotes, or behind the quote that closes them. */
  private state: "plain" | "quoted" | "closing" = "plain";
  private wasQuoted = false;
  private line = 0;
  private skip: number;

  constructor(private readonly options: CsvOptions) {
    this.skip = options.skip;
  }

  *feed(text: string): Generator<FileRow> {
    const { delimiter, quote } = this.options;
    for (const letter of text) {
      if (this.state === "quoted") {
        if (letter === quote) this.state = "closing";
        else this.field += letter;
      } else if (this.state === "closing" && letter === quote) {
        this.field += quote;
        this.state = "quoted";
      } else if (letter === delimiter) this.endField();
      else if (letter === "\n") yield* this.endRow();
      else if (letter === quote && this.field === "" && quote !== "") {
        this.state = "quoted";
        this.wasQuoted = true;
      } else this.field += letter;
    }
  }

  *end(): Generator<FileRow> {
    if (this.state === "quoted") {
      throw new CloudError(
        "INVALID_ARGUMENT",
        `Error while reading data: a quoted value in line ${this.line + 1} does not end`,
      );
    }
    if (this.field !== "" || this.row.length > 0) yield* this.endRow();
  }

  private endField(): void {
    const isNull = !this.wasQuoted && this.field === this.options.nullMarker;
    this.row.push(isNull ? null : this.field);
    this.field = "";
    this.state = "plain";
    this.wasQuoted = false;
  }

  private *endRow(): Generator<FileRow> {
    this.field = this.field.replace(/\r$/, "");
    this.endField();
    this.line += 1;
    const value = this.row;
    this.row = [];
    if (this.skip > 0) this.skip -= 1;
    else if (value.length > 1 || (value[0] !== "" && value[0] !== null)) yield { line: this.line, value };
  }
}
