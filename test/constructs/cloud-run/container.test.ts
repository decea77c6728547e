/** What all kinds of workloads have in common, by services. */
import { Lazy } from "cdktf";
import { describe, expect, test } from "vitest";
import { CloudRunJob } from "../../../constructs/cloud-run/cloud-run-job";
import { CloudRunService, type CloudRunServiceProps } from "../../../constructs/cloud-run/cloud-run-service";
import { rulesOf, type InvalidProps } from "../../../constructs/core/rules";
import { PullSubscription } from "../../../constructs/pubsub/pull-subscription";
import { Topic } from "../../../constructs/pubsub/topic";
import { Secret } from "../../../constructs/secret-manager/secret";
import { Bucket } from "../../../constructs/storage/bucket";
import { expectValid } from "../../../constructs/testing/expect";
import { aStack, messageOf, templateOf } from "../support";
import { examples } from "./examples";
import { image, volumesOf } from "./support";

type Props = Partial<CloudRunServiceProps>;

const refusalOf = (props: Props): string =>
  messageOf(() => new CloudRunService(aStack(), "service", { image, ...props }));

test.each<[Props, string]>([
  [{ cpu: "3" }, 'cpu is "3": Cloud Run takes 1, 2, 4, 6 or 8, or less than one, from 0.08 on'],
  [{ cpu: "0.07", concurrency: 1 }, 'cpu is "0.07": Cloud Run takes 1, 2, 4, 6 or 8, or less than one, from 0.08'],
  [{ cpu: "4", memory: "1Gi" }, 'memory is "1Gi" with 4 CPU: Cloud Run takes 2Gi to 16Gi'],
  [{ cpu: "1", memory: "8Gi" }, 'memory is "8Gi" with 1 CPU: Cloud Run takes 128Mi to 4Gi'],
  [{ cpu: "2", memory: "16Gi" }, 'memory is "16Gi" with 2 CPU: Cloud Run takes 128Mi to 8Gi'],
  [{ cpu: "6", memory: "2Gi" }, 'memory is "2Gi" with 6 CPU: Cloud Run takes 4Gi to 24Gi'],
  [{ cpu: "8", memory: "2Gi" }, 'memory is "2Gi" with 8 CPU: Cloud Run takes 4Gi to 32Gi'],
  [{ cpu: "1", memory: "64Mi" }, 'memory is "64Mi" with 1 CPU: Cloud Run takes 128Mi to 4Gi'],
  [{ cpu: "0.5", memory: "2Gi", concurrency: 1 }, 'memory is "2Gi" with 0.5 CPU: less than one CPU has at most 1Gi'],
  [
    { cpu: "0.4", memory: "1Gi", concurrency: 1 },
    'memory is "1Gi" with 0.4 CPU: less than half a CPU has at most 512Mi',
  ],
  [{ memory: "1GB" as "1Gi" }, 'memory is "1GB": write a number and a unit, as in "512Mi" or "2Gi"'],
  [{ env: { PORT: "1", K_SERVICE: "x" } }, "env has PORT and K_SERVICE, which Cloud Run sets itself"],
  [{ env: { "A-B": "x" } }, 'env has "A-B": a variable\'s name is of letters, digits and "_", no digit first'],
  [{ env: { LONG: "x".repeat(32_769) } }, "env LONG has more than 32768 characters: put it into a bucket or a secret"],
  [
    { env: Object.fromEntries(Array.from({ length: 1001 }, (_, index) => [`V${index}`, "1"])) },
    "env has 1001 variables: Cloud Run takes at most 1000",
  ],
  [
    { labels: { Team: "x" }, templateLabels: { Team: "x" } },
    'templateLabels has Team: "x": Google Cloud takes at most 63 lower-case letters',
  ],
  [
    { annotations: { "run.googleapis.com/ingress": "all" } },
    "annotations has run.googleapis.com/ingress: Cloud Run takes none of its own, each of which is an option",
  ],
  [{ volumes: { "/dev/x": { inMemory: "1Mi" } } }, 'volumes has "/dev/x": a path is below the root, has no ":"'],
  [
    { volumes: { "/x": { inMemory: "1MB" as "1Mi" } } },
    'the volume at /x is of "1MB": write a number and a unit, as in "64Mi"',
  ],
  [
    { sidecars: [{ name: "Proxy", image }] },
    'a sidecar is called "Proxy": Cloud Run takes 1 to 63 lower-case letters, digits and hyphens, a letter first',
  ],
  [
    { sidecars: [{ name: "main", image }] },
    'two containers are called "main": each has a name of its own, and the main one is "main"',
  ],
  [
    { sidecars: Array.from({ length: 10 }, (_, index) => ({ name: `s${index}`, image })) },
    "sidecars has 10: Cloud Run takes at most 9 beside the main container",
  ],
  [
    { sidecars: [{ name: "proxy", image, env: { PORT: "1" } }] },
    'in sidecar "proxy", env has PORT, which Cloud Run sets itself',
  ],
  [
    { sidecars: [{ name: "proxy", image, startupProbe: { tcp: 0 } }] },
    'in sidecar "proxy", startupProbe asks port 0: ports are 1 to 65535',
  ],
  [
    { sidecars: [{ name: "proxy", image, livenessProbe: { grpc: "", every: "2h" } }] },
    'in sidecar "proxy", livenessProbe.every is "2h": Cloud Run takes 1s to 3600s',
  ],
  [{ waitsFor: ["proxy"] }, 'container "main" waits for "proxy", which there is not'],
  [{ waitsFor: ["main"] }, 'container "main" waits for itself, through those that it waits for'],
  [
    {
      sidecars: [
        { name: "a", image, waitsFor: ["b"] },
        { name: "b", image, waitsFor: ["a"] },
      ],
    },
    'container "a" waits for itself, through those that it waits for',
  ],
  [{ startupProbe: { http: "/", after: "241s" } }, 'startupProbe.after is "241s": Cloud Run takes 0s to 240s'],
  [
    { startupProbe: { http: "/", every: "5s", timeout: "6s" } },
    'startupProbe.timeout is "6s", longer than the time between two (every), which is "5s"',
  ],
  [{ startupProbe: { http: "/", failures: 0 } }, "startupProbe.failures is 0: Cloud Run takes 1 or more"],
  [
    { startupProbe: { http: "/", every: "10s", failures: 25 } },
    'startupProbe gives up after 25 times "10s", which is 250s: Cloud Run waits at most 240s for a start',
  ],
  [{ livenessProbe: { http: "/", after: "3601s" } }, 'livenessProbe.after is "3601s": Cloud Run takes 0s to 3600s'],
])("a workload with %j is not valid", (props, says) => {
  expect(refusalOf(props)).toContain(says);
});

