import { describe, expect, test } from "vitest";
import { CloudRunService, type CloudRunServiceProps } from "../../../constructs/cloud-run/cloud-run-service";
import { ServiceAccount } from "../../../constructs/iam/service-account";
import { aStack, IMAGE, messageOf, templateOf } from "../support";
import { examples } from "./examples";
import { image } from "./support";

const SERVICE = "google_cloud_run_v2_service";

test("a service of which nothing is said is private, has an account of its own and costs nothing when idle", () => {
  const template = templateOf(examples.CloudRunService.minimal);
  expect(template.resource(`${SERVICE}.hello-service`)).toEqual({
    name: "hello-service",
    location: "europe-west1",
    ingress: "INGRESS_TRAFFIC_ALL",
    custom_audiences: ["https://hello-service.europe-west1.acme-dev.internal"],
    deletion_protection: false,
    template: {
      service_account: "${google_service_account.hello-service.email}",
      scaling: { min_instance_count: 0, max_instance_count: 20 },
      containers: [
        {
          image: IMAGE,
          env: [],
          resources: { limits: { cpu: "1", memory: "512Mi" }, cpu_idle: true, startup_cpu_boost: true },
        },
      ],
    },
    lifecycle: { ignore_changes: ["client", "client_version"] },
    depends_on: ["google_service_account.hello-service", "time_sleep.apis"],
  });
});

test("a service of which all is said", () => {
  const template = templateOf(examples.CloudRunService.maximal, { prefix: "alice", removal: "keep" });
  expect(template.resource(`${SERVICE}.hello`)).toEqual({
    name: "alice-hello",
    location: "europe-west1",
    description: "says hello",
    labels: { team: "growth" },
    annotations: { "acme.example/owner": "growth" },
    ingress: "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER",
    custom_audiences: ["https://alice-hello.europe-west1.acme-dev.internal", "https://hello.acme.example"],
    invoker_iam_disabled: true,
    binary_authorization: { use_default: true },
    deletion_protection: false,
    scaling: { min_instance_count: 2 },
    traffic: [
      { type: "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION", revision: "alice-hello-one", percent: 80 },
      { type: "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION", revision: "alice-hello-two", percent: 20, tag: "next" },
    ],
    template: {
      revision: "alice-hello-two",
      labels: { run: "daily" },
      annotations: { "acme.example/run": "daily" },
      service_account: "app@acme-dev.iam.gserviceaccount.com",
      encryption_key: "projects/acme-keys/locations/europe-west1/keyRings/ring/cryptoKeys/own",
      execution_environment: "EXECUTION_ENVIRONMENT_GEN2",
      max_instance_request_concurrency: 10,
      timeout: "3600s",
      session_affinity: true,
      scaling: { min_instance_count: 1, max_instance_count: 100 },
      vpc_access: {
        egress: "ALL_TRAFFIC",
        network_interfaces: [
          {
            network: "projects/acme-dev/global/networks/vpc",
            subnetwork: "projects/acme-dev/regions/europe-west1/subnetworks/vpc",
            tags: ["run"],
          },
        ],
      },
      containers: [
        {
          name: "main",
          image: IMAGE,
          command: ["node"],
          args: ["main.js", "%%{x}"],
          working_dir: "/app",
          ports: { name: "h2c", container_port: 9000 },
          env: [
            { name: "FIRST", value: "1" },
            { name: "KEY", value_source: { secret_key_ref: { secret: "api-key", version: "latest" } } },
            { name: "SECOND", value: "$${x}" },
          ],
          resources: { limits: { cpu: "2", memory: "4Gi" }, cpu_idle: false, startup_cpu_boost: false },
          volume_mounts: [
            { name: "etc-key", mount_path: "/etc/key" },
            { name: "data-in", mount_path: "/data/in" },
            { name: "data-out", mount_path: "/data/out" },
            { name: "scratch", mount_path: "/scratch" },
            { name: "files", mount_path: "/files" },
          ],
          startup_probe: {
            initial_delay_seconds: 1,
            period_seconds: 5,
            timeout_seconds: 2,
            failure_threshold: 6,
            http_get: { path: "/ready", port: 9001, http_headers: [{ name: "accept", value: "text/plain" }] },
          },
          liveness_probe: { grpc: { service: "health" } },
          depends_on: ["proxy"],
        },
        {
          name: "proxy",
          image: IMAGE,
          env: [{ name: "TARGET", value: "localhost" }],
          resources: { limits: { cpu: "0.5", memory: "256Mi" }, cpu_idle: false, startup_cpu_boost: false },
          startup_probe: { tcp_socket: { port: 9090 } },
          liveness_probe: { http_get: { path: "/alive" } },
        },
      ],
      volumes: [
        { name: "etc-key", secret: { secret: "key", items: [{ path: "key.pem", version: "2", mode: 0o400 }] } },
        { name: "data-in", gcs: { bucket: "acme-in", read_only: true } },
        { name: "data-out", gcs: { bucket: "acme-out", read_only: false } },
        { name: "scratch", empty_dir: { medium: "MEMORY", size_limit: "64Mi" } },
        { name: "files", nfs: { server: "10.0.0.2", path: "/exports", read_only: true } },
      ],
    },
    timeouts: { create: "10m" },
    lifecycle: { ignore_changes: ["client", "client_version"] },
    depends_on: expect.arrayContaining([
      "time_sleep.apis",
      "time_sleep.encryption-own-by-run",
      "time_sleep.service-hello-reads",
    ]) as string[],
  });
});

