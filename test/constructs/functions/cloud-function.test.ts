import { Lazy } from "cdktf";
import { describe, expect, test } from "vitest";
import { rulesOf } from "../../../constructs/core/rules";
import { CloudFunction } from "../../../constructs/functions/cloud-function";
import type { CloudFunctionProps } from "../../../constructs/functions/function-props";
import { ServiceAccount } from "../../../constructs/iam/service-account";
import { Topic } from "../../../constructs/pubsub/topic";
import { Secret } from "../../../constructs/secret-manager/secret";
import { aStack, messageOf, templateOf } from "../support";
import { examples, FOLDER, source } from "./examples";

const FUNCTION = "google_cloudfunctions2_function";
const requests = { http: "private" } as const;
const common = { source, entryPoint: "processOrder", trigger: requests };

const made = (props: Partial<CloudFunctionProps> = {}) =>
  templateOf((stack) => new CloudFunction(stack, "process-order", { ...common, ...props }));

test("a function of which nothing is said is private, called from within only, and built by nobody who may do more", () => {
  const template = templateOf(examples.CloudFunction.minimal);
  expect(template.resource(`${FUNCTION}.process-order`)).toEqual({
    name: "process-order",
    location: "europe-west1",
    build_config: {
      runtime: "nodejs24",
      entry_point: "processOrder",
      source: {
        storage_source: {
          bucket: "${google_storage_bucket.functions-test.name}",
          object: "${google_storage_bucket_object.functions-test-process-order-zip.name}",
        },
      },
      service_account: "projects/acme-dev/serviceAccounts/${google_service_account.build-test.email}",
      docker_repository: "${google_artifact_registry_repository.functions-test.id}",
    },
    service_config: {
      service_account_email: "${google_service_account.process-order.email}",
      available_memory: "256Mi",
      timeout_seconds: 60,
      min_instance_count: 0,
      max_instance_count: 20,
      ingress_settings: "ALLOW_INTERNAL_ONLY",
    },
    depends_on: [
      "google_service_account.process-order",
      "time_sleep.apis",
      "time_sleep.builds-by-build-test-into-functions-test",
    ],
  });
  expect(template.allResources("google_cloud_run_v2_service_iam_member")).toEqual({});
});

test("a function of which all is said", () => {
  const template = templateOf(examples.CloudFunction.maximal, { prefix: "alice", removal: "keep" });
  expect(template.resource(`${FUNCTION}.process-order`)).toEqual({
    name: "alice-process-order",
    location: "europe-west1",
    description: "processes orders",
    labels: { team: "growth" },
    kms_key_name: "projects/acme-keys/locations/europe-west1/keyRings/ring/cryptoKeys/own",
    build_config: {
      runtime: "nodejs22",
      entry_point: "processOrder",
      source: {
        storage_source: {
          bucket: "acme-sources",
          object: "${google_storage_bucket_object.acme-sources-process-order-zip.name}",
        },
      },
      service_account: "projects/acme-ci/serviceAccounts/build@acme-ci.iam.gserviceaccount.com",
      docker_repository: "projects/acme-dev/locations/europe-west1/repositories/images",
      environment_variables: { FLAGS: "%%{x}" },
      worker_pool: "projects/acme-dev/locations/europe-west1/workerPools/pool",
      on_deploy_update_policy: {},
    },
    service_config: {
      service_account_email: "app@acme-dev.iam.gserviceaccount.com",
      available_memory: "1Gi",
      available_cpu: "1",
      timeout_seconds: 540,
      min_instance_count: 1,
      max_instance_count: 100,
      max_instance_request_concurrency: 10,
      ingress_settings: "ALLOW_INTERNAL_AND_GCLB",
      environment_variables: { MODE: "$${live}" },
      secret_environment_variables: [{ key: "KEY", project_id: "acme-dev", secret: "key", version: "3" }],
      secret_volumes: [
        {
          mount_path: "/etc/key",
          project_id: "acme-dev",
          secret: "pem",
          versions: [{ version: "latest", path: "value.pem" }],
        },
      ],
      vpc_connector: "projects/acme-dev/locations/europe-west1/connectors/vpc",
      vpc_connector_egress_settings: "ALL_TRAFFIC",
      binary_authorization_policy: "projects/acme-dev/platforms/cloudRun/policies/ours",
    },
    timeouts: { create: "30m" },
    depends_on: [
      "google_secret_manager_secret_iam_member.key-secretmanager-secretAccessor-app",
      "google_secret_manager_secret_iam_member.pem-secretmanager-secretAccessor-app",
      "time_sleep.apis",
      "time_sleep.builds-by-build-acme-ci-into-images",
      "time_sleep.encryption-own-by-functions-run-storage-artifact-registry",
      "time_sleep.function-process-order-reads",
    ],
  });
  expect(template.resource("time_sleep.function-process-order-reads")["depends_on"]).toEqual([
    "google_secret_manager_secret_iam_member.key-secretmanager-secretAccessor-app",
    "google_secret_manager_secret_iam_member.pem-secretmanager-secretAccessor-app",
  ]);
});

