import {
  ProjectIamCustomRole,
  type ProjectIamCustomRoleConfig,
} from "@cdktf/provider-google/lib/project-iam-custom-role";
import { Construct } from "constructs";
import type { MadeRole } from "../core/grants";
import { limits } from "../core/limits";
import { make } from "../core/make";
import { physicalName } from "../core/names";
import type { Overridable } from "../core/overridable";
import { reference } from "../core/reference";
import { check, type Rules } from "../core/rules";
import { Site } from "../core/site";
import { literal, snake } from "../core/text";
import { nothing, type Waits } from "../core/waits";

export interface CustomRoleProps extends Overridable<ProjectIamCustomRoleConfig> {
  /**
   * With the stage's prefix 3 to 64 letters, digits, "_" and ".". Once the role is deleted nobody else can have it for
   * 37 days; a role of the name that is made within 7 days is the old one again.
   * @default the construct's id, as "to_service"
   */
  readonly name?: string;
  /** "pubsub.topics.publish": what it lets do, and nothing else. */
  readonly permissions: readonly string[];
  /** What people see. At most 100 bytes. @default its name */
  readonly title?: string;
  /** At most 256 bytes. @default none */
  readonly description?: string;
  /** How far it is; "disabled" takes the right from all who have it. @default "ga", as the provider does */
  readonly stage?: "alpha" | "beta" | "ga" | "eap" | "deprecated" | "disabled";
}

const page = "https://cloud.google.com/iam/docs/creating-custom-roles";
const { matches } = limits("IAM");
const MOST = 3000;

const rules: Rules<CustomRoleProps> = [
  matches("name", /^[A-Za-z0-9_.]{3,64}$/, 'takes 3 to 64 letters, digits, "_" and "."', page),
  {
    id: "permissions-form",
    reads: ["permissions"],
    page: "https://cloud.google.com/iam/docs/permissions-reference",
    broken({ permissions }) {
      if (permissions.length === 0) return "permissions is empty: the role would let do nothing";
      if (permissions.length > MOST)
        return `permissions has ${permissions.length}: IAM takes at most ${MOST} in a role`;
      const wrong = permissions.find((permission) => !/^[a-z][a-z0-9-]*(\.[a-zA-Z0-9]+){2,}$/.test(permission));
      if (wrong !== undefined) {
        return `permissions has "${wrong}": IAM calls them as in "pubsub.topics.publish", and knows no "*"`;
      }
      const twice = permissions.find((permission, index) => permissions.indexOf(permission) !== index);
      return twice && `permissions has "${twice}" twice`;
    },
  },
  {
    id: "title-size",
    reads: ["title", "description"],
    page,
    broken({ title = "", description = "" }) {
      for (const [what, text, most] of [
        ["title", title, 100],
        ["description", description, 256],
      ] as const) {
        const bytes = Buffer.byteLength(text);
        if (bytes > most) return `${what} is ${bytes} bytes: IAM takes at most ${most}`;
      }
      return undefined;
    },
  },
];

/** A role of one's own that is there already. */
export interface ExistingRole {
  readonly name: string;
  /** Whose it is: a project's, or an organization's by its number. @default the stack's project */
  readonly of?: { readonly project: string } | { readonly organization: string };
}

/**
 * A role of one's own, for what Google's are too wide for. Every `grant` takes it:
 *
 *     const peek = new CustomRole(this, "peek", { permissions: ["pubsub.subscriptions.get"] });
 *     subscription.grant(peek, operator);
 *
 * What Google adds to its own roles does not come to this one by itself.
 * @throws InvalidProps
 * @see https://cloud.google.com/iam/docs/roles-overview#custom
 */
export class CustomRole extends Construct implements MadeRole {
  readonly resource: ProjectIamCustomRole;
  readonly role: string;
  readonly key: string;
  readonly waits: Waits = () => [this.resource];
  readonly permissions: readonly string[];

  constructor(scope: Construct, id: string, props: CustomRoleProps) {
    super(scope, id);
    this.key = props.name ?? snake(id);
    const name = physicalName(this, this.key, "_");
    check(this, { ...props, name }, rules);
    const { title = this.key, description, permissions } = props;
    this.permissions = permissions;
    this.resource = make(this, "resource", ProjectIamCustomRole, this.key, {
      roleId: name,
      title: literal(title),
      description: description && literal(description),
      // Sorted: in another order they are the same role.
      permissions: permissions.toSorted(),
      stage: props.stage?.toUpperCase(),
      ...props.overrides,
    });
    this.role = reference(this.resource, "name", `projects/${Site.of(this).settings.project}/roles/${name}`);
  }

  /** A role that is there already. */
  static fromName(scope: Construct, { name, of }: ExistingRole): MadeRole {
    const owner = of ?? { project: Site.of(scope).settings.project };
    const parent = "project" in owner ? `projects/${owner.project}` : `organizations/${owner.organization}`;
    return { role: `${parent}/roles/${name}`, key: name, waits: nothing };
  }
}
