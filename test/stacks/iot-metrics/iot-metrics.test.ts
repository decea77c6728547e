import { Testing } from "cdktf";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { Template } from "../../../constructs/testing/template";
import type { PipelineSpec } from "../../../pipeline";
import { iotMetrics } from "../../../stacks/iot-metrics/pipeline";
import { IotMetrics } from "../../../stacks/iot-metrics/stack";
import { stages } from "../../../stacks/iot-metrics/stages";
import { warningsOf } from "../../constructs/support";
import { hasBigtable, startBigtable } from "../support/bigtable";
import { runPipeline, withoutStep, type Arrival } from "../support/engine";
import { written } from "../support/written";

const stack = (stage: keyof typeof stages): IotMetrics =>
  new IotMetrics(Testing.app({ stackTraces: false }), `iot-metrics-${stage}`, stages[stage]);

test.each(["dev", "dataflow"] as const)("on the stage %s, the stack is this", async (stage) => {
  await expect(Template.fromStack(stack(stage)).toSnapshot()).toMatchFileSnapshot(`__snapshots__/${stage}.yaml`);
});

const spec = iotMetrics.toJSON();
const step = (id: string) => spec.steps.find((one) => one.id === id);

describe("P1: 100,000 readings a second", () => {
  const dataflow = Template.fromStack(stack("dataflow"));
  const job = dataflow.resource("google_dataflow_flex_template_job.iot-metrics");
  const bindings = (parameter: "inputs" | "outputs"): unknown =>
    JSON.parse((job["parameters"] as { readonly [name: string]: string })[parameter] ?? "");

  test("are counted by a Dataflow job of up to 50 workers, as many as the work needs, with Streaming Engine", () => {
    expect(job).toMatchObject({
      max_workers: 50,
      enable_streaming_engine: true,
      additional_pipeline_options: ["autoscalingAlgorithm=THROUGHPUT_BASED"],
      on_delete: "drain",
      ip_configuration: "WORKER_IP_PRIVATE",
    });
  });

  test("are published by gateways, and read by the job alone", () => {
    expect(
      dataflow.resource("google_pubsub_topic_iam_member.device-readings-pubsub-publisher-device-gateway"),
    ).toMatchObject({ role: "roles/pubsub.publisher", member: "${google_service_account.device-gateway.member}" });
    expect(dataflow.resource("google_pubsub_subscription.iot-metrics")).not.toHaveProperty("dead_letter_policy");
  });

  test("are joined with what a bucket says of their devices, read again every ten minutes", () => {
    expect(bindings("inputs")).toMatchObject({
      devices: {
        files: "gs://${google_storage_bucket.device-metadata.name}/devices/*.jsonl",
        format: { type: "json-lines" },
      },
      readings: { subscription: "${google_pubsub_subscription.iot-metrics.id}" },
    });
    expect(spec.inputs["devices"]).toMatchObject({ kind: "side", key: ["device_id"], refresh: "600s" });
    expect(step("per_type.enrich")).toMatchObject({ side: "devices", missing: "error" });
    expect(dataflow.resource("google_storage_bucket.device-metadata")).toMatchObject({
      public_access_prevention: "enforced",
      versioning: { enabled: true },
    });
  });

  test("come to a count, a sum and an average for each type of device and minute, in BigQuery", () => {
    expect(step("per_type.window")).toMatchObject({ windowing: { type: "fixed", size: "60s" } });
    expect(step("per_type.aggregate")).toMatchObject({
      keys: ["device_type"],
      aggregates: [
        { name: "minute", kind: "windowStart" },
        { name: "readings", kind: "count" },
        { name: "total", kind: "sum", field: "value" },
        { name: "average", kind: "mean", field: "value" },
      ],
    });
    expect(bindings("outputs")).toMatchObject({ per_type: { write: "upsert" } });
    expect(dataflow.resource("google_bigquery_table.iot-metrics_per_minute")).toMatchObject({
      table_constraints: { primary_key: { columns: ["device_type", "minute"] } },
      time_partitioning: { field: "minute", type: "DAY" },
      clustering: ["device_type"],
    });
  });

  test("become alerts on a topic, once in ten minutes for a device, that can be filtered by type and site", () => {
    expect(step("alerts.distinct")).toMatchObject({ keys: ["device_id"], within: "600s" });
    expect(bindings("outputs")).toMatchObject({
      alerts: { topic: "${google_pubsub_topic.device-alerts.id}", attributes: ["device_type", "site"] },
    });
    expect(dataflow.resource("google_pubsub_subscription.device-alerts-pager")).toMatchObject({
      topic: "${google_pubsub_topic.device-alerts.id}",
    });
  });

  test("leave each device's latest state in Bigtable, and no older one", () => {
    expect(bindings("outputs")).toMatchObject({
      latest: {
        bigtable: "${google_bigtable_table.iot-devices-device-state.id}",
        family: "state",
        key: ["device_id"],
      },
    });
    expect(dataflow.resource("google_bigtable_gc_policy.iot-devices-device-state-state")).toMatchObject({
      column_family: "state",
      gc_rules: '{"rules":[{"max_version":1}]}',
    });
    expect(dataflow.resource("google_bigtable_instance.iot-devices")).toMatchObject({
      cluster: [{ autoscaling_config: { min_nodes: 1, max_nodes: 5 } }],
    });
  });

  test("are all read by whichever runner there is, from one subscription", () => {
    const dev = Template.fromStack(stack("dev"));
    expect(Object.keys(dev.allResources("google_cloud_run_v2_worker_pool"))).toHaveLength(1);
    expect(dev.allResources("google_dataflow_flex_template_job")).toEqual({});
    expect(dataflow.allResources("google_cloud_run_v2_worker_pool")).toEqual({});
    expect(dev.addresses).toContain("google_pubsub_subscription.iot-metrics");
  });

  test.each(["dev", "dataflow"] as const)("on %s, nothing is to be warned of but what is not there yet", (stage) => {
    const made = stack(stage);
    Template.fromStack(made);
    for (const warning of warningsOf(made)) expect(warning).toMatch(/was never pushed|the stream processor does not/);
  });
});

