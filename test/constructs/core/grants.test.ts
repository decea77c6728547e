import { TerraformStack, Testing } from "cdktf";
import { expect, test } from "vitest";
import { serviceAgent } from "../../../constructs/core/service-agents";
import { configureGcp } from "../../../constructs/core/site";
import { GcpStack } from "../../../constructs/core/stack";
import { ContainerImage } from "../../../constructs/core/image";
import { CloudRunService } from "../../../constructs/cloud-run/cloud-run-service";
import { ServiceAccount } from "../../../constructs/iam/service-account";
import { PullSubscription } from "../../../constructs/pubsub/pull-subscription";
import { Topic } from "../../../constructs/pubsub/topic";
import { Template } from "../../../constructs/testing/template";
import { aStack, IMAGE, messageOf, settings, templateOf } from "../support";

test("a grant adds one member to one role on one resource, and is made anew with it", () => {
  const template = templateOf((stack) => new Topic(stack, "clicks").grantPublish(new ServiceAccount(stack, "sender")));
  expect(template.resource("google_pubsub_topic_iam_member.clicks-pubsub-publisher-sender")).toEqual({
    topic: "${google_pubsub_topic.clicks.name}",
    project: "acme-dev",
    role: "roles/pubsub.publisher",
    member: "${google_service_account.sender.member}",
    depends_on: ["google_service_account.sender", "time_sleep.apis"],
    lifecycle: { replace_triggered_by: ["google_pubsub_topic.clicks.id"] },
  });
});

test("the same right asked for twice is one grant", () => {
  const stack = aStack();
  const topic = new Topic(stack, "clicks");
  const sender = new ServiceAccount(stack, "sender");
  expect(topic.grantPublish(sender)).toBe(topic.grantPublish(sender));
  expect(Object.keys(Template.fromStack(stack).allResources("google_pubsub_topic_iam_member"))).toHaveLength(1);
});

test("two accounts that are called alike are never taken for one", () => {
  const stack = aStack();
  const topic = new Topic(stack, "clicks");
  topic.grantPublish(serviceAgent(stack, "pubsub"));
  expect(messageOf(() => topic.grantPublish(new ServiceAccount(stack, "pubsub-agent")))).toContain(
    "google_pubsub_topic_iam_member.clicks-pubsub-publisher-pubsub-agent is taken by test",
  );
});

test("rights of one role on a topic and a subscription of one name are two", () => {
  const template = templateOf((stack) => {
    const topic = new Topic(stack, "clicks");
    const reader = new ServiceAccount(stack, "reader");
    topic.grantSubscribe(reader);
    new PullSubscription(stack, "clicks-pull", { name: "clicks", topic }).grantSubscribe(reader);
  });
  expect(template.addresses.filter((address) => address.includes("iam_member"))).toEqual([
    "google_pubsub_subscription_iam_member.clicks-pubsub-subscriber-reader",
    "google_pubsub_topic_iam_member.clicks-pubsub-subscriber-reader",
  ]);
});

test("a workload waits for its identity's rights on data, also for those that are given later", () => {
  const template = templateOf((stack) => {
    const identity = new ServiceAccount(stack, "worker");
    new CloudRunService(stack, "service", { image: ContainerImage.fromRegistry(IMAGE), identity });
    new Topic(stack, "clicks").grantPublish(identity);
  });
  expect(template.resource("google_cloud_run_v2_service.service")["depends_on"]).toEqual([
    "google_pubsub_topic_iam_member.clicks-pubsub-publisher-worker",
    "google_service_account.worker",
    "time_sleep.apis",
  ]);
});

test("a workload that may invoke itself does not wait for that right", () => {
  const template = templateOf((stack) => {
    const service = new CloudRunService(stack, "service", { image: ContainerImage.fromRegistry(IMAGE) });
    service.grantInvoke(service.identity);
  });
  expect(template.resource("google_cloud_run_v2_service.service")["depends_on"]).not.toContain(
    "google_cloud_run_v2_service_iam_member.service-run-invoker-service",
  );
});

test("an assumed right is no resource, and the stack says that it relies on it", () => {
  const template = templateOf((stack) => {
    const topic = Topic.fromName(stack, "theirs", { name: "orders", project: "shop-prod", grants: "assume" });
    topic.grantPublish(new ServiceAccount(stack, "sender"));
  });
  expect(template.allResources("google_pubsub_topic_iam_member")).toEqual({});
  expect(template.journey["assumed"]).toEqual([
    {
      type: "google_pubsub_topic_iam_member",
      role: "roles/pubsub.publisher",
      member: "${google_service_account.sender.member}",
      on: { topic: "orders", project: "shop-prod" },
    },
  ]);
});

