/** In place of the log's bucket: the same, and before a record is asked for, what it is made of is written down. */
import { BucketStore as RealStore } from "../../../pipeline-images/stream-processor/log/bucket-store";
import { ENTRIES, positionOf } from "../../../pipeline-images/stream-processor/log/position";
import { recording } from "./own";

export class BucketStore extends RealStore {
  override create(name: string, content: Uint8Array): Promise<"created" | "exists"> {
    const at = name.startsWith(ENTRIES) ? positionOf(name) : undefined;
    if (at !== undefined) recording.ask(at);
    return super.create(name, content);
  }
}
