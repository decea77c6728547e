import { readFileSync } from "node:fs";
import { join } from "node:path";
import { TerraformOutput, TerraformVariable, Testing } from "cdktf";
import { describe, expect, test } from "vitest";
import { GcpStack } from "../../../constructs/core/stack";
import { plainText } from "../../../constructs/core/uses";
import { CustomRole } from "../../../constructs/iam/custom-role";
import { GitHubActions, type GitHubActionsProps } from "../../../constructs/iam/github-actions";
import { GitLabCi, type GitLabCiProps } from "../../../constructs/iam/gitlab-ci";
import { principal } from "../../../constructs/iam/principal";
import { ServiceAccount } from "../../../constructs/iam/service-account";
import { WorkloadIdentity, type WorkloadIdentityProps } from "../../../constructs/iam/workload-identity";
import { Topic } from "../../../constructs/pubsub/topic";
import { Template } from "../../../constructs/testing/template";
import { aStack, messageOf, settings, templateOf } from "../support";
import { examples } from "./examples";

const POOL = "google_iam_workload_identity_pool";
const PROVIDER = "google_iam_workload_identity_pool_provider";
const pool = (name: string): string => `\${${POOL}.${name}.name}`;

const identity = (props: Partial<WorkloadIdentityProps>) => () =>
  new WorkloadIdentity(aStack(), "pool", { issuer: "https://token.example.com", ...props });

