import { StorageBucket, type StorageBucketConfig } from "@cdktf/provider-google/lib/storage-bucket";
import { StorageBucketIamMember } from "@cdktf/provider-google/lib/storage-bucket-iam-member";
import type { TerraformResource } from "cdktf";
import type { Construct } from "constructs";
import { milliseconds, type Duration } from "../../pipeline/duration";
import { encryptionOf } from "../core/encryption";
import { ResourcePolicy, type Policy, type Grant, type Identity, Grantable, type GrantOptions } from "../core/grants";
import { make } from "../core/make";
import { physicalName } from "../core/names";
import { places } from "../core/places";
import { reference } from "../core/reference";
import { keepsData } from "../core/removal";
import { check } from "../core/rules";
import { Site } from "../core/site";
import { nothing } from "../core/waits";
import { bucketRules, existingRules, type BucketProps, type CorsRule } from "./bucket-props";
import { lifecycleRule, type LifecycleRule } from "./lifecycle";

/** A bucket wherever it was made. */
export abstract class AnyBucket extends Grantable {
  /** Without gs://. */
  abstract readonly name: string;
  /** The name in addresses: without project and prefix. */
  abstract readonly key: string;
  /** The name as plain text, for what must not wait for the bucket. */
  abstract readonly fullName: string;
  /** A region, or an area such as "EU"; undefined where nobody told. */
  abstract readonly location: string | undefined;

  /** gs://bucket */
  get url(): string {
    return `gs://${this.name}`;
  }

  /** roles/storage.objectViewer */
  grantRead(to: Identity, options?: GrantOptions): Grant {
    return this.policy.grant("roles/storage.objectViewer", to, options);
  }

  /** Writes what is not there yet, and neither reads nor overwrites: roles/storage.objectCreator. */
  grantWrite(to: Identity, options?: GrantOptions): Grant {
    return this.policy.grant("roles/storage.objectCreator", to, options);
  }

  /** Reads, lists, writes, overwrites and deletes: roles/storage.objectUser. */
  grantReadWrite(to: Identity, options?: GrantOptions): Grant {
    return this.policy.grant("roles/storage.objectUser", to, options);
  }

  /** Deletes what lies below a prefix ("temp/") when it is so many days old. A bucket of somebody else's is left as it is. */
  expire(_prefix: `${string}/`, _after: Duration): void {}

  /** Somebody keeps objects here that live for seconds or minutes: see {@link BucketProps.softDelete}. */
  holdsShortLived(): void {}
}

const policyOf = (
  bucket: AnyBucket,
  more: { readonly resource?: TerraformResource; readonly grants?: "manage" | "assume" },
): Policy =>
  new ResourcePolicy(bucket, {
    key: bucket.key,
    fullName: bucket.fullName,
    verbs: "grantRead, grantWrite or grantReadWrite",
    tier: "data",
    member: StorageBucketIamMember,
    on: { bucket: bucket.name },
    ...more,
  });

/**
 * A bucket. Nobody reads it without a grant: access is by IAM alone, and public access is prevented.
 * @throws InvalidProps
 * @see https://cloud.google.com/storage/docs/creating-buckets
 */
export class Bucket extends AnyBucket {
  readonly resource: StorageBucket;
  readonly name: string;
  readonly key: string;
  readonly fullName: string;
  readonly location: string;
  protected readonly policy: Policy;
  private readonly lifecycle: LifecycleRule[];

  constructor(
    scope: Construct,
    id: string,
    private readonly props: BucketProps = {},
  ) {
    super(scope, id);
    const { settings } = Site.of(this);
    const { location = settings.region } = props;
    this.key = props.name ?? id;
    this.fullName = `${settings.project}-${physicalName(this, this.key)}`;
    this.location = typeof location === "string" ? location : location.area;
    const keyId = props.encryptionKey?.keyId ?? settings.encryptionKey;
    check(this, { ...props, name: this.fullName, place: this.location, keyId }, bucketRules);
    const encryption = encryptionOf(this, ["storage"], props, this.location);
    this.lifecycle = [...(props.lifecycle ?? [])];
    this.resource = make(
      this,
      "resource",
      StorageBucket,
      this.key,
      {
        name: this.fullName,
        location: this.location,
        ...placement(props),
        ...classOf(props),
        labels: props.labels,
        uniformBucketLevelAccess: true,
        publicAccessPrevention: props.publicAccess === "possible" ? "inherited" : "enforced",
        forceDestroy: !keepsData(this),
        lifecycleRule: props.lifecycle?.map(lifecycleRule),
        softDeletePolicy: props.softDelete && softDelete(props.softDelete),
        versioning: props.versioning === undefined ? undefined : { enabled: props.versioning },
        retentionPolicy: props.retention && {
          retentionPeriod: secondsOf(props.retention.period),
          isLocked: props.retention.locked,
        },
        enableObjectRetention: props.objectRetention,
        defaultEventBasedHold: props.eventBasedHold,
        cors: props.cors?.map(cors),
        logging: props.logging && { logBucket: props.logging.bucket.name, logObjectPrefix: props.logging.prefix },
        requesterPays: props.requesterPays,
        hierarchicalNamespace: props.hierarchicalNamespace === true ? { enabled: true } : undefined,
        encryption: encryption.key === undefined ? undefined : { defaultKmsKeyName: encryption.key },
        ...props.overrides,
      },
      encryption.waits,
    );
    this.name = reference(this.resource, "name", this.fullName);
    this.policy = policyOf(this, { resource: this.resource });
    props.logging?.bucket.grantWrite(this.storageAnalytics(), { why: `writes the access logs of ${this.key}` });
    places.tell(this, { fullName: this.fullName, location: this.location, kind: "bucket" });
  }

