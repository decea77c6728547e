import { ProjectIamMember } from "@cdktf/provider-google/lib/project-iam-member";
import type { TerraformResource } from "cdktf";
import type { Construct } from "constructs";
import {
  ResourcePolicy,
  type Condition,
  type Grant,
  type GrantOptions,
  type Identity,
  type MadeRole,
  type Policy,
} from "../core/grants";

interface DatabasePolicyProps {
  readonly key: string;
  readonly project: string;
  /** projects/P/databases/D */
  readonly fullName: string;
  readonly resource?: TerraformResource;
  readonly grants?: "manage" | "assume";
}

/**
 * Rights on one database. Databases have no policies of their own: a right is on the project, on condition that it is
 * this database that is asked for.
 * @see https://cloud.google.com/firestore/docs/security/iam#per-database_access_permissions
 */
export class DatabasePolicy implements Policy {
  private readonly policy: Policy;
  private readonly condition: Condition;

  constructor(owner: Construct, { key, project, fullName, resource, grants }: DatabasePolicyProps) {
    this.condition = { title: `database ${key}`, expression: `resource.name == "${fullName}"` };
    this.policy = new ResourcePolicy(owner, {
      key,
      fullName,
      resource,
      verbs: "grantRead or grantWrite",
      tier: "data",
      member: ProjectIamMember,
      on: { project },
      grants,
    });
  }

  grant(role: string | MadeRole, to: Identity, options: GrantOptions = {}): Grant {
    return this.policy.grant(role, to, { ...options, condition: this.with(options.condition) });
  }

  private with(more: Condition | undefined): Condition {
    if (more === undefined) return this.condition;
    const { title, expression } = this.condition;
    return { ...more, title: `${title} ${more.title}`, expression: `${expression} && (${more.expression})` };
  }
}