describe("a function of requests", () => {
  test("that is public may be called by anybody, from anywhere", () => {
    const template = made({ trigger: { http: "public" } });
    expect(template.resource(`${FUNCTION}.process-order`)).toMatchObject({
      service_config: { ingress_settings: "ALLOW_ALL" },
    });
    expect(template.allResources("google_cloud_run_v2_service_iam_member")).toEqual({
      "process-order-run-invoker-everybody": expect.objectContaining({
        name: "${google_cloudfunctions2_function.process-order.name}",
        location: "europe-west1",
        role: "roles/run.invoker",
        member: "allUsers",
      }) as object,
    });
    expect(template.journey["whys"]).toMatchObject({
      "google_cloud_run_v2_service_iam_member.process-order-run-invoker-everybody": "is public",
    });
  });

  test("may say where requests come from", () => {
    const template = made({ ingress: "all" });
    expect(template.resource(`${FUNCTION}.process-order`)).toMatchObject({
      service_config: { ingress_settings: "ALLOW_ALL" },
    });
  });

  test("is called by who was granted it on its service", () => {
    const template = templateOf((stack) => {
      new CloudFunction(stack, "process-order", common).grantInvoke(new ServiceAccount(stack, "caller"));
    });
    expect(template.resource("google_cloud_run_v2_service_iam_member.process-order-run-invoker-caller")).toMatchObject({
      name: "${google_cloudfunctions2_function.process-order.name}",
      lifecycle: { replace_triggered_by: ["google_cloudfunctions2_function.process-order.id"] },
    });
  });
});

test("patches of the runtime may be left to Google", () => {
  expect(made({ securityUpdates: "automatic" }).resource(`${FUNCTION}.process-order`)).toMatchObject({
    build_config: { automatic_update_policy: {} },
  });
});

test("a secret that is told in another project is named there", () => {
  const template = templateOf((stack) => {
    const secret = Secret.fromName(stack, "key", { name: "key", project: "vault" });
    new CloudFunction(stack, "process-order", { ...common, env: { KEY: { secret } } });
  });
  expect(template.resource(`${FUNCTION}.process-order`)).toMatchObject({
    service_config: {
      secret_environment_variables: [{ key: "KEY", project_id: "vault", secret: "key", version: "latest" }],
    },
  });
});

test("a function that is there already is called at its URL", () => {
  const template = templateOf((stack) => {
    const theirs = CloudFunction.fromName(stack, "theirs", {
      name: "price",
      url: "https://price-abc-ew.a.run.app",
      project: "shop",
      region: "us-central1",
    });
    expect(theirs).toMatchObject({ name: "price", region: "us-central1" });
    expect(theirs).toMatchObject({ url: "https://price-abc-ew.a.run.app", audience: "https://price-abc-ew.a.run.app" });
    theirs.grantInvoke(new ServiceAccount(stack, "caller"));
    const ours = CloudFunction.fromName(stack, "ours", {
      name: "tax",
      url: "https://tax-abc-ew.a.run.app",
      audience: "tax",
      grants: "assume",
    });
    expect(ours.audience).toBe("tax");
    ours.grantInvoke(new ServiceAccount(stack, "other-caller"));
  });
  expect(template.allResources("google_cloud_run_v2_service_iam_member")).toEqual({
    "shop-price-run-invoker-caller": expect.objectContaining({
      name: "price",
      location: "us-central1",
      project: "shop",
    }) as object,
  });
});

