import { describe, expect, test } from "vitest";
import { readRequestSettings, readWorkload } from "../../../../local/services/run/workload";

const read = (config: { readonly [argument: string]: unknown }, kind: "service" | "worker-pool" = "service") =>
  readWorkload({ address: "google_cloud_run_v2_service.proxy", type: "x", name: "proxy", config }, kind, "default@x");
const container = { image: "registry/proxy" };

describe("a workload is read", () => {
  test("with Cloud Run's defaults", () => {
    expect(read({ name: "proxy", location: "europe-west1", template: { containers: [container] } })).toEqual({
      address: "google_cloud_run_v2_service.proxy",
      kind: "service",
      name: "proxy",
      location: "europe-west1",
      account: "default@x",
      image: "registry/proxy",
      args: [],
      environment: {},
      memory: 512,
      startup: { path: undefined, limit: 240_000 },
      instances: 1,
      notes: [],
    });
    expect(readRequestSettings({ address: "x", type: "x", name: "x", config: {} })).toEqual({
      concurrency: 80,
      timeout: 300_000,
      internal: false,
      open: false,
      audiences: [],
    });
  });

  test("with all that it says, blocks as objects or as lists of one", () => {
    const full = {
      image: "registry/proxy",
      args: ["--verbose"],
      ports: [{ container_port: 8080 }],
      env: [{ name: "A", value: "1" }, { name: "EMPTY" }],
      resources: [{ limits: { memory: "2Gi" } }],
      startup_probe: {
        http_get: { path: "/ready" },
        failure_threshold: 3,
        period_seconds: 5,
        initial_delay_seconds: 1,
      },
    };
    const workload = read({ template: [{ service_account: "own@x", containers: full }] });
    expect(workload).toMatchObject({
      account: "own@x",
      args: ["--verbose"],
      environment: { A: "1", EMPTY: "" },
      memory: 2048,
      startup: { path: "/ready", limit: 16_000 },
    });
    expect(
      readRequestSettings({
        address: "x",
        type: "x",
        name: "x",
        config: {
          template: { max_instance_request_concurrency: 10, timeout: "60s" },
          ingress: "INGRESS_TRAFFIC_INTERNAL_ONLY",
          invoker_iam_disabled: true,
          custom_audiences: ["https://a"],
        },
      }),
    ).toEqual({ concurrency: 10, timeout: 60_000, internal: true, open: true, audiences: ["https://a"] });
  });

  test("with a sentence for each thing that is not done here", () => {
    const secret = { name: "KEY", value_source: { secret_key_ref: { secret: "key" } } };
    const { environment, notes } = read({
      template: { containers: [{ ...container, env: [secret], command: ["sh"] }, { image: "sidecar" }] },
    });
    expect(environment).toEqual({});
    expect(notes).toEqual([
      "KEY come from secrets, which are not kept here: they are left out",
      "only its container registry/proxy runs here, of 2",
      "its command is not followed: the image's main runs",
    ]);
  });

  test("and refused as Cloud Run refuses it", () => {
    expect(() => read({ template: { containers: [{ ...container, env: [{ name: "PORT", value: "1" }] }] } })).toThrow(
      "google_cloud_run_v2_service.proxy: env has PORT, which Cloud Run sets itself",
    );
    expect(() => read({ template: {} })).toThrow("its template has no container with an image");
  });

  test("a worker pool has as many instances as it says, one where it says nothing", () => {
    const template = { containers: [container] };
    expect(read({ template }, "worker-pool").instances).toBe(1);
    expect(read({ template, scaling: { manual_instance_count: 0 } }, "worker-pool").instances).toBe(0);
    expect(read({ template, scaling: [{ manual_instance_count: 3 }] }, "worker-pool").instances).toBe(3);
  });
});
