/** Cloud Storage: `data-journey/storage`. */
export { Bucket, type AnyBucket, type ExistingBucketProps } from "./bucket";
export { BucketFolder, type BucketFolderProps } from "./bucket-folder";
export { BucketNotification, type BucketNotificationProps, type ObjectEvent } from "./bucket-notification";
export { BucketObject, type BucketObjectProps } from "./bucket-object";
export type { BucketProps, CorsRule, Retention, TwoRegions } from "./bucket-props";
export type { LifecycleCondition, LifecycleRule, StorageClass } from "./lifecycle";
export type { ObjectFile } from "./object-content";
