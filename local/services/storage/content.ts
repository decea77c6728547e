import { open, rm, type FileHandle } from "node:fs/promises";
import { Checksums } from "./checksum";

/** Bytes that have arrived, durable, and not yet an object. */
export interface Content {
  readonly file: string;
  readonly size: number;
  readonly crc32c: string;
  readonly md5Hash?: string;
  readonly componentCount?: number;
}

/** Bytes on their way to the disk, counted and summed as they pass. */
export class Receiver {
  private readonly sums = new Checksums();

  private constructor(
    private readonly path: string,
    private readonly file: FileHandle,
  ) {}

  static async open(path: string): Promise<Receiver> {
    return new Receiver(path, await open(path, "wx"));
  }

  get size(): number {
    return this.sums.size;
  }

  async write(chunk: Uint8Array): Promise<void> {
    this.sums.update(chunk);
    await this.file.writeFile(chunk);
  }

  /** All has arrived: it is durable when this returns. */
  async finish(): Promise<Content & { readonly md5Hash: string }> {
    await this.file.sync();
    await this.file.close();
    return { file: this.path, ...this.sums.finish() };
  }

  async abandon(): Promise<void> {
    await this.file.close().catch(() => undefined);
    await rm(this.path, { force: true });
  }
}
