import { BigqueryTable, type BigqueryTableTimePartitioning } from "@cdktf/provider-google/lib/bigquery-table";
import { BigqueryTableIamMember } from "@cdktf/provider-google/lib/bigquery-table-iam-member";
import type { Construct } from "constructs";
import { milliseconds } from "../../pipeline/duration";
import type { BigQueryColumn } from "../../pipeline/schema/bigquery-schema";
import { encryptionOf } from "../core/encryption";
import { ResourcePolicy, type Grant, type Identity, type Policy, Grantable, type GrantOptions } from "../core/grants";
import { make } from "../core/make";
import { reference } from "../core/reference";
import { keepsData } from "../core/removal";
import { check } from "../core/rules";
import { literal, snake } from "../core/text";
import type { AnyDataset } from "./dataset";
import { columnsOf, tableRules, type TableColumns, type TablePartition, type TableProps } from "./table-props";

/** A table wherever it was made. */
export abstract class AnyTable extends Grantable {
  abstract readonly name: string;
  abstract readonly dataset: AnyDataset;
  /** project.dataset.table: a reference, so whoever names it comes after it. */
  abstract readonly path: string;
  /** Undefined where nobody told. */
  abstract readonly columns: readonly BigQueryColumn[] | undefined;

  /** roles/bigquery.dataViewer on this table. To query, one also needs roles/bigquery.jobUser. */
  grantRead(to: Identity, options?: GrantOptions): Grant {
    return this.policy.grant("roles/bigquery.dataViewer", to, options);
  }

  /** roles/bigquery.dataEditor on this table. */
  grantWrite(to: Identity, options?: GrantOptions): Grant {
    return this.policy.grant("roles/bigquery.dataEditor", to, options);
  }
}

/**
 * A table. Where the stage keeps data, it cannot be destroyed by accident.
 * @throws InvalidProps
 */
export class Table extends AnyTable {
  readonly resource: BigqueryTable;
  readonly name: string;
  readonly dataset: AnyDataset;
  readonly path: string;
  readonly columns: readonly BigQueryColumn[];
  protected readonly policy: Policy;

  constructor(scope: Construct, id: string, props: TableProps) {
    super(scope, id);
    const { dataset, partition } = props;
    this.name = props.name ?? snake(id);
    check(this, { ...props, name: this.name }, tableRules);
    this.dataset = dataset;
    this.columns = columnsOf(props.columns);
    const encryption = encryptionOf(this, ["bigquery"]);
    const key = `${dataset.key}-${this.name}`;
    this.resource = make(
      this,
      "resource",
      BigqueryTable,
      key,
      {
        project: dataset.project,
        datasetId: dataset.name,
        tableId: this.name,
        description: props.description,
        labels: props.labels,
        schema: literal(JSON.stringify(this.columns)),
        timePartitioning: partition && timePartitioning(partition),
        requirePartitionFilter: partition?.requireFilter,
        clustering: props.clustering && [...props.clustering],
        deletionProtection: keepsData(this),
        encryptionConfiguration: encryption.key === undefined ? undefined : { kmsKeyName: encryption.key },
      },
      encryption.waits,
    );
    const on = {
      project: dataset.project,
      datasetId: reference(this.resource, "dataset_id", dataset.name),
      tableId: reference(this.resource, "table_id", this.name),
    };
    this.path = `${on.project}.${on.datasetId}.${on.tableId}`;
    this.policy = new ResourcePolicy(this, {
      key,
      fullName: `${dataset.fullName}.${this.name}`,
      within: dataset.fullName,
      verbs: "grantRead or grantWrite",
      tier: "data",
      member: BigqueryTableIamMember,
      on,
      resource: this.resource,
    });
  }

  /** A table that is there already. */
  static fromName(scope: Construct, id: string, from: ExistingTableProps): AnyTable {
    return new ExistingTable(scope, id, from);
  }
}

function timePartitioning({ column, every = "day", expiration }: TablePartition): BigqueryTableTimePartitioning {
  return { type: every.toUpperCase(), field: column, expirationMs: expiration && milliseconds(expiration) };
}

export interface ExistingTableProps {
  readonly dataset: AnyDataset;
  readonly name: string;
  /** What rules and views shall know of it. @default unknown */
  readonly columns?: TableColumns;
  /** "assume": whoever owns it gives the rights. @default "manage" */
  readonly grants?: "manage" | "assume";
}

class ExistingTable extends AnyTable {
  readonly name: string;
  readonly dataset: AnyDataset;
  readonly path: string;
  readonly columns: readonly BigQueryColumn[] | undefined;
  protected readonly policy: Policy;

  constructor(scope: Construct, id: string, { name, dataset, columns, grants }: ExistingTableProps) {
    super(scope, id);
    this.name = name;
    this.dataset = dataset;
    this.columns = columns && columnsOf(columns);
    this.path = `${dataset.project}.${dataset.name}.${name}`;
    this.policy = new ResourcePolicy(this, {
      fullName: `${dataset.fullName}.${name}`,
      within: dataset.fullName,
      verbs: "grantRead or grantWrite",
      key: `${dataset.key}-${name}`,
      tier: "data",
      member: BigqueryTableIamMember,
      on: { project: dataset.project, datasetId: dataset.name, tableId: name },
      grants,
    });
  }
}
