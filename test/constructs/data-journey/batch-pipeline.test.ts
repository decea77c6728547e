import { describe, expect, test } from "vitest";
import { Dataset } from "../../../constructs/bigquery/dataset";
import { Table } from "../../../constructs/bigquery/table";
import type { GcpStack } from "../../../constructs/core/stack";
import { BatchPipeline, type BatchPipelineProps } from "../../../constructs/data-journey/batch-pipeline";
import type { Destination } from "../../../constructs/data-journey/destination";
import { Runner } from "../../../constructs/data-journey/runners";
import type { JobOptions } from "../../../constructs/data-journey/runners/job";
import { ServiceAccount } from "../../../constructs/iam/service-account";
import { Network } from "../../../constructs/network/network";
import { Bucket } from "../../../constructs/storage/bucket";
import type { Template } from "../../../constructs/testing/template";
import { bounded, count, pipeline } from "../../../pipeline";
import { aStack, messageOf, templateOf } from "../support";
import { batch, Order } from "./events";

const perOrder = pipeline("orders-by-id", { orders: bounded(Order) }, ({ orders }) => ({
  counts: orders.groupBy("order_id").aggregate({ orders: count() }),
}));

const files = (stack: GcpStack) => ({
  orders: { bucket: new Bucket(stack, "landing"), files: "orders/*.jsonl.gz", format: "json-lines" } as const,
});

const environmentOf = (template: Template): { readonly [name: string]: string } => {
  const [job] = Object.values(template.allResources("google_cloud_run_v2_job"));
  const { template: execution } = job as unknown as {
    readonly template: {
      readonly template: {
        readonly containers: readonly [{ readonly env: readonly { name: string; value: string }[] }];
      };
    };
  };
  return Object.fromEntries(execution.template.containers[0].env.map(({ name, value }) => [name, value]));
};

/** The binding of the one output, and what is said where there is none. */
const into = (
  to: (stack: GcpStack) => Destination,
  more: Partial<Pick<BatchPipelineProps, "schedule" | "runner" | "network">> = {},
): unknown => {
  const template = templateOf((stack) => {
    new BatchPipeline(stack, "batch", {
      pipeline: batch,
      runner: Runner.job(),
      from: files(stack),
      into: { all: to(stack) },
      ...more,
    });
  });
  return (JSON.parse(String(environmentOf(template)["OUTPUTS"])) as { readonly all: unknown }).all;
};
const columns = batch.outputs.all.fields;

const mine = (stack: GcpStack) =>
  new Table(stack, "mine", { dataset: new Dataset(stack, "shop"), columns, partition: { every: "hour" } });
const told = () => ({ table: "all", partition: {}, write: "truncate", partitionId: "{partition}" }) as const;

/** What a task of a job runs in. */
interface Execution {
  readonly containers: readonly [
    { readonly resources: { readonly limits: { readonly memory: string } }; readonly volume_mounts?: unknown },
  ];
  readonly volumes?: unknown;
}

function roomOf(template: Template) {
  const [job] = Object.values(template.allResources("google_cloud_run_v2_job"));
  const { template: execution } = job as unknown as { readonly template: { readonly template: Execution } };
  const { containers, volumes } = execution.template;
  const [{ resources, volume_mounts: mounts }] = containers;
  return { memory: resources.limits.memory, mounts, volumes, SPILL: environmentOf(template)["SPILL"] };
}

/** Of a job that puts rows together. */
const jobOf = (options: JobOptions) =>
  roomOf(
    templateOf((stack) => {
      const runner = Runner.job(options);
      new BatchPipeline(stack, "batch", { pipeline: perOrder, runner, from: files(stack), into: { counts: "counts" } });
    }),
  );
const mounts = [{ mount_path: "/spill", name: "spill" }];
const room = (size_limit: string) => [{ name: "spill", empty_dir: { medium: "MEMORY", size_limit } }];

