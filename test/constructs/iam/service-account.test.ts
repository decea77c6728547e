import { Testing } from "cdktf";
import { expect, test } from "vitest";
import { CloudRunService } from "../../../constructs/cloud-run/cloud-run-service";
import { ContainerImage } from "../../../constructs/core/image";
import { GcpStack } from "../../../constructs/core/stack";
import { Template } from "../../../constructs/testing/template";
import { serviceAgent } from "../../../constructs/core/service-agents";
import { grantOnProject } from "../../../constructs/iam/project-grant";
import { ServiceAccount } from "../../../constructs/iam/service-account";
import { aStack, IMAGE, messageOf, settings, templateOf } from "../support";
import { examples } from "./examples";

test("an account of which nothing is said", () => {
  const template = templateOf(examples.ServiceAccount.minimal);
  expect(template.resource("google_service_account.worker")).toEqual({
    account_id: "worker",
    depends_on: ["time_sleep.apis"],
  });
});

test("an account of which all is said, in a prefixed stage", () => {
  const template = templateOf(examples.ServiceAccount.maximal, { prefix: "alice" });
  expect(template.resource("google_service_account.worker")).toEqual({
    account_id: "alice-worker",
    display_name: "The $${worker}",
    description: "does the %%{work}",
    disabled: true,
    create_ignore_already_exists: true,
    timeouts: { create: "10m" },
    depends_on: ["time_sleep.apis"],
  });
});

test("an id that is too long is cut and stays one of its own", () => {
  const template = templateOf((stack) => {
    new ServiceAccount(stack, "a", { name: "dj-run-service-data-processing-push" });
    new ServiceAccount(stack, "b", { name: "dj-run-service-data-processing-pull" });
  });
  const ids = Object.values(template.allResources("google_service_account")).map((account) =>
    String(account["account_id"]),
  );
  expect(new Set(ids).size).toBe(2);
  for (const id of ids) expect(id).toMatch(/^dj-run-service-data-pro-[0-9a-f]{6}$/);
});

test("a workload may be called as an account may not: its account has a name that is valid", () => {
  const template = templateOf((stack) => {
    new ServiceAccount(stack, "sa");
    new CloudRunService(stack, "api", { image: ContainerImage.fromRegistry(IMAGE) });
  });
  expect(Object.keys(template.allResources("google_service_account"))).toEqual(["api-account", "sa-account"]);
});

test.each(["sa", "Worker", "1worker", "worker_1"])("the name %s is not valid", (name) => {
  expect(messageOf(() => new ServiceAccount(aStack(), "worker", { name }))).toContain(
    `name is "${name}": IAM takes 6 lower-case letters, digits and hyphens or more, a letter first`,
  );
});

test("rights on an account are on that account, each its own", () => {
  const template = templateOf((stack) => {
    const worker = new ServiceAccount(stack, "worker");
    worker.grantTokenCreator(serviceAgent(stack, "pubsub"));
    const deployer = new ServiceAccount(stack, "deployer");
    worker.grantUse(deployer);
    worker.grantOpenIdTokenCreator(deployer);
    worker.grantImpersonation(deployer);
  });
  expect(template.allResources("google_service_account_iam_member")).toMatchObject({
    "worker-iam-serviceAccountTokenCreator-pubsub-agent": {
      service_account_id: "${google_service_account.worker.name}",
      role: "roles/iam.serviceAccountTokenCreator",
    },
    "worker-iam-serviceAccountUser-deployer": { role: "roles/iam.serviceAccountUser" },
    "worker-iam-serviceAccountOpenIdTokenCreator-deployer": { role: "roles/iam.serviceAccountOpenIdTokenCreator" },
    "worker-iam-workloadIdentityUser-deployer": { role: "roles/iam.workloadIdentityUser" },
  });
});

const described = (description: string) => () => new ServiceAccount(aStack(), "worker", { description });

test("a description is no longer than IAM takes", () => {
  expect(messageOf(described("é".repeat(129)))).toContain("description is 258 bytes: IAM takes at most 256");
  expect(described("é".repeat(128))).not.toThrow();
});

test("an account that is there already may be given rights, and rights on it", () => {
  const stack = aStack();
  const theirs = ServiceAccount.fromEmail(stack, "theirs", { email: "worker@shop-prod.iam.gserviceaccount.com" });
  expect(theirs).toMatchObject({
    member: "serviceAccount:worker@shop-prod.iam.gserviceaccount.com",
    key: "worker-shop-prod",
  });
  expect(() => ServiceAccount.fromEmail(stack, "bad", { email: "worker@shop" })).toThrow("IAM addresses accounts as");
});

test("a right on the project is given where there is nothing finer", () => {
  const template = templateOf((stack) => {
    const worker = new ServiceAccount(stack, "worker");
    grantOnProject("roles/dataflow.worker", worker);
    grantOnProject("roles/dataflow.worker", worker);
  });
  expect(template.allResources("google_project_iam_member")).toMatchObject({
    "project-dataflow-worker-worker": { project: "acme-dev", role: "roles/dataflow.worker" },
  });
});

test("in a project of a domain, the domain comes last in an account's address", () => {
  const project = "example.com:shop-prod";
  const app = Testing.app();
  const identity = new ServiceAccount(new GcpStack(app, "accounts", { ...settings, project }), "worker");
  const services = new GcpStack(app, "services", { ...settings, project });
  new CloudRunService(services, "service", { image: ContainerImage.fromRegistry(IMAGE), identity });
  expect(Template.fromStack(services).resource("google_cloud_run_v2_service.service")).toMatchObject({
    template: { service_account: "worker@shop-prod.example.com.iam.gserviceaccount.com" },
  });
});
