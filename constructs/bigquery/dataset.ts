import { BigqueryDataset } from "@cdktf/provider-google/lib/bigquery-dataset";
import { BigqueryDatasetIamMember } from "@cdktf/provider-google/lib/bigquery-dataset-iam-member";
import type { Construct } from "constructs";
import { milliseconds, type Duration } from "../../pipeline/duration";
import { encryptionOf } from "../core/encryption";
import { keyOfExisting, type Existing } from "../core/existing";
import { ResourcePolicy, type Grant, type Identity, type Policy, Grantable, type GrantOptions } from "../core/grants";
import { limits, notADuration } from "../core/limits";
import { make } from "../core/make";
import { physicalName } from "../core/names";
import { reference } from "../core/reference";
import { keepsData } from "../core/removal";
import { check, type Rules } from "../core/rules";
import { Site } from "../core/site";
import { snake } from "../core/text";

/** A dataset wherever it was made. */
export abstract class AnyDataset extends Grantable {
  abstract readonly name: string;
  /** The name in addresses: without the stage's prefix. */
  abstract readonly key: string;
  abstract readonly project: string;
  /** P.D as plain text, for what must not wait for the dataset. */
  abstract readonly fullName: string;

  /** Reads all tables and views: roles/bigquery.dataViewer. To query, one also needs roles/bigquery.jobUser. */
  grantRead(to: Identity, options?: GrantOptions): Grant {
    return this.policy.grant("roles/bigquery.dataViewer", to, options);
  }

  /** Reads and writes all tables: roles/bigquery.dataEditor. Tables give the same right on one of them. */
  grantWrite(to: Identity, options?: GrantOptions): Grant {
    return this.policy.grant("roles/bigquery.dataEditor", to, options);
  }
}

export interface DatasetProps {
  /** @default the construct's id, with "_" for what a name may not have */
  readonly name?: string;
  /**
   * Where its data is. It can never be changed, and a query's tables have to share it.
   * @default the stack's region
   */
  readonly location?: string;
  /** @default none */
  readonly description?: string;
  /** How far back a table can be read as it was: 2d to 7d, in whole days. @default "7d", as Google does */
  readonly timeTravel?: Duration;
  /** @default the stack's labels */
  readonly labels?: { readonly [name: string]: string };
}

const HOUR = milliseconds("1h");
const DAY = milliseconds("1d");
const { matches } = limits("BigQuery");

const rules: Rules<DatasetProps> = [
  matches(
    "name",
    /^[A-Za-z0-9_]{1,1024}$/,
    'takes letters, digits and "_"',
    "https://cloud.google.com/bigquery/docs/datasets#dataset-naming",
  ),
  {
    id: "timeTravel-range",
    reads: ["timeTravel"],
    ofTokens: true,
    page: "https://cloud.google.com/bigquery/docs/time-travel",
    broken({ timeTravel }) {
      if (timeTravel === undefined) return undefined;
      const sentence = notADuration(timeTravel, "2d", "7d");
      if (sentence) return `timeTravel ${sentence("BigQuery")}`;
      return milliseconds(timeTravel) % DAY === 0
        ? undefined
        : `timeTravel is "${timeTravel}": BigQuery takes whole days`;
    },
  },
];

/**
 * A dataset. Rights on it are given one by one (never by its `access` list, which takes away what others gave).
 * @throws InvalidProps
 */
export class Dataset extends AnyDataset {
  readonly resource: BigqueryDataset;
  readonly name: string;
  readonly key: string;
  readonly project: string;
  readonly fullName: string;
  protected readonly policy: Policy;

  constructor(scope: Construct, id: string, props: DatasetProps = {}) {
    super(scope, id);
    this.key = props.name ?? snake(id);
    const name = physicalName(this, this.key, "_");
    check(this, { ...props, name }, rules);
    const { settings } = Site.of(this);
    const encryption = encryptionOf(this, ["bigquery"]);
    const { timeTravel } = props;
    this.resource = make(
      this,
      "resource",
      BigqueryDataset,
      this.key,
      {
        datasetId: name,
        location: props.location ?? settings.region,
        description: props.description,
        labels: props.labels,
        maxTimeTravelHours: timeTravel && String(milliseconds(timeTravel) / HOUR),
        deleteContentsOnDestroy: !keepsData(this),
        defaultEncryptionConfiguration: encryption.key === undefined ? undefined : { kmsKeyName: encryption.key },
      },
      encryption.waits,
    );
    this.project = settings.project;
    this.fullName = `${this.project}.${name}`;
    this.name = reference(this.resource, "dataset_id", name);
    this.policy = new ResourcePolicy(this, {
      key: this.key,
      fullName: this.fullName,
      verbs: "grantRead or grantWrite",
      tier: "data",
      member: BigqueryDatasetIamMember,
      on: { datasetId: this.name, project: this.project },
      resource: this.resource,
    });
  }

  /** A dataset that is there already. */
  static fromName(scope: Construct, id: string, from: Existing): AnyDataset {
    return new ExistingDataset(scope, id, from);
  }
}

class ExistingDataset extends AnyDataset {
  readonly name: string;
  readonly key: string;
  readonly project: string;
  readonly fullName: string;
  protected readonly policy: Policy;

  constructor(scope: Construct, id: string, from: Existing) {
    super(scope, id);
    check(this, from, rules);
    const ours = Site.of(this).settings.project;
    this.name = from.name;
    this.project = from.project ?? ours;
    this.key = keyOfExisting(from, ours);
    this.fullName = `${this.project}.${from.name}`;
    this.policy = new ResourcePolicy(this, {
      key: this.key,
      fullName: this.fullName,
      verbs: "grantRead or grantWrite",
      tier: "data",
      member: BigqueryDatasetIamMember,
      on: { datasetId: this.name, project: this.project },
      grants: from.grants,
    });
  }
}