const linesOf = (file: string) =>
  readFileSync(join(__dirname, "../../../stacks/iot-metrics/data", file), "utf8")
    .replace(/\n$/, "")
    .split("\n");
const clock = (time: unknown): string => String(time).slice(11, 19);

describe("the sample, on the engine", () => {
  const devices = new Map(
    linesOf("devices.jsonl").map((line) => {
      const device = JSON.parse(line) as { readonly device_id: string };
      return [device.device_id, device];
    }),
  );

  // All of the pipeline but its side input: it is given readings that know their device.
  const rest = withoutStep(spec, "per_type.enrich");
  const { fields } = step("per_type.enrich") as unknown as { readonly fields: PipelineSpec["steps"] };
  const readings = { ...spec.inputs["readings"], fields } as unknown as PipelineSpec["inputs"][string];
  const known: PipelineSpec = { ...rest, inputs: { readings } };

  /** A reading comes a second after the newest before it was measured. */
  const arrivals = (lines: readonly string[]): readonly Arrival[] => {
    let newest = Date.parse("2026-03-02T08:00:00Z");
    return lines.flatMap((line) => {
      const [, id = "", measured = ""] = /"device_id":"([^"]+)","measured_at":(\d{13}),/.exec(line) ?? [];
      const at = Number(measured);
      // One clock is wrong by 73 years.
      if (at < Date.parse("2026-03-03T00:00:00Z")) newest = Math.max(newest, at);
      const device = devices.get(id);
      const data = device === undefined ? line : JSON.stringify({ ...(JSON.parse(line) as object), ...device });
      return id === "x-9" ? [] : [{ data, at: new Date(newest + 1_000).toISOString() }];
    });
  };
  const { per_type, alerts, latest, errors } = runPipeline(known, arrivals(linesOf("readings.jsonl")));

  test("gives each type's minutes, and the one again for which a reading came late", () => {
    expect(
      per_type?.map(({ device_type, minute, readings: n, total, average }) => [
        device_type,
        clock(minute),
        n,
        total,
        average,
      ]),
    ).toEqual([
      // t-1: 20, 21 and 19, which came out of order; t-2: 22
      ["thermometer", "08:00:00", 4, 82, 20.5],
      ["pressure_gauge", "08:00:00", 3, 18, 6],
      // t-1: 31; t-2: 22.5, on the minute
      ["thermometer", "08:01:00", 2, 53.5, 26.75],
      ["pressure_gauge", "08:01:00", 1, 4.5, 4.5],
      // ... and 24.5, which t-2 had kept.
      ["thermometer", "08:01:00", 3, 78, 26],
      // t-1 said so twice.
      ["thermometer", "08:04:00", 2, 50, 25],
      ["pressure_gauge", "08:20:00", 1, 4, 4],
      ["hygrometer", "08:20:00", 1, 55, 55],
    ]);
  });

  test("tells of each device above its limit, once in ten minutes", () => {
    expect(alerts).toEqual([
      {
        device_id: "p-2",
        device_type: "pressure_gauge",
        site: "boiler",
        value: 6.5,
        limit: 6,
        measured_at: "2026-03-02T08:00:50.000000Z",
      },
      // p-2's 7.0 comes within ten minutes.
      expect.objectContaining({ device_id: "t-1", value: 31, limit: 30 }),
    ]);
  });

  test("says how each device is now", () => {
    const now = new Map(latest?.map((row) => [row["device_id"], row]));
    expect(
      [...now.values()].map(({ device_id, value, measured_at }) => [device_id, value, clock(measured_at)]),
    ).toEqual(
      expect.arrayContaining([
        ["t-1", 25, "08:04:10"],
        ["t-2", 24.5, "08:01:45"],
        ["p-1", 4, "08:20:00"],
        ["p-2", 7, "08:00:55"],
        ["h-1", 55, "08:20:30"],
      ]),
    );
    expect(now.size).toBe(5);
  });

  test.skipIf(!hasBigtable)(
    "and says so in Bigtable, a row for each device (skipped without its emulator)",
    async () => {
      const emulator = await startBigtable();
      onTestFinished(() => emulator.stop());
      const table = "projects/acme/instances/iot-devices/tables/device-state";
      await emulator.createTable(table, ["state"]);
      const environment = { BIGTABLE_EMULATOR_HOST: emulator.host };
      const binding = { bigtable: table, family: "state", key: ["device_id"] };
      await written(environment, known, "latest", binding, latest ?? []);
      const rows = await emulator.newest(table);
      expect(Object.keys(rows)).toEqual(["h-1", "p-1", "p-2", "t-1", "t-2"]);
      expect(rows["t-2"]).toEqual({
        "state:device_id": "t-2",
        "state:device_type": "thermometer",
        "state:value": "24.5",
        "state:measured_at": "2026-03-02T08:01:45.000000Z",
      });
    },
  );

  test("sets aside what is broken, too late, or of a clock that is wrong", () => {
    expect(errors?.map(({ reason, step: at }) => `${String(reason)} ${String(at)}`).toSorted()).toEqual([
      // 08:02:10, at 08:20: for its device, and for its type.
      "late latest.aggregate",
      "late per_type.aggregate",
      // The clock of 2099.
      "parse per_type.eventTime",
      // Cut off, without a value, empty, and with a value of null.
      ...Array.from({ length: 4 }, () => "parse readings"),
    ]);
  });
});