  /** A bucket that is there already. */
  static fromName(scope: Construct, id: string, from: ExistingBucketProps): AnyBucket {
    return new ExistingBucket(scope, id, from);
  }

  override expire(prefix: `${string}/`, after: Duration): void {
    // Of several jobs that share the bucket, each asks for it.
    const there = this.lifecycle.some(({ action, when }) => action === "delete" && isOnly(when, prefix, after));
    if (there) return;
    this.lifecycle.push({ action: "delete", when: { age: after, prefixes: [prefix] } });
    this.resource.putLifecycleRule(this.lifecycle.map(lifecycleRule));
  }

  override holdsShortLived(): void {
    if (this.props.softDelete === undefined) this.resource.putSoftDeletePolicy(softDelete("off"));
  }

  /** Who writes access logs, of all buckets there are. @see https://cloud.google.com/storage/docs/access-logs */
  private storageAnalytics(): Identity {
    return {
      member: "group:cloud-storage-analytics@google.com",
      key: "storage-analytics",
      home: this,
      waits: nothing,
    };
  }
}

/** Whether a rule is about what is below one prefix and so old, and about nothing else. */
const isOnly = ({ age, prefixes, ...others }: LifecycleRule["when"], prefix: string, after: Duration): boolean =>
  age === after && prefixes?.length === 1 && prefixes[0] === prefix && Object.keys(others).length === 0;

const secondsOf = (length: Duration): number => milliseconds(length) / 1_000;

function softDelete(length: Duration | "off") {
  return { retentionDurationSeconds: length === "off" ? 0 : secondsOf(length) };
}

/** The two regions, and how soon an object is in both. */
function placement({ location }: BucketProps): Pick<StorageBucketConfig, "customPlacementConfig" | "rpo"> {
  if (typeof location !== "object") return {};
  const { regions, turbo = false } = location;
  return {
    customPlacementConfig: { dataLocations: regions.map((region) => region.toUpperCase()) },
    rpo: turbo ? "ASYNC_TURBO" : undefined,
  };
}

function classOf({ storageClass }: BucketProps): Pick<StorageBucketConfig, "storageClass" | "autoclass"> {
  switch (storageClass) {
    case undefined:
      return {};
    case "auto":
      return { autoclass: { enabled: true, terminalStorageClass: "NEARLINE" } };
    case "auto-to-archive":
      return { autoclass: { enabled: true, terminalStorageClass: "ARCHIVE" } };
    default:
      return { storageClass: storageClass.toUpperCase() };
  }
}

const cors = ({ origins, methods, responseHeaders, maxAge }: CorsRule) => ({
  origin: [...origins],
  method: [...methods],
  responseHeader: responseHeaders && [...responseHeaders],
  maxAgeSeconds: maxAge && secondsOf(maxAge),
});

export interface ExistingBucketProps {
  /** The whole name, without gs://. */
  readonly name: string;
  /** Where it is, for the rules about what is near it. @default unknown */
  readonly location?: string;
  /** "assume": whoever owns it gives the rights. @default "manage" */
  readonly grants?: "manage" | "assume";
}

class ExistingBucket extends AnyBucket {
  readonly name: string;
  readonly key: string;
  readonly fullName: string;
  readonly location: string | undefined;
  protected readonly policy: Policy;

  constructor(scope: Construct, id: string, from: ExistingBucketProps) {
    super(scope, id);
    check(this, from, existingRules);
    this.name = from.name;
    this.key = from.name;
    this.fullName = from.name;
    this.location = from.location;
    this.policy = policyOf(this, { grants: from.grants });
    if (from.location !== undefined) {
      places.tell(this, { fullName: from.name, location: from.location, kind: "bucket" });
    }
  }
}
