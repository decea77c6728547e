import { BigqueryDataset } from "@cdktf/provider-google/lib/bigquery-dataset";
import {
  BigqueryDatasetIamMember,
  type BigqueryDatasetIamMemberConfig,
} from "@cdktf/provider-google/lib/bigquery-dataset-iam-member";
import type { TerraformResource } from "cdktf";
import type { Construct } from "constructs";
import { milliseconds } from "../../pipeline/duration";
import { encryptionOf } from "../core/encryption";
import { keyOfExisting, type Existing } from "../core/existing";
import {
  Grantable,
  ResourcePolicy,
  type Grant,
  type GrantOptions,
  type Identity,
  type MadeRole,
  type Policy,
} from "../core/grants";
import { make } from "../core/make";
import { physicalName } from "../core/names";
import { places } from "../core/places";
import { reference } from "../core/reference";
import { keepsData } from "../core/removal";
import { check } from "../core/rules";
import { Site } from "../core/site";
import { snake } from "../core/text";
import { authorize, datasetReader, routineReader, viewReader, type InDataset } from "./authorization";
import { datasetRules, existingRules, type DatasetProps } from "./dataset-props";

/** A dataset wherever it was made. */
export abstract class AnyDataset extends Grantable {
  abstract readonly name: string;
  /** The name in addresses: without the stage's prefix. */
  abstract readonly key: string;
  abstract readonly project: string;
  /** P.D as plain text, for what must not wait for the dataset. */
  abstract readonly fullName: string;
  /** A region, "EU" or "US"; undefined where nobody told. */
  abstract readonly location: string | undefined;

  /** The name as plain text. */
  get plainName(): string {
    return this.fullName.slice(this.fullName.lastIndexOf(".") + 1);
  }

  /** Reads all tables and views: roles/bigquery.dataViewer. To query, one also needs roles/bigquery.jobUser. */
  grantRead(to: Identity, options?: GrantOptions): Grant {
    return this.policy.grant("roles/bigquery.dataViewer", to, options);
  }

  /** Reads and writes all tables: roles/bigquery.dataEditor. Tables give the same right on one of them. */
  grantWrite(to: Identity, options?: GrantOptions): Grant {
    return this.policy.grant("roles/bigquery.dataEditor", to, options);
  }

  /** Sees which tables and functions there are, and calls the functions: roles/bigquery.metadataViewer. */
  grantMetadata(to: Identity, options?: GrantOptions): Grant {
    return this.policy.grant("roles/bigquery.metadataViewer", to, options);
  }

  /**
   * A view reads this dataset in its own name: who may read the view need not be allowed to read what it reads.
   * @see https://cloud.google.com/bigquery/docs/authorized-views
   */
  authorizeView(view: InDataset): void {
    authorize(this, viewReader(view));
  }

  /** A function or procedure reads this dataset in its own name. */
  authorizeRoutine(routine: InDataset): void {
    authorize(this, routineReader(routine));
  }

  /** All views of another dataset, those that come later too, read this one in their own name. */
  authorizeDataset(dataset: AnyDataset & { readonly resource?: TerraformResource }): void {
    authorize(this, datasetReader(dataset));
  }
}

/** BigQuery keeps a dataset's rights in a list that knows no conditions. */
class DatasetPolicy extends ResourcePolicy<BigqueryDatasetIamMemberConfig> {
  /** @throws Error where the right shall hold on a condition */
  override grant(role: string | MadeRole, to: Identity, options?: GrantOptions): Grant {
    if (options?.condition !== undefined) {
      throw new Error(
        `${to.home.node.path}: a right on a dataset cannot hold on a condition, "${options.condition.title}": Terraform's provider refuses it. Give it on the tables (https://registry.terraform.io/providers/hashicorp/google/6.50.0/docs/resources/bigquery_dataset_iam)`,
      );
    }
    return super.grant(role, to, options);
  }
}

