/** Rows that are not recorded yet, by the file that they go to, and by its shard: as the bytes that its next part has. */
import type { AnyRow } from "../../../../pipeline/schema/row";
import type { FieldSpec } from "../../../../pipeline/spec";
import { framed } from "../../batch/frames";
import type { Request } from "../../checkpoint/record";
import type { FileWriter, Format } from "../../formats/format";
import { packed } from "../../formats/gzip";
import type { TakeRow } from "../../operators/flow";
import type { RowWindow } from "../../window/row-window";
import type { RequestBuffer } from "../row-buffer";
import type { RefuseRow } from "../sink";
import type { OpenFile, OpenFiles } from "./open-files";

/** What a request says of itself, beside its rows: a part of a file, or that the file is to be seen. */
export interface FileRequest {
  readonly window: RowWindow;
  readonly pane: number;
  /** Of the part; undefined where the file is closed. */
  readonly part: number | undefined;
  /** Rows of the file until then. */
  readonly rows: number;
}

export interface FilesBufferOptions {
  readonly files: OpenFiles;
  readonly fields: readonly FieldSpec[];
  readonly format: Format;
  readonly shards: number;
  /** The name of a shard. */
  readonly nameOf: (file: Pick<FileRequest, "window" | "pane">, shard: number) => string;
  /** Takes a row to the windows that it is in. */
  readonly windowed: (put: (row: AnyRow, window: RowWindow) => void, expired: (end: number) => boolean) => TakeRow;
  readonly refuse: RefuseRow;
  /** How far the rows have come. */
  readonly watermark: () => number;
  readonly now: () => number;
}

/** The next part of a file, a writer a shard. */
interface Part {
  readonly file: OpenFile;
  readonly writers: (FileWriter | undefined)[];
  rows: number;
}

export class FilesBuffer implements RequestBuffer {
  readonly add: TakeRow;
  /** Rows that are not recorded. */
  private rows = 0;
  /** As of the last record. */
  private watermark = -Infinity;
  private readonly parts = new Map<OpenFile, Part>();
  private last: Part | undefined;

  constructor(
    private readonly options: FilesBufferOptions,
    /** The number of the next request. */
    private next: number,
  ) {
    this.add = options.windowed(
      (row, window) => this.put(row, window),
      (end) => end <= this.watermark,
    );
  }

  private put(row: AnyRow, window: RowWindow): void {
    const { files, now, shards, refuse } = this.options;
    const file = files.of(window, this.watermark, now(), this.next);
    const part = this.last?.file === file ? this.last : this.partOf(file);
    this.last = part;
    const shard = file.rows % shards;
    const writer = part.writers[shard] ?? this.writer(file, shard);
    const why = writer.add(row);
    if (why !== undefined) return refuse(row, why);
    part.writers[shard] = writer;
    file.rows += 1;
    part.rows += 1;
    this.rows += 1;
  }

  get bytes(): number {
    let bytes = 0;
    for (const { writers } of this.parts.values()) for (const writer of writers) bytes += writer?.length ?? 0;
    return bytes;
  }

  /** Rows, and files that are to be closed. */
  get count(): number {
    const { files, watermark, now } = this.options;
    return this.rows + files.due(watermark(), now()).length;
  }

  /** All rows so far as parts of their files; then the files that nothing more goes to. */
  take(): Request[] {
    const { files, now } = this.options;
    const requests: Request[] = [];
    for (const part of this.parts.values()) if (part.rows > 0) requests.push(this.partRequest(part));
    this.parts.clear();
    this.last = undefined;
    this.rows = 0;
    this.watermark = Math.max(this.watermark, this.options.watermark());
    for (const file of files.due(this.watermark, now())) {
      requests.push(this.request(file, undefined, 0, []));
      files.closed(file);
    }
    files.forget(this.watermark);
    return requests;
  }

  private partRequest({ file, writers, rows }: Part): Request {
    const contents = Array.from({ length: this.options.shards }, (_, shard) => writers[shard]?.finish() ?? NOTHING);
    const request = this.request(file, file.parts, rows, contents);
    this.options.files.wrote(file);
    return request;
  }

  private request(file: OpenFile, part: number | undefined, rows: number, contents: readonly Uint8Array[]): Request {
    const { start, end, pane } = file;
    const about: FileRequest = { window: { start, end }, pane, part, rows: file.rows };
    const number = this.next;
    this.next += 1;
    return { number, rows, payload: framed(contents), descriptor: Buffer.from(JSON.stringify(about)) };
  }

  private partOf(file: OpenFile): Part {
    const part = this.parts.get(file) ?? { file, writers: [], rows: 0 };
    this.parts.set(file, part);
    return part;
  }

  private writer(file: OpenFile, shard: number): FileWriter {
    const { format, fields, nameOf, shards } = this.options;
    const { start, end, pane, rows } = file;
    const name = nameOf({ window: { start, end }, pane }, shard);
    // Rows go to one shard after the other: this one has some already where there were so many.
    return packed(name, format.write(fields, { file: name, continues: rows >= shards }));
  }
}

const NOTHING = new Uint8Array(0);
