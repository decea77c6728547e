import { expect, test } from "vitest";
import { CustomRole, type CustomRoleProps } from "../../../constructs/iam/custom-role";
import { principal, type Member } from "../../../constructs/iam/principal";
import { grantOnProject } from "../../../constructs/iam/project-grant";
import { ServiceAccount } from "../../../constructs/iam/service-account";
import { Topic } from "../../../constructs/pubsub/topic";
import { aStack, messageOf, templateOf } from "../support";
import { examples } from "./examples";

test("a role of which nothing is said is called as its construct", () => {
  expect(templateOf(examples.CustomRole.minimal).resource("google_project_iam_custom_role.peek")).toEqual({
    role_id: "peek",
    title: "peek",
    permissions: ["pubsub.subscriptions.get"],
    depends_on: ["time_sleep.apis"],
  });
  const template = templateOf((stack) => new CustomRole(stack, "look-at-topics", { permissions: ["a.b.c"] }));
  expect(template.resource("google_project_iam_custom_role.look_at_topics")["role_id"]).toBe("look_at_topics");
});

test("a role of which all is said", () => {
  const template = templateOf(examples.CustomRole.maximal, { prefix: "alice" });
  expect(template.resource("google_project_iam_custom_role.peek")).toEqual({
    role_id: "alice_peek",
    title: "Looks at $${topics}",
    description: "what operators may",
    permissions: ["pubsub.subscriptions.get", "pubsub.topics.get"],
    stage: "BETA",
    project: "acme-roles",
    depends_on: ["time_sleep.apis"],
  });
});

test("a role that is made is granted as Google's are, after it was made", () => {
  const template = templateOf((stack) => {
    const peek = new CustomRole(stack, "peek", { permissions: ["pubsub.topics.get"] });
    expect(peek).toMatchObject({ key: "peek", permissions: ["pubsub.topics.get"] });
    const operator = new ServiceAccount(stack, "operator");
    new Topic(stack, "clicks").grant(peek, operator);
    grantOnProject(peek, operator);
    new Topic(stack, "orders").grant(CustomRole.fromName(stack, { name: "look" }), operator);
  });
  expect(template.resource("google_pubsub_topic_iam_member.clicks-peek-operator")).toMatchObject({
    role: "${google_project_iam_custom_role.peek.name}",
    depends_on: ["google_project_iam_custom_role.peek", "google_service_account.operator", "time_sleep.apis"],
  });
  expect(template.resource("google_project_iam_member.project-peek-operator")).toMatchObject({
    role: "${google_project_iam_custom_role.peek.name}",
  });
  expect(template.resource("google_pubsub_topic_iam_member.orders-look-operator")).toMatchObject({
    role: "projects/acme-dev/roles/look",
  });
});

test("a role that is there already is a project's, or its organization's", () => {
  const stack = aStack();
  expect(CustomRole.fromName(stack, { name: "peek", of: { project: "shop" } }).role).toBe("projects/shop/roles/peek");
  expect(CustomRole.fromName(stack, { name: "peek", of: { organization: "12" } }).role).toBe(
    "organizations/12/roles/peek",
  );
});

test.each<[Partial<CustomRoleProps>, string]>([
  [{ name: "a-role" }, 'name is "a-role": IAM takes 3 to 64 letters, digits, "_" and "."'],
  [{ permissions: [] }, "permissions is empty: the role would let do nothing"],
  [
    { permissions: ["pubsub.topics.*"] },
    'permissions has "pubsub.topics.*": IAM calls them as in "pubsub.topics.publish", and knows no "*"',
  ],
  [{ permissions: ["a.b.c", "a.b.d", "a.b.c"] }, 'permissions has "a.b.c" twice'],
  [
    { permissions: Array.from({ length: 3001 }, (_, index) => `a.b.c${index}`) },
    "permissions has 3001: IAM takes at most 3000 in a role",
  ],
  [{ title: "x".repeat(101) }, "title is 101 bytes: IAM takes at most 100"],
  [{ description: "x".repeat(257) }, "description is 257 bytes: IAM takes at most 256"],
])("a role with %j is not valid", (props, says) => {
  expect(messageOf(() => new CustomRole(aStack(), "peek", { permissions: ["a.b.c"], ...props }))).toContain(says);
});

test("a role may have as many permissions and as long a title as IAM takes", () => {
  const permissions = Array.from({ length: 3000 }, (_, index) => `a.b.c${index}`);
  const most = { permissions, title: "x".repeat(100), description: "x".repeat(256) };
  expect(() => new CustomRole(aStack(), "peek", most)).not.toThrow();
});

test("people, groups and domains are given rights by their names", () => {
  const template = templateOf((stack) => {
    const topic = new Topic(stack, "clicks");
    for (const member of [
      "user:ann.lee@example.com",
      "group:team@mail.example.co.uk",
      "domain:example.com",
      "principalSet://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/ci/group/x",
    ] as const) {
      topic.grantPublish(principal(stack, member));
    }
  });
  const members = Object.values(template.allResources("google_pubsub_topic_iam_member")).map(({ member }) => member);
  expect(members).toEqual([
    "domain:example.com",
    "group:team@mail.example.co.uk",
    "principalSet://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/ci/group/x",
    "user:ann.lee@example.com",
  ]);
  expect(template.addresses).toContain(
    "google_pubsub_topic_iam_member.clicks-pubsub-publisher-user-ann-lee-example-com",
  );
});

test.each<Member>([
  "user:ann",
  "user:",
  "group:a b@example.com",
  "user:ann@example",
  "domain:example",
  "domain:ann@example.com",
  "principal://example.com/x",
  "principalSet://iam.googleapis.com/",
])("%s is nobody", (member) => {
  expect(messageOf(() => principal(aStack(), member))).toContain(
    `member is "${member}": IAM names members as in "group:team@example.com", "user:ann@example.com", "domain:example.com", "principalSet://iam.googleapis.com/..."`,
  );
});