describe("one partition of a table", () => {
  const schedule = { cron: "0 3 * * *" };
  const range = { column: "quantity", range: { start: 0, end: 100, interval: 10 } };

  test("is replaced, of a table that is made and of one that is there", () => {
    const daily = { write: "truncate", partitionId: "{yesterday}" } as const;
    expect(into(() => ({ table: "all", partition: {}, ...daily }), { schedule })).toEqual({
      table:
        "acme-dev.${google_bigquery_table.batch_orders-all.dataset_id}.${google_bigquery_table.batch_orders-all.table_id}",
      write: "truncate",
      partition: { id: "{yesterday}", every: "day" },
    });
    expect(into((stack) => ({ table: mine(stack), write: "truncate", partitionId: "{partition}" }))).toMatchObject({
      partition: { id: "{partition}", every: "hour" },
    });
    const theirs = (stack: GcpStack) =>
      Table.fromName(stack, "theirs", {
        dataset: Dataset.fromName(stack, "shop", { name: "shop" }),
        name: "theirs",
        partition: range,
      });
    expect(into((stack) => ({ table: theirs(stack), write: "truncate", partitionId: "20" }))).toMatchObject({
      partition: { id: "20", column: "quantity", range: range.range },
    });
  });

  test.each<[(stack: GcpStack) => unknown, string]>([
    [() => ({ table: "all", partition: {}, partitionId: "{yesterday}" }), 'all: has the partitionId "{yesterday}"'],
    [
      () => ({ table: "all", write: "truncate", partitionId: "20240131" }),
      'all: replaces the partition "20240131", and its table has none: give it a partition',
    ],
    [
      (stack) => ({
        table: Table.fromName(stack, "theirs", { dataset: new Dataset(stack, "shop"), name: "theirs" }),
        write: "truncate",
        partitionId: "20240131",
      }),
      "of a table of which nobody told how it is divided: Table.fromName(..., { partition })",
    ],
    [
      () => ({ table: "all", write: "truncate", partition: { every: "month" }, partitionId: "{yesterday}" }),
      'all: replaces the partition "{yesterday}", which is a day, and the table has a partition for each month',
    ],
    [
      () => ({ table: "all", write: "truncate", partition: {}, partitionId: "202401" }),
      "and the table has a partition for each day: it is as 20240131",
    ],
  ])("is refused where it does not fit: %#", (to, says) => {
    expect(messageOf(() => into(to as (stack: GcpStack) => Destination))).toContain(says);
  });

  test("that an execution is told is no run's that is told nothing", () => {
    expect(messageOf(() => into(told, { schedule }))).toContain(
      'all replaces the partition "{partition}", which an execution is told, and a schedule tells it nothing',
    );
    expect(messageOf(() => into(told, { runner: Runner.dataflow(), schedule }))).toContain(
      "and one of dataflow is told nothing: Runner.job()",
    );
    expect(into(told)).toMatchObject({ partition: { id: "{partition}" } });
  });
});

