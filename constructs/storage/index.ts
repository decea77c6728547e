/** Cloud Storage: `data-journey/storage`. */
export { Bucket, type AnyBucket, type BucketProps, type ExistingBucketProps } from "./bucket";
export { BucketObject, type BucketObjectProps } from "./bucket-object";