test.each<[Partial<CloudFunctionProps>, string]>([
  [{ name: "Process" }, 'name is "Process": Cloud Functions takes 1 to 49 lower-case letters, digits and hyphens'],
  [{ memory: "64Mi" }, 'memory is "64Mi": Cloud Functions takes 128Mi to 32Gi'],
  [{ memory: "1GB" as "1Gi" }, 'memory is "1GB": write a number and a unit, as in "256Mi" or "2Gi"'],
  [{ cpu: "1", memory: "8Gi" }, 'memory is "8Gi" with 1 CPU: Cloud Run takes 128Mi to 4Gi'],
  [
    { concurrency: 2 },
    'concurrency is 2 with less than one CPU: Cloud Functions then makes one call at a time. Give cpu: "1"',
  ],
  [{ minInstances: 21 }, "minInstances is 21, above maxInstances, which is 20"],
  [{ timeout: "2h" }, 'timeout is "2h": Cloud Functions, for requests, takes 1s to 3600s'],
  [
    { timeout: "600s", trigger: { document: "orders/{order}" } },
    'timeout is "600s": Cloud Functions, for events, takes 1s to 540s',
  ],
  [{ timeout: "1h", trigger: { cron: "* * * * *" } }, 'timeout is "1h": Cloud Functions, for schedules, takes 1s to'],
  [
    { trigger: { document: "orders" } },
    'trigger.document is "orders": a document is in a collection, as in "orders/{order}" or "users/{user}/visits/{visit}"',
  ],
  [
    { trigger: { http: "public" }, ingress: "internal" },
    'ingress is "internal" and the trigger public: nobody outside would get to it. Let it be private, or give ingress: "all"',
  ],
  [{ env: { FUNCTION_TARGET: "x" } }, "env has FUNCTION_TARGET, which Cloud Functions sets itself"],
  [{ entryPoint: "process order" }, 'entryPoint is "process order": Cloud Functions calls functions by a name'],
  [
    { entryPoint: "processOrders" },
    `entryPoint is "processOrders", which ${FOLDER}/index does not export: it exports processOrder`,
  ],
])("a function with %j is not valid", (props, says) => {
  expect(messageOf(() => new CloudFunction(aStack(), "process-order", { ...common, ...props }))).toContain(says);
});

/** Why these cannot be files. */
function refusalOf(paths: readonly `/${string}`[]): string {
  const stack = aStack();
  const value = { secret: Secret.fromName(stack, "key", { name: "key" }) };
  const secretFiles = Object.fromEntries(paths.map((path) => [path, value]));
  return messageOf(() => new CloudFunction(stack, "process-order", { ...common, secretFiles }));
}

test("secrets in one folder, and files that are in none, say why not", () => {
  expect(refusalOf(["/etc/keys/a", "/etc/keys/b"])).toContain(
    'secretFiles has "/etc/keys/a" and "/etc/keys/b" in one folder: a folder has one secret',
  );
  expect(refusalOf(["/key"])).toContain(
    'secretFiles has "/key": a file is in a folder of its own, as in "/etc/key/value"',
  );
});

test("every rule names the page that says so", () => {
  for (const { id, page } of rulesOf(examples.CloudFunction.minimal(aStack()))) {
    expect(page, id).toMatch(/^https:\/\/.+\/.+/);
  }
});

test("a function that may call itself does not wait for the right to", () => {
  const template = templateOf((stack) => {
    const own = new CloudFunction(stack, "process-order", common);
    own.grantInvoke(own.identity);
    CloudFunction.fromName(stack, "other", { name: "other", url: "https://o.a.run.app" }).grantInvoke(own.identity);
  });
  expect(template.resource(`${FUNCTION}.process-order`)["depends_on"]).toEqual([
    "google_service_account.process-order",
    "time_sleep.apis",
    "time_sleep.builds-by-build-test-into-functions-test",
  ]);
});

test("a number that is known only at apply passes, a time does not", () => {
  const later = Lazy.numberValue({ produce: () => 2000 });
  const props = { concurrency: later, minInstances: later, maxInstances: later };
  expect(new CloudFunction(aStack(), "process-order", { ...common, ...props })).toBeDefined();
  const timeout = Lazy.stringValue({ produce: () => "60s" }) as "60s";
  expect(messageOf(() => new CloudFunction(aStack(), "process-order", { ...common, timeout }))).toContain(
    'timeout is known only when the stack is applied: write it as text, "1s" to "3600s"',
  );
});

test("limits that are just reached are no faults", () => {
  const stack = aStack();
  const topic = new Topic(stack, "orders");
  const all: Partial<CloudFunctionProps>[] = [
    { concurrency: 1000, memory: "2Gi" },
    { concurrency: 2, cpu: "1" },
    { timeout: "3600s" },
    { timeout: "540s", trigger: { topic } },
    { timeout: "30m", trigger: { cron: "0 9 * * 1" } },
    { trigger: { document: "users/{user}/visits/*" } },
    { memory: "32Gi" },
  ];
  for (const [index, props] of all.entries()) {
    expect(new CloudFunction(stack, `function-${index}`, { ...common, ...props })).toBeDefined();
  }
});
