import { BigqueryConnection, type BigqueryConnectionConfig } from "@cdktf/provider-google/lib/bigquery-connection";
import { BigqueryConnectionIamMember } from "@cdktf/provider-google/lib/bigquery-connection-iam-member";
import type { TerraformResource } from "cdktf";
import type { Construct } from "constructs";
import { keyOfExisting, type Existing } from "../core/existing";
import { Grantable, ResourcePolicy, type Grant, type GrantOptions, type Identity, type Policy } from "../core/grants";
import { make } from "../core/make";
import { physicalName } from "../core/names";
import type { Overridable } from "../core/overridable";
import { reference } from "../core/reference";
import { check, type Rules } from "../core/rules";
import { Site } from "../core/site";
import { nothing } from "../core/waits";
import { bigquery } from "./limits";

/** A connection wherever it was made. */
export abstract class AnyConnection extends Grantable {
  abstract readonly name: string;
  /** The name in addresses: without the stage's prefix. */
  abstract readonly key: string;
  abstract readonly project: string;
  /** A region, "EU" or "US": that of the datasets which use it. */
  abstract readonly location: string;
  /** projects/P/locations/L/connections/C: a reference, so whoever names it comes after it. */
  abstract readonly path: string;
  /** The account that reads in its name, which BigQuery makes with it: give it rights on what it shall read. */
  abstract readonly identity: Identity;

  /** May make tables and functions that use it: roles/bigquery.connectionUser. Who queries them needs it not. */
  grantUse(to: Identity, options?: GrantOptions): Grant {
    return this.policy.grant("roles/bigquery.connectionUser", to, options);
  }
}

/**
 * What `overrides` is for: connections to databases, Spark, AWS and Azure, each in place of `cloudResource: undefined`.
 */
export interface ConnectionProps extends Overridable<BigqueryConnectionConfig> {
  /** @default the construct's id */
  readonly name?: string;
  /** It can never be changed. @default the stack's region */
  readonly location?: string;
  /** As the console shows it. @default its name */
  readonly friendlyName?: string;
  /** @default none */
  readonly description?: string;
}

const rules: Rules<ConnectionProps> = [
  bigquery.matches(
    "name",
    /^[A-Za-z0-9_-]{1,100}$/,
    'takes up to 100 letters, digits, "_" and "-" in the name of a connection',
    "https://cloud.google.com/bigquery/docs/create-cloud-resource-connection",
  ),
];

const policyOf = (
  connection: AnyConnection,
  more: { readonly resource?: TerraformResource; readonly grants?: "manage" | "assume" },
): Policy =>
  new ResourcePolicy(connection, {
    key: connection.key,
    fullName: pathOf(connection),
    tier: "data",
    member: BigqueryConnectionIamMember,
    on: { connectionId: connection.name, location: connection.location, project: connection.project },
    ...more,
  });

const pathOf = ({ project, location, name }: Pick<AnyConnection, "project" | "location" | "name">): string =>
  `projects/${project}/locations/${location}/connections/${name}`;

/**
 * By a connection, BigQuery reads files and calls services as an account of the connection's own: who queries needs no
 * right on them.
 * @throws InvalidProps
 * @see https://cloud.google.com/bigquery/docs/create-cloud-resource-connection
 */
export class Connection extends AnyConnection {
  readonly resource: BigqueryConnection;
  readonly name: string;
  readonly key: string;
  readonly project: string;
  readonly location: string;
  readonly path: string;
  readonly identity: Identity;
  protected readonly policy: Policy;

  constructor(scope: Construct, id: string, props: ConnectionProps = {}) {
    super(scope, id);
    const { settings } = Site.of(this);
    this.key = props.name ?? id;
    const name = physicalName(this, this.key);
    check(this, { ...props, name }, rules);
    this.project = settings.project;
    this.location = props.location ?? settings.region;
    this.resource = make(this, "resource", BigqueryConnection, this.key, {
      connectionId: name,
      location: this.location,
      friendlyName: props.friendlyName,
      description: props.description,
      cloudResource: {},
      ...props.overrides,
    });
    const { location, project } = this;
    this.path = reference(this.resource, "name", pathOf({ project, location, name }));
    this.name = reference(this.resource, "connection_id", name);
    this.identity = {
      member: `serviceAccount:${this.resource.cloudResource.serviceAccountId}`,
      key: `connection-${this.key}`,
      home: this,
      waits: () => [this.resource],
    };
    this.policy = policyOf(this, { resource: this.resource });
  }

  /** A connection that is there already. */
  static fromName(scope: Construct, id: string, from: ExistingConnectionProps): AnyConnection {
    return new ExistingConnection(scope, id, from);
  }
}

export interface ExistingConnectionProps extends Existing {
  /** @default the stack's region */
  readonly location?: string;
  /** The e-mail address of its account: bq show --connection P.L.C tells it. */
  readonly serviceAccount: string;
}

class ExistingConnection extends AnyConnection {
  readonly name: string;
  readonly key: string;
  readonly project: string;
  readonly location: string;
  readonly path: string;
  readonly identity: Identity;
  protected readonly policy: Policy;

  constructor(scope: Construct, id: string, from: ExistingConnectionProps) {
    super(scope, id);
    check(this, from, rules);
    const { settings } = Site.of(this);
    this.name = from.name;
    this.project = from.project ?? settings.project;
    this.key = keyOfExisting(from, settings.project);
    this.location = from.location ?? settings.region;
    this.path = pathOf(this);
    this.identity = {
      member: `serviceAccount:${from.serviceAccount}`,
      key: `connection-${this.key}`,
      home: this,
      waits: nothing,
    };
    this.policy = policyOf(this, { grants: from.grants });
  }
}