describe("a pipeline that ends", () => {
  test("of which little is said is a job that somebody starts, with a dataset and a bucket of its own", () => {
    const template = templateOf((stack) => {
      new BatchPipeline(stack, "batch", {
        pipeline: batch,
        runner: Runner.job(),
        from: files(stack),
        into: { all: "all" },
      });
    });
    expect(template.addresses.filter((address) => !address.includes("iam") && !address.includes("service"))).toEqual([
      "google_bigquery_dataset.batch_orders",
      "google_bigquery_table.batch_orders-all",
      "google_cloud_run_v2_job.batch-orders",
      "google_storage_bucket.batch-orders",
      "google_storage_bucket.landing",
      "google_storage_bucket_object.batch-orders-specs-batch-orders-json",
      "time_sleep.apis",
    ]);
    const { INPUTS, OUTPUTS, ERRORS, PIPELINE, ...rest } = environmentOf(template);
    expect(PIPELINE).toContain("gs://${google_storage_bucket.batch-orders.name}/");
    expect(rest).toEqual({
      MODE: "batch",
      CHECKPOINTS: "gs://${google_storage_bucket.batch-orders.name}/runs/batch-orders",
      METRICS: "gs://${google_storage_bucket.batch-orders.name}/metrics/batch-orders",
    });
    expect(JSON.parse(String(INPUTS))).toEqual({
      orders: {
        files: "gs://${google_storage_bucket.landing.name}/orders/*.jsonl.gz",
        format: { type: "json-lines" },
      },
    });
    expect(JSON.parse(String(OUTPUTS))).toEqual({
      all: {
        table:
          "acme-dev.${google_bigquery_table.batch_orders-all.dataset_id}.${google_bigquery_table.batch_orders-all.table_id}",
      },
    });
    expect(JSON.parse(String(ERRORS))).toEqual({
      files: "gs://${google_storage_bucket.batch-orders.name}/errors/batch-orders",
      format: { type: "json-lines" },
    });
  });

  test("of which much is said runs by the clock, and replaces what it wrote before", () => {
    const template = templateOf((stack) => {
      new BatchPipeline(stack, "batch", {
        pipeline: batch,
        runner: Runner.job({ cpu: "2", memory: "4Gi", tasks: 10, parallelism: 5, timeout: "48h", retries: 1 }),
        from: files(stack),
        into: { all: { table: "all_orders", write: "truncate" } },
        errors: { table: "refused" },
        schedule: { cron: "0 3 * * *", timeZone: "Europe/Berlin" },
        name: "nightly",
        identity: new ServiceAccount(stack, "night-shift"),
        dataset: new Dataset(stack, "warehouse"),
        bucket: new Bucket(stack, "work"),
      });
    });
    template.hasResource("google_cloud_run_v2_job", {
      name: "nightly",
      template: {
        task_count: 10,
        parallelism: 5,
        template: {
          timeout: "172800s",
          max_retries: 1,
          service_account: "${google_service_account.night-shift.email}",
          containers: [{ resources: { limits: { cpu: "2", memory: "4Gi" } } }],
        },
      },
    });
    template.hasResource("google_cloud_scheduler_job", { schedule: "0 3 * * *", time_zone: "Europe/Berlin" });
    expect(JSON.parse(String(environmentOf(template)["OUTPUTS"]))).toEqual({
      all: {
        table:
          "acme-dev.${google_bigquery_table.warehouse-all_orders.dataset_id}.${google_bigquery_table.warehouse-all_orders.table_id}",
        write: "truncate",
      },
    });
    expect(JSON.parse(String(environmentOf(template)["ERRORS"]))).toMatchObject({ table: expect.anything() });
  });

  test("may read and write what it is bound to, and nothing else", () => {
    const template = templateOf((stack) => {
      new BatchPipeline(stack, "batch", {
        pipeline: batch,
        runner: Runner.job(),
        from: files(stack),
        into: { all: "all" },
      });
    });
    const rights = template.addresses
      .filter((address) => address.includes("_iam_member"))
      .map((address) => template.resource(address)["role"]);
    expect(rights).toEqual(["roles/bigquery.dataEditor", "roles/storage.objectUser", "roles/storage.objectViewer"]);
  });

  test("on Dataflow is launched by the clock, and is no job of Terraform's", () => {
    const template = templateOf((stack) => {
      new BatchPipeline(stack, "batch", {
        pipeline: perOrder,
        runner: Runner.dataflow({ maxWorkers: 50, flexRS: true, jobName: "orders" }),
        from: files(stack),
        into: { counts: "counts" },
        schedule: { cron: "0 3 * * *" },
        network: new Network(stack, "net"),
      });
    });
    template.resourceCount("google_dataflow_flex_template_job", 0);
    template.resourceCount("google_cloud_scheduler_job", 1);
  });

  test("on Dataflow needs to be told when, and a network", () => {
    const stack = aStack();
    const from = files(stack);
    const into = { counts: "counts" };
    const props = { pipeline: perOrder, runner: Runner.dataflow(), from, into };
    expect(messageOf(() => new BatchPipeline(stack, "a", props))).toContain(
      "test/a: pipeline orders-by-id ends, and a Dataflow job that ends is launched by the clock: give it a schedule",
    );
    const other = aStack();
    expect(
      messageOf(() => new BatchPipeline(other, "b", { ...props, from: files(other), schedule: { cron: "0 3 * * *" } })),
    ).toContain("test/b: Dataflow needs a network");
  });

  test("that puts rows together has room for what its memory does not hold", () => {
    expect(jobOf({})).toEqual({ memory: "2Gi", mounts, volumes: room("1024Mi"), SPILL: "/spill" });
    expect(jobOf({ memory: "4Gi", spill: "1.5Gi" })).toMatchObject({ memory: "4Gi", volumes: room("1.5Gi") });
    expect(jobOf({ memory: "1Gi" })).toMatchObject({ memory: "1Gi", volumes: room("512Mi") });
    // Row by row nothing is held.
    const rowWise = templateOf((stack) => {
      new BatchPipeline(stack, "batch", {
        pipeline: batch,
        runner: Runner.job(),
        from: files(stack),
        into: { all: "all" },
      });
    });
    expect(roomOf(rowWise)).toEqual({ memory: "512Mi" });
    const server = { nfs: "10.0.0.2", share: "/spill" } as const;
    expect(messageOf(() => jobOf({ spill: server }))).toContain("the job is in no network in which it would find it");
    const template = templateOf((stack) => {
      const egress = new Network(stack, "net").egress();
      new BatchPipeline(stack, "batch", {
        pipeline: perOrder,
        runner: Runner.job({ spill: server, egress }),
        from: files(stack),
        into: { counts: "counts" },
      });
    });
    expect(JSON.stringify(template.allResources("google_cloud_run_v2_job"))).toContain(
      '"nfs":{"path":"/spill","read_only":false,"server":"10.0.0.2"}',
    );
  });

  test("that puts rows together is one task's", () => {
    const stack = aStack();
    const runner = Runner.job({ tasks: 2 });
    expect(
      messageOf(
        () =>
          new BatchPipeline(stack, "batch", { pipeline: perOrder, runner, from: files(stack), into: { counts: "c" } }),
      ),
    ).toContain("tasks is 2, and orders-by-id puts rows together (counts.aggregate), which one task does");
  });

  test("has a source for each input, though types were gone around", () => {
    const stack = aStack();
    const { orders } = files(stack);
    const make = (id: string, from: object) => () =>
      new BatchPipeline(stack, id, {
        pipeline: batch,
        runner: Runner.job(),
        from: from as never,
        into: { all: "all" },
      });
    expect(messageOf(make("a", {}))).toContain("from does not fit: pipeline batch-orders reads orders, and from has ");
    expect(messageOf(make("b", { orders, more: orders }))).toContain("from has orders and more");
  });

  test("may read a table", () => {
    const template = templateOf((stack) => {
      const table = new Table(stack, "orders", { dataset: new Dataset(stack, "shop"), columns: Order });
      new BatchPipeline(stack, "batch", {
        pipeline: batch,
        runner: Runner.job(),
        from: { orders: table },
        into: { all: "all" },
      });
    });
    template.hasResource("google_bigquery_table_iam_member", { role: "roles/bigquery.dataViewer" });
  });
});