describe("workloads of any issuer", () => {
  test("of whom nothing is said are taken by the subject of their tokens", () => {
    const template = templateOf(examples.WorkloadIdentity.minimal);
    expect(template.resource(`${POOL}.pool`)).toEqual({
      workload_identity_pool_id: "pool",
      depends_on: ["time_sleep.apis"],
    });
    expect(template.resource(`${PROVIDER}.pool`)).toEqual({
      workload_identity_pool_id: `\${${POOL}.pool.workload_identity_pool_id}`,
      workload_identity_pool_provider_id: "pool",
      attribute_mapping: { "google.subject": "assertion.sub" },
      oidc: { issuer_uri: "https://token.example.com" },
      depends_on: ["time_sleep.apis"],
    });
    // What changes a token for one of Google's, and for one of a service account's.
    expect(Object.keys(template.allResources("google_project_service"))).toEqual(["iam", "iamcredentials", "sts"]);
  });

  test("of whom all is said", () => {
    const template = templateOf(examples.WorkloadIdentity.maximal, { prefix: "alice", removal: "keep" });
    expect(template.resource(`${POOL}.builders`)).toEqual({
      workload_identity_pool_id: "alice-builders",
      display_name: "Builders $${x}",
      description: "what builds",
      disabled: true,
      lifecycle: { prevent_destroy: true },
      depends_on: ["time_sleep.apis"],
    });
    expect(template.resource(`${PROVIDER}.builders`)).toEqual({
      workload_identity_pool_id: `\${${POOL}.builders.workload_identity_pool_id}`,
      workload_identity_pool_provider_id: "alice-builders",
      display_name: "Builders $${x}",
      description: "what builds",
      disabled: true,
      attribute_mapping: {
        "google.subject": "assertion.sub.extract('{id}@')",
        "google.groups": "assertion.groups",
        "attribute.team": "assertion.team",
      },
      attribute_condition: "assertion.team == 'growth'",
      oidc: {
        issuer_uri: "https://gitlab.com",
        allowed_audiences: ["https://acme.example.com"],
        jwks_json: '{"keys":[{"kty":"RSA","alg":"RS256","use":"sig","kid":"1","n":"n","e":"AQAB"}]}',
      },
      timeouts: { create: "10m" },
      depends_on: ["time_sleep.apis"],
    });
  });

  test("are given rights one by one, by what is mapped, and by group", () => {
    const template = templateOf((stack) => {
      const identity = new WorkloadIdentity(stack, "pool", { issuer: "https://token.example.com" });
      const topic = new Topic(stack, "clicks");
      topic.grantPublish(identity.subject("builder 7"));
      topic.grantPublish(identity.attribute("team", "growth"));
      topic.grantPublish(identity.group("admins"));
    });
    const members = template.allResources("google_pubsub_topic_iam_member");
    expect(Object.entries(members).map(([name, { member }]) => [name, member])).toEqual([
      ["clicks-pubsub-publisher-pool-admins", `principalSet://iam.googleapis.com/${pool("pool")}/group/admins`],
      ["clicks-pubsub-publisher-pool-builder-7", `principal://iam.googleapis.com/${pool("pool")}/subject/builder 7`],
      [
        "clicks-pubsub-publisher-pool-growth",
        `principalSet://iam.googleapis.com/${pool("pool")}/attribute.team/growth`,
      ],
    ]);
    expect(members["clicks-pubsub-publisher-pool-admins"]).toMatchObject({
      depends_on: [`${POOL}.pool`, "time_sleep.apis"],
    });
  });

  test("of a pool that is there already are named by its project's number", () => {
    const numbered = aStack({ projectNumber: "42" });
    const ours = WorkloadIdentity.fromName(numbered, "ours", { name: "pool" });
    expect(ours.subject("me").member).toBe(
      "principal://iam.googleapis.com/projects/42/locations/global/workloadIdentityPools/pool/subject/me",
    );
    const theirs = WorkloadIdentity.fromName(aStack(), "theirs", { name: "pool", projectNumber: "7" });
    expect(theirs.pool).toBe("projects/7/locations/global/workloadIdentityPools/pool");
    expect(theirs.subject("me")).toMatchObject({ key: "pool-me" });
    expect(theirs.subject("me").waits()).toEqual([]);
    expect(messageOf(() => WorkloadIdentity.fromName(aStack(), "lost", { name: "pool" }))).toContain(
      'projectNumber is "": members of a pool are named by the number of its project, here or in the stack\'s settings',
    );
    expect(messageOf(() => WorkloadIdentity.fromName(numbered, "bad", { name: "gcp-pool" }))).toContain('"gcp-pool"');
  });

  test("are named in another stack by the project's number", () => {
    const app = Testing.app();
    const { pool: name, provider } = new WorkloadIdentity(
      new GcpStack(app, "identities", { ...settings, projectNumber: "42" }),
      "pool",
      { issuer: "https://token.example.com" },
    );
    const stack = new GcpStack(app, "data", settings);
    expect([name, provider].map((text) => plainText(text, stack))).toEqual([
      "projects/42/locations/global/workloadIdentityPools/pool",
      "projects/42/locations/global/workloadIdentityPools/pool/providers/pool",
    ]);
  });

  test("are named in another stack as the pool's stack says, where nobody knows the number", () => {
    const app = Testing.app();
    const identities = new GcpStack(app, "identities", settings);
    const { provider } = new WorkloadIdentity(identities, "pool", { issuer: "https://token.example.com" });
    expect(plainText(provider, identities)).toBe(`\${${PROVIDER}.pool.name}`);
    const data = new GcpStack(app, "data", settings);
    new TerraformOutput(data, "provider", { value: provider });
    app.synth();
    const file = join(app.outdir, "stacks", "data", "cdk.tf.json");
    expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({
      output: {
        provider: {
          value: expect.stringContaining(
            "data.terraform_remote_state.cross-stack-reference-input-identities",
          ) as string,
        },
      },
    });
  });

  test("of an issuer that nobody else has need no condition, and of one that others have do", () => {
    expect(identity({})).not.toThrow();
    expect(messageOf(identity({ issuer: "https://gitlab.com" }))).toContain(
      "anybody gets tokens of gitlab.com, and condition says of none that they are refused: say whose are taken",
    );
    expect(messageOf(identity({ issuer: "https://GitLab.com/" }))).toContain("anybody gets tokens of gitlab.com");
    expect(identity({ issuer: "https://gitlab.com", condition: "assertion.namespace_id == '7'" })).not.toThrow();
    expect(identity({ issuer: "https://gitlab.com.example.com" })).not.toThrow();
  });

  test.each<[Partial<WorkloadIdentityProps>, string]>([
    [
      { name: "gcp-pool" },
      'name is "gcp-pool": IAM takes 4 to 32 lower-case letters, digits and hyphens, and not "gcp-" first',
    ],
    [{ displayName: "x".repeat(33) }, "displayName has 33 characters: IAM takes at most 32"],
    [{ description: "x".repeat(257) }, "description has 257 characters: IAM takes at most 256"],
    [{ audiences: Array.from({ length: 11 }, () => "x") }, "audiences has 11: IAM takes at most 10"],
    [{ audiences: ["x".repeat(257)] }, "audiences has one of 257 characters: IAM takes 1 to 256"],
    [{ audiences: [""] }, "audiences has one of 0 characters: IAM takes 1 to 256"],
    [
      { issuer: "http://token.example.com" },
      'issuer is "http://token.example.com": write it as "https://token.example.com"',
    ],
    [{ attributes: { Team: "x" } }, 'attributes has "Team": IAM takes 1 to 100 lower-case letters, digits and "_"'],
    [{ attributes: { team: "" } }, "team is an expression of 0 characters: IAM takes 1 to 2048"],
    [{ subject: "x".repeat(2049) }, "subject is an expression of 2049 characters: IAM takes 1 to 2048"],
    [{ groups: " " }, "groups is an expression of 1 characters: IAM takes 1 to 2048"],
    [
      { attributes: Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`a${index}`, "x"])) },
      "attributes has 51: IAM takes at most 50",
    ],
    [{ condition: "x".repeat(4097) }, "condition is an expression of 4097 characters: IAM takes 1 to 4096"],
    [{ keys: "{}" }, 'keys is no set of keys: write it as {"keys": [{"kty": "RSA", ...}]}'],
  ])("with %j are not valid", (props, says) => {
    const all = { issuer: "https://token.example.com", ...props };
    expect(messageOf(() => new WorkloadIdentity(aStack(), "pool", all))).toContain(says);
  });

  test("may have as much as IAM takes", () => {
    const most: WorkloadIdentityProps = {
      issuer: "https://token.example.com",
      displayName: "x".repeat(32),
      description: "x".repeat(256),
      audiences: Array.from({ length: 10 }, () => "x".repeat(256)),
      subject: "x".repeat(2048),
      attributes: Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`a${index}`, "x"])),
      condition: "x".repeat(4096),
    };
    expect(() => new WorkloadIdentity(aStack(), "pool", most)).not.toThrow();
  });
});

