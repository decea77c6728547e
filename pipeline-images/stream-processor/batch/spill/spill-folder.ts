import { appendFileSync, closeSync, mkdtempSync, openSync, readSync, rmSync } from "node:fs";
import { join } from "node:path";

/** A folder for the time of a run, made when it is needed: files of blocks, which are added to and read in their order. */
export class SpillFolder {
  private folder: string | undefined;
  private files = 0;
  private bytes = 0;

  /** @param within which folder it is made */
  constructor(
    private readonly within: string,
    private readonly append: (file: string, block: Uint8Array) => void = appendFileSync,
  ) {}

  /** A file that is not there yet. */
  name(): string {
    this.files += 1;
    return String(this.files);
  }

  /** @throws Error in one sentence where the disk is full, or is none */
  add(file: string, block: Uint8Array): void {
    const whole = Buffer.allocUnsafe(4 + block.length);
    whole.writeUInt32LE(block.length, 0);
    whole.set(block, 4);
    try {
      this.folder ??= mkdtempSync(join(this.within, "spill-"));
      this.append(join(this.folder, file), whole);
    } catch (error) {
      const why = (error as NodeJS.ErrnoException).code === "ENOSPC" ? "it is full" : String(error);
      throw new Error(
        `${this.within}: ${Math.ceil(this.bytes / 2 ** 20)} MiB are put aside there, and no more can be, for ${why}: ` +
          "give the job more memory, or a SPILL with more room",
        { cause: error },
      );
    }
    this.bytes += whole.length;
  }

  /** The blocks of a file, one at a time; none where it has none. */
  *blocks(file: string, size: number): Generator<Uint8Array> {
    if (size === 0 || this.folder === undefined) return;
    const open = openSync(join(this.folder, file), "r");
    try {
      const length = Buffer.allocUnsafe(4);
      while (readSync(open, length, 0, 4, null) === 4) {
        const block = Buffer.allocUnsafe(length.readUInt32LE(0));
        for (let at = 0; at < block.length;) {
          const read = readSync(open, block, at, block.length - at, null);
          if (read === 0) throw new Error(`${file}: what was put aside ends too early`);
          at += read;
        }
        yield block;
      }
    } finally {
      closeSync(open);
    }
  }

  /** @param size of it, which makes room again */
  remove(file: string, size: number): void {
    if (size === 0 || this.folder === undefined) return;
    rmSync(join(this.folder, file));
    this.bytes -= size;
  }

  /** Nothing is left of it. */
  close(): void {
    if (this.folder !== undefined) rmSync(this.folder, { recursive: true, force: true });
    this.folder = undefined;
  }
}
