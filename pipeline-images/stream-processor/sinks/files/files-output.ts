/**
 * Rows in files, each file once: what a record says is a part of a file is written as it is, unseen; when a record says
 * that the file is closed, its parts become a file of its name, whole. Both may be done again after a restart.
 */
import type { OutputChange } from "../../checkpoint/record";
import { frames } from "../../batch/frames";
import { type RecordedOutput, rowsToWrite, type UnwrittenRequest } from "../../checkpoint/recorded-output";
import type { FieldSpec } from "../../../../pipeline/spec";
import type { Format } from "../../formats/format";
import { packed } from "../../formats/gzip";
import { Output, type OutputOptions } from "../output";
import type { FileStore } from "./file-store";
import type { FileRequest, FilesBuffer } from "./files-buffer";
import { fiveDigits } from "./names";
import type { OpenFiles } from "./open-files";
import { cleared, eachOf, filesAtOnce, joined, rewritten } from "./publish";

/** Parts that are underway at once. */
const UNDERWAY = 8;

export interface FilesOutputOptions extends OutputOptions {
  readonly store: FileStore;
  readonly files: OpenFiles;
  readonly format: Format;
  readonly fields: readonly FieldSpec[];
  readonly shards: number;
  /** The name of a shard. */
  readonly nameOf: (file: Pick<FileRequest, "window" | "pane">, shard: number) => string;
  /** Where the parts of a file are. */
  readonly folderOf: (file: Pick<FileRequest, "window" | "pane">) => string;
}

export class FilesOutput extends Output {
  constructor(
    name: string,
    private readonly rows: FilesBuffer,
    protected override readonly options: FilesOutputOptions,
    recorded: RecordedOutput,
  ) {
    super(name, rows, options, recorded);
  }

  /** Files that are to be seen count as well: a drain waits for them. */
  override get unwritten(): number {
    return super.unwritten + this.queue.filter((request) => !isPart(request)).length;
  }

  override takeChange(): OutputChange {
    const change = super.takeChange();
    return { ...change, stream: this.options.files.takeChange() };
  }

  protected get ready(): boolean {
    return this.queue.length > 0;
  }

  /** Parts beside one another, then files: those whose parts are all there. */
  protected async sendSome(): Promise<Error | undefined> {
    const [first] = this.queue;
    if (first === undefined) return undefined;
    const others = this.queue.findIndex((request) => isPart(request) !== isPart(first));
    const [most, send] = isPart(first) ? [UNDERWAY, this.write] : [filesAtOnce(this.options.format), this.publish];
    const some = this.queue.slice(0, others < 0 ? most : Math.min(most, others));
    const outcomes = await Promise.all(some.map((request) => send(request).then(() => undefined, asError)));
    for (const failure of outcomes) {
      if (failure !== undefined) return failure;
      this.confirmFirst();
    }
    return undefined;
  }

  private readonly write = async ({ descriptor, payload }: UnwrittenRequest): Promise<void> => {
    const { store, folderOf } = this.options;
    const about = readRequest(descriptor);
    const folder = folderOf(about);
    // Nine digits, so that they stand in order for thirty years of a part a second.
    const part = String(about.part).padStart(9, "0");
    await eachOf([...frames(payload).entries()], async ([shard, content]) => {
      if (content.length > 0) await store.put(`${folder}/${fiveDigits(shard)}/${part}`, content);
    });
  };

  private readonly publish = async ({ descriptor }: UnwrittenRequest): Promise<void> => {
    const { store, format, shards, folderOf } = this.options;
    const about = readRequest(descriptor);
    const folder = folderOf(about);
    const all = [...Array(shards).keys()];
    await eachOf(all, (shard) => this.publishShard(about, folder, shard), filesAtOnce(format));
    await cleared(store, `${folder}/`);
  };

  private async publishShard(about: FileRequest, folder: string, shard: number): Promise<void> {
    const { store, format, fields, files, nameOf } = this.options;
    const name = nameOf(about, shard);
    const publication = { store, name, mark: files.id, folder: `${folder}/aside` };
    const parts = await store.list(`${folder}/${fiveDigits(shard)}/`);
    if (parts.length > 0) {
      return format.joins ? joined({ ...publication, parts }) : rewritten({ ...publication, parts, format, fields });
    }
    // Parts are taken away once the file is there: it was, whatever has become of it.
    if (about.rows > shard) return;
    const none = `${folder}/aside/none-${fiveDigits(shard)}`;
    await store.put(none, packed(name, format.write(fields, { file: name, continues: false })).finish());
    return joined({ ...publication, parts: [none] });
  }
}

/** A part has rows; what closes a file has none. */
const isPart = (request: UnwrittenRequest): boolean => rowsToWrite(request) > 0;

const readRequest = (descriptor: Uint8Array): FileRequest =>
  JSON.parse(Buffer.from(descriptor).toString()) as FileRequest;

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
