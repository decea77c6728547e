import type { IamWorkloadIdentityPoolProvider } from "@cdktf/provider-google/lib/iam-workload-identity-pool-provider";
import type { Construct } from "constructs";
import type { Identity } from "../core/grants";
import { limits } from "../core/limits";
import { physicalName } from "../core/names";
import { check, type Rules } from "../core/rules";
import type { Waits } from "../core/waits";
import { attributesOf, attributesRule } from "./workload-identity";
import { AnyWorkloadIdentity, makePool, poolRules, type PoolProps } from "./workload-identity-pool";

export interface GitHubActionsProps extends PoolProps {
  /** The organization or user whose repositories' workflows are let in, as GitHub spells it: "acme". */
  readonly owner: string;
  /**
   * The owner's number: `gh api users/acme --jq .id`. A name that is given up can be taken by somebody else, a number not.
   * @default the name alone
   */
  readonly ownerId?: string;
  /** In CEL, what has to hold of a token too: `assertion.ref_type == 'branch'`. @default nothing */
  readonly condition?: string;
  /** In CEL, what else of a token rights may be given by: `{ actor: "assertion.actor" }`. @default none */
  readonly attributes?: { readonly [name: string]: string };
}

/** Which of a repository's runs: by what started them, or by the environment that they deploy to. */
export type RepositoryRuns = { readonly branch: string } | { readonly tag: string } | { readonly environment: string };

const page = "https://docs.github.com/en/actions/reference/security/oidc";
const { matches } = limits("GitHub");

const rules: Rules<GitHubActionsProps> = [
  ...poolRules,
  ...attributesRule,
  matches(
    "owner",
    /^[A-Za-z0-9](-?[A-Za-z0-9]){0,38}$/,
    "has owners of 1 to 39 letters, digits and single hyphens",
    page,
  ),
  matches("ownerId", /^\d+$/, "numbers owners with digits", page),
];

interface Named {
  readonly repository: string;
  readonly owner: string;
}

const repositoryRules: Rules<Named> = [
  {
    id: "repository-owner",
    reads: ["repository", "owner"],
    page,
    broken({ repository, owner }) {
      if (!/^[A-Za-z0-9-]+\/[A-Za-z0-9._-]+$/.test(repository))
        return `"${repository}" is no repository: write it as "${owner}/shop"`;
      return repository.startsWith(`${owner}/`)
        ? undefined
        : `${repository} is not ${owner}'s, and no token of others is taken: they need a GitHubActions of their own`;
    },
  },
];

/**
 * Workflows of one owner's repositories on GitHub, which then need no key of a service account. Those that are let in
 * may do what their repository, or a branch of it, is granted.
 *
 *     const github = new GitHubActions(this, "github", { owner: "acme" });
 *     deployer.grantImpersonation(github.repository("acme/shop", { branch: "main" }));
 *
 * A workflow names `provider` to google-github-actions/auth.
 * @throws InvalidProps
 * @see https://cloud.google.com/iam/docs/workload-identity-federation-with-deployment-pipelines
 */
export class GitHubActions extends AnyWorkloadIdentity {
  readonly resource: IamWorkloadIdentityPoolProvider;
  readonly key: string;
  readonly pool: string;
  /** projects/N/locations/global/workloadIdentityPools/P/providers/P */
  readonly provider: string;
  protected readonly waits: Waits;
  private readonly owner: string;

  constructor(scope: Construct, id: string, props: GitHubActionsProps) {
    super(scope, id);
    this.key = props.name ?? id;
    this.owner = props.owner;
    const name = physicalName(this, this.key);
    check(this, { ...props, name }, rules);
    const { owner, ownerId, condition, attributes = {} } = props;
    const conditions = [
      `assertion.repository_owner == '${owner}'`,
      ...(ownerId === undefined ? [] : [`assertion.repository_owner_id == '${ownerId}'`]),
      ...(condition === undefined ? [] : [`(${condition})`]),
    ];
    const made = makePool(this, this.key, name, props, {
      issuer: "https://token.actions.githubusercontent.com",
      mapping: {
        "google.subject": "assertion.sub",
        "attribute.repository": "assertion.repository",
        "attribute.repository_ref": "assertion.repository + ':' + assertion.ref",
        ...attributesOf(attributes),
      },
      condition: conditions.join(" && "),
    });
    this.resource = made.provider;
    this.pool = made.pool;
    this.provider = made.providerName;
    this.waits = () => [made.resource];
  }

  /**
   * A repository's workflows, "acme/shop": all of them, pull requests of its own branches too, or only some.
   * @throws InvalidProps where it is another owner's
   */
  repository(repository: `${string}/${string}`, runs?: RepositoryRuns): Identity {
    check(this, { repository, owner: this.owner }, repositoryRules);
    if (runs === undefined) return this.attribute("repository", repository);
    // Unless the owner has customized it, which is why the others are not by the subject.
    if ("environment" in runs) return this.subject(`repo:${repository}:environment:${runs.environment}`);
    const ref = "branch" in runs ? `heads/${runs.branch}` : `tags/${runs.tag}`;
    return this.attribute("repository_ref", `${repository}:refs/${ref}`);
  }
}
