/**
 * Where the log's objects are kept. Whatever keeps it must do four things: create a name only where it is absent,
 * once, whole, and for good when it says so; show in a listing all that was created before the listing began.
 * Cloud Storage and a disk do.
 *
 * Every call may throw: then it is not known whether it happened, and the caller asks again.
 */
export interface LogStore {
  create(name: string, content: Uint8Array): Promise<"created" | "exists">;
  /** The content of an object, or undefined where there is none. */
  read(name: string): Promise<Uint8Array | undefined>;
  /** Names that begin so, sorted; only those from `from` on, where it is given. */
  list(prefix: string, from?: string): Promise<readonly string[]>;
  /** Deletes an object, if it is there. */
  delete(name: string): Promise<void>;
  /** What a person finds it by: gs://bucket/prefix, or a folder. */
  readonly place: string;
}
