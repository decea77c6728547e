import { ServiceAccountIamMember } from "@cdktf/provider-google/lib/service-account-iam-member";
import {
  ServiceAccount as ServiceAccountResource,
  type ServiceAccountConfig,
} from "@cdktf/provider-google/lib/service-account";
import type { Construct } from "constructs";
import { ResourcePolicy, type Policy, type Grant, type Identity, Grantable, type GrantOptions } from "../core/grants";
import { limits } from "../core/limits";
import { make } from "../core/make";
import { physicalName, shortened } from "../core/names";
import type { Overridable } from "../core/overridable";
import { reference } from "../core/reference";
import { check, type Rules } from "../core/rules";
import { Site } from "../core/site";
import { kebab, literal } from "../core/text";
import { nothing, type Waits } from "../core/waits";

/** An account wherever it was made. */
export abstract class AnyServiceAccount extends Grantable implements Identity {
  abstract readonly email: string;
  abstract readonly member: string;
  abstract readonly key: string;
  abstract readonly waits: Waits;

  get home(): Construct {
    return this;
  }

  /** May make tokens of all kinds in this account's name, and sign: roles/iam.serviceAccountTokenCreator. */
  grantTokenCreator(to: Identity, options?: GrantOptions): Grant {
    return this.policy.grant("roles/iam.serviceAccountTokenCreator", to, options);
  }

  /**
   * May make tokens that say who this account is, and that give no rights on Google's services:
   * roles/iam.serviceAccountOpenIdTokenCreator. Who only calls services in its name needs no more.
   */
  grantOpenIdTokenCreator(to: Identity, options?: GrantOptions): Grant {
    return this.policy.grant("roles/iam.serviceAccountOpenIdTokenCreator", to, options);
  }

  /**
   * May act as this account from outside of Google Cloud, such as a repository's CI: roles/iam.workloadIdentityUser.
   *
   *     deployer.grantImpersonation(github.repository("acme/shop", { branch: "main" }));
   */
  grantImpersonation(to: Identity, options?: GrantOptions): Grant {
    return this.policy.grant("roles/iam.workloadIdentityUser", to, options);
  }

  /** May start workloads that run as this account: roles/iam.serviceAccountUser. Who deploys needs it. */
  grantUse(to: Identity, options?: GrantOptions): Grant {
    return this.policy.grant("roles/iam.serviceAccountUser", to, options);
  }
}

export interface ServiceAccountProps extends Overridable<ServiceAccountConfig> {
  /**
   * The account's id, before the "@". More than 30 characters are cut, and a hash of the whole is put in their place.
   * @default the construct's id, as {@link accountName} makes a name of it
   */
  readonly name?: string;
  /** @default none */
  readonly displayName?: string;
  /** At most 256 bytes. @default none */
  readonly description?: string;
  /**
   * A disabled account can do nothing. One that is being made cannot be disabled: first make it, then disable it.
   * @default false
   */
  readonly disabled?: boolean;
  /**
   * Take an account of the name that is there already for this one, where else the deployment would fail. Whoever made
   * it deletes it, and so does this stack.
   * @default false
   */
  readonly adopt?: boolean;
}

const LONGEST = 30;
const SHORTEST = 6;
const DESCRIPTION = 256;
const page = "https://cloud.google.com/iam/docs/service-accounts-create";
const { matches } = limits("IAM");

const rules: Rules<ServiceAccountProps> = [
  matches(
    "name",
    /^[a-z][a-z0-9-]{4,}[a-z0-9]$/,
    "takes 6 lower-case letters, digits and hyphens or more, a letter first",
    page,
  ),
  {
    id: "description-size",
    reads: ["description"],
    page: "https://cloud.google.com/iam/docs/reference/rest/v1/projects.serviceAccounts",
    broken({ description = "" }) {
      const bytes = Buffer.byteLength(description);
      return bytes > DESCRIPTION ? `description is ${bytes} bytes: IAM takes at most ${DESCRIPTION}` : undefined;
    },
  },
];