test("limits that are just reached are no faults", () => {
  for (const props of [
    { cpu: "0.08", memory: "512Mi", concurrency: 1 },
    { cpu: "0.5", memory: "1Gi", concurrency: 1 },
    { startupProbe: { http: "/", every: "10s", failures: 24 } },
    { livenessProbe: { http: "/", every: "10s", failures: 500 } },
    { startupProbe: { tcp: 1 }, livenessProbe: { grpc: "", port: 65_535 } },
    { sidecars: Array.from({ length: 9 }, (_, index) => ({ name: `s${index}`, image })) },
    { volumes: { "/a": { secret: Secret.fromName(aStack(), "key", { name: "key" }), mode: 0o777, file: "b/c" } } },
    { templateLabels: { team: Lazy.stringValue({ produce: () => "Growth" }) } },
    { env: { A: "x".repeat(32_768), _1: "", port: "1" } },
    {
      waitsFor: ["a"],
      sidecars: [
        { name: "a", image, waitsFor: ["b"] },
        { name: "b", image },
      ],
    },
    { annotations: { "acme.example/run.googleapis.com": "x" } },
  ] satisfies Props[]) {
    expect(new CloudRunService(aStack(), "service", { image, ...props })).toBeDefined();
  }
});

describe("a secret", () => {
  const SERVICE = "google_cloud_run_v2_service.service";
  const env = (template: ReturnType<typeof templateOf>) =>
    (template.resource(SERVICE)["template"] as { containers: { env: unknown }[] }).containers[0]?.env;

  test("may be read by the workload that is told it, before that is made", () => {
    const template = templateOf((stack) => {
      new CloudRunService(stack, "service", {
        image,
        env: { KEY: { secret: new Secret(stack, "api-key"), version: "3" } },
      });
    });
    expect(env(template)).toEqual([
      {
        name: "KEY",
        value_source: { secret_key_ref: { secret: "${google_secret_manager_secret.api-key.secret_id}", version: "3" } },
      },
    ]);
    const grant = "google_secret_manager_secret_iam_member.api-key-secretmanager-secretAccessor-service";
    expect(template.resource(grant)).toMatchObject({ role: "roles/secretmanager.secretAccessor" });
    expect(template.journey["whys"]).toMatchObject({ [grant]: "is told it (env KEY)" });
    expect(template.resource("time_sleep.service-service-reads")).toMatchObject({ depends_on: [grant] });
    expect(template.resource(SERVICE)["depends_on"]).toContain("time_sleep.service-service-reads");
  });

  test("of another project is named in full", () => {
    const template = templateOf((stack) => {
      const secret = Secret.fromName(stack, "secret", { name: "key", project: "vault" });
      new CloudRunService(stack, "service", { image, env: { KEY: { secret } }, volumes: { "/key": { secret } } });
    });
    expect(env(template)).toEqual([
      { name: "KEY", value_source: { secret_key_ref: { secret: "projects/vault/secrets/key", version: "latest" } } },
    ]);
    expect(template.resource(SERVICE)).toMatchObject({
      template: {
        volumes: [{ name: "key", secret: { secret: "projects/vault/secrets/key", items: [{ path: "value" }] } }],
      },
    });
  });

  test("needs no wait where there is none", () => {
    const template = templateOf((stack) => new CloudRunService(stack, "service", { image }));
    expect(template.allResources("time_sleep")).not.toHaveProperty("service-service-reads");
  });
});

