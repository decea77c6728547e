/** What is kept of buckets and objects, and how the API shows it. */

/** What a caller may set on an object. */
export interface ObjectSettings {
  readonly contentType?: string;
  readonly contentEncoding?: string;
  readonly contentDisposition?: string;
  readonly contentLanguage?: string;
  readonly cacheControl?: string;
  readonly storageClass?: string;
  readonly customTime?: string;
  readonly temporaryHold?: boolean;
  readonly eventBasedHold?: boolean;
  readonly metadata?: { readonly [key: string]: string };
}

export interface ObjectRecord extends ObjectSettings {
  readonly bucket: string;
  readonly name: string;
  /** Microseconds of its making: greater than that of every earlier generation in the bucket. */
  readonly generation: number;
  readonly metageneration: number;
  readonly size: number;
  readonly crc32c: string;
  /** A composed object has none. */
  readonly md5Hash?: string;
  readonly componentCount?: number;
  readonly timeCreated: string;
  readonly updated: string;
  /** The file of its content, below the bucket's content folder. */
  readonly content: string;
}

export interface BucketRecord {
  readonly name: string;
  readonly metageneration: number;
  readonly timeCreated: string;
  readonly updated: string;
  /** As the API takes it: location, storageClass, labels, iamConfiguration, lifecycle, versioning ... */
  readonly settings: { readonly [name: string]: unknown };
  readonly notifications: readonly NotificationConfig[];
}

/** @see https://cloud.google.com/storage/docs/json_api/v1/notifications#resource */
export interface NotificationConfig {
  readonly id: string;
  /** projects/P/topics/T */
  readonly topic: string;
  readonly payloadFormat: "JSON_API_V1" | "NONE";
  /** None given: all. */
  readonly eventTypes?: readonly string[];
  readonly objectNamePrefix?: string;
  readonly customAttributes?: { readonly [name: string]: string };
}

const settingNames = [
  "contentType",
  "contentEncoding",
  "contentDisposition",
  "contentLanguage",
  "cacheControl",
  "storageClass",
  "customTime",
  "temporaryHold",
  "eventBasedHold",
] as const;

/** Those of a request's fields that an object keeps; the checksums and the name in it are for the caller to read. */
export function objectSettings(from: { readonly [name: string]: unknown }): ObjectSettings {
  const settings: { [name: string]: unknown } = {};
  for (const name of settingNames) {
    if (from[name] !== undefined && from[name] !== null) settings[name] = from[name];
  }
  if (isObject(from.metadata)) {
    settings.metadata = Object.fromEntries(
      Object.entries(from.metadata).flatMap(([key, value]) => (typeof value === "string" ? [[key, value]] : [])),
    );
  }
  return settings;
}

/** All settings after a patch: null takes one away (it is undefined then), metadata is merged by key. */
export function patchedSettings(record: ObjectSettings, patch: { readonly [name: string]: unknown }): ObjectSettings {
  const merged: { [name: string]: unknown } = {};
  for (const name of settingNames) {
    const value = patch[name] === undefined ? record[name] : patch[name];
    merged[name] = value ?? undefined;
  }
  merged.metadata = record.metadata;
  if (patch.metadata === null) merged.metadata = undefined;
  else if (isObject(patch.metadata)) {
    merged.metadata = objectSettings({ metadata: { ...record.metadata, ...patch.metadata } }).metadata;
  }
  return merged;
}

/** @see https://cloud.google.com/storage/docs/json_api/v1/objects#resource */
export function objectResourceOf(record: ObjectRecord, base: string): { readonly [name: string]: unknown } {
  const { bucket, name, content: _, size, generation, metageneration, ...shown } = record;
  const path = `b/${encodeURIComponent(bucket)}/o/${encodeURIComponent(name)}`;
  return {
    kind: "storage#object",
    id: `${bucket}/${name}/${generation}`,
    selfLink: `${base}/storage/v1/${path}`,
    mediaLink: `${base}/download/storage/v1/${path}?generation=${generation}&alt=media`,
    name,
    bucket,
    generation: String(generation),
    metageneration: String(metageneration),
    size: String(size),
    etag: etagOf(record),
    timeStorageClassUpdated: record.timeCreated,
    timeFinalized: record.timeCreated,
    ...shown,
    storageClass: record.storageClass ?? "STANDARD",
  };
}

/** @see https://cloud.google.com/storage/docs/json_api/v1/buckets#resource */
export function bucketResourceOf(
  record: BucketRecord,
  base: string,
  projectNumber: string,
): { readonly [name: string]: unknown } {
  return {
    kind: "storage#bucket",
    id: record.name,
    selfLink: `${base}/storage/v1/b/${record.name}`,
    storageClass: "STANDARD",
    locationType: "region",
    ...record.settings,
    name: record.name,
    projectNumber,
    metageneration: String(record.metageneration),
    timeCreated: record.timeCreated,
    updated: record.updated,
    etag: Buffer.from(String(record.metageneration)).toString("base64"),
  };
}

export const etagOf = (record: ObjectRecord): string =>
  Buffer.from(`${record.generation}/${record.metageneration}`).toString("base64");

export const isObject = (value: unknown): value is { readonly [key: string]: unknown } =>
  typeof value === "object" && value !== null && !Array.isArray(value);
