import type { CloudStorage } from "../google/storage";
import type { LogStore } from "./store";

/** The log in a bucket: `ifGenerationMatch=0` creates a name once, and listings are consistent. */
export class BucketStore implements LogStore {
  private readonly prefix: string;

  constructor(
    private readonly storage: CloudStorage,
    private readonly bucket: string,
    folder: string,
  ) {
    this.prefix = folder === "" ? "" : `${folder.replace(/\/+$/, "")}/`;
  }

  get place(): string {
    return `gs://${this.bucket}/${this.prefix}`;
  }

  create(name: string, content: Uint8Array): Promise<"created" | "exists"> {
    return this.storage.createObject(this.bucket, this.prefix + name, content);
  }

  read(name: string): Promise<Uint8Array | undefined> {
    return this.storage.readObject(this.bucket, this.prefix + name);
  }

  async list(prefix: string, from?: string): Promise<readonly string[]> {
    const start = from === undefined ? "" : this.prefix + from;
    const names = await this.storage.listObjects(this.bucket, this.prefix + prefix, start);
    return names.map((name) => name.slice(this.prefix.length)).toSorted();
  }

  delete(name: string): Promise<void> {
    return this.storage.deleteObject(this.bucket, this.prefix + name);
  }
}