describe("a bucket as a folder", () => {
  test("may be read, and written where that is said", () => {
    const stack = aStack();
    new CloudRunService(stack, "service", {
      image,
      volumes: {
        "/in": { bucket: new Bucket(stack, "in") },
        "/out": { bucket: new Bucket(stack, "out"), access: "read-write" },
      },
    });
    expectValid(stack);
    const template = templateOf((fresh) => {
      new CloudRunService(fresh, "service", { image, volumes: volumesOf(fresh) });
    });
    expect(template.allResources("google_storage_bucket_iam_member")).toMatchObject({
      "acme-in-storage-objectViewer-service": { role: "roles/storage.objectViewer" },
      "acme-out-storage-objectUser-service": { role: "roles/storage.objectUser" },
    });
    const waits = template.resource("time_sleep.service-service-reads")["depends_on"];
    expect(waits).toEqual([
      "google_secret_manager_secret_iam_member.key-secretmanager-secretAccessor-service",
      "google_storage_bucket_iam_member.acme-in-storage-objectViewer-service",
      "google_storage_bucket_iam_member.acme-out-storage-objectUser-service",
    ]);
  });
});

/** The volumes of a service with these options, and where its containers mount them. */
const volumesIn = (props: Props) =>
  templateOf((stack) => new CloudRunService(stack, "service", { image, ...props })).resource(
    "google_cloud_run_v2_service.service",
  )["template"] as {
    readonly volumes: { readonly name: string }[];
    readonly containers: { readonly volume_mounts?: unknown }[];
  };

