import type { TerraformMetaArguments, TerraformResource } from "cdktf";
import { TerraformStack } from "cdktf";
import { Construct } from "constructs";
import { make, type ResourceClass } from "./make";
import { Site } from "./site";
import { kebab, literal } from "./text";
import { rights } from "./rights";
import { shared } from "./uses";
import { addressOf, nothing, type Waits } from "./waits";

/** Who may be given a right. */
export interface Identity {
  /** "serviceAccount:name@project.iam.gserviceaccount.com" */
  readonly member: string;
  /** Short and stable: part of the address of every grant to it. */
  readonly key: string;
  /** Grants to it are made below this, so in its own stack: who uses a topic depends on its owner, never the reverse. */
  readonly home: Construct;
  /** What must be there before it can be given anything. */
  readonly waits: Waits;
}

/**
 * What a right is on, in the order in which things are made: data (topics, tables, buckets, pull subscriptions,
 * accounts), then workloads, then deliveries to them (push and BigQuery subscriptions). Whoever waits for grants waits
 * for lower ones only, so that no wait can close a circle, even when an account may invoke itself.
 */
type Tier = "data" | "workload" | "delivery";

/** A right that was given. */
export interface Grant {
  /** "roles/pubsub.publisher" */
  readonly role: string;
  readonly to: Identity;
  readonly tier: Tier;
  /** What must wait for the right waits for this. Nothing where somebody else gives it. */
  readonly waits: Waits;
}

/** A role that is made, as against one of Google's, which is named. */
export interface MadeRole {
  /** projects/P/roles/R */
  readonly role: string;
  /** Part of the address of grants of it. */
  readonly key: string;
  readonly waits: Waits;
}

/** @see https://cloud.google.com/iam/docs/conditions-overview */
export interface Condition {
  readonly title: string;
  /** In CEL: `request.time < timestamp("2030-01-01T00:00:00Z")`. */
  readonly expression: string;
  /** @default none */
  readonly description?: string;
}

export interface GrantOptions {
  /**
   * What it is for, as `journey access` tells it: "publishes what it takes in".
   * @default that the stack's code gives it
   */
  readonly why?: string;
  /** The right holds only while this does. @default always */
  readonly condition?: Condition;
}

/** What every class for an IAM member takes. */
interface MemberConfig extends TerraformMetaArguments {
  readonly role: string;
  readonly member: string;
}

/** `google_..._iam_member`: additive, where `_binding` and `_policy` take away what others granted. */
type MemberClass<Config extends MemberConfig> = ResourceClass<Config, TerraformResource> & {
  readonly tfResourceType: string;
};

export interface PolicyProps<Config extends MemberConfig> {
  /** The resource's name in addresses of grants. Unique in the stack among resources of its type. */
  readonly key: string;
  /** What the resource is called by whoever uses it, as plain text: projects/P/topics/T, P.D.T, a bucket's name. */
  readonly fullName: string;
  readonly tier: Tier;
  /** The class of the IAM member resource. */
  readonly member: MemberClass<Config>;
  /** Its arguments but for role and member: which resource it is on. */
  readonly on: Omit<Config, keyof MemberConfig>;
  /** The resource that carries the policy, where this app makes it. */
  readonly resource?: TerraformResource;
  /** What contains it, by full name: a right on that is a right on this. */
  readonly within?: string;
  /**
   * The verbs that let a workload use it, which must then be given one where the workload is told its name:
   * "grantPublish". Undefined where a name alone is of use.
   */
  readonly verbs?: string;
  /** "assume": somebody else gives the rights. They are listed in the synthesized stack. */
  readonly grants?: "manage" | "assume";
}

/**
 * The rights on one resource. A construct keeps one and offers verbs:
 *
 *     grantPublish(to: Identity, options?: GrantOptions): Grant {
 *       return this.policy.grant("roles/pubsub.publisher", to, options);
 *     }
 */
export interface Policy {
  /** The same right asked for twice is one grant. */
  grant(role: string | MadeRole, to: Identity, options?: GrantOptions): Grant;
}