function policyOf(
  dataset: AnyDataset,
  more: { readonly resource?: TerraformResource; readonly grants?: "manage" | "assume" },
): Policy {
  return new DatasetPolicy(dataset, {
    key: dataset.key,
    fullName: dataset.fullName,
    verbs: "grantRead or grantWrite",
    tier: "data",
    member: BigqueryDatasetIamMember,
    on: { datasetId: dataset.name, project: dataset.project },
    ...more,
  });
}

const HOUR = milliseconds("1h");
const collations = { "case-sensitive": "", "case-insensitive": "und:ci" } as const;

/**
 * A dataset. Rights on it are given one by one (never by its `access` list, which takes away what others gave).
 * @throws InvalidProps
 * @see https://cloud.google.com/bigquery/docs/datasets-intro
 */
export class Dataset extends AnyDataset {
  readonly resource: BigqueryDataset;
  readonly name: string;
  readonly key: string;
  readonly project: string;
  readonly fullName: string;
  readonly location: string;
  protected readonly policy: Policy;

  constructor(scope: Construct, id: string, props: DatasetProps = {}) {
    super(scope, id);
    const { settings } = Site.of(this);
    const { location = settings.region, tableExpiration, partitionExpiration, timeTravel } = props;
    this.key = props.name ?? snake(id);
    this.location = location;
    const name = physicalName(this, this.key, "_");
    const keyId = props.encryptionKey?.keyId ?? settings.encryptionKey;
    check(this, { ...props, name, location, keyId }, datasetRules);
    const encryption = encryptionOf(this, ["bigquery"], props, location);
    this.resource = make(
      this,
      "resource",
      BigqueryDataset,
      this.key,
      {
        datasetId: name,
        location,
        friendlyName: props.friendlyName,
        description: props.description,
        defaultTableExpirationMs: tableExpiration && milliseconds(tableExpiration),
        defaultPartitionExpirationMs: partitionExpiration && milliseconds(partitionExpiration),
        maxTimeTravelHours: timeTravel && String(milliseconds(timeTravel) / HOUR),
        storageBillingModel: props.storageBilling?.toUpperCase(),
        defaultCollation: props.defaultCollation && collations[props.defaultCollation],
        isCaseInsensitive: props.caseInsensitiveNames,
        labels: props.labels,
        resourceTags: props.resourceTags,
        deleteContentsOnDestroy: !keepsData(this),
        defaultEncryptionConfiguration: encryption.key === undefined ? undefined : { kmsKeyName: encryption.key },
        ...props.overrides,
      },
      encryption.waits,
    );
    this.project = settings.project;
    this.fullName = `${this.project}.${name}`;
    this.name = reference(this.resource, "dataset_id", name);
    this.policy = policyOf(this, { resource: this.resource });
    places.tell(this, { fullName: this.fullName, location, kind: "dataset" });
  }

  /** A dataset that is there already. */
  static fromName(scope: Construct, id: string, from: ExistingDatasetProps): AnyDataset {
    return new ExistingDataset(scope, id, from);
  }
}

export interface ExistingDatasetProps extends Existing {
  /** Where it is, for the rules about what a query joins. @default unknown */
  readonly location?: string;
}

class ExistingDataset extends AnyDataset {
  readonly name: string;
  readonly key: string;
  readonly project: string;
  readonly fullName: string;
  readonly location: string | undefined;
  protected readonly policy: Policy;

  constructor(scope: Construct, id: string, from: ExistingDatasetProps) {
    super(scope, id);
    check(this, from, existingRules);
    const ours = Site.of(this).settings.project;
    this.name = from.name;
    this.project = from.project ?? ours;
    this.key = keyOfExisting(from, ours);
    this.fullName = `${this.project}.${from.name}`;
    this.location = from.location;
    this.policy = policyOf(this, { grants: from.grants });
    const { fullName, location } = this;
    if (location !== undefined) places.tell(this, { fullName, location, kind: "dataset" });
  }
}
