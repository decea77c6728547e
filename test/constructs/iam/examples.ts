import * as fc from "fast-check";
import type { Construct } from "constructs";
import { CustomRole, type CustomRoleProps } from "../../../constructs/iam/custom-role";
import { GitHubActions, type GitHubActionsProps } from "../../../constructs/iam/github-actions";
import { GitLabCi, type GitLabCiProps } from "../../../constructs/iam/gitlab-ci";
import { ServiceAccount, type ServiceAccountProps } from "../../../constructs/iam/service-account";
import { WorkloadIdentity, type WorkloadIdentityProps } from "../../../constructs/iam/workload-identity";
import type { Examples } from "../examples";
import { maybe } from "../support";

const text = (longest: number) => fc.string({ minLength: 1, maxLength: longest });

const pool = {
  displayName: maybe(text(32)),
  description: maybe(text(256)),
  enabled: maybe(fc.boolean()),
  audiences: maybe(fc.array(text(256), { minLength: 1, maxLength: 10 })),
};
const attributes = maybe(
  fc.dictionary(fc.stringMatching(/^[a-z0-9_]{1,30}$/), fc.constant("assertion.team"), { maxKeys: 4 }),
);
const condition = maybe(fc.constant("assertion.team == 'growth' || assertion.team == 'data'"));

const many = (count: number): { readonly [name: string]: string } =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`a${index}`, "assertion.a"]));

const KEYS = '{"keys":[{"kty":"RSA","alg":"RS256","use":"sig","kid":"1","n":"n","e":"AQAB"}]}';

/** What breaks the rules that all pools have. */
const poolFaults = (
  build: (props: {
    name?: string;
    displayName?: string;
    description?: string;
    audiences?: string[];
    attributes?: { readonly [name: string]: string };
    condition?: string;
  }) => (stack: Construct) => unknown,
) => ({
  "name-form": ["", "abc", "x".repeat(33), "gcp-pool", "Pool", "a_pool"].map((name) => build({ name })),
  "texts-size": [build({ displayName: "x".repeat(33) }), build({ description: "x".repeat(257) })],
  "audiences-form": [
    build({ audiences: [""] }),
    build({ audiences: ["x".repeat(257)] }),
    build({ audiences: Array.from({ length: 11 }, () => "x") }),
  ],
  "attributes-form": [
    build({ attributes: { Team: "assertion.team" } }),
    build({ attributes: { "": "assertion.team" } }),
    build({ attributes: { ["x".repeat(101)]: "assertion.team" } }),
    build({ attributes: { team: " " } }),
    build({ attributes: { team: "x".repeat(2049) } }),
    build({ attributes: many(51) }),
  ],
  "condition-size": [build({ condition: " " }), build({ condition: "x".repeat(4097) })],
});

const identity = (props: Partial<WorkloadIdentityProps>) => (stack: Construct) =>
  new WorkloadIdentity(stack, "pool", { issuer: "https://token.example.com", ...props });
const github = (props: Partial<GitHubActionsProps>) => (stack: Construct) =>
  new GitHubActions(stack, "github", { owner: "acme", ...props });
const gitlab = (props: Partial<GitLabCiProps>) => (stack: Construct) =>
  new GitLabCi(stack, "gitlab", { group: "acme", ...props });
const role = (props: Partial<CustomRoleProps>) => (stack: Construct) =>
  new CustomRole(stack, "peek", { permissions: ["pubsub.topics.get"], ...props });