describe("a volume", () => {
  test("that two containers mount is one that they share", () => {
    const shared = { inMemory: "64Mi" } as const;
    const template = volumesIn({
      volumes: { "/scratch": shared },
      sidecars: [{ name: "proxy", image, volumes: { "/var/scratch": shared, "/own": { inMemory: "1Mi" } } }],
    });
    expect(template.volumes.map(({ name }) => name)).toEqual(["scratch", "own"]);
    expect(template.containers.map(({ volume_mounts }) => volume_mounts)).toEqual([
      [{ name: "scratch", mount_path: "/scratch" }],
      [
        { name: "scratch", mount_path: "/var/scratch" },
        { name: "own", mount_path: "/own" },
      ],
    ]);
  });

  test("is called after its path, and otherwise where that is taken", () => {
    const template = volumesIn({ volumes: { "/a/b": { inMemory: "1Mi" }, "/a-b": { inMemory: "1Mi" } } });
    expect(template.volumes.map(({ name }) => name)).toEqual(["a-b", "a-b-2"]);
  });

  test("of NFS is written to unless that is said", () => {
    expect(volumesIn({ volumes: { "/f": { nfs: "10.0.0.2", share: "/" } } }).volumes).toEqual([
      { name: "f", nfs: { server: "10.0.0.2", path: "/", read_only: false } },
    ]);
  });
});

test("what arguments and sidecars name has to be granted too", () => {
  const stack = aStack();
  const topic = new Topic(stack, "clicks");
  const pull = new PullSubscription(stack, "pull", { topic });
  new CloudRunService(stack, "service", {
    image,
    args: ["--topic", topic.path],
    command: ["run", pull.path],
    sidecars: [{ name: "proxy", image, env: { TOPIC: topic.path } }],
  });
  const says = messageOf(() => expectValid(stack));
  expect(says).toContain("an argument of container main names projects/acme-dev/topics/clicks");
  expect(says).toContain("an argument of container main names projects/acme-dev/subscriptions/pull");
  expect(says).toContain("env TOPIC of container proxy names projects/acme-dev/topics/clicks");
});

test("a number that is known only at apply passes", () => {
  const later = Lazy.numberValue({ produce: () => 2000 });
  const props = { concurrency: later, cpu: "0.5", minInstances: later, maxInstances: later, port: later } as const;
  expect(new CloudRunService(aStack(), "service", { image, ...props })).toBeDefined();
});

test("every rule names the page that says so", () => {
  for (const { minimal, maximal } of Object.values(examples)) {
    for (const { id, page } of [minimal, maximal].flatMap((build) => rulesOf(build(aStack())))) {
      expect(page, id).toMatch(/^https:\/\/.+\/.+/);
    }
  }
});

test("who may call itself does not wait for the right to", () => {
  const template = templateOf((stack) => {
    const service = new CloudRunService(stack, "service", { image });
    service.grantInvoke(service.identity);
    const job = new CloudRunJob(stack, "nightly", { image });
    job.grantStart(job.identity);
    // Of what is there already, it waits as little: it may be what calls back.
    const other = CloudRunService.fromName(stack, "other", { name: "other", url: "https://other.acme.example" });
    other.grantInvoke(service.identity);
    CloudRunJob.fromName(stack, "weekly", { name: "weekly" }).grantStart(service.identity);
  });
  expect(template.resource("google_cloud_run_v2_service.service")["depends_on"]).toEqual([
    "google_service_account.service",
    "time_sleep.apis",
  ]);
  expect(template.resource("google_cloud_run_v2_job.nightly")["depends_on"]).toEqual([
    "google_service_account.nightly",
    "time_sleep.apis",
  ]);
});

test("all that is wrong is said at once", () => {
  const stack = aStack();
  try {
    new CloudRunService(stack, "service", { image, cpu: "3", env: { PORT: "1" }, port: 0 });
    expect.unreachable();
  } catch (error) {
    expect((error as InvalidProps).rules).toEqual(["cpu-memory", "env-reserved", "port-range"]);
  }
});
