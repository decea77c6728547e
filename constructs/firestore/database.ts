import { FirestoreBackupSchedule } from "@cdktf/provider-google/lib/firestore-backup-schedule";
import { FirestoreDatabase as FirestoreDatabaseResource } from "@cdktf/provider-google/lib/firestore-database";
import type { Construct } from "constructs";
import { seconds } from "../../pipeline/duration";
import { encryptionOf } from "../core/encryption";
import { keyOfExisting, type Existing } from "../core/existing";
import { Grantable, type Grant, type GrantOptions, type Identity, type Policy } from "../core/grants";
import { make } from "../core/make";
import { physicalName } from "../core/names";
import { keyPlace, places } from "../core/places";
import { reference } from "../core/reference";
import { guarded, keepsData } from "../core/removal";
import { check } from "../core/rules";
import { Site } from "../core/site";
import { DatabasePolicy } from "./database-policy";
import { databaseRules, DEFAULT, keyLocation, nameRule, type FirestoreDatabaseProps } from "./database-props";

/** A database wherever it was made. */
export abstract class AnyFirestoreDatabase extends Grantable {
  /** What clients are told: "events", "(default)". A reference to the database. */
  abstract readonly name: string;
  /** The name in addresses: without the stage's prefix and brackets. */
  abstract readonly key: string;
  abstract readonly project: string;
  /** projects/P/databases/D: a reference to the database. */
  abstract readonly path: string;
  /** The same as plain text. */
  abstract readonly fullName: string;

  /** Reads and queries its documents: roles/datastore.viewer, for this database alone. */
  grantRead(to: Identity, options?: GrantOptions): Grant {
    return this.policy.grant("roles/datastore.viewer", to, options);
  }

  /** Reads, queries, writes and deletes its documents: roles/datastore.user, for this database alone. */
  grantWrite(to: Identity, options?: GrantOptions): Grant {
    return this.policy.grant("roles/datastore.user", to, options);
  }
}

/**
 * Documents in collections. Where the stage keeps data, neither Terraform nor Google destroys it; elsewhere it is deleted
 * with its stack, where Terraform's provider by itself would leave it behind, to be in the way of the next one.
 * @throws InvalidProps
 * @see https://cloud.google.com/firestore/docs/manage-databases
 */
export class FirestoreDatabase extends AnyFirestoreDatabase {
  readonly resource: FirestoreDatabaseResource;
  readonly name: string;
  readonly key: string;
  readonly project: string;
  readonly path: string;
  readonly fullName: string;
  readonly location: string;
  protected readonly policy: Policy;

  constructor(scope: Construct, id: string, props: FirestoreDatabaseProps = {}) {
    super(scope, id);
    const named = props.name ?? id;
    this.key = keyOf(named);
    const name = named === DEFAULT ? DEFAULT : physicalName(this, named);
    const { settings } = Site.of(this);
    this.location = props.location ?? settings.region;
    check(this, { ...props, name }, databaseRules);
    const keyId = props.encryptionKey?.keyId ?? settings.encryptionKey;
    check(this, { location: keyLocation(this.location), keyId }, [keyPlace]);
    const encryption = encryptionOf(this, ["firestore"], props, keyLocation(this.location));
    const kept = keepsData(this);
    this.resource = make(
      this,
      "resource",
      FirestoreDatabaseResource,
      this.key,
      {
        name,
        locationId: this.location,
        type: "FIRESTORE_NATIVE",
        concurrencyMode: props.concurrency?.toUpperCase(),
        pointInTimeRecoveryEnablement: `POINT_IN_TIME_RECOVERY_${(props.pointInTimeRecovery ?? kept) ? "ENABLED" : "DISABLED"}`,
        deleteProtectionState: `DELETE_PROTECTION_${kept ? "ENABLED" : "DISABLED"}`,
        // With ABANDON, the provider's own choice, a destroyed one stays, and the next of its name is refused.
        deletionPolicy: "DELETE",
        cmekConfig: encryption.key === undefined ? undefined : { kmsKeyName: encryption.key },
        lifecycle: guarded(this),
        ...props.overrides,
      },
      encryption.waits,
    );
    this.project = settings.project;
    this.fullName = `projects/${this.project}/databases/${name}`;
    this.name = reference(this.resource, "name", name);
    this.path = reference(this.resource, "id", this.fullName);
    this.policy = new DatabasePolicy(this, {
      key: this.key,
      project: this.project,
      fullName: this.fullName,
      resource: this.resource,
    });
    this.backUp(props);
    places.tell(this, { fullName: this.fullName, location: this.location, kind: "database" });
  }

  /** A database that is there already. */
  static fromName(scope: Construct, id: string, from: Existing): AnyFirestoreDatabase {
    return new ExistingFirestoreDatabase(scope, id, from);
  }

  private backUp({ backups = {} }: FirestoreDatabaseProps): void {
    const { daily, weekly } = backups;
    const database = this.name;
    if (daily) {
      make(this, "daily", FirestoreBackupSchedule, `${this.key}-daily`, {
        database,
        retention: seconds(daily.keep),
        dailyRecurrence: {},
      });
    }
    if (weekly) {
      make(this, "weekly", FirestoreBackupSchedule, `${this.key}-weekly`, {
        database,
        retention: seconds(weekly.keep),
        weeklyRecurrence: { day: weekly.on.toUpperCase() },
      });
    }
  }
}

const keyOf = (name: string): string => name.replace(/[()]/g, "");

class ExistingFirestoreDatabase extends AnyFirestoreDatabase {
  readonly name: string;
  readonly key: string;
  readonly project: string;
  readonly path: string;
  readonly fullName: string;
  protected readonly policy: Policy;

  constructor(scope: Construct, id: string, from: Existing) {
    super(scope, id);
    check(this, from, [nameRule]);
    const ours = Site.of(this).settings.project;
    this.name = from.name;
    this.project = from.project ?? ours;
    this.key = keyOf(keyOfExisting(from, ours));
    this.fullName = `projects/${this.project}/databases/${from.name}`;
    this.path = this.fullName;
    this.policy = new DatabasePolicy(this, {
      key: this.key,
      project: this.project,
      fullName: this.fullName,
      grants: from.grants,
    });
  }
}
