import { IamWorkloadIdentityPool } from "@cdktf/provider-google/lib/iam-workload-identity-pool";
import {
  IamWorkloadIdentityPoolProvider,
  type IamWorkloadIdentityPoolProviderConfig,
} from "@cdktf/provider-google/lib/iam-workload-identity-pool-provider";
import { Construct } from "constructs";
import type { Identity } from "../core/grants";
import { limits } from "../core/limits";
import { make } from "../core/make";
import type { Overridable } from "../core/overridable";
import { reference } from "../core/reference";
import { guarded } from "../core/removal";
import type { Rules } from "../core/rules";
import { Site } from "../core/site";
import { kebab, literal } from "../core/text";
import type { Waits } from "../core/waits";

/**
 * Workloads outside of Google Cloud that act in it without a key: Google takes their issuer's word for who they are.
 * Each is an identity that anything can be granted to; what takes no such identity is reached as a service account
 * (`account.grantImpersonation`).
 */
export abstract class AnyWorkloadIdentity extends Construct {
  /** The pool's name in addresses. */
  abstract readonly key: string;
  /** projects/N/locations/global/workloadIdentityPools/P, N being the project's number. */
  abstract readonly pool: string;
  protected abstract readonly waits: Waits;

  /** The one whose token says so of its subject. */
  subject(subject: string): Identity {
    return this.identity("principal", `subject/${subject}`, subject);
  }

  /** All whose token says so of an attribute that is mapped. */
  attribute(name: string, value: string): Identity {
    return this.identity("principalSet", `attribute.${name}/${value}`, value);
  }

  /** All whose token says that they are in a group, where groups are mapped. */
  group(group: string): Identity {
    return this.identity("principalSet", `group/${group}`, group);
  }

  private identity(kind: "principal" | "principalSet", who: string, key: string): Identity {
    return {
      member: `${kind}://iam.googleapis.com/${this.pool}/${who}`,
      key: `${this.key}-${kebab(key)}`,
      home: this,
      waits: this.waits,
    };
  }
}

/** What all kinds of issuers have in common. */
export interface PoolProps extends Overridable<IamWorkloadIdentityPoolProviderConfig> {
  /**
   * Of the pool and of its one provider: 4 to 32 lower-case letters, digits and hyphens. When it is deleted nobody can
   * have it for 30 days. @default the construct's id
   */
  readonly name?: string;
  /** At most 32 characters. @default none */
  readonly displayName?: string;
  /** At most 256 characters. @default none */
  readonly description?: string;
  /** Whether tokens are taken. @default true */
  readonly enabled?: boolean;
  /**
   * Whom a token may be meant for, 10 at most.
   * @default the provider alone: `//iam.googleapis.com/<provider>`
   */
  readonly audiences?: readonly string[];
}

export const federation = "https://cloud.google.com/iam/docs/workload-identity-federation-with-other-providers";
const { matches } = limits("IAM");
const AUDIENCES = 10;

export const poolRules: Rules<PoolProps> = [
  matches(
    "name",
    /^(?!gcp-)[a-z0-9-]{4,32}$/,
    'takes 4 to 32 lower-case letters, digits and hyphens, and not "gcp-" first',
    federation,
  ),
  {
    id: "texts-size",
    reads: ["displayName", "description"],
    page: federation,
    broken({ displayName = "", description = "" }) {
      if (displayName.length > 32) return `displayName has ${displayName.length} characters: IAM takes at most 32`;
      return description.length > 256
        ? `description has ${description.length} characters: IAM takes at most 256`
        : undefined;
    },
  },
  {
    id: "audiences-form",
    reads: ["audiences"],
    page: federation,
    broken({ audiences = [] }) {
      if (audiences.length > AUDIENCES) return `audiences has ${audiences.length}: IAM takes at most ${AUDIENCES}`;
      const wrong = audiences.find((audience) => audience === "" || audience.length > 256);
      return wrong === undefined ? undefined : `audiences has one of ${wrong.length} characters: IAM takes 1 to 256`;
    },
  },
];

/** Whose word is taken, and what of it. */
export interface Trust {
  readonly issuer: string;
  /** CEL by attribute: "google.subject", "attribute.repository". */
  readonly mapping: { readonly [attribute: string]: string };
  readonly condition: string | undefined;
  /** The issuer's keys, where Google cannot ask for them. */
  readonly keys?: string | undefined;
}

export interface Pool {
  readonly resource: IamWorkloadIdentityPool;
  /** See {@link AnyWorkloadIdentity.pool}. */
  readonly pool: string;
  /** The same, with /providers/P: what a workload names when it asks for a token. */
  readonly provider: IamWorkloadIdentityPoolProvider;
  readonly providerName: string;
}

/** A pool with one provider: two in one pool could each make up the other's identities. */
export function makePool(owner: Construct, key: string, name: string, props: PoolProps, trust: Trust): Pool {
  const { displayName, description, audiences, enabled } = props;
  const texts = {
    displayName: displayName && literal(displayName),
    description: description && literal(description),
    disabled: enabled === false ? true : undefined,
  };
  const resource = make(owner, "pool", IamWorkloadIdentityPool, key, {
    workloadIdentityPoolId: name,
    ...texts,
    lifecycle: guarded(owner),
  });
  const site = Site.of(owner);
  // A token is changed for one of Google's by the one, and for a service account's by the other.
  const exchanged = [site.api("sts"), site.api("iamcredentials")];
  const config = {
    workloadIdentityPoolId: resource.workloadIdentityPoolId,
    workloadIdentityPoolProviderId: name,
    ...texts,
    attributeMapping: Object.fromEntries(
      Object.entries(trust.mapping).map(([attribute, expression]) => [attribute, literal(expression)]),
    ),
    attributeCondition: trust.condition && literal(trust.condition),
    oidc: {
      issuerUri: trust.issuer,
      allowedAudiences: audiences?.map(literal),
      jwksJson: trust.keys && literal(trust.keys),
    },
    ...props.overrides,
  };
  const provider = make(owner, "resource", IamWorkloadIdentityPoolProvider, key, config, () =>
    exchanged.flatMap((api) => [...api()]),
  );
  const { projectNumber } = site.settings;
  const elsewhere = (resourceName: string, below: string): string =>
    projectNumber === undefined ? resourceName : `${poolPath(projectNumber, name)}${below}`;
  return {
    resource,
    provider,
    pool: reference(resource, "name", elsewhere(resource.name, "")),
    providerName: reference(provider, "name", elsewhere(provider.name, `/providers/${name}`)),
  };
}

export const poolPath = (projectNumber: string, name: string): string =>
  `projects/${projectNumber}/locations/global/workloadIdentityPools/${name}`;
