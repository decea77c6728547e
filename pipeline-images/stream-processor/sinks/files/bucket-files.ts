/** Files in a bucket: parts are put together by Cloud Storage, nothing of them comes by here again. */
import type { CloudStorage } from "../../google/storage";
import type { FileBytes } from "../../formats/format";
import { type FileStore, TakenName } from "./file-store";

/** The name of the metadata that says who has made a file. */
const MARK = "data-journey";

export class BucketFiles implements FileStore {
  constructor(
    private readonly storage: CloudStorage,
    private readonly bucket: string,
  ) {}

  async put(name: string, content: Uint8Array): Promise<void> {
    await this.storage.createObject(this.bucket, name, content);
  }

  async join(name: string, parts: readonly string[], mark: string): Promise<void> {
    const { storage, bucket } = this;
    const outcome = await storage.composeObject(bucket, name, parts, { [MARK]: mark });
    if (outcome === "created") return;
    const there = await storage.metadataOf(bucket, name);
    if (there === undefined) throw new Error(`gs://${bucket}/${name} cannot be made: a part of it is gone`);
    if (there[MARK] !== mark) throw new TakenName(`gs://${bucket}/${name}`);
  }

  list(prefix: string): Promise<readonly string[]> {
    return this.storage.listObjects(this.bucket, prefix, "");
  }

  open(name: string): FileBytes {
    const { storage, bucket } = this;
    return {
      [Symbol.asyncIterator]: () => storage.openObject(bucket, name),
      anywhere: storage.anywhere(bucket, name),
    };
  }

  delete(name: string): Promise<void> {
    return this.storage.deleteObject(this.bucket, name);
  }
}
