/** The Terraform resources of Cloud Storage. */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { iamTypes } from "../../access/iam-types";
import { CloudError } from "../../errors";
import type { Attributes, Caller, Host, ResourceType, StackResource } from "../../service";
import type { BucketObjects } from "./bucket-objects";
import { bucketResource } from "./names";
import { notificationConfig, notificationName, type Notifier } from "./notifications";
import type { ObjectStore } from "./store";

/** Terraform itself: it applies with the rights of whoever runs it, which is the laptop's owner here. */
const terraform: Caller = { member: "user:you" };

export interface StorageParts {
  readonly host: Host;
  readonly store: ObjectStore;
  readonly objects: BucketObjects;
  readonly notifier: Notifier;
  /** Filled here: the address of a bucket. */
  readonly addresses: Map<string, string>;
}

export function storageTypes(parts: StorageParts): readonly ResourceType[] {
  return [
    { type: "google_storage_bucket", apply: (resource) => applyBucket(parts, resource) },
    { type: "google_storage_bucket_object", apply: (resource) => applyObject(parts, resource) },
    ...iamTypes("google_storage_bucket", parts.host, (config) =>
      bucketResource(plain(config.bucket).replace(/^b\//, "")),
    ),
    { type: "google_storage_notification", apply: (resource) => applyNotification(parts, resource) },
  ];
}

async function applyBucket(
  { host, store, addresses }: StorageParts,
  { address, config }: StackResource,
): Promise<Attributes> {
  const name = text(address, config, "name");
  addresses.set(name, address);
  const settings = {
    location: plain(config.location, "US").toUpperCase(),
    storageClass: plain(config.storage_class, "STANDARD"),
    ...(config.labels === undefined ? {} : { labels: config.labels }),
    iamConfiguration: {
      uniformBucketLevelAccess: { enabled: config.uniform_bucket_level_access === true },
      publicAccessPrevention: config.public_access_prevention ?? "inherited",
    },
  };
  if (store.hasBucket(name)) await store.updateBucket(name, () => ({ settings }));
  else await store.createBucket(name, settings);
  for (const [argument, what] of [
    ["versioning", "older generations of an object are not kept"],
    ["lifecycle_rule", "nothing is deleted by age"],
    ["retention_policy", "objects can be deleted at once"],
  ] as const) {
    if (config[argument] === undefined) continue;
    host.log({ severity: "INFO", source: "storage", message: `${address}: ${argument} does not act here, ${what}` });
  }
  return {
    id: name,
    url: `gs://${name}`,
    self_link: `https://www.googleapis.com/storage/v1/b/${name}`,
    project_number: host.projectNumber,
  };
}

async function applyObject({ store, objects }: StorageParts, { address, config }: StackResource): Promise<Attributes> {
  const bucket = text(address, config, "bucket");
  const name = text(address, config, "name");
  const content = await store.receiveAll(bucket, [await contentOf(address, config)]);
  const there = store.peek(bucket, name);
  // As Terraform, which compares the checksum: an object that is so already keeps its generation.
  const same = there !== undefined && there.md5Hash === content.md5Hash;
  if (same) await store.discard(content);
  const record = same
    ? there
    : await objects.put(terraform, bucket, name, content, {
        contentType: plain(config.content_type, "text/plain; charset=utf-8"),
        ...(typeof config.cache_control === "string" ? { cacheControl: config.cache_control } : {}),
        ...(typeof config.content_encoding === "string" ? { contentEncoding: config.content_encoding } : {}),
        ...(typeof config.metadata === "object" && config.metadata !== null
          ? { metadata: config.metadata as { [key: string]: string } }
          : {}),
      });
  return {
    id: `${bucket}-${name}`,
    output_name: name,
    md5hash: record.md5Hash ?? "",
    crc32c: record.crc32c,
    generation: record.generation,
    self_link: `https://www.googleapis.com/storage/v1/b/${bucket}/o/${encodeURIComponent(name)}`,
    media_link: `https://storage.googleapis.com/download/storage/v1/b/${bucket}/o/${encodeURIComponent(name)}?alt=media`,
  };
}

async function contentOf(address: string, config: StackResource["config"]): Promise<Buffer> {
  if (typeof config.content === "string") return Buffer.from(config.content);
  const source = text(address, config, "source");
  return readFile(resolve(source)).catch((error: unknown) => {
    throw new CloudError("INVALID_ARGUMENT", `${address}: its source cannot be read: ${String(error)}`);
  });
}

async function applyNotification(
  { store, notifier }: StorageParts,
  { address, config }: StackResource,
): Promise<Attributes> {
  const bucket = text(address, config, "bucket");
  const wanted = notificationConfig("0", config);
  notifier.checkTopic(wanted.topic);
  const there = store.bucket(bucket).notifications;
  const same = there.find((one) => JSON.stringify({ ...one, id: wanted.id }) === JSON.stringify(wanted));
  const made = same ?? { ...wanted, id: String(Math.max(0, ...there.map(({ id }) => Number(id))) + 1) };
  if (same === undefined) await store.updateBucket(bucket, () => ({ notifications: [...there, made] }));
  const self = notificationName(bucket, made);
  return { id: `${bucket}/notificationConfigs/${made.id}`, notification_id: made.id, self_link: self };
}

function text(address: string, config: StackResource["config"], argument: string): string {
  const value = config[argument];
  if (typeof value === "string" && value !== "") return value;
  throw new CloudError("INVALID_ARGUMENT", `${address}: ${argument} is missing`);
}

const plain = (value: unknown, otherwise = ""): string => (typeof value === "string" ? value : otherwise);