/** Something on which rights can be given. */
export abstract class Grantable extends Construct {
  protected abstract readonly policy: Policy;

  /** Any role on this: what the verbs do for the usual ones. */
  grant(role: string | MadeRole, to: Identity, options?: GrantOptions): Grant {
    return this.policy.grant(role, to, options);
  }
}

/** Rights as IAM member resources of one class. */
export class ResourcePolicy<Config extends MemberConfig> implements Policy {
  constructor(
    owner: Construct,
    private readonly props: PolicyProps<Config>,
  ) {
    const { fullName, resource, within, verbs } = props;
    shared.tell(owner, { fullName, resource, within, verbs });
  }

  grant(role: string | MadeRole, to: Identity, { why, condition }: GrantOptions = {}): Grant {
    const { fullName, member, tier } = this.props;
    const made = typeof role === "string" ? { role, key: wordsOf(role), waits: nothing } : role;
    const site = Site.of(to.home);
    // By full names and not by keys: two of one key are two, and the second one's address is refused below.
    const right = [member.tfResourceType, fullName, made.role, to.member, condition?.title, condition?.expression].join(
      " ",
    );
    const { grant, told } = site.once(`grant ${right}`, () => {
      const fresh = { role: made.role, to, tier, waits: this.give(made, to, condition) };
      grantsTo(to).push(fresh);
      const type = member.tfResourceType;
      const conditional = condition !== undefined;
      const fact = { member: to.member, role: made.role, fullName, type, conditional, unasked: true };
      rights.tell(to.home, fact);
      return { grant: fresh, told: fact };
    });
    if (why === undefined) told.unasked = false;
    for (const element of grant.waits()) site.metadata.why(addressOf(element), why);
    return grant;
  }

  private give(role: MadeRole, to: Identity, condition: Condition | undefined): Waits {
    const { key, member, on, grants } = this.props;
    if (grants === "assume") {
      const { metadata } = Site.of(to.home);
      metadata.assume({ type: member.tfResourceType, role: role.role, member: to.member, on, condition });
      return nothing;
    }
    const when = condition === undefined ? "" : `-if-${kebab(condition.title)}`;
    const name = `${key}-${role.key}-${to.key}${when}`;
    // TypeScript cannot see that `on` and the rest make up a Config again.
    const config = {
      ...on,
      role: role.role,
      member: to.member,
      condition: condition && literally(condition),
      lifecycle: this.lifecycle(to),
    } as unknown as Config;
    const made = make(to.home, `grant ${member.tfResourceType} ${name}`, member, name, config, () => [
      ...to.waits(),
      ...role.waits(),
    ]);
    return () => [made];
  }

  /** A resource that is made anew under its old name has lost its policy. */
  private lifecycle(to: Identity) {
    const { resource } = this.props;
    if (resource === undefined || TerraformStack.of(resource) !== TerraformStack.of(to.home)) return undefined;
    // A getter, because the address is final only when the stack is synthesized. As text: see addressOf.
    return {
      get replaceTriggeredBy() {
        return [`${addressOf(resource)}.id`];
      },
    };
  }
}

/** CEL is nothing that Terraform evaluates. */
const literally = ({ title, expression, description }: Condition): Condition => ({
  title: literal(title),
  expression: literal(expression),
  description: description && literal(description),
});

/** "roles/pubsub.publisher": "pubsub-publisher". */
const wordsOf = (role: string): string => (role.split("/").at(-1) ?? role).replaceAll(".", "-");

/** All rights of an identity, in its stack. */
function grantsTo(identity: Identity): Grant[] {
  return Site.of(identity.home).once(`grants to ${identity.member}`, () => []);
}

/** What a workload waits for before it starts: its identity's rights on data, also those that are given later. */
export function granted(identity: Identity): Waits {
  return () => [
    ...identity.waits(),
    ...grantsTo(identity)
      .filter(({ tier }) => tier === "data")
      .flatMap(({ waits }) => [...waits()]),
  ];
}