test.each<[Partial<CloudRunServiceProps>, string]>([
  [{ name: "Hello" }, 'name is "Hello": Cloud Run takes 1 to 49 lower-case letters, digits and hyphens'],
  [{ concurrency: 1001 }, "concurrency is 1001: Cloud Run takes 1 to 1000"],
  [{ timeout: "2h" }, 'timeout is "2h": Cloud Run takes 1s to 3600s'],
  [{ minInstances: 5, maxInstances: 2 }, "minInstances is 5, above maxInstances, which is 2"],
  [{ minInstances: 21 }, "minInstances is 21, above maxInstances, which is 20"],
  [{ maxInstances: 0 }, "maxInstances is 0: Cloud Run takes 1 to 1000"],
  [{ minInstancesInAll: -1 }, "minInstancesInAll is -1: Cloud Run takes 0 to 1000"],
  [{ cpu: "0.5" }, "concurrency is 80 with 0.5 CPU: Cloud Run gives less than one CPU to one request at a time"],
  [
    { cpu: "0.5", concurrency: 1, billing: "instances" },
    'billing is "instances" with 0.5 CPU: Cloud Run takes less than one CPU by "requests" only',
  ],
  [
    { executionEnvironment: "second", memory: "256Mi" },
    'memory is "256Mi": the second execution environment takes 512Mi or more',
  ],
  [
    { executionEnvironment: "first", volumes: { "/f": { nfs: "10.0.0.2", share: "/" } } },
    'executionEnvironment is "first", which mounts no buckets and no NFS: leave it away, or give "second"',
  ],
  [{ port: 0 }, "port is 0: ports are 1 to 65535"],
  [{ traffic: [{ revision: "latest", percent: 99 }] }, "traffic makes 99 per cent: all shares together make 100"],
  [{ traffic: [{ revision: "one", percent: 101 }] }, 'traffic gives "one" 101 per cent: Cloud Run takes 0 to 100'],
  [{ revision: "One" }, 'revision is "One": Cloud Run takes lower-case letters, digits and hyphens, no hyphen last'],
  [{ revision: "latest" }, 'revision is "latest", which in shares means the newest: call it otherwise'],
  [
    { revision: "x".repeat(60) },
    `revision is "${"x".repeat(60)}", which makes "service-${"x".repeat(60)}" of 68 characters: Cloud Run takes at most 63`,
  ],
  [
    { traffic: [{ revision: "-1", percent: 100 }] },
    'traffic.revision is "-1": Cloud Run takes lower-case letters, digits and hyphens',
  ],
  [
    { traffic: [{ revision: "latest", percent: 100, tag: "1st" }] },
    'traffic has tag "1st": Cloud Run takes lower-case letters, digits and hyphens, a letter first',
  ],
  [
    {
      traffic: [
        { revision: "latest", percent: 100, tag: "a" },
        { revision: "one", percent: 0, tag: "a" },
      ],
    },
    'traffic has tag "a" twice: a tag is the address of one revision',
  ],
])("a service with %j is not valid", (props, says) => {
  expect(messageOf(() => new CloudRunService(aStack(), "service", { image, ...props }))).toContain(says);
});

/** The template of a service with these options. */
const revisionOf = (props: Partial<CloudRunServiceProps>): { readonly [argument: string]: unknown } =>
  templateOf((stack) => new CloudRunService(stack, "service", { image, ...props })).resource(`${SERVICE}.service`)[
    "template"
  ] as { readonly [argument: string]: unknown };

const portOf = (props: Partial<CloudRunServiceProps>): object | undefined =>
  (revisionOf(props)["containers"] as readonly { readonly ports?: object }[])[0]?.ports;

const ingressOf = (props: Partial<CloudRunServiceProps>): unknown =>
  templateOf((stack) => new CloudRunService(stack, "service", { image, ...props })).resource(`${SERVICE}.service`)[
    "ingress"
  ];