/** A name that an account may have, for what is called so: "wp" makes "wp-account", "to_service" makes "to-service". */
export function accountName(name: string): string {
  const words = kebab(name);
  return words.length < SHORTEST ? `${words}-account` : words;
}

/**
 * An identity of a workload's own. Each workload has one, so that a right is given to what needs it and to nothing else.
 * @throws InvalidProps
 * @see https://cloud.google.com/iam/docs/best-practices-service-accounts
 */
export class ServiceAccount extends AnyServiceAccount {
  readonly resource: ServiceAccountResource;
  readonly email: string;
  readonly member: string;
  readonly key: string;
  readonly waits: Waits = () => [this.resource];
  protected readonly policy: Policy;

  constructor(scope: Construct, id: string, props: ServiceAccountProps = {}) {
    super(scope, id);
    this.key = props.name ?? accountName(id);
    check(this, { ...props, name: this.key }, rules);
    const { displayName, description } = props;
    const { project } = Site.of(this).settings;
    const accountId = shortened(physicalName(this, this.key), LONGEST);
    this.resource = make(this, "resource", ServiceAccountResource, this.key, {
      accountId,
      displayName: displayName && literal(displayName),
      description: description && literal(description),
      disabled: props.disabled,
      createIgnoreAlreadyExists: props.adopt,
      ...props.overrides,
    });
    const email = emailOf(accountId, project);
    this.email = reference(this.resource, "email", email);
    this.member = reference(this.resource, "member", `serviceAccount:${email}`);
    this.policy = new ResourcePolicy(this, {
      key: this.key,
      fullName: email,
      tier: "data",
      member: ServiceAccountIamMember,
      on: { serviceAccountId: reference(this.resource, "name", `projects/${project}/serviceAccounts/${email}`) },
      resource: this.resource,
    });
  }

  /** An account that is there already. */
  static fromEmail(scope: Construct, id: string, from: ExistingServiceAccountProps): AnyServiceAccount {
    return new ExistingServiceAccount(scope, id, from);
  }
}

export interface ExistingServiceAccountProps {
  /** name@project.iam.gserviceaccount.com */
  readonly email: string;
  /** "assume": whoever owns the account gives the rights on it. Rights of the account are not meant. @default "manage" */
  readonly grants?: "manage" | "assume";
}

const existingRules: Rules<ExistingServiceAccountProps> = [
  matches(
    "email",
    /^[a-z0-9-]+@[a-z0-9.-]+\.gserviceaccount\.com$/,
    "addresses accounts as name@project.iam.gserviceaccount.com",
    page,
  ),
];

class ExistingServiceAccount extends AnyServiceAccount {
  readonly email: string;
  readonly member: string;
  readonly key: string;
  readonly waits = nothing;
  protected readonly policy: Policy;

  constructor(scope: Construct, id: string, from: ExistingServiceAccountProps) {
    super(scope, id);
    check(this, from, existingRules);
    const [name = from.email, domain = ""] = from.email.split("@");
    const project = domain.split(".")[0] ?? domain;
    this.email = from.email;
    this.member = `serviceAccount:${from.email}`;
    // Two projects may each have an account of one name.
    this.key = project === Site.of(this).settings.project ? name : `${name}-${project}`;
    this.policy = new ResourcePolicy(this, {
      key: this.key,
      fullName: from.email,
      tier: "data",
      member: ServiceAccountIamMember,
      on: { serviceAccountId: `projects/-/serviceAccounts/${from.email}` },
      grants: from.grants,
    });
  }
}

/** In a project of a domain, "example.com:shop", the domain comes last: name@shop.example.com.iam... */
function emailOf(accountId: string, project: string): string {
  const host = project.includes(":") ? project.split(":").toReversed().join(".") : project;
  return `${accountId}@${host}.iam.gserviceaccount.com`;
}
