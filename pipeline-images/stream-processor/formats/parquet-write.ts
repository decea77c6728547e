/** Rows as a file of Parquet: what is taken at once is a row group, the list of which stands at the end. */
import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import type { AnyRow } from "../../../pipeline/schema/row";
import type { FieldSpec } from "../../../pipeline/spec";
import type { FileWriter } from "./format";
import { columnOf, parquetSchema, type ToColumn } from "./parquet-schema";

interface Column {
  readonly name: string;
  readonly value: ToColumn;
  data: unknown[];
}

export class ParquetRows implements FileWriter {
  private readonly columns: readonly Column[];
  private readonly bytes = new ByteWriter();
  private readonly file: ParquetWriter;
  private rows = 0;
  private estimate = 0;
  private readonly grows = (bytes: number): void => void (this.estimate += bytes);

  constructor(fields: readonly FieldSpec[]) {
    this.columns = fields.map((field) => ({ name: field.name, value: columnOf(field), data: [] }));
    this.file = new ParquetWriter({ writer: this.bytes, schema: parquetSchema(fields), createdBy: "data-journey" });
  }

  /** Before they are compressed, about. */
  get length(): number {
    return this.bytes.index + this.estimate;
  }

  add(row: AnyRow): undefined {
    for (const column of this.columns) column.data.push(column.value(row[column.name] ?? null, this.grows));
    this.rows += 1;
  }

  /** The rows are a row group. */
  take(): Uint8Array {
    if (this.rows > 0) {
      const columnData = this.columns.map(({ name, data }) => ({ name, data }));
      // It waits for nothing: the bytes go into memory.
      void this.file.write({ columnData, rowGroupSize: this.rows });
      for (const column of this.columns) column.data = [];
      this.rows = 0;
      this.estimate = 0;
    }
    const taken = this.bytes.getBytes().slice();
    this.bytes.index = 0;
    return taken;
  }

  finish(): Uint8Array {
    const last = this.take();
    void this.file.finish();
    return Buffer.concat([last, this.take()]);
  }
}
