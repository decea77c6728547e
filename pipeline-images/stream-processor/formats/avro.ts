/** Avro's object container files: a schema, then blocks of rows, each of them compressed. */
import { createHash } from "node:crypto";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { WireWriter } from "../../../pipeline/protobuf/wire";
import { avroSchema } from "../../../pipeline/schema/avro-schema";
import type { AnyRow } from "../../../pipeline/schema/row";
import type { FieldSpec } from "../../../pipeline/spec";
import { AvroReader, Ends } from "./avro-bytes";
import { type AvroSchema, jsonReader, type ToJson } from "./avro-read";
import { rowWriter, writeBytes } from "./avro-write";
import { type FilePart, type FileWriter, type Format, LONGEST_RECORD, type Records } from "./format";
import { MadeRecords } from "./made-records";

const MAGIC = Buffer.from("Obj\u0001");
const MARK_BYTES = 16;

/** A record's "line" is its number in the file. */
export const avro: Format = {
  joins: true,
  async *read(parts, fields): AsyncGenerator<Records> {
    let rest: Buffer = Buffer.alloc(0);
    let file: Header | undefined;
    let next = 1;
    for await (const part of parts) {
      rest = Buffer.concat([rest, part]);
      const records = new MadeRecords();
      const first = next;
      for (;;) {
        const reader = new AvroReader(rest);
        const taken = whole(() => {
          if (file === undefined) file = header(reader, fields);
          else next = block(reader, file, records, next);
        });
        if (!taken) break;
        rest = rest.subarray(reader.at);
      }
      if (rest.length > LONGEST_RECORD) throw new Error(`a block of the file has more than ${LONGEST_RECORD} bytes`);
      if (next > first) yield records.all;
    }
    if (file === undefined || rest.length > 0) throw new Error("the file ends in the middle of a block: it is cut");
  },
  write: (fields, part) => new AvroWriter(fields, part),
};

/** Whether all of something was there. */
function whole(read: () => void): boolean {
  try {
    read();
    return true;
  } catch (error) {
    if (error instanceof Ends) return false;
    throw error;
  }
}

interface Header {
  readonly row: ToJson;
  readonly deflated: boolean;
  readonly mark: Buffer;
}

function header(reader: AvroReader, fields: readonly FieldSpec[]): Header {
  if (!reader.fixed(MAGIC.length).equals(MAGIC)) throw new Error("it is no file of Avro");
  const metadata = new Map<string, string>();
  for (let count = reader.size(); count !== 0; count = reader.size()) {
    if (count < 0) reader.size();
    for (let i = Math.abs(count); i > 0; i -= 1) {
      const key = reader.delimited().toString();
      metadata.set(key, reader.delimited().toString());
    }
  }
  const mark = Buffer.from(reader.fixed(MARK_BYTES));
  const codec = metadata.get("avro.codec") ?? "null";
  if (codec !== "null" && codec !== "deflate") {
    throw new Error(`its blocks are compressed by ${codec}: null and deflate are read`);
  }
  const schema = JSON.parse(metadata.get("avro.schema") ?? "null") as AvroSchema;
  const row = jsonReader(schema, { name: "", type: "RECORD", mode: "REQUIRED", fields });
  return { row, deflated: codec === "deflate", mark };
}

/** @returns the number of the row behind it */
function block(reader: AvroReader, { row, deflated, mark }: Header, into: MadeRecords, first: number): number {
  // No bytes at all are no block: the file may end here.
  const count = reader.size();
  const content = reader.delimited();
  if (!reader.fixed(MARK_BYTES).equals(mark)) throw new Error("a block does not end where it says: the file is broken");
  const rows = new AvroReader(deflated ? inflateRawSync(content) : Buffer.from(content));
  try {
    for (let i = 0; i < count; i += 1) into.add(row(rows), first + i);
  } catch (error) {
    // The block is all there: what goes beyond it is broken, and more bytes of the file would not help.
    if (error instanceof Ends) throw new Error(`a row goes beyond its block: ${error.message}`, { cause: error });
    throw error;
  }
  return first + count;
}

class AvroWriter implements FileWriter {
  private readonly rows = new WireWriter(4_096);
  private readonly row: (row: AnyRow, into: WireWriter) => void;
  private readonly schema: string;
  /** Known with the first block, if not before. */
  private mark: Uint8Array | undefined;
  private count = 0;

  private begun: boolean;

  constructor(fields: readonly FieldSpec[], part: FilePart | undefined) {
    this.row = rowWriter(fields);
    this.schema = JSON.stringify(avroSchema("row", fields));
    // All parts of a file end their blocks with the same mark.
    this.mark = part && markOf(this.schema, Buffer.from(part.file));
    this.begun = part?.continues ?? false;
  }

  get length(): number {
    return this.rows.length + (this.begun ? 0 : MAGIC.length + this.schema.length);
  }

  add(row: AnyRow): undefined {
    this.row(row, this.rows);
    this.count += 1;
  }

  /** The rows are a block. */
  take(): Uint8Array {
    const block = this.count === 0 ? new Uint8Array(0) : deflateRawSync(this.rows.finish());
    const mark = this.mark ?? markOf(this.schema, block);
    const parts = this.begun ? [] : [this.head(mark)];
    this.mark = mark;
    this.begun = true;
    if (this.count > 0) {
      const start = new WireWriter().sint64(BigInt(this.count));
      parts.push(writeBytes(block, start).finish(), mark);
      this.rows.reset();
      this.count = 0;
    }
    return Buffer.concat(parts);
  }

  finish(): Uint8Array {
    return this.take();
  }

  private head(mark: Uint8Array): Uint8Array {
    const writer = new WireWriter().raw(MAGIC).sint64(2n);
    for (const [key, value] of [
      ["avro.schema", this.schema],
      ["avro.codec", "deflate"],
    ] as const) {
      writeBytes(Buffer.from(value), writeBytes(Buffer.from(key), writer));
    }
    return writer.sint64(0n).raw(mark).finish();
  }
}

/** As good as random, and the same for the same rows: a file that is written again is the same to the byte. */
const markOf = (schema: string, told: Uint8Array): Uint8Array =>
  createHash("sha256").update(schema).update(told).digest().subarray(0, MARK_BYTES);
