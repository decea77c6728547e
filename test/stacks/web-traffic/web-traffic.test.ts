import { Testing } from "cdktf";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Template } from "../../../constructs/testing/template";
import { BigQuery } from "../../../local/services/bigquery/bigquery";
import { minuteTraffic } from "../../../stacks/web-traffic/pipelines/minute-traffic";
import { userTraffic } from "../../../stacks/web-traffic/pipelines/user-traffic";
import { WebTraffic } from "../../../stacks/web-traffic/stack";
import { stages } from "../../../stacks/web-traffic/stages";
import { warningsOf } from "../../constructs/support";
import { fakeHost, you, type FakeHost } from "../../local/support/host";
import { runBounded } from "../support/bounded";
import type { Rows } from "../support/engine";

const made = (stage: keyof typeof stages): WebTraffic =>
  new WebTraffic(Testing.app({ stackTraces: false }), `web-traffic-${stage}`, stages[stage]);
const jobs = Template.fromStack(made("dev"));
const dataflow = Template.fromStack(made("dataflow"));

const folder = join(__dirname, "../../../stacks/web-traffic");
const read = (file: string): string => readFileSync(join(folder, file), "utf8");
const sample = { events: { file: join(folder, "data/events.jsonl") } };
let users: Rows;
let minutes: Rows;
beforeAll(async () => {
  users = await runBounded(userTraffic.toJSON(), sample);
  minutes = await runBounded(minuteTraffic.toJSON(), sample);
});

test("as jobs of Cloud Run, the stack is this", async () => {
  await expect(jobs.toSnapshot()).toMatchFileSnapshot("__snapshots__/dev.yaml");
});

test("on Dataflow, the stack is this", async () => {
  await expect(dataflow.toSnapshot()).toMatchFileSnapshot("__snapshots__/dataflow.yaml");
});

/** What a job of Cloud Run is told. */
function environmentOf(job: string): { readonly [name: string]: string } {
  const { template } = jobs.resource(`google_cloud_run_v2_job.${job}`) as {
    readonly template: {
      readonly template: {
        readonly containers: readonly {
          readonly env: readonly { readonly name: string; readonly value: string }[];
        }[];
      };
    };
  };
  return Object.fromEntries(
    template.template.containers.flatMap(({ env }) => env.map(({ name, value }) => [name, value])),
  );
}

/** What Cloud Scheduler sends to Dataflow. */
function launchOf(job: string) {
  const { body } = dataflow.resource(`google_cloud_scheduler_job.${job}`)["http_target"] as { readonly body: string };
  const text = JSON.parse(body.slice("${base64encode(".length, -")}".length)) as string;
  const { launchParameter } = JSON.parse(text) as {
    readonly launchParameter: {
      readonly environment: { readonly [field: string]: unknown };
      readonly parameters: { readonly [name: string]: string };
    };
  };
  return launchParameter;
}

const columnsOf = (table: string): readonly string[] =>
  (
    JSON.parse(String(jobs.resource(`google_bigquery_table.${table}`)["schema"])) as readonly {
      readonly name: string;
      readonly type: string;
    }[]
  ).map(({ name, type }) => `${name} ${type}`);

const events = (bucket: string) => ({
  events: { files: `gs://\${google_storage_bucket.${bucket}.name}/events.json`, format: { type: "json-lines" } },
});
const into = (project: string, table: string) => ({
  table: `${project}.\${google_bigquery_table.logs-${table}.dataset_id}.\${google_bigquery_table.logs-${table}.table_id}`,
  write: "truncate",
});

