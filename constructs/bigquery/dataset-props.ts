import type { BigqueryDatasetConfig } from "@cdktf/provider-google/lib/bigquery-dataset";
import { milliseconds, type Duration } from "../../pipeline/duration";
import type { Encrypted } from "../core/encryption";
import { labelsRule, type Labels } from "../core/labels";
import { notADuration } from "../core/limits";
import type { Overridable } from "../core/overridable";
import { isRegion, keyPlace } from "../core/places";
import type { Rules } from "../core/rules";
import { age, bigquery, resourceTagsRule, type ResourceTags } from "./limits";

/** What `overrides` is for: a dataset that stands for one elsewhere, and metadata of open source catalogues. */
export interface DatasetProps extends Encrypted, Overridable<BigqueryDatasetConfig> {
  /** @default the construct's id, with "_" for what a name may not have */
  readonly name?: string;
  /**
   * Where its data is: a region, or "EU" or "US". It can never be changed, and a query's tables have to share it.
   * @default the stack's region
   * @see https://cloud.google.com/bigquery/docs/locations
   */
  readonly location?: string;
  /** As the console shows it. @default its name */
  readonly friendlyName?: string;
  /** @default none */
  readonly description?: string;
  /**
   * New tables are deleted when they are so old, 1h or more. A table may say otherwise.
   * @default never
   */
  readonly tableExpiration?: Duration;
  /** Rows of new tables are deleted when their partition is so old, 1h or more. @default never */
  readonly partitionExpiration?: Duration;
  /** How far back a table can be read as it was: 2d to 7d, in whole days. @default "7d", as Google does */
  readonly timeTravel?: Duration;
  /**
   * What storage costs by: "logical": by the rows. "physical": by what they are packed to, and by what time travel keeps,
   * at twice the price. It can be changed once in 14 days.
   * @default "logical", as Google does
   * @see https://cloud.google.com/bigquery/docs/datasets-intro#dataset_storage_billing_models
   */
  readonly storageBilling?: "logical" | "physical";
  /** Whether "a" is "A" in texts of new tables. @default "case-sensitive" */
  readonly defaultCollation?: "case-sensitive" | "case-insensitive";
  /** Whether the table "clicks" is found as "Clicks", too. @default false */
  readonly caseInsensitiveNames?: boolean;
  /** @default the stack's labels */
  readonly labels?: Labels;
  /** Tags of the organization's: `{ "1234567890/environment": "production" }`. @default none */
  readonly resourceTags?: ResourceTags;
}

const DAY = milliseconds("1d");

const datasetName = bigquery.matches(
  "name",
  /^[A-Za-z0-9_]{1,1024}$/,
  'takes letters, digits and "_"',
  "https://cloud.google.com/bigquery/docs/datasets#dataset-naming",
);

/** Of a dataset of somebody else's. */
export const existingRules = [datasetName];

export const datasetRules: Rules<DatasetProps & { readonly keyId?: string }> = [
  datasetName,
  {
    id: "location-form",
    reads: ["location"],
    page: "https://cloud.google.com/bigquery/docs/locations",
    broken: ({ location }) =>
      location === undefined || isRegion(location) || /^(eu|us|(aws|azure)-[a-z0-9-]+)$/i.test(location)
        ? undefined
        : `location is "${location}": BigQuery has regions such as "europe-west1", "EU" and "US"`,
  },
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
  age("tableExpiration", "https://cloud.google.com/bigquery/docs/updating-datasets#table-expiration"),
  age("partitionExpiration", "https://cloud.google.com/bigquery/docs/updating-datasets#partition-expiration"),
  {
    id: "overrides-access",
    reads: ["overrides"],
    page: "https://registry.terraform.io/providers/hashicorp/google/6.50.0/docs/resources/bigquery_dataset_iam",
    broken: ({ overrides }) =>
      overrides?.access === undefined
        ? undefined
        : "overrides.access is the whole list of who may do what: it takes away what was granted one by one. Use grantRead, grantWrite, grant, authorizeView, authorizeRoutine, authorizeDataset",
  },
  keyPlace,
  labelsRule,
  resourceTagsRule,
];
