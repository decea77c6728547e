import type { Caller } from "../../../service";

/** Cloud Storage, as load and extract jobs need it. */
export interface Objects {
  open(caller: Caller, bucket: string, object: string): Promise<{ readonly bytes: AsyncIterable<unknown> }>;
  /** Names that begin so. */
  list(caller: Caller, bucket: string, prefix: string): readonly string[];
  put(
    caller: Caller,
    bucket: string,
    object: string,
    bytes: AsyncIterable<Uint8Array>,
    contentType: string,
  ): Promise<unknown>;
}