describe("W1: events.json becomes logs.user_traffic", () => {
  test("a row for each user, with what the pages were", () => {
    expect(columnsOf("logs-user_traffic")).toEqual([
      "user_id STRING",
      "pageviews INTEGER",
      "total_bytes INTEGER",
      "max_bytes INTEGER",
      "min_bytes INTEGER",
    ]);
    expect(JSON.parse(environmentOf("user-traffic")["INPUTS"] ?? "")).toEqual(events("web-traffic-events"));
    expect(JSON.parse(environmentOf("user-traffic")["OUTPUTS"] ?? "")).toMatchObject({
      user_traffic: into("acme-dev", "user_traffic"),
    });
  });

  test("of the sample, worked out by hand", () => {
    expect(users["user_traffic"]?.map((row) => Object.values(row))).toEqual([
      // 500, 100, 40, 60, and 100 again: the same page in the same second is two pageviews.
      ["u-01", 5, 800, 500, 40],
      // 1200, 300, 300, 90: the last one is out of order.
      ["u-02", 4, 1890, 1200, 90],
      // An answer of no bytes, and one of the day before.
      ["u-03", 2, 10, 10, 0],
      ["u-04", 1, 7000, 7000, 7000],
      // More than 32 bits.
      ["u-05", 2, 4_503_599_627_370_498, 4_503_599_627_370_497, 1],
      // Nobody is somebody, too.
      ["", 1, 5, 5, 5],
      ["u-06", 1, -1, -1, -1],
    ]);
  });

  test("what is no event is set aside with the reason, and stops nothing", () => {
    expect(users["errors"]?.map(({ error }) => error)).toEqual([
      "$.timestamp is missing",
      '$.timestamp: "2nd of March" is not a TIMESTAMP',
      "$.user_id is missing",
      '$.num_bytes: "many" is not an INTEGER',
      "$.num_bytes: 12.5 is not an INTEGER",
      "$: a list is not a row",
      '$: not JSON at byte 0: a value expected, "n" found',
      "$: not JSON at byte 59: the rest of the text in quotes expected, the end found",
    ]);
    expect(JSON.parse(environmentOf("user-traffic")["ERRORS"] ?? "")).toMatchObject({
      files: "gs://${google_storage_bucket.web-traffic.name}/errors/user-traffic",
    });
  });
});

describe("W2: events.json becomes logs.minute_traffic", () => {
  test("in windows of a minute by the events' own time", () => {
    const spec = minuteTraffic.toJSON();
    expect(spec.steps).toMatchObject([
      { kind: "eventTime", field: "timestamp" },
      { kind: "window", windowing: { type: "fixed", size: "60s" } },
      { kind: "aggregate", aggregates: [{ name: "timestamp", kind: "windowStart" }, { kind: "count" }] },
    ]);
    expect(columnsOf("logs-minute_traffic")).toEqual(["timestamp TIMESTAMP", "pageviews INTEGER"]);
    expect(JSON.parse(environmentOf("minute-traffic")["OUTPUTS"] ?? "")).toEqual({
      minute_traffic: into("acme-dev", "minute_traffic"),
    });
  });

  test("of the sample, worked out by hand: a pageview at :59.999 is the minute's, one at :00 the next one's", () => {
    expect(minutes["minute_traffic"]?.map((row) => Object.values(row))).toEqual([
      ["2026-03-01T23:59:00.000000Z", 1],
      // Lines 1 to 5, the late one and the copy.
      ["2026-03-02T08:00:00.000000Z", 7],
      // A zone of its own and an RFC 3339 time are two of these.
      ["2026-03-02T08:01:00.000000Z", 4],
      ["2026-03-02T08:04:00.000000Z", 2],
      ["2026-03-02T08:05:00.000000Z", 2],
      // Of these three lines the time is right, and nothing else is asked for here.
      ["2026-03-02T08:06:00.000000Z", 3],
    ]);
    expect(minutes["errors"]).toHaveLength(5);
  });
});

