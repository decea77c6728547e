import { BigqueryTable, type BigqueryTableConfig } from "@cdktf/provider-google/lib/bigquery-table";
import type { Construct } from "constructs";
import type { BigQueryColumn } from "../../pipeline/schema/bigquery-schema";
import { ANYWHERE, encryptionOf } from "../core/encryption";
import type { Grant, GrantOptions, Identity, Policy } from "../core/grants";
import { lastSynthesized } from "../core/last-synthesis";
import { make } from "../core/make";
import { keepsData } from "../core/removal";
import { check, isWaived } from "../core/rules";
import { Site } from "../core/site";
import { snake } from "../core/text";
import { warn } from "../core/warn";
import { columnsWritten, costlyChanges } from "./column-changes";
import type { AnyDataset } from "./dataset";
import { interval } from "./limits";
import { partitioning, partitionWords, type TablePartition } from "./partition";
import { pathAndPolicy, Relation, relationConfig } from "./relation";
import type { TableProps } from "./table-props";
import { tableRules } from "./table-rules";
import { columnsOf, schemaText, type TableColumns } from "./table-schema";

/** A table wherever it was made. */
export abstract class AnyTable extends Relation {
  /** Columns that together name a row; undefined where there are none, or nobody told. */
  abstract readonly primaryKey: readonly string[] | undefined;
  /** How it is divided; undefined where it is not, or nobody told. */
  abstract readonly partition: TablePartition | undefined;

  /** Reads and writes: roles/bigquery.dataEditor on this table. */
  grantWrite(to: Identity, options?: GrantOptions): Grant {
    return this.policy.grant("roles/bigquery.dataEditor", to, options);
  }
}

const verbs = "grantRead or grantWrite";

/**
 * A table. Where the stage keeps data, it cannot be destroyed by accident.
 * @throws InvalidProps
 * @see https://cloud.google.com/bigquery/docs/tables-intro
 */
export class Table extends AnyTable {
  readonly resource: BigqueryTable;
  readonly name: string;
  readonly dataset: AnyDataset;
  readonly path: string;
  readonly columns: readonly BigQueryColumn[];
  readonly primaryKey: readonly string[] | undefined;
  readonly partition: TablePartition | undefined;
  protected readonly policy: Policy;

  constructor(scope: Construct, id: string, props: TableProps) {
    super(scope, id);
    const { dataset, primaryKey, expiresAt, maxStaleness } = props;
    this.name = props.name ?? snake(id);
    this.dataset = dataset;
    this.primaryKey = primaryKey;
    this.partition = props.partition;
    this.columns = columnsOf(props.columns);
    const partition = partitioning(props.partition);
    const keyId = props.encryptionKey?.keyId ?? Site.of(this).settings.encryptionKey;
    const change = this.change(partition);
    check(
      this,
      { ...props, name: this.name, location: dataset.location, keyId, change: keepsData(this) ? change : undefined },
      tableRules,
    );
    if (change !== undefined && !isWaived(this, "columns-change")) warn(this, `${change} [columns-change]`);
    const encryption = encryptionOf(this, ["bigquery"], props, dataset.location ?? ANYWHERE);
    this.resource = make(
      this,
      "resource",
      BigqueryTable,
      this.key,
      {
        ...relationConfig(this, props),
        schema: schemaText(this.columns, props.columnOptions),
        ...partition,
        clustering: props.clustering && [...props.clustering],
        tableConstraints: constraints(props),
        expirationTime: expiresAt === undefined ? undefined : Date.parse(expiresAt),
        maxStaleness: maxStaleness && interval(maxStaleness),
        deletionProtection: keepsData(this),
        encryptionConfiguration: encryption.key === undefined ? undefined : { kmsKeyName: encryption.key },
        ...props.overrides,
      },
      () => [...encryption.waits(), ...(props.foreignKeys ?? []).flatMap(({ table }) => table.resource ?? [])],
    );
    const { path, policy } = pathAndPolicy(this, verbs, { resource: this.resource });
    this.path = path;
    this.policy = policy;
  }

  /** A table that is there already. */
  static fromName(scope: Construct, id: string, from: ExistingTableProps): AnyTable {
    return new ExistingTable(scope, id, from);
  }

  /** What has become of the table since the app's last synthesis that would cost rows or values. */
  private change(partition: ReturnType<typeof partitioning>): string | undefined {
    const before = lastSynthesized(this, BigqueryTable.tfResourceType, this.key);
    const columns = columnsWritten(before?.["schema"]);
    if (before === undefined || columns === undefined) return undefined;
    const changes = costlyChanges(columns, this.columns);
    const [was, is] = [partitionWords(before), partitionWords({ ...partition })];
    if (was !== is) changes.push(`its partition was ${was}, and is ${is}`);
    return changes.length === 0
      ? undefined
      : `table ${this.name} is not what the last synthesis wrote: ${changes.join("; ")}. Terraform would replace the table, rows and all, or drop the column. Add columns that may be NULL, or make another table; where nothing is lost by it, withoutRule(..., "columns-change", why), and where that table was never deployed, delete it from cdktf.out`;
  }
}

function constraints({ primaryKey, foreignKeys }: TableProps): BigqueryTableConfig["tableConstraints"] {
  if (primaryKey === undefined && foreignKeys === undefined) return undefined;
  return {
    primaryKey: primaryKey && { columns: [...primaryKey] },
    foreignKeys: foreignKeys?.map(({ column, table, references, name }) => ({
      name,
      columnReferences: { referencingColumn: column, referencedColumn: references },
      referencedTable: {
        projectId: table.dataset.project,
        datasetId: table.dataset.name,
        tableId: table.name,
      },
    })),
  };
}

export interface ExistingTableProps {
  readonly dataset: AnyDataset;
  readonly name: string;
  /** What rules and views shall know of it. @default unknown */
  readonly columns?: TableColumns;
  /** @default unknown */
  readonly primaryKey?: readonly string[];
  /** @default unknown */
  readonly partition?: TablePartition;
  /** "assume": whoever owns it gives the rights. @default "manage" */
  readonly grants?: "manage" | "assume";
}

class ExistingTable extends AnyTable {
  readonly name: string;
  readonly dataset: AnyDataset;
  readonly path: string;
  readonly columns: readonly BigQueryColumn[] | undefined;
  readonly primaryKey: readonly string[] | undefined;
  readonly partition: TablePartition | undefined;
  protected readonly policy: Policy;

  constructor(scope: Construct, id: string, props: ExistingTableProps) {
    super(scope, id);
    const { name, dataset, columns, primaryKey, partition, grants } = props;
    this.name = name;
    this.dataset = dataset;
    this.columns = columns && columnsOf(columns);
    this.primaryKey = primaryKey;
    this.partition = partition;
    const { path, policy } = pathAndPolicy(this, verbs, { grants });
    this.path = path;
    this.policy = policy;
  }
}