describe("GitHub's workflows", () => {
  test("are let in where their repository is the owner's", () => {
    const template = templateOf(examples.GitHubActions.minimal);
    expect(template.resource(`${PROVIDER}.github`)).toEqual({
      workload_identity_pool_id: `\${${POOL}.github.workload_identity_pool_id}`,
      workload_identity_pool_provider_id: "github",
      attribute_mapping: {
        "google.subject": "assertion.sub",
        "attribute.repository": "assertion.repository",
        "attribute.repository_ref": "assertion.repository + ':' + assertion.ref",
      },
      attribute_condition: "assertion.repository_owner == 'acme'",
      oidc: { issuer_uri: "https://token.actions.githubusercontent.com" },
      depends_on: ["time_sleep.apis"],
    });
  });

  test("are let in by the owner's number, and by what else has to hold", () => {
    const template = templateOf(examples.GitHubActions.maximal, { prefix: "alice" });
    expect(template.resource(`${PROVIDER}.github`)).toEqual({
      workload_identity_pool_id: `\${${POOL}.github.workload_identity_pool_id}`,
      workload_identity_pool_provider_id: "alice-github",
      display_name: "GitHub $${x}",
      description: "what deploys",
      attribute_mapping: {
        "google.subject": "assertion.sub",
        "attribute.repository": "assertion.repository",
        "attribute.repository_ref": "assertion.repository + ':' + assertion.ref",
        "attribute.actor": "assertion.actor",
      },
      attribute_condition:
        "assertion.repository_owner == 'acme' && assertion.repository_owner_id == '12345' && (assertion.ref_type == 'branch' || assertion.ref_type == 'tag')",
      oidc: {
        issuer_uri: "https://token.actions.githubusercontent.com",
        allowed_audiences: ["https://github.com/acme"],
      },
      timeouts: { create: "10m" },
      depends_on: ["time_sleep.apis"],
    });
    expect(template.resource(`${POOL}.github`)["workload_identity_pool_id"]).toBe("alice-github");
  });

  test("act as an account: of a repository all, of a branch, of a tag, or of an environment", () => {
    const template = templateOf((stack) => {
      const github = new GitHubActions(stack, "github", { owner: "acme" });
      const deployer = new ServiceAccount(stack, "deployer");
      deployer.grantImpersonation(github.repository("acme/shop"));
      deployer.grantImpersonation(github.repository("acme/shop", { branch: "main" }));
      deployer.grantImpersonation(github.repository("acme/shop", { tag: "v1" }));
      deployer.grantImpersonation(github.repository("acme/shop", { environment: "prod" }));
      expect(plainText(github.provider, stack)).toBe(`\${${PROVIDER}.github.name}`);
    });
    const set = `principalSet://iam.googleapis.com/${pool("github")}/attribute`;
    const members = template.allResources("google_service_account_iam_member");
    expect(Object.entries(members).map(([name, { member }]) => [name, member])).toEqual([
      ["deployer-iam-workloadIdentityUser-github-acme-shop", `${set}.repository/acme/shop`],
      [
        "deployer-iam-workloadIdentityUser-github-acme-shop-refs-heads-main",
        `${set}.repository_ref/acme/shop:refs/heads/main`,
      ],
      [
        "deployer-iam-workloadIdentityUser-github-acme-shop-refs-tags-v1",
        `${set}.repository_ref/acme/shop:refs/tags/v1`,
      ],
      [
        "deployer-iam-workloadIdentityUser-github-repo-acme-shop-environment-prod",
        `principal://iam.googleapis.com/${pool("github")}/subject/repo:acme/shop:environment:prod`,
      ],
    ]);
    expect(members["deployer-iam-workloadIdentityUser-github-acme-shop"]).toMatchObject({
      service_account_id: "${google_service_account.deployer.name}",
      depends_on: [`${POOL}.github`, "time_sleep.apis"],
    });
  });

  test.each<[Partial<GitHubActionsProps>, string]>([
    [{ owner: "a'b" }, `owner is "a'b": GitHub has owners of 1 to 39 letters, digits and single hyphens`],
    [{ ownerId: "acme" }, 'ownerId is "acme": GitHub numbers owners with digits'],
    [{ attributes: { Actor: "x" } }, 'attributes has "Actor"'],
    [{ name: "abc" }, 'name is "abc": IAM takes 4 to 32'],
  ])("with %j are not valid", (props, says) => {
    expect(messageOf(() => new GitHubActions(aStack(), "github", { owner: "acme", ...props }))).toContain(says);
  });

  test("of another's repository are named in vain", () => {
    const github = new GitHubActions(aStack(), "github", { owner: "acme" });
    expect(messageOf(() => github.repository("acme-2/shop"))).toContain(
      "acme-2/shop is not acme's, and no token of others is taken: they need a GitHubActions of their own",
    );
    expect(messageOf(() => github.repository("acme/"))).toContain('"acme/" is no repository: write it as "acme/shop"');
  });
});

