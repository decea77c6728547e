import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AccessControl } from "../../../local/access/access-control";
import { serviceAgentEmail } from "../../../local/access/agents";
import { anyone, owner } from "../../../local/access/members";
import { inWords, withParents } from "../../../local/access/resources";
import { rolePermissions, rolesWith } from "../../../local/access/roles";
import { CloudError } from "../../../local/errors";

const proxy = { member: "serviceAccount:proxy@acme-dev.iam.gserviceaccount.com" };
const topic = "pubsub.googleapis.com/projects/acme-dev/topics/clicks";
const table = "bigquery.googleapis.com/projects/acme-dev/datasets/data_journey/tables/dataflow";
const bucket = "storage.googleapis.com/projects/_/buckets/acme-dev-clicks";

function given(role: string, on: string, member = proxy.member): AccessControl {
  const access = new AccessControl("acme-dev");
  access.give({ role, member, on, address: "google_x_iam_member.x" });
  return access;
}

describe("a right holds", () => {
  test.each([
    ["on the resource itself", "roles/pubsub.publisher", topic, "pubsub.topics.publish", topic],
    [
      "on the project, for all that is in it",
      "roles/pubsub.publisher",
      "cloudresourcemanager.googleapis.com/projects/acme-dev",
      "pubsub.topics.publish",
      topic,
    ],
    [
      "on a dataset, for its tables",
      "roles/bigquery.dataEditor",
      table.split("/tables")[0] ?? "",
      "bigquery.tables.updateData",
      table,
    ],
    [
      "on a bucket, for its objects, whatever their names",
      "roles/storage.objectViewer",
      bucket,
      "storage.objects.get",
      `${bucket}/objects/a/b/c.json`,
    ],
    [
      "on the project, for a bucket, whose name does not tell it",
      "roles/storage.objectAdmin",
      "cloudresourcemanager.googleapis.com/projects/acme-dev",
      "storage.objects.delete",
      `${bucket}/objects/a`,
    ],
  ])("%s", (_, role, on, permission, resource) => {
    expect(given(role, on).allows(proxy, permission, resource)).toBe(true);
    expect(given(role, on).allows({ member: "serviceAccount:other@x" }, permission, resource)).toBe(false);
  });

  test("not on a sibling, not on the parent, not for another permission", () => {
    const access = given("roles/bigquery.dataEditor", table);
    expect(access.allows(proxy, "bigquery.tables.updateData", table.replace("dataflow", "other"))).toBe(false);
    expect(access.allows(proxy, "bigquery.tables.updateData", table.split("/tables")[0] ?? "")).toBe(false);
    expect(access.allows(proxy, "bigquery.tables.setIamPolicy", table)).toBe(false);
    const other = given("roles/pubsub.publisher", "cloudresourcemanager.googleapis.com/projects/other");
    expect(other.allows(proxy, "pubsub.topics.publish", topic)).toBe(false);
  });

  test("for the person at the laptop everywhere: it is their project", () => {
    expect(new AccessControl("acme-dev").allows(owner, "pubsub.topics.publish", topic)).toBe(true);
  });

  test.each([
    ["allUsers", true, true],
    ["allAuthenticatedUsers", true, false],
    ["serviceAccount:PROXY@acme-dev.iam.gserviceaccount.com", true, false],
    ["group:team@acme.dev", false, false],
    ["domain:acme.dev", false, false],
    [`deleted:${proxy.member}?uid=1`, false, false],
  ])("given to %s: for an account %s, for nobody in particular %s", (member, forAccount, forAnyone) => {
    const access = given("roles/pubsub.publisher", topic, member);
    expect(access.allows(proxy, "pubsub.topics.publish", topic)).toBe(forAccount);
    expect(access.allows(anyone, "pubsub.topics.publish", topic)).toBe(forAnyone);
  });

  test("by a role of the project's own", () => {
    const access = given("projects/acme-dev/roles/publish", topic);
    expect(access.knows("projects/acme-dev/roles/publish")).toBe(false);
    access.define("projects/acme-dev/roles/publish", ["pubsub.topics.publish"]);
    expect(access.allows(proxy, "pubsub.topics.publish", topic)).toBe(true);
  });
});