describe("W3: the same jobs by the clock, here and there", () => {
  test.each([
    ["user-traffic", "0 3 * * *"],
    ["minute-traffic", "15 3 * * *"],
  ])("%s runs as a job of Cloud Run, and as a launch of Dataflow, at %s", (job, schedule) => {
    expect(jobs.resource(`google_cloud_scheduler_job.${job}`)).toMatchObject({
      schedule,
      http_target: { uri: `https://run.googleapis.com/v2/\${google_cloud_run_v2_job.${job}.id}:run` },
    });
    expect(dataflow.resource(`google_cloud_scheduler_job.${job}`)).toMatchObject({
      schedule,
      http_target: { uri: expect.stringContaining("/locations/europe-west1/flexTemplates:launch") },
    });
  });

  test.each(["user-traffic", "minute-traffic"])("%s is told the same on both", (job) => {
    const { parameters } = launchOf(job);
    expect(parameters["inputs"]).toBe(environmentOf(job)["INPUTS"]);
    expect(parameters["outputs"]?.replaceAll("acme-dataflow.", "acme-dev.")).toBe(environmentOf(job)["OUTPUTS"]);
    expect(parameters["pipeline"]).toBe(environmentOf(job)["PIPELINE"]);
  });

  test("Dataflow stages its code and keeps temporary files in the runs' bucket, which deletes those after a while", () => {
    expect(launchOf("user-traffic").environment).toMatchObject({
      stagingLocation: "gs://${google_storage_bucket.web-traffic.name}/dataflow/staging",
      tempLocation: "gs://${google_storage_bucket.web-traffic.name}/dataflow/temp",
      maxWorkers: 10,
    });
    // Two jobs share it, and it says so once.
    expect(dataflow.resource("google_storage_bucket.web-traffic")).toMatchObject({
      lifecycle_rule: [{ condition: { matches_prefix: ["dataflow/temp/"] } }],
    });
  });

  test("what a run was of is a line of text", () => {
    expect(users["metrics"]).toEqual([
      {
        line: "16 pageviews of 7 users, 4503599627380202 bytes, from 2026-03-01T23:59:59.000000Z to 2026-03-02T08:05:30.000000Z",
      },
    ]);
    const outputs: unknown = JSON.parse(environmentOf("user-traffic")["OUTPUTS"] ?? "");
    expect(outputs).toMatchObject({
      metrics: {
        files: "gs://${google_storage_bucket.web-traffic.name}/metrics/summary",
        format: { type: "text" },
        suffix: ".txt",
        shards: 1,
      },
    });
    expect(environmentOf("minute-traffic")["METRICS"]).toBe(
      "gs://${google_storage_bucket.web-traffic.name}/metrics/minute-traffic",
    );
  });

  test("nothing is to be warned of but images that were never pushed", () => {
    for (const stage of ["dev", "dataflow"] as const) {
      const stack = made(stage);
      Template.fromStack(stack);
      for (const warning of warningsOf(stack)) expect(warning).toContain("was never pushed");
    }
  });

  describe("the two queries of the end answer", () => {
    let host: FakeHost;
    let bigquery: BigQuery;

    beforeAll(async () => {
      host = fakeHost();
      bigquery = new BigQuery(host);
      for (const address of [
        "google_bigquery_dataset.logs",
        "google_bigquery_table.logs-user_traffic",
        "google_bigquery_table.logs-minute_traffic",
      ]) {
        const [type = "", name = ""] = address.split(".");
        const text = JSON.stringify(jobs.resource(address)).replaceAll(
          "${google_bigquery_dataset.logs.dataset_id}",
          "logs",
        );
        const config = JSON.parse(text) as { readonly [argument: string]: unknown };
        await bigquery.resources.find((each) => each.type === type)?.apply({ address, type, name, config });
      }
      await bigquery.append(you, "acme-dev.logs.user_traffic", users["user_traffic"] ?? []);
      await bigquery.append(you, "acme-dev.logs.minute_traffic", minutes["minute_traffic"] ?? []);
    });

    afterAll(async () => {
      await bigquery.stop();
      await host.close();
    });

    test("who viewed the most", async () => {
      const rows = await bigquery.query(read("queries/user_traffic.sql"));
      expect(rows.slice(0, 2)).toEqual([
        { user_id: "u-01", pageviews: 5, total_bytes: 800 },
        { user_id: "u-02", pageviews: 4, total_bytes: 1890 },
      ]);
      expect(rows).toHaveLength(7);
    });

    test("the first minutes, in order", async () => {
      const rows = await bigquery.query(read("queries/minute_traffic.sql"));
      expect(rows.map(({ pageviews }) => pageviews)).toEqual([1, 7, 4, 2, 2, 3]);
    });
  });
});
