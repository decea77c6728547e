import { BigqueryTableIamMember } from "@cdktf/provider-google/lib/bigquery-table-iam-member";
import type { TerraformResource } from "cdktf";
import type { BigQueryColumn } from "../../pipeline/schema/bigquery-schema";
import { Grantable, ResourcePolicy, type Grant, type GrantOptions, type Identity, type Policy } from "../core/grants";
import { labelsRule, type Labels } from "../core/labels";
import { reference } from "../core/reference";
import type { Rules } from "../core/rules";
import type { AnyDataset } from "./dataset";
import { resourceTagsRule, tableName, type ResourceTags } from "./limits";

/** What tables and views have alike. */
export interface RelationProps {
  readonly dataset: AnyDataset;
  /** @default the construct's id, with "_" for what a name may not have */
  readonly name?: string;
  /** As the console shows it. @default its name */
  readonly friendlyName?: string;
  /** @default none */
  readonly description?: string;
  /** @default the stack's labels */
  readonly labels?: Labels;
  /** Tags of the organization's. @default none */
  readonly resourceTags?: ResourceTags;
}

export const relationRules: Rules<RelationProps> = [tableName, labelsRule, resourceTagsRule];

/** What Terraform is told of all of them. */
export const relationConfig = ({ dataset, name }: Relation, props: RelationProps) => ({
  project: dataset.project,
  datasetId: dataset.name,
  tableId: name,
  friendlyName: props.friendlyName,
  description: props.description,
  labels: props.labels,
  resourceTags: props.resourceTags,
});

/** What a query reads like a table: a table, a view, files in a bucket. */
export abstract class Relation extends Grantable {
  abstract readonly name: string;
  abstract readonly dataset: AnyDataset;
  /** project.dataset.table: a reference, so whoever names it comes after it. In a query it stands in backticks. */
  abstract readonly path: string;
  /** Undefined where nobody told. */
  abstract readonly columns: readonly BigQueryColumn[] | undefined;

  /** The name in addresses. */
  get key(): string {
    return `${this.dataset.key}-${this.name}`;
  }

  /** P.D.T as plain text, for what must not wait for it. */
  get fullName(): string {
    return `${this.dataset.fullName}.${this.name}`;
  }

  /** roles/bigquery.dataViewer on this alone. To query, one also needs roles/bigquery.jobUser. */
  grantRead(to: Identity, options?: GrantOptions): Grant {
    return this.policy.grant("roles/bigquery.dataViewer", to, options);
  }
}

/** As other resources name it: by reference where this app makes it. */
function namesOf({ dataset, name }: Relation, resource: TerraformResource | undefined) {
  if (resource === undefined) return { project: dataset.project, datasetId: dataset.name, tableId: name };
  return {
    project: dataset.project,
    datasetId: reference(resource, "dataset_id", dataset.plainName),
    tableId: reference(resource, "table_id", name),
  };
}

/** Its path, and the rights on it. The construct must know its name and its dataset by now. */
export function pathAndPolicy(
  relation: Relation,
  verbs: string,
  more: { readonly resource?: TerraformResource; readonly grants?: "manage" | "assume" },
): { readonly path: string; readonly policy: Policy } {
  const on = namesOf(relation, more.resource);
  const policy = new ResourcePolicy(relation, {
    key: relation.key,
    fullName: relation.fullName,
    within: relation.dataset.fullName,
    verbs,
    tier: "data",
    member: BigqueryTableIamMember,
    on,
    ...more,
  });
  return { path: `${on.project}.${on.datasetId}.${on.tableId}`, policy };
}
