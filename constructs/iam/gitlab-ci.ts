import type { IamWorkloadIdentityPoolProvider } from "@cdktf/provider-google/lib/iam-workload-identity-pool-provider";
import type { Construct } from "constructs";
import type { Identity } from "../core/grants";
import { limits } from "../core/limits";
import { physicalName } from "../core/names";
import { check, type Rules } from "../core/rules";
import type { Waits } from "../core/waits";
import { attributesOf, attributesRule } from "./workload-identity";
import { AnyWorkloadIdentity, makePool, poolRules, type PoolProps } from "./workload-identity-pool";

export interface GitLabCiProps extends PoolProps {
  /** The group whose projects' pipelines are let in, with all groups below it: "acme", "acme/shop". */
  readonly group: string;
  /** Of a GitLab of one's own, which Google has to reach. @default "https://gitlab.com" */
  readonly url?: string;
  /** In CEL, what has to hold of a token too: `assertion.ref_protected == 'true'`. @default nothing */
  readonly condition?: string;
  /** In CEL, what else of a token rights may be given by: `{ user: "assertion.user_login" }`. @default none */
  readonly attributes?: { readonly [name: string]: string };
}

/** Which of a project's pipelines: by what they are of. */
export type ProjectRuns = { readonly branch: string } | { readonly tag: string };

const page = "https://docs.gitlab.com/ci/secrets/id_token_authentication/";
const path = /^[A-Za-z0-9_][A-Za-z0-9_.-]*(\/[A-Za-z0-9_][A-Za-z0-9_.-]*)*$/;
const { matches } = limits("GitLab");

const rules: Rules<GitLabCiProps> = [
  ...poolRules,
  ...attributesRule,
  matches("group", path, 'has groups such as "acme" and "acme/shop"', page),
  matches(
    "url",
    /^https:\/\/[^\s/?#]+(\/[^\s?#]*[^\s/?#])?$/,
    'is at an address such as "https://gitlab.example.com"',
    page,
  ),
];

interface Named {
  readonly project: string;
  readonly group: string;
}

const projectRules: Rules<Named> = [
  {
    id: "project-group",
    reads: ["project", "group"],
    page,
    broken({ project, group }) {
      if (!path.test(project)) return `"${project}" is no project: write it as "${group}/shop"`;
      return project.startsWith(`${group}/`)
        ? undefined
        : `${project} is not in ${group}, and no token of others is taken: they need a GitLabCi of their own`;
    },
  },
];

/**
 * Pipelines of one group's projects on GitLab, which then need no key of a service account.
 *
 *     const gitlab = new GitLabCi(this, "gitlab", { group: "acme" });
 *     deployer.grantImpersonation(gitlab.project("acme/shop", { branch: "main" }));
 *
 * A pipeline's `id_tokens` are meant for (`aud`) one of `audiences`, else for https://iam.googleapis.com/<provider>.
 * @throws InvalidProps
 * @see https://cloud.google.com/iam/docs/workload-identity-federation-with-deployment-pipelines
 */
export class GitLabCi extends AnyWorkloadIdentity {
  readonly resource: IamWorkloadIdentityPoolProvider;
  readonly key: string;
  readonly pool: string;
  /** projects/N/locations/global/workloadIdentityPools/P/providers/P */
  readonly provider: string;
  protected readonly waits: Waits;
  private readonly of: string;

  constructor(scope: Construct, id: string, props: GitLabCiProps) {
    super(scope, id);
    this.key = props.name ?? id;
    this.of = props.group;
    const name = physicalName(this, this.key);
    check(this, { ...props, name }, rules);
    const { group, url = "https://gitlab.com", condition, attributes = {} } = props;
    // Of the namespace, and not of the project: "acme" is not the beginning of "acme-2/shop".
    const within = `assertion.namespace_path == '${group}' || assertion.namespace_path.startsWith('${group}/')`;
    const made = makePool(this, this.key, name, props, {
      issuer: url,
      mapping: {
        "google.subject": "assertion.sub",
        "attribute.project": "assertion.project_path",
        "attribute.project_ref": "assertion.project_path + ':' + assertion.ref_type + ':' + assertion.ref",
        ...attributesOf(attributes),
      },
      condition: [`(${within})`, ...(condition === undefined ? [] : [`(${condition})`])].join(" && "),
    });
    this.resource = made.provider;
    this.pool = made.pool;
    this.provider = made.providerName;
    this.waits = () => [made.resource];
  }

  /**
   * A project's pipelines, "acme/shop": all of them, or those of a branch or a tag.
   * @throws InvalidProps where it is in another group
   */
  project(project: `${string}/${string}`, runs?: ProjectRuns): Identity {
    check(this, { project, group: this.of }, projectRules);
    if (runs === undefined) return this.attribute("project", project);
    const ref = "branch" in runs ? `branch:${runs.branch}` : `tag:${runs.tag}`;
    return this.attribute("project_ref", `${project}:${ref}`);
  }
}