describe("a service", () => {
  test("with less than one CPU may have more of it in all, and then more than one request at once", () => {
    expect(revisionOf({ cpu: "0.5", sidecars: [{ name: "proxy", image, cpu: "0.5" }] })).toBeDefined();
    expect(() => revisionOf({ cpu: "0.5", sidecars: [{ name: "proxy", image, cpu: "0.25" }] })).toThrow(
      "concurrency is 80 with 0.75 CPU",
    );
  });

  test("with a bucket as a folder, or a sidecar that has one, is in the execution environment that mounts it", () => {
    const volumes = { "/files": { nfs: "10.0.0.2", share: "/" } } as const;
    const second = { execution_environment: "EXECUTION_ENVIRONMENT_GEN2" };
    expect(revisionOf({ volumes })).toMatchObject(second);
    expect(revisionOf({ sidecars: [{ name: "proxy", image, volumes }] })).toMatchObject(second);
    expect(revisionOf({ volumes: { "/s": { inMemory: "1Mi" } } })).not.toHaveProperty("execution_environment");
    expect(revisionOf({ executionEnvironment: "first" })).toMatchObject({
      execution_environment: "EXECUTION_ENVIRONMENT_GEN1",
    });
  });

  test("says its port where it is another, speaks HTTP/2 or has sidecars", () => {
    expect(portOf({})).toBeUndefined();
    expect(portOf({ port: 9000 })).toEqual({ container_port: 9000 });
    expect(portOf({ http2: true })).toEqual({ name: "h2c", container_port: 8080 });
    expect(portOf({ http2: false })).toEqual({ container_port: 8080 });
    expect(portOf({ sidecars: [{ name: "proxy", image }] })).toEqual({ container_port: 8080 });
  });

  test("may run what a policy names", () => {
    const template = templateOf((stack) => {
      const binaryAuthorization = "projects/acme-dev/platforms/cloudRun/policies/ours";
      new CloudRunService(stack, "service", { image, binaryAuthorization });
    });
    expect(template.resource(`${SERVICE}.service`)).toMatchObject({
      binary_authorization: { policy: "projects/acme-dev/platforms/cloudRun/policies/ours" },
    });
  });

  test("gives a part of the requests to the newest revision", () => {
    const template = templateOf((stack) => {
      new CloudRunService(stack, "service", {
        image,
        traffic: [
          { revision: "latest", percent: 20, tag: "next" },
          { revision: "one", percent: 80 },
        ],
      });
    });
    expect(template.resource(`${SERVICE}.service`)["traffic"]).toEqual([
      { type: "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", percent: 20, tag: "next" },
      { type: "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION", revision: "service-one", percent: 80 },
    ]);
  });

  test("that is to be seen from within and from a load balancer only says so", () => {
    expect(ingressOf({ ingress: "internal" })).toBe("INGRESS_TRAFFIC_INTERNAL_ONLY");
    expect(ingressOf({ ingress: "all" })).toBe("INGRESS_TRAFFIC_ALL");
  });
});

test("who may send a service requests is granted on the service", () => {
  const template = templateOf((stack) => {
    new CloudRunService(stack, "service", { image }).grantInvoke(new ServiceAccount(stack, "caller"));
  });
  expect(template.resource("google_cloud_run_v2_service_iam_member.service-run-invoker-caller")).toMatchObject({
    name: "${google_cloud_run_v2_service.service.name}",
    location: "europe-west1",
    role: "roles/run.invoker",
    lifecycle: { replace_triggered_by: ["google_cloud_run_v2_service.service.id"] },
  });
});

test("a service that is there already is reached at its URL, by who was granted it", () => {
  const template = templateOf((stack) => {
    const theirs = CloudRunService.fromName(stack, "theirs", {
      name: "shop",
      url: "https://shop.acme.example",
      project: "acme-shop",
      region: "us-central1",
    });
    expect(theirs).toMatchObject({ url: "https://shop.acme.example", audience: "https://shop.acme.example" });
    theirs.grantInvoke(new ServiceAccount(stack, "caller"));
    const ours = CloudRunService.fromName(stack, "ours", {
      name: "api",
      url: "https://api.acme.example",
      audience: "api",
      grants: "assume",
    });
    expect(ours.audience).toBe("api");
    ours.grantInvoke(new ServiceAccount(stack, "other-caller"));
  });
  expect(template.allResources("google_cloud_run_v2_service_iam_member")).toEqual({
    "acme-shop-shop-run-invoker-caller": expect.objectContaining({
      name: "shop",
      location: "us-central1",
      project: "acme-shop",
    }) as object,
  });
});