test("topics of one name in two projects are two", () => {
  const template = templateOf((stack) => {
    const sender = new ServiceAccount(stack, "sender");
    new Topic(stack, "orders").grantPublish(sender);
    Topic.fromName(stack, "theirs", { name: "orders", project: "shop-prod" }).grantPublish(sender);
  });
  expect(template.allResources("google_pubsub_topic_iam_member")).toMatchObject({
    "orders-pubsub-publisher-sender": { project: "acme-dev" },
    "shop-prod-orders-pubsub-publisher-sender": { topic: "orders", project: "shop-prod" },
  });
});

test("a grant lives with the identity: who uses a topic depends on its owner, and reads no state of it", () => {
  const app = Testing.app();
  const owner = new GcpStack(app, "owner", settings);
  const user = new GcpStack(app, "user", settings);
  const topic = new Topic(owner, "clicks");
  topic.grantPublish(new ServiceAccount(user, "sender"));
  const grant = Template.fromStack(user).resource("google_pubsub_topic_iam_member.clicks-pubsub-publisher-sender");
  expect(grant).toMatchObject({ topic: "clicks", project: "acme-dev" });
  expect(grant).not.toHaveProperty("lifecycle");
  expect(user.dependencies).toEqual([owner]);
  expect(owner.dependencies).toEqual([]);
  expect(Template.fromStack(owner).allResources("google_pubsub_topic_iam_member")).toEqual({});
});

test("a workload whose identity is another stack's waits for that stack as a whole", () => {
  const app = Testing.app();
  const accounts = new GcpStack(app, "accounts", settings);
  const services = new GcpStack(app, "services", settings);
  const identity = new ServiceAccount(accounts, "worker");
  new CloudRunService(services, "service", { image: ContainerImage.fromRegistry(IMAGE), identity });
  const service = Template.fromStack(services).resource("google_cloud_run_v2_service.service");
  expect(service["depends_on"]).toEqual(["time_sleep.apis"]);
  expect(service).toMatchObject({ template: { service_account: "worker@acme-dev.iam.gserviceaccount.com" } });
  expect(services.dependencies).toEqual([accounts]);
});

test("Google's own accounts exist before they are granted anything, and their address may be unknown till then", () => {
  const template = templateOf((stack) => new Topic(stack, "clicks").grantPublish(serviceAgent(stack, "pubsub")));
  expect(template.resource("google_project_service_identity.pubsub")).toMatchObject({
    provider: "google-beta",
    service: "pubsub.googleapis.com",
    depends_on: ["time_sleep.apis"],
  });
  expect(template.resource("google_pubsub_topic_iam_member.clicks-pubsub-publisher-pubsub-agent")).toMatchObject({
    member: "${google_project_service_identity.pubsub.member}",
    depends_on: ["google_project_service_identity.pubsub", "time_sleep.apis"],
  });
});

test("with the project's number, addresses of Google's accounts are known at plan", () => {
  const template = templateOf((stack) => new Topic(stack, "clicks").grantPublish(serviceAgent(stack, "storage")), {
    projectNumber: "123456789012",
  });
  expect(template.resource("google_pubsub_topic_iam_member.clicks-pubsub-publisher-storage-agent")).toMatchObject({
    member: "serviceAccount:service-123456789012@gs-project-accounts.iam.gserviceaccount.com",
    depends_on: ["data.google_storage_project_service_account.storage", "time_sleep.apis"],
  });
});

test("Cloud Storage's account is asked for at apply, so that a first plan needs no network", () => {
  const template = templateOf((stack) => new Topic(stack, "clicks").grantPublish(serviceAgent(stack, "storage")));
  expect(template.resource("data.google_storage_project_service_account.storage")["depends_on"]).toEqual([
    "time_sleep.apis",
  ]);
});

test("an account that nothing can ask for needs the project's number", () => {
  expect(messageOf(() => serviceAgent(aStack(), "bigquery"))).toBe(
    "test: needs the bigquery service agent, which nothing in Terraform can ask for: give the stack its projectNumber (gcloud projects describe acme-dev --format='value(projectNumber)')",
  );
  const known = serviceAgent(aStack({ projectNumber: "123" }), "bigquery");
  expect(known.member).toBe("serviceAccount:bq-123@bigquery-encryption.iam.gserviceaccount.com");
});

test("an identity's rights are its stack's: two apps share nothing", () => {
  const one = new TerraformStack(Testing.app(), "one");
  configureGcp(one, settings);
  expect(serviceAgent(one, "pubsub")).not.toBe(serviceAgent(aStack(), "pubsub"));
  expect(serviceAgent(one, "pubsub")).toBe(serviceAgent(one, "pubsub"));
});
