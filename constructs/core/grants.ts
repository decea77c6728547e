import type { TerraformMetaArguments, TerraformResource } from "cdktf";
import { TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import { make, type ResourceClass } from "./make";
import { Site } from "./site";
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
  readonly role: string;
  readonly to: Identity;
  readonly tier: Tier;
  /** What must wait for the right waits for this. Nothing where somebody else gives it. */
  readonly waits: Waits;
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
  readonly tier: Tier;
  /** The class of the IAM member resource. */
  readonly member: MemberClass<Config>;
  /** Its arguments but for role and member: which resource it is on. */
  readonly on: Omit<Config, keyof MemberConfig>;
  /** The resource that carries the policy, where this app makes it. */
  readonly resource?: TerraformResource;
  /** "assume": somebody else gives the rights. They are listed in the synthesized stack. */
  readonly grants?: "manage" | "assume";
}

/**
 * The rights on one resource. A construct keeps one and offers verbs:
 *
 *     grantPublish(to: Identity): Grant { return this.policy.grant("roles/pubsub.publisher", to); }
 */
export interface Policy {
  /** The same right asked for twice is one grant. */
  grant(role: string, to: Identity): Grant;
}

/** Rights as IAM member resources of one class. */
export class ResourcePolicy<Config extends MemberConfig> implements Policy {
  constructor(private readonly props: PolicyProps<Config>) {}

  grant(role: string, to: Identity): Grant {
    const { key, member, tier } = this.props;
    const site = Site.of(to.home);
    // By member and not by key: two accounts of one key are two, and the second one's address is refused below.
    return site.once(`grant ${[member.tfResourceType, key, role, to.member].join(" ")}`, () => {
      const grant = { role, to, tier, waits: this.give(role, to) };
      grantsTo(to).push(grant);
      return grant;
    });
  }

  private give(role: string, to: Identity): Waits {
    const { key, member, on, grants } = this.props;
    if (grants === "assume") {
      Site.of(to.home).metadata.assume({ type: member.tfResourceType, role, member: to.member, on });
      return nothing;
    }
    const name = `${key}-${role.split("/").at(-1)?.replaceAll(".", "-")}-${to.key}`;
    // TypeScript cannot see that `on` and the rest make up a Config again.
    const config = { ...on, role, member: to.member, lifecycle: this.lifecycle(to) } as unknown as Config;
    const made = make(to.home, `grant ${member.tfResourceType} ${name}`, member, name, config, to.waits);
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
