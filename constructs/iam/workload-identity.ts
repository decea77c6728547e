import type { IamWorkloadIdentityPoolProvider } from "@cdktf/provider-google/lib/iam-workload-identity-pool-provider";
import type { Construct } from "constructs";
import { physicalName } from "../core/names";
import { check, type Rules } from "../core/rules";
import { Site } from "../core/site";
import { nothing, type Waits } from "../core/waits";
import {
  AnyWorkloadIdentity,
  federation,
  makePool,
  poolPath,
  poolRules,
  type PoolProps,
} from "./workload-identity-pool";

/** AWS, SAML and X.509 are left to the provider's own classes, beside a pool of their own. */
export interface WorkloadIdentityProps extends PoolProps {
  /** Who says who they are: "https://token.example.com", without a "/" at the end unless it is part of it. */
  readonly issuer: string;
  /** In CEL, what a token says of its subject, which is at most 127 bytes. @default "assertion.sub" */
  readonly subject?: string;
  /** In CEL, which groups a token says that its subject is in. @default none */
  readonly groups?: string;
  /** In CEL, what else of a token rights may be given by: `{ team: "assertion.team" }`. @default none */
  readonly attributes?: { readonly [name: string]: string };
  /**
   * In CEL, which tokens are taken: `assertion.org == 'acme'`. An issuer that others use too cannot do without one.
   * @default all of the issuer's
   */
  readonly condition?: string;
  /** The issuer's public keys as JSON (JWKS), where Google cannot reach it. @default Google asks the issuer */
  readonly keys?: string;
}

/** Whoever signs up gets tokens of theirs. */
const shared: readonly string[] = [
  "accounts.google.com",
  "agent.buildkite.com",
  "app.terraform.io",
  "gitlab.com",
  "token.actions.githubusercontent.com",
];

const ATTRIBUTES = 50;

export const attributesRule: Rules<Pick<WorkloadIdentityProps, "subject" | "groups" | "attributes" | "condition">> = [
  {
    id: "attributes-form",
    reads: ["subject", "groups", "attributes"],
    page: federation,
    broken({ subject = "assertion.sub", groups = "assertion.groups", attributes = {} }) {
      const all = Object.entries(attributes);
      if (all.length > ATTRIBUTES) return `attributes has ${all.length}: IAM takes at most ${ATTRIBUTES}`;
      const wrong = all.find(([name]) => !/^[a-z0-9_]{1,100}$/.test(name));
      if (wrong) return `attributes has "${wrong[0]}": IAM takes 1 to 100 lower-case letters, digits and "_"`;
      const long = Object.entries({ subject, groups, ...attributes }).find(
        ([, expression]) => expression.trim() === "" || expression.length > 2048,
      );
      return long && `${long[0]} is an expression of ${long[1].length} characters: IAM takes 1 to 2048`;
    },
  },
  {
    id: "condition-size",
    reads: ["condition"],
    page: federation,
    broken({ condition }) {
      if (condition === undefined || (condition.trim() !== "" && condition.length <= 4096)) return undefined;
      return `condition is an expression of ${condition.length} characters: IAM takes 1 to 4096`;
    },
  },
];

const rules: Rules<WorkloadIdentityProps> = [
  ...poolRules,
  ...attributesRule,
  {
    id: "issuer-form",
    reads: ["issuer"],
    page: federation,
    broken: ({ issuer }) =>
      hostOf(issuer) === undefined ? `issuer is "${issuer}": write it as "https://token.example.com"` : undefined,
  },
  {
    id: "condition-missing",
    reads: ["issuer", "condition"],
    page: "https://cloud.google.com/iam/docs/best-practices-for-using-workload-identity-federation#attribute-condition",
    broken({ issuer, condition }) {
      const host = hostOf(issuer);
      if (condition !== undefined || host === undefined || !shared.includes(host)) return undefined;
      return `anybody gets tokens of ${host}, and condition says of none that they are refused: say whose are taken`;
    },
  },
  {
    id: "keys-form",
    reads: ["keys"],
    page: federation,
    broken({ keys }) {
      if (keys === undefined || hasKeys(keys)) return undefined;
      return 'keys is no set of keys: write it as {"keys": [{"kty": "RSA", ...}]}';
    },
  },
];

function hostOf(issuer: string): string | undefined {
  if (!/^https:\/\/[^\s?#]+$/.test(issuer) || !URL.canParse(issuer)) return undefined;
  return new URL(issuer).hostname;
}

function hasKeys(text: string): boolean {
  try {
    const set: unknown = JSON.parse(text);
    return typeof set === "object" && set !== null && "keys" in set && Array.isArray(set.keys) && set.keys.length > 0;
  } catch {
    return false;
  }
}

/**
 * Workloads of any issuer of OpenID Connect tokens. For GitHub see {@link GitHubActions}, for GitLab {@link GitLabCi}.
 * @throws InvalidProps
 * @see https://cloud.google.com/iam/docs/workload-identity-federation
 */
export class WorkloadIdentity extends AnyWorkloadIdentity {
  readonly resource: IamWorkloadIdentityPoolProvider;
  readonly key: string;
  readonly pool: string;
  /** What a workload names when it asks for a token: projects/N/locations/global/workloadIdentityPools/P/providers/P */
  readonly provider: string;
  protected readonly waits: Waits;

  constructor(scope: Construct, id: string, props: WorkloadIdentityProps) {
    super(scope, id);
    this.key = props.name ?? id;
    const name = physicalName(this, this.key);
    check(this, { ...props, name }, rules);
    const { issuer, subject = "assertion.sub", groups, attributes = {}, condition, keys } = props;
    const made = makePool(this, this.key, name, props, {
      issuer,
      mapping: {
        "google.subject": subject,
        ...(groups && { "google.groups": groups }),
        ...attributesOf(attributes),
      },
      condition,
      keys,
    });
    this.resource = made.provider;
    this.pool = made.pool;
    this.provider = made.providerName;
    this.waits = () => [made.resource];
  }

  /** A pool that is there already, of this project or, by its number, of another. */
  static fromName(scope: Construct, id: string, from: ExistingPoolProps): AnyWorkloadIdentity {
    return new ExistingWorkloadIdentity(scope, id, from);
  }
}

export const attributesOf = (attributes: { readonly [name: string]: string }): { readonly [name: string]: string } =>
  Object.fromEntries(Object.entries(attributes).map(([name, expression]) => [`attribute.${name}`, expression]));

export interface ExistingPoolProps {
  readonly name: string;
  /** Of the project that the pool is in, which is not its id. @default the stack's */
  readonly projectNumber?: string;
}

const existingRules: Rules<ExistingPoolProps> = [
  ...poolRules.slice(0, 1),
  {
    id: "projectNumber-form",
    reads: ["projectNumber"],
    page: "https://cloud.google.com/iam/docs/principal-identifiers",
    broken: ({ projectNumber = "" }) =>
      /^\d+$/.test(projectNumber)
        ? undefined
        : `projectNumber is "${projectNumber}": members of a pool are named by the number of its project, here or in the stack's settings`,
  },
];

class ExistingWorkloadIdentity extends AnyWorkloadIdentity {
  readonly key: string;
  readonly pool: string;
  protected readonly waits = nothing;

  constructor(scope: Construct, id: string, { name, projectNumber }: ExistingPoolProps) {
    super(scope, id);
    const number = projectNumber ?? Site.of(this).settings.projectNumber ?? "";
    check(this, { name, projectNumber: number }, existingRules);
    this.key = name;
    this.pool = poolPath(number, name);
  }
}