describe("GitLab's pipelines", () => {
  test("are let in where their project is in the group or below it", () => {
    const template = templateOf(examples.GitLabCi.minimal);
    expect(template.resource(`${PROVIDER}.gitlab`)).toEqual({
      workload_identity_pool_id: `\${${POOL}.gitlab.workload_identity_pool_id}`,
      workload_identity_pool_provider_id: "gitlab",
      attribute_mapping: {
        "google.subject": "assertion.sub",
        "attribute.project": "assertion.project_path",
        "attribute.project_ref": "assertion.project_path + ':' + assertion.ref_type + ':' + assertion.ref",
      },
      attribute_condition: "(assertion.namespace_path == 'acme' || assertion.namespace_path.startsWith('acme/'))",
      oidc: { issuer_uri: "https://gitlab.com" },
      depends_on: ["time_sleep.apis"],
    });
  });

  test("of a GitLab of one's own, of which all is said", () => {
    const template = templateOf(examples.GitLabCi.maximal, { prefix: "alice" });
    expect(template.resource(`${PROVIDER}.gitlab`)).toEqual({
      workload_identity_pool_id: `\${${POOL}.gitlab.workload_identity_pool_id}`,
      workload_identity_pool_provider_id: "alice-gitlab",
      display_name: "GitLab $${x}",
      description: "what deploys",
      disabled: true,
      attribute_mapping: {
        "google.subject": "assertion.sub",
        "attribute.project": "assertion.project_path",
        "attribute.project_ref": "assertion.project_path + ':' + assertion.ref_type + ':' + assertion.ref",
        "attribute.user": "assertion.user_login",
      },
      attribute_condition:
        "(assertion.namespace_path == 'acme/shop' || assertion.namespace_path.startsWith('acme/shop/')) && (assertion.ref_protected == 'true')",
      oidc: { issuer_uri: "https://gitlab.example.com", allowed_audiences: ["https://gitlab.example.com"] },
      timeouts: { create: "10m" },
      depends_on: ["time_sleep.apis"],
    });
  });

  test("act as an account: of a project all, of a branch, or of a tag", () => {
    const stack = aStack();
    const gitlab = new GitLabCi(stack, "gitlab", { group: "acme" });
    const deployer = new ServiceAccount(stack, "deployer");
    const set = `principalSet://iam.googleapis.com/${pool("gitlab")}/attribute`;
    const runs = [undefined, { branch: "main" }, { tag: "v1" }];
    for (const run of runs) deployer.grantImpersonation(gitlab.project("acme/shop", run));
    const members = Object.values(Template.fromStack(stack).allResources("google_service_account_iam_member"));
    expect(members.map(({ member }) => member)).toEqual([
      `${set}.project/acme/shop`,
      `${set}.project_ref/acme/shop:branch:main`,
      `${set}.project_ref/acme/shop:tag:v1`,
    ]);
    expect(members[0]).toMatchObject({ depends_on: [`${POOL}.gitlab`, "time_sleep.apis"] });
    expect(plainText(gitlab.provider, stack)).toBe(`\${${PROVIDER}.gitlab.name}`);
  });

  test.each<[Partial<GitLabCiProps>, string]>([
    [{ group: "a'b" }, `group is "a'b": GitLab has groups such as "acme" and "acme/shop"`],
    [{ url: "gitlab.com" }, 'url is "gitlab.com": GitLab is at an address such as "https://gitlab.example.com"'],
    [{ condition: "" }, "condition is an expression of 0 characters"],
    [{ name: "abc" }, 'name is "abc": IAM takes 4 to 32'],
  ])("with %j are not valid", (props, says) => {
    expect(messageOf(() => new GitLabCi(aStack(), "gitlab", { group: "acme", ...props }))).toContain(says);
  });

  test("of another group's project are named in vain", () => {
    const gitlab = new GitLabCi(aStack(), "gitlab", { group: "acme" });
    expect(messageOf(() => gitlab.project("acme-2/shop"))).toContain(
      "acme-2/shop is not in acme, and no token of others is taken: they need a GitLabCi of their own",
    );
    expect(messageOf(() => gitlab.project("acme/a b"))).toContain('"acme/a b" is no project: write it as "acme/shop"');
  });
});

test("what is known only at apply is not looked at", () => {
  const stack = aStack();
  const later = new TerraformVariable(stack, "later", {}).stringValue;
  const passes: (() => unknown)[] = [
    () =>
      new WorkloadIdentity(stack, "a", {
        name: later,
        displayName: later,
        description: later,
        audiences: [later],
        issuer: later,
        subject: later,
        groups: later,
        attributes: { team: later },
        condition: later,
        keys: later,
      }),
    () => new WorkloadIdentity(stack, "pool-b", { issuer: "https://gitlab.com", condition: later }),
    () => new WorkloadIdentity(stack, "pool-c", { issuer: "https://a.b", attributes: { Team: later } }),
    () => new GitHubActions(stack, "github", { owner: later, ownerId: later }).repository("acme/shop"),
    () => new GitLabCi(stack, "gitlab", { group: later, url: later }).project("acme/shop"),
    () => new ServiceAccount(stack, "worker", { description: later }),
    () => new CustomRole(stack, "role", { permissions: [later], title: later, description: later }),
    () => principal(stack, `user:${later}`),
  ];
  for (const [index, pass] of passes.entries()) expect(pass, String(index)).not.toThrow();
  expect(() => Template.fromStack(stack)).not.toThrow();
});
