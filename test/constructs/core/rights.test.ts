import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { everyone } from "../../../constructs/core/everyone";
import type { Condition, Identity } from "../../../constructs/core/grants";
import { published } from "../../../constructs/core/rights";
import { withoutRule } from "../../../constructs/core/rules";
import type { GcpStack } from "../../../constructs/core/stack";
import { CustomRole } from "../../../constructs/iam/custom-role";
import { ServiceAccount } from "../../../constructs/iam/service-account";
import { PullSubscription } from "../../../constructs/pubsub/pull-subscription";
import { Topic } from "../../../constructs/pubsub/topic";
import { Secret } from "../../../constructs/secret-manager/secret";
import { Bucket } from "../../../constructs/storage/bucket";
import { expectValid } from "../../../constructs/testing/expect";
import { undeclared } from "../../stacks/declared";
import { aStack, messageOf, templateOf } from "../support";

const office: Condition = {
  title: "Office hours",
  expression: "request.time.getHours('${zone}') < 18",
  description: "in %{zone}",
};

const refused = (build: (stack: GcpStack) => unknown): string => {
  const stack = aStack();
  build(stack);
  return messageOf(() => expectValid(stack));
};

describe("a right of everybody", () => {
  test.each<[string, (stack: GcpStack) => Identity, string]>([
    [
      "in the world",
      (stack) => everyone(stack),
      "gives allUsers roles/storage.objectViewer on acme-dev-files: that is everybody in the world. Give it to those who need it [public-grant]",
    ],
    [
      "whom Google knows",
      (stack) => everyone(stack, "signed-in"),
      "gives allAuthenticatedUsers roles/storage.objectViewer on acme-dev-files: that is everybody in the world who has an account of Google's. Give it to those who need it [public-grant]",
    ],
  ])("%s is refused", (_, who, says) => {
    expect(refused((stack) => new Bucket(stack, "files").grantRead(who(stack)))).toContain(`test: ${says}`);
  });

  test("is given where somebody says why, or where a construct was told to open what it is on", () => {
    const stack = aStack();
    new Bucket(stack, "files").grantRead(everyone(stack));
    withoutRule(stack, "public-grant", "the site is for all");
    expectValid(stack);
    const other = aStack();
    const site = new Bucket(other, "site");
    published.tell(site, { fullName: site.fullName });
    site.grantRead(everyone(other));
    expectValid(other);
  });

  test("is not given by another's being open", () => {
    expect(
      refused((stack) => {
        const site = new Bucket(stack, "site");
        published.tell(site, { fullName: site.fullName });
        new Bucket(stack, "files").grantRead(everyone(stack));
      }),
    ).toContain("on acme-dev-files");
  });

  test("has an address of its own", () => {
    const template = templateOf((stack) => {
      withoutRule(stack, "public-grant", "the site is for all");
      const bucket = new Bucket(stack, "files");
      for (const who of ["anyone", "signed-in"] as const) bucket.grantRead(everyone(stack, who));
    });
    expect(template.allResources("google_storage_bucket_iam_member")).toMatchObject({
      "files-storage-objectViewer-everybody": { member: "allUsers" },
      "files-storage-objectViewer-everybody-signed-in": { member: "allAuthenticatedUsers" },
    });
  });
});

test.each(["owner", "editor", "viewer"])("roles/%s is thousands of permissions and refused", (name) => {
  expect(
    refused((stack) => new Topic(stack, "clicks").grant(`roles/${name}`, new ServiceAccount(stack, "worker"))),
  ).toContain(
    `has roles/${name} on projects/acme-dev/topics/clicks, which is thousands of permissions in all services: give the roles of what it does [basic-role]`,
  );
});

test.each(["publisher", "pubsub.publisher", "roles/", "roles/a b", "projects/acme/role/x", "folders/1/roles/x"])(
  "%s is no role",
  (role) => {
    expect(refused((stack) => new Topic(stack, "clicks").grant(role, new ServiceAccount(stack, "worker")))).toContain(
      `has "${role}" on projects/acme-dev/topics/clicks: roles are called as in "roles/pubsub.publisher", and a CustomRole is given whole [role-form]`,
    );
  },
);

test("roles of Google's, of projects and of organizations are roles, and so is one that is made", () => {
  const stack = aStack();
  const worker = new ServiceAccount(stack, "worker");
  new PullSubscription(stack, "pull", { topic: new Topic(stack, "clicks") });
  const topic = Topic.fromName(stack, "theirs", { name: "theirs", project: "shop" });
  for (const role of ["roles/pubsub.editor", "projects/acme/roles/my_role.x", "organizations/12/roles/look"]) {
    topic.grant(role, worker);
  }
  topic.grant(new CustomRole(stack, "peek", { permissions: ["pubsub.topics.get"] }), worker);
  expectValid(stack);
});

describe("a right with a condition", () => {
  test("is another right than the one without, and its text is nothing that Terraform evaluates", () => {
    const template = templateOf((stack) => {
      const secret = new Secret(stack, "key");
      const worker = new ServiceAccount(stack, "worker");
      secret.grantRead(worker);
      expect(secret.grantRead(worker, { condition: office })).toBe(secret.grantRead(worker, { condition: office }));
      secret.grantRead(worker, { condition: { title: "Short", expression: "true" } });
    });
    const members = template.allResources("google_secret_manager_secret_iam_member");
    expect(Object.entries(members).map(([name, { condition }]) => [name, condition])).toEqual([
      ["key-secretmanager-secretAccessor-worker", undefined],
      [
        "key-secretmanager-secretAccessor-worker-if-office-hours",
        {
          title: "Office hours",
          expression: "request.time.getHours('$${zone}') < 18",
          description: "in %%{zone}",
        },
      ],
      ["key-secretmanager-secretAccessor-worker-if-short", { title: "Short", expression: "true" }],
    ]);
  });

  test("that somebody else gives is listed with it", () => {
    const template = templateOf((stack) => {
      const secret = Secret.fromName(stack, "theirs", { name: "key", grants: "assume" });
      secret.grantRead(new ServiceAccount(stack, "worker"), { condition: office });
    });
    expect(template.journey["assumed"]).toMatchObject([{ condition: { title: "Office hours" } }]);
  });

  test("is refused of what hears none", () => {
    const says = refused((stack) => {
      const worker = new ServiceAccount(stack, "worker");
      const topic = new Topic(stack, "clicks");
      topic.grantPublish(worker, { condition: office });
      topic.grant(new CustomRole(stack, "peek", { permissions: ["pubsub.topics.get"] }), worker, { condition: office });
      new PullSubscription(stack, "pull", { topic }).grantSubscribe(worker);
    });
    expect(says.split("[condition-unheard]")).toHaveLength(3);
    expect(says).toContain(
      "has roles/pubsub.publisher on projects/acme-dev/topics/clicks with a condition, which nothing of its kind takes: leave it away, or give the right on the project [condition-unheard]",
    );
    expect(says).toContain("has a role on projects/acme-dev/topics/clicks with a condition");
  });

  test("is taken by every class that gives rights", () => {
    const folder = join(__dirname, "../../../constructs");
    const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
    const types = files.flatMap((file) =>
      [...readFileSync(join(folder, file), "utf8").matchAll(/provider-google\/lib\/([a-z0-9-]+-iam-member)"/g)].map(
        ([, name = ""]) => `google_${name.replaceAll("-", "_")}`,
      ),
    );
    expect(types.length).toBeGreaterThan(10);
    for (const type of new Set(types)) expect(undeclared(type, { condition: { ...office } }), type).toEqual([]);
  });
});