export const examples = {
  ServiceAccount: {
    minimal: (stack) => new ServiceAccount(stack, "worker"),
    maximal: (stack) => {
      const all: Required<ServiceAccountProps> = {
        name: "worker",
        displayName: "The ${worker}",
        description: "does the %{work}",
        disabled: true,
        adopt: true,
        overrides: { timeouts: { create: "10m" } },
      };
      return new ServiceAccount(stack, "account", all);
    },
    random: fc
      .record({
        displayName: maybe(text(100)),
        description: maybe(fc.string({ unit: "grapheme-ascii", maxLength: 256 })),
        disabled: maybe(fc.boolean()),
        adopt: maybe(fc.boolean()),
      })
      .map((props) => (scope, name) => new ServiceAccount(scope, name, props)),
    faults: {
      "name-form": ["", "sa", "Worker", "1worker", "worker_1", "worker-"].map(
        (name) => (stack) => new ServiceAccount(stack, "worker", { name }),
      ),
      "description-size": ["x".repeat(257), "é".repeat(129)].map(
        (description) => (stack) => new ServiceAccount(stack, "worker", { description }),
      ),
    },
  },
  CustomRole: {
    minimal: (stack) => new CustomRole(stack, "peek", { permissions: ["pubsub.subscriptions.get"] }),
    maximal: (stack) => {
      const all: Required<CustomRoleProps> = {
        name: "peek",
        permissions: ["pubsub.topics.get", "pubsub.subscriptions.get"],
        title: "Looks at ${topics}",
        description: "what operators may",
        stage: "beta",
        overrides: { project: "acme-roles" },
      };
      return new CustomRole(stack, "role", all);
    },
    random: fc
      .record({
        permissions: fc.subarray(["pubsub.topics.get", "storage.objects.list", "resourcemanager.projects.get"], {
          minLength: 1,
        }),
        title: maybe(fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 100 })),
        description: maybe(fc.string({ unit: "grapheme-ascii", maxLength: 256 })),
        stage: maybe(fc.constantFrom("alpha", "beta", "ga", "eap", "deprecated", "disabled")),
      })
      .map((props) => (scope, name) => new CustomRole(scope, name, props)),
    faults: {
      "name-form": ["", "ab", "a-role", "a role", "x".repeat(65)].map((name) => role({ name })),
      "permissions-form": [
        [],
        ["pubsub.topics.*"],
        ["pubsub.topics"],
        ["roles/pubsub.publisher"],
        [""],
        ["pubsub.topics.get", "pubsub.topics.get"],
        Array.from({ length: 3001 }, (_, index) => `pubsub.topics.get${index}`),
      ].map((permissions) => role({ permissions })),
      "title-size": [role({ title: "é".repeat(51) }), role({ description: "é".repeat(129) })],
    },
  },
  WorkloadIdentity: {
    minimal: (stack) => new WorkloadIdentity(stack, "pool", { issuer: "https://token.example.com" }),
    maximal: (stack) => {
      const all: Required<WorkloadIdentityProps> = {
        name: "builders",
        displayName: "Builders ${x}",
        description: "what builds",
        enabled: false,
        audiences: ["https://acme.example.com"],
        issuer: "https://gitlab.com",
        subject: "assertion.sub.extract('{id}@')",
        groups: "assertion.groups",
        attributes: { team: "assertion.team" },
        condition: "assertion.team == 'growth'",
        keys: KEYS,
        overrides: { timeouts: { create: "10m" } },
      };
      return new WorkloadIdentity(stack, "identity", all);
    },
    random: fc
      .record({
        ...pool,
        issuer: fc.constantFrom("https://token.example.com", "https://ci.acme.internal/realms/main"),
        subject: maybe(fc.constant("assertion.email")),
        groups: maybe(fc.constant("assertion.groups")),
        attributes,
        condition,
        keys: maybe(fc.constant(KEYS)),
      })
      .map((props) => (scope, name) => new WorkloadIdentity(scope, name, props)),
    faults: {
      ...poolFaults(identity),
      "issuer-form": [
        "",
        "token.example.com",
        "http://token.example.com",
        "https://",
        "https://a b",
        "https://x.y/?z",
      ].map((issuer) => identity({ issuer })),
      "condition-missing": [
        "accounts.google.com",
        "agent.buildkite.com",
        "app.terraform.io",
        "gitlab.com",
        "token.actions.githubusercontent.com",
      ].map((host) => identity({ issuer: `https://${host}` })),
      "keys-form": ["", "{}", "[]", "null", '"x"', '{"keys":{}}', '{"keys":[]}'].map((keys) => identity({ keys })),
    },
  },
  GitHubActions: {
    minimal: (stack) => {
      const actions = new GitHubActions(stack, "github", { owner: "acme" });
      actions.repository("acme/shop");
      return actions;
    },
    maximal: (stack) => {
      const all: Required<GitHubActionsProps> = {
        name: "github",
        displayName: "GitHub ${x}",
        description: "what deploys",
        enabled: true,
        audiences: ["https://github.com/acme"],
        owner: "acme",
        ownerId: "12345",
        condition: "assertion.ref_type == 'branch' || assertion.ref_type == 'tag'",
        attributes: { actor: "assertion.actor" },
        overrides: { timeouts: { create: "10m" } },
      };
      const actions = new GitHubActions(stack, "actions", all);
      actions.repository("acme/shop", { branch: "main" });
      return actions;
    },
    random: fc
      .record({
        ...pool,
        owner: fc.constantFrom("acme", "Acme-Shop", "a"),
        ownerId: maybe(fc.constant("7")),
        attributes,
        condition,
      })
      .map((props) => (scope, name) => new GitHubActions(scope, name, props)),
    faults: {
      ...poolFaults(github),
      "owner-form": ["", "-acme", "acme-", "a--b", "a'b", "acme/shop", "x".repeat(40)].map((owner) =>
        github({ owner }),
      ),
      "ownerId-form": ["", "acme", "1 2"].map((ownerId) => github({ ownerId })),
      "repository-owner": (["other/shop", "acme-2/shop", "acme/", "acme/a/b", "acme/a b"] as const).map(
        (repository) => (stack) => github({})(stack).repository(repository),
      ),
    },
  },
  GitLabCi: {
    minimal: (stack) => {
      const ci = new GitLabCi(stack, "gitlab", { group: "acme" });
      ci.project("acme/shop");
      return ci;
    },
    maximal: (stack) => {
      const all: Required<GitLabCiProps> = {
        name: "gitlab",
        displayName: "GitLab ${x}",
        description: "what deploys",
        enabled: false,
        audiences: ["https://gitlab.example.com"],
        group: "acme/shop",
        url: "https://gitlab.example.com",
        condition: "assertion.ref_protected == 'true'",
        attributes: { user: "assertion.user_login" },
        overrides: { timeouts: { create: "10m" } },
      };
      const ci = new GitLabCi(stack, "ci", all);
      ci.project("acme/shop/web", { branch: "main" });
      return ci;
    },
    random: fc
      .record({
        ...pool,
        group: fc.constantFrom("acme", "acme/shop", "_a.b-c"),
        url: maybe(fc.constantFrom("https://gitlab.example.com", "https://example.com/gitlab")),
        attributes,
        condition,
      })
      .map((props) => (scope, name) => new GitLabCi(scope, name, props)),
    faults: {
      ...poolFaults(gitlab),
      "group-form": ["", "/acme", "acme/", "a'b", "a b", "acme//shop"].map((group) => gitlab({ group })),
      "url-form": ["", "gitlab.com", "http://gitlab.com", "https://gitlab.com/", "https://gitlab.com/?a"].map((url) =>
        gitlab({ url }),
      ),
      "project-group": (["other/shop", "acme-2/shop", "acme/", "acme/a b"] as const).map(
        (project) => (stack) => gitlab({})(stack).project(project),
      ),
    },
  },
} satisfies Examples;
