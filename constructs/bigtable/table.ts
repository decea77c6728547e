import { BigtableGcPolicy } from "@cdktf/provider-google/lib/bigtable-gc-policy";
import { BigtableTable as BigtableTableResource } from "@cdktf/provider-google/lib/bigtable-table";
import { BigtableTableIamMember } from "@cdktf/provider-google/lib/bigtable-table-iam-member";
import type { Construct } from "constructs";
import { milliseconds, type Duration } from "../../pipeline/duration";
import { Grantable, ResourcePolicy, type Grant, type GrantOptions, type Identity, type Policy } from "../core/grants";
import { make } from "../core/make";
import { reference } from "../core/reference";
import { keepsData } from "../core/removal";
import { check } from "../core/rules";
import { literal } from "../core/text";
import { garbageJson } from "./garbage";
import type { AnyBigtableInstance } from "./instance";
import { tableNameRule, tableRules, type BigtableTableProps } from "./table-props";

/** A table wherever it was made. */
export abstract class AnyBigtableTable extends Grantable {
  abstract readonly name: string;
  abstract readonly instance: AnyBigtableInstance;
  /** projects/P/instances/I/tables/T: a reference to the table. */
  abstract readonly path: string;
  /** The same as plain text. */
  abstract readonly fullName: string;

  /** roles/bigtable.reader on this table. */
  grantRead(to: Identity, options?: GrantOptions): Grant {
    return this.policy.grant("roles/bigtable.reader", to, options);
  }

  /** Reads and writes: roles/bigtable.user on this table. */
  grantWrite(to: Identity, options?: GrantOptions): Grant {
    return this.policy.grant("roles/bigtable.user", to, options);
  }
}

const aggregates = { sum: "intsum", minimum: "intmin", maximum: "intmax", "count-distinct": "inthll" } as const;
const OFF = "0s";

/** As Go writes durations, in which the provider reads them back: in another spelling it would see a change each time. */
function inGo(duration: Duration): string {
  const all = milliseconds(duration) / 1_000;
  return `${Math.floor(all / 3_600)}h${Math.floor((all % 3_600) / 60)}m${all % 60}s`;
}

/**
 * Rows by their keys, with columns in families. Where the stage keeps data, neither the table nor a family of it can be
 * destroyed.
 * @throws InvalidProps
 * @see https://cloud.google.com/bigtable/docs/managing-tables
 */
export class BigtableTable extends AnyBigtableTable {
  readonly resource: BigtableTableResource;
  readonly name: string;
  readonly instance: AnyBigtableInstance;
  readonly path: string;
  readonly fullName: string;
  protected readonly policy: Policy;

  constructor(scope: Construct, id: string, props: BigtableTableProps) {
    super(scope, id);
    const { instance, splitKeys, changeStream, backups } = props;
    const name = props.name ?? id;
    check(this, { ...props, name }, tableRules);
    this.instance = instance;
    const key = `${instance.key}-${name}`;
    this.resource = make(this, "resource", BigtableTableResource, key, {
      project: instance.project,
      instanceName: instance.name,
      name,
      columnFamily: Object.entries(props.families).map(([family, { aggregate }]) => ({
        family,
        type: aggregate && aggregates[aggregate],
      })),
      splitKeys: splitKeys?.map(literal),
      changeStreamRetention: changeStream && (changeStream === "off" ? OFF : inGo(changeStream)),
      automatedBackupPolicy:
        backups &&
        (backups === "off"
          ? { retentionPeriod: OFF, frequency: OFF }
          : { retentionPeriod: inGo(backups.keep), frequency: inGo("1d") }),
      deletionProtection: keepsData(this) ? "PROTECTED" : "UNPROTECTED",
      ...props.overrides,
    });
    this.fullName = `${instance.fullName}/tables/${name}`;
    this.name = reference(this.resource, "name", name);
    this.path = reference(this.resource, "id", this.fullName);
    this.policy = new ResourcePolicy(this, {
      key,
      fullName: this.fullName,
      within: instance.fullName,
      verbs: "grantRead or grantWrite",
      tier: "data",
      member: BigtableTableIamMember,
      on: { instance: instance.name, table: this.name, project: instance.project },
      resource: this.resource,
    });
    this.throwAway(key, props);
  }

  /** A table that is there already. */
  static fromName(scope: Construct, id: string, from: ExistingBigtableTableProps): AnyBigtableTable {
    return new ExistingBigtableTable(scope, id, from);
  }

  private throwAway(key: string, { families, instance }: BigtableTableProps): void {
    for (const [family, { garbage }] of Object.entries(families)) {
      if (garbage === "never") continue;
      make(this, `garbage ${family}`, BigtableGcPolicy, `${key}-${family}`, {
        project: instance.project,
        instanceName: instance.name,
        table: this.name,
        columnFamily: family,
        gcRules: garbageJson(garbage),
        // It goes with its table. By itself, one of several clusters cannot be deleted, and would hold up a destroy.
        deletionPolicy: "ABANDON",
      });
    }
  }
}

export interface ExistingBigtableTableProps {
  readonly instance: AnyBigtableInstance;
  readonly name: string;
  /** "assume": whoever owns it gives the rights. @default "manage" */
  readonly grants?: "manage" | "assume";
}

class ExistingBigtableTable extends AnyBigtableTable {
  readonly name: string;
  readonly instance: AnyBigtableInstance;
  readonly path: string;
  readonly fullName: string;
  protected readonly policy: Policy;

  constructor(scope: Construct, id: string, { instance, name, grants }: ExistingBigtableTableProps) {
    super(scope, id);
    check(this, { name }, [tableNameRule]);
    this.name = name;
    this.instance = instance;
    this.fullName = `${instance.fullName}/tables/${name}`;
    this.path = this.fullName;
    this.policy = new ResourcePolicy(this, {
      key: `${instance.key}-${name}`,
      fullName: this.fullName,
      within: instance.fullName,
      verbs: "grantRead or grantWrite",
      tier: "data",
      member: BigtableTableIamMember,
      on: { instance: instance.name, table: name, project: instance.project },
      grants,
    });
  }
}
