import { WireType, WireWriter } from "../../../pipeline/protobuf/wire";
import type { AnyRow } from "../../../pipeline/schema/row";
import type { Request } from "../checkpoint/record";

/** BigQuery and Pub/Sub take 10 MB in a request; smaller ones are confirmed sooner. */
const REQUEST_BYTES = 1_000_000;

/** Writes a row as the content of its message; told which request it belongs to, and its place there. */
export type EncodeInRequest = (row: AnyRow, writer: WireWriter, request: number, place: number) => void;

/** Rows that are not recorded yet, cut into requests: the cut that is recorded with them. */
export interface RequestBuffer {
  /** Rows, and what else is to be recorded. */
  readonly count: number;
  readonly bytes: number;
  add(row: AnyRow, time: number): void;
  /** All rows so far, as requests. */
  take(): Request[];
}

/** Requests of rows that are encoded one by one. */
export class RowBuffer implements RequestBuffer {
  private readonly writer = new WireWriter(4_096);
  private rows = 0;
  private full: Request[] = [];
  private fullRows = 0;
  private fullBytes = 0;
  private row: AnyRow = {};
  private readonly writeRow = (writer: WireWriter): void => this.encode(this.row, writer, this.next, this.rows);

  constructor(
    /** The number of the field that a row is, in the request of its sink. */
    private readonly field: number,
    private readonly descriptor: Uint8Array,
    private readonly encode: EncodeInRequest,
    /** Most rows of a request. */
    private readonly most: number,
    /** The number of the next request. */
    private next: number,
  ) {}

  get count(): number {
    return this.fullRows + this.rows;
  }

  get bytes(): number {
    return this.fullBytes + this.writer.length;
  }

  add(row: AnyRow): void {
    this.row = row;
    this.writer.tag(this.field, WireType.bytes).message(this.writeRow);
    this.rows += 1;
    if (this.writer.length >= REQUEST_BYTES || this.rows >= this.most) this.cut();
  }

  take(): Request[] {
    if (this.rows > 0) this.cut();
    const requests = this.full;
    this.full = [];
    this.fullRows = 0;
    this.fullBytes = 0;
    return requests;
  }

  private cut(): void {
    const payload = this.writer.finish().slice();
    this.full.push({ number: this.next, rows: this.rows, payload, descriptor: this.descriptor });
    this.next += 1;
    this.fullRows += this.rows;
    this.fullBytes += payload.length;
    this.rows = 0;
    this.writer.reset();
  }
}
