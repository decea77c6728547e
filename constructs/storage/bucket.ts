import { StorageBucket, type StorageBucketLifecycleRule } from "@cdktf/provider-google/lib/storage-bucket";
import { StorageBucketIamMember } from "@cdktf/provider-google/lib/storage-bucket-iam-member";
import type { Construct } from "constructs";
import { milliseconds, type Duration } from "../../pipeline/duration";
import { encryptionOf } from "../core/encryption";
import { ResourcePolicy, type Policy, type Grant, type Identity, Grantable, type GrantOptions } from "../core/grants";
import { limits, notADuration } from "../core/limits";
import { make } from "../core/make";
import { physicalName } from "../core/names";
import { reference } from "../core/reference";
import { keepsData } from "../core/removal";
import { check, type Rules } from "../core/rules";
import { Site } from "../core/site";

/** A bucket wherever it was made. */
export abstract class AnyBucket extends Grantable {
  /** Without gs://. */
  abstract readonly name: string;
  /** The name in addresses: without project and prefix. */
  abstract readonly key: string;

  /** roles/storage.objectViewer */
  grantRead(to: Identity, options?: GrantOptions): Grant {
    return this.policy.grant("roles/storage.objectViewer", to, options);
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

export interface BucketProps {
  /**
   * The project's id is put before it, as bucket names are the whole world's: "events" makes "acme-dev-events".
   * @default the construct's id
   */
  readonly name?: string;
  /** @default the stack's region */
  readonly location?: string;
  /**
   * How long what was deleted can be brought back, and is paid for: 7d to 90d.
   * @default "7d", as Google does; "off" where a runner keeps checkpoints or temporary files in it, since it deletes
   * them by the minute
   */
  readonly softDelete?: Duration | "off";
  /** Keeps every state of every object. @default false */
  readonly versioning?: boolean;
}

const DAY = milliseconds("1d");
const { matches } = limits("Cloud Storage");

const rules: Rules<BucketProps> = [
  matches(
    "name",
    /^(?!goog)(?!.*google)[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]$/,
    'takes 3 to 63 lower-case letters, digits, "-", "_" and ".", in all with the project, and no "google"',
    "https://cloud.google.com/storage/docs/buckets#naming",
  ),
  {
    id: "softDelete-range",
    reads: ["softDelete"],
    ofTokens: true,
    page: "https://cloud.google.com/storage/docs/soft-delete",
    broken({ softDelete }) {
      if (softDelete === undefined || softDelete === "off") return undefined;
      const sentence = notADuration(softDelete, "7d", "90d");
      return sentence && `softDelete ${sentence("Cloud Storage")}, or "off"`;
    },
  },
];

/**
 * A bucket. Nobody reads it without a grant: access is by IAM alone, and public access is prevented.
 * @throws InvalidProps
 */
export class Bucket extends AnyBucket {
  readonly resource: StorageBucket;
  readonly name: string;
  readonly key: string;
  protected readonly policy: Policy;
  private readonly expiries: StorageBucketLifecycleRule[] = [];

  constructor(
    scope: Construct,
    id: string,
    private readonly props: BucketProps = {},
  ) {
    super(scope, id);
    const { settings } = Site.of(this);
    this.key = props.name ?? id;
    const name = `${settings.project}-${physicalName(this, this.key)}`;
    check(this, { ...props, name }, rules);
    const encryption = encryptionOf(this, ["storage"]);
    this.resource = make(
      this,
      "resource",
      StorageBucket,
      this.key,
      {
        name,
        location: props.location ?? settings.region,
        uniformBucketLevelAccess: true,
        publicAccessPrevention: "enforced",
        forceDestroy: !keepsData(this),
        softDeletePolicy: props.softDelete && softDelete(props.softDelete),
        versioning: props.versioning === undefined ? undefined : { enabled: props.versioning },
        encryption: encryption.key === undefined ? undefined : { defaultKmsKeyName: encryption.key },
      },
      encryption.waits,
    );
    this.name = reference(this.resource, "name", name);
    this.policy = new ResourcePolicy(this, {
      key: this.key,
      fullName: name,
      verbs: "grantRead or grantReadWrite",
      tier: "data",
      member: StorageBucketIamMember,
      on: { bucket: this.name },
      resource: this.resource,
    });
  }

  /** A bucket that is there already. */
  static fromName(scope: Construct, id: string, from: ExistingBucketProps): AnyBucket {
    return new ExistingBucket(scope, id, from);
  }

  override expire(prefix: `${string}/`, after: Duration): void {
    this.expiries.push({
      action: { type: "Delete" },
      condition: { age: milliseconds(after) / DAY, matchesPrefix: [prefix] },
    });
    this.resource.putLifecycleRule(this.expiries);
  }

  override holdsShortLived(): void {
    if (this.props.softDelete === undefined) this.resource.putSoftDeletePolicy(softDelete("off"));
  }
}

function softDelete(length: Duration | "off") {
  return { retentionDurationSeconds: length === "off" ? 0 : milliseconds(length) / 1_000 };
}

export interface ExistingBucketProps {
  /** The whole name, without gs://. */
  readonly name: string;
  /** "assume": whoever owns it gives the rights. @default "manage" */
  readonly grants?: "manage" | "assume";
}

class ExistingBucket extends AnyBucket {
  readonly name: string;
  readonly key: string;
  protected readonly policy: Policy;

  constructor(scope: Construct, id: string, from: ExistingBucketProps) {
    super(scope, id);
    check(this, from, rules);
    this.name = from.name;
    this.key = from.name;
    this.policy = new ResourcePolicy(this, {
      key: from.name,
      fullName: from.name,
      verbs: "grantRead or grantReadWrite",
      tier: "data",
      member: StorageBucketIamMember,
      on: { bucket: from.name },
      grants: from.grants,
    });
  }
}
