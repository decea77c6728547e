import { BigqueryTable, type BigqueryTableTimePartitioning } from "@cdktf/provider-google/lib/bigquery-table";
import { BigqueryTableIamMember } from "@cdktf/provider-google/lib/bigquery-table-iam-member";
import { Construct } from "constructs";
import { milliseconds, type Duration } from "../../pipeline/duration";
import type { BigQueryColumn } from "../../pipeline/schema/bigquery-schema";
import type { Columns } from "../../pipeline/schema/field-spec";
import type { Fields } from "../../pipeline/schema/field";
import type { Schema } from "../../pipeline/schema/schema";
import { encryptionOf } from "../core/encryption";
import { ResourcePolicy, type Grant, type Identity, type Policy } from "../core/grants";
import { make } from "../core/make";
import { reference } from "../core/reference";
import { keepsData } from "../core/removal";
import { check } from "../core/rules";
import { literal, snake } from "../core/text";
import type { AnyDataset } from "./dataset";
import { columnsOf, tableRules } from "./table-rules";

/** A table wherever it was made. */
export abstract class AnyTable extends Construct {
  abstract readonly name: string;
  abstract readonly dataset: AnyDataset;
  /** project.dataset.table: a reference, so whoever names it comes after it. */
  abstract readonly path: string;
  /** Undefined where nobody told. */
  abstract readonly columns: readonly BigQueryColumn[] | undefined;
  protected abstract readonly policy: Policy;

  /** roles/bigquery.dataViewer on this table. To query, one also needs roles/bigquery.jobUser. */
  grantRead(to: Identity): Grant {
    return this.policy.grant("roles/bigquery.dataViewer", to);
  }

  /** roles/bigquery.dataEditor on this table. */
  grantWrite(to: Identity): Grant {
    return this.policy.grant("roles/bigquery.dataEditor", to);
  }
}

/** A schema, its fields, or fields as a pipeline's spec carries them. */
export type TableColumns = Schema<Fields, Fields> | Columns;

export interface TableProps {
  readonly dataset: AnyDataset;
  /** @default the construct's id, with "_" for what a name may not have */
  readonly name?: string;
  /**
   * In this order. Columns can be added at the end, NULLABLE; whatever else changes in a table that holds data is
   * refused by BigQuery, or replaces the table.
   * @see https://cloud.google.com/bigquery/docs/managing-table-schemas
   */
  readonly columns: TableColumns;
  /** @default none */
  readonly description?: string;
  /** @default none: a table is read as a whole */
  readonly partition?: TablePartition;
  /** At most 4 columns whose values lie together. @default none */
  readonly clustering?: readonly string[];
  /** @default the stack's labels */
  readonly labels?: { readonly [name: string]: string };
}

export interface TablePartition {
  /** A TIMESTAMP, DATE or DATETIME. @default the time at which a row arrives */
  readonly column?: string;
  /** @default "day": a table has at most 10,000 partitions */
  readonly every?: "hour" | "day" | "month" | "year";
  /** Rows are deleted when their partition is so old. @default never */
  readonly expiration?: Duration;
  /** Refuses queries that would read all partitions. @default false */
  readonly requireFilter?: boolean;
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
      datasetId: reference(this, this.resource.datasetId, dataset.name),
      tableId: reference(this, this.resource.tableId, this.name),
    };
    this.path = `${on.project}.${on.datasetId}.${on.tableId}`;
    this.policy = new ResourcePolicy({
      key,
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
    this.policy = new ResourcePolicy({
      key: `${dataset.key}-${name}`,
      tier: "data",
      member: BigqueryTableIamMember,
      on: { project: dataset.project, datasetId: dataset.name, tableId: name },
      grants,
    });
  }
}