describe("a refusal", () => {
  test("says who lacks what on what, and which role gives least of what would do", () => {
    const access = given("roles/pubsub.viewer", topic);
    const check = () => access.check(proxy, "pubsub.topics.publish", topic);
    expect(check).toThrow(CloudError);
    expect(check).toThrow(
      "serviceAccount:proxy@acme-dev.iam.gserviceaccount.com lacks pubsub.topics.publish on topic clicks " +
        `(${topic}): nothing in the stack grants it, roles/pubsub.publisher would allow it`,
    );
  });

  test("is kept once, in the order in which they came; what is only asked for is not", () => {
    const access = new AccessControl("acme-dev");
    const tries = [topic, table, topic].map((resource) => () => access.check(proxy, "pubsub.topics.publish", resource));
    for (const attempt of tries) expect(attempt).toThrow("lacks");
    expect(access.allows(proxy, "pubsub.topics.get", topic)).toBe(false);
    expect(access.denials.map(({ resource }) => resource)).toEqual([topic, table]);
  });

  test("of something no role has says that", () => {
    expect(() => new AccessControl("p").check(proxy, "made.up.permission", topic)).toThrow("no role known here has it");
  });
});

describe("roles", () => {
  test.each([
    ["roles/pubsub.subscriber", "pubsub.subscriptions.consume", true],
    ["roles/pubsub.subscriber", "pubsub.subscriptions.get", false],
    ["roles/pubsub.publisher", "pubsub.topics.get", false],
    ["roles/bigquery.dataEditor", "bigquery.tables.updateData", true],
    ["roles/bigquery.dataEditor", "bigquery.jobs.create", false],
    ["roles/bigquery.dataViewer", "bigquery.tables.updateData", false],
    ["roles/bigquery.jobUser", "bigquery.jobs.create", true],
    ["roles/storage.objectCreator", "storage.objects.get", false],
    ["roles/storage.objectCreator", "storage.objects.delete", false],
    ["roles/storage.objectUser", "storage.objects.delete", true],
    ["roles/storage.objectUser", "storage.buckets.get", false],
    ["roles/storage.legacyBucketReader", "storage.buckets.get", true],
    ["roles/run.invoker", "run.routes.invoke", true],
    ["roles/iam.serviceAccountTokenCreator", "iam.serviceAccounts.getOpenIdToken", true],
    ["roles/iam.serviceAccountUser", "iam.serviceAccounts.getOpenIdToken", false],
    ["roles/viewer", "pubsub.topics.get", true],
    ["roles/viewer", "pubsub.topics.publish", false],
    ["roles/editor", "pubsub.topics.publish", true],
    ["roles/owner", "pubsub.topics.setIamPolicy", true],
  ])("%s: %s is %s", (role, permission, has) => {
    expect(rolePermissions(role).has(permission)).toBe(has);
  });

  test("those that would do are listed from the one that gives least", () => {
    const roles = rolesWith("pubsub.topics.publish");
    expect(roles[0]).toBe("roles/pubsub.publisher");
    expect(roles).toContain("roles/pubsub.editor");
    expect(roles).not.toContain("roles/owner");
  });
});

describe("names", () => {
  test("every resource is in its project, and each parent is a beginning of it", () => {
    const part = fc.stringMatching(/^[a-z0-9_.-]{1,12}$/);
    const pairs = fc.array(fc.tuple(part, part), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(part, pairs, (project, rest) => {
        const name = `x.googleapis.com/projects/${project}/${rest.map((pair) => pair.join("/")).join("/")}`;
        const parents = withParents(name, "home");
        expect(parents[0]).toBe(name);
        expect(parents).toHaveLength(rest.length + 1);
        expect(parents.at(-1)).toBe(
          `cloudresourcemanager.googleapis.com/projects/${project === "_" ? "home" : project}`,
        );
        for (const parent of parents.slice(0, -1)) expect(name.startsWith(parent)).toBe(true);
      }),
    );
  });

  test.each([
    [topic, "topic clicks"],
    [table, "table data_journey.dataflow"],
    [`${bucket}/objects/a/b.json`, "object gs://acme-dev-clicks/a/b.json"],
    [bucket, "bucket acme-dev-clicks"],
    ["run.googleapis.com/projects/p/locations/l/workerPools/w", "worker pool w"],
    ["cloudresourcemanager.googleapis.com/projects/p", "project p"],
    ["odd.googleapis.com/things", "odd.googleapis.com/things"],
  ])("%s is %s", (name, words) => {
    expect(inWords(name)).toBe(words);
  });

  test.each([
    ["pubsub.googleapis.com", "service-12@gcp-sa-pubsub.iam.gserviceaccount.com"],
    ["dataflow", "service-12@dataflow-service-producer-prod.iam.gserviceaccount.com"],
    ["storage", "service-12@gs-project-accounts.iam.gserviceaccount.com"],
    ["bigquery", "bq-12@bigquery-encryption.iam.gserviceaccount.com"],
  ])("the agent of %s is %s", (service, email) => {
    expect(serviceAgentEmail(service, "12")).toBe(email);
  });
});
