import type { AnyBucket, Bucket, Dataset, Network } from "../../../constructs";

/** What all of the stack's jobs share. */
export interface Around {
  /** What comes in. */
  readonly input: Bucket;
  /** Texts of Google's, which everybody may read. */
  readonly samples: AnyBucket;
  /** What comes out, and what runs keep. */
  readonly bucket: Bucket;
  readonly dataset: Dataset;
  readonly network: Network;
}
