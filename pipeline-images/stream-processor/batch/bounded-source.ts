/** Where rows of a run come from: a file, or all rows of a table or a query. */
import type { FieldSpec } from "../../../pipeline/spec";
import { unpacked } from "../formats/gzip";
import type { FileBytes, Format, Records } from "../formats/format";
import { MadeRecords } from "../formats/made-records";

export interface BoundedSource {
  readonly name: string;
  /**
   * @param bytes is told of the bytes that have come, as they are stored
   * @throws Error that names it
   */
  read(fields: readonly FieldSpec[], bytes: (count: number) => void): AsyncIterable<Records>;
}

/** @param open gives its bytes as they are stored: what ends in ".gz" is unpacked */
export const fileSource = (name: string, format: Format, open: () => FileBytes): BoundedSource => ({
  name,
  read: (fields, bytes) => named(name, format.read(unpacked(name, counted(open(), bytes)), fields)),
});

/** @param pages of rows, each row the text of its JSON */
export const rowsSource = (name: string, pages: () => AsyncIterable<readonly string[]>): BoundedSource => ({
  name,
  read: () => named(name, recordsOf(pages())),
});

async function* recordsOf(pages: AsyncIterable<readonly string[]>): AsyncGenerator<Records> {
  let line = 0;
  for await (const page of pages) {
    const records = new MadeRecords();
    for (const text of page) records.add(text, (line += 1));
    yield records.all;
  }
}

function counted(file: FileBytes, told: (count: number) => void): FileBytes {
  const { anywhere } = file;
  return {
    async *[Symbol.asyncIterator]() {
      for await (const part of file) {
        told(part.length);
        yield part;
      }
    },
    anywhere: anywhere && {
      size: () => anywhere.size(),
      async bytes(start, end) {
        const part = await anywhere.bytes(start, end);
        told(part.length);
        return part;
      },
    },
  };
}

async function* named(name: string, records: AsyncIterable<Records>): AsyncGenerator<Records> {
  try {
    yield* records;
  } catch (error) {
    throw new Error(`${name}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}
