import { Testing } from "cdktf";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { Runner } from "../../../constructs";
import { Template } from "../../../constructs/testing/template";
import { logLake } from "../../../stacks/log-lake/pipeline";
import { LogLake, type LogLakeProps } from "../../../stacks/log-lake/stack";
import { stages } from "../../../stacks/log-lake/stages";
import { warningsOf } from "../../constructs/support";
import { runBounded } from "../support/bounded";

const stack = (more: Partial<LogLakeProps> = {}): LogLake =>
  new LogLake(Testing.app({ stackTraces: false }), "log-lake-dev", { ...stages.dev, ...more });
const template = Template.fromStack(stack());

test("the stack is this", async () => {
  await expect(template.toSnapshot()).toMatchFileSnapshot("__snapshots__/dev.yaml");
});

/** What Cloud Scheduler sends to Dataflow, with the names that Terraform would put in. */
function launch() {
  const { body } = template.resource("google_cloud_scheduler_job.log-lake")["http_target"] as { readonly body: string };
  const text = JSON.parse(body.slice("${base64encode(".length, -")}".length)) as string;
  const { launchParameter } = JSON.parse(text) as {
    readonly launchParameter: {
      readonly environment: { readonly [field: string]: unknown };
      readonly parameters: { readonly [name: string]: string };
    };
  };
  return launchParameter;
}

describe("P2: 10 TB of access logs a day", () => {
  test("are read by a glob of gzipped files, those of the day before and no others", () => {
    expect(JSON.parse(launch().parameters["inputs"] ?? "")).toEqual({
      lines: {
        files: "gs://${google_storage_bucket.logs.name}/{yesterday}/*/access.log.gz",
        format: { type: "text" },
      },
    });
    expect(template.resource("google_storage_bucket.logs")).toMatchObject({ public_access_prevention: "enforced" });
  });

  test("are read on cheap machines with much memory, that nobody waits for", () => {
    expect(launch().environment).toMatchObject({
      flexrsGoal: "FLEXRS_COST_OPTIMIZED",
      machineType: "n1-highmem-4",
      maxWorkers: 200,
      ipConfiguration: "WORKER_IP_PRIVATE",
    });
    // Dataflow's service moves rows of a batch job between workers, unless it is told not to.
    expect(launch().environment).not.toHaveProperty("additionalExperiments");
  });

  test("are launched at night, early enough that the job starts on the same day", () => {
    expect(template.resource("google_cloud_scheduler_job.log-lake")).toMatchObject({
      schedule: "0 3 * * *",
      time_zone: "Etc/UTC",
    });
  });

  test("become rows of a table that is divided by days, and that is not read as a whole by mistake", () => {
    expect(JSON.parse(launch().parameters["outputs"] ?? "")).toEqual({
      requests: {
        table:
          "acme-dev.${google_bigquery_table.logs-requests.dataset_id}.${google_bigquery_table.logs-requests.table_id}",
      },
    });
    expect(template.resource("google_bigquery_table.logs-requests")).toMatchObject({
      time_partitioning: { field: "day", type: "DAY" },
      require_partition_filter: true,
      clustering: ["path", "status"],
    });
  });

  test("are set aside line by line where they are none", () => {
    expect(JSON.parse(launch().parameters["errors"] ?? "")).toEqual({
      files: "gs://${google_storage_bucket.log-lake.name}/errors/log-lake",
      format: { type: "json-lines" },
    });
  });

  test("are brought by the shipper, which may not read or replace what is there", () => {
    expect(template.resource("google_storage_bucket_iam_member.logs-storage-objectCreator-log-shipper")).toMatchObject({
      role: "roles/storage.objectCreator",
      member: "${google_service_account.log-shipper.member}",
    });
  });

  test("are read by one machine, where there are few", () => {
    const few = Template.fromStack(stack({ runner: Runner.job() }));
    expect(Object.keys(few.allResources("google_cloud_run_v2_job"))).toEqual(["log-lake"]);
    expect(few.resource("google_bigquery_table.logs-requests")).toEqual(
      template.resource("google_bigquery_table.logs-requests"),
    );
  });

  test("need nothing to be warned of but an image that was never pushed", () => {
    const made = stack();
    Template.fromStack(made);
    for (const warning of warningsOf(made)) expect(warning).toContain("was never pushed");
  });
});

describe("the sample, on the engine", () => {
  const file = join(__dirname, "../../../stacks/log-lake/data/access.log");
  let requests: readonly { readonly [field: string]: unknown }[] = [];
  let errors: typeof requests = [];
  beforeAll(async () => {
    ({ requests = [], errors = [] } = await runBounded(logLake.toJSON(), {
      lines: { file, format: { type: "text" } },
    }));
  });

  test("gives every request that is no test's, copies and all", () => {
    expect(requests.map(({ day, client, method, path, status }) => [day, client, method, path, status])).toEqual([
      ["2026-03-01", "203.0.113.7", "GET", "/", 200],
      ["2026-03-01", "203.0.113.7", "GET", "/games/chess", 200],
      // It came in small letters.
      ["2026-03-01", "198.51.100.23", "POST", "/scores", 201],
      // Half past midnight, an hour east of UTC, and a quarter to midnight, to the west.
      ["2026-02-28", "198.51.100.23", "GET", "/about", 200],
      ["2026-03-02", "198.51.100.24", "GET", "/about", 304],
      ["2026-03-01", "2001:db8::1", "GET", "/image%20s.png", 200],
      // 172.16 to 172.31 are inside; 172.32 is not.
      ["2026-03-01", "172.32.3.4", "GET", "/games", 200],
      // Whose name only begins like that of a test.
      ["2026-03-01", "203.0.113.10", "GET", "/games", 404],
      // The same twice in a second is two requests.
      ["2026-03-01", "203.0.113.11", "GET", "/games", 404],
      ["2026-03-01", "203.0.113.11", "GET", "/games", 404],
    ]);
  });

  test("has all that a line says, in UTC, and null where it says nothing", () => {
    expect(requests[1]).toEqual({
      requested_at: "2026-03-01T08:15:30.000000Z",
      day: "2026-03-01",
      client: "203.0.113.7",
      user: "anna",
      method: "GET",
      path: "/games/chess",
      query: "level=3&side=white",
      status: 200,
      bytes: 812,
      referer: "https://example.com/",
      user_agent: "Mozilla/5.0 (X11; Linux x86_64)",
    });
    expect(requests[2]).toMatchObject({ user: null, query: null, bytes: null, referer: null });
    expect(requests[4]).toMatchObject({ requested_at: "2026-03-02T01:15:00.000000Z", bytes: 0 });
    expect(requests[5]).toMatchObject({ bytes: 90_071_992_547_409, user_agent: null });
  });

  test("sets aside what is no line of an access log, with the line", () => {
    expect(errors.map(({ error, row }) => [error, (row as { readonly line: string }).line.slice(0, 36)])).toEqual([
      ["Error: it is no line of an access log", ""],
      ["Error: it is no line of an access log", "\\x16\\x03\\x01\\x02\\x00\\x01"],
      ["Error: its time is none", "203.0.113.12 - - [32/Mar/2026:09:00:"],
      ["Error: its time is none", "203.0.113.12 - - [01/Mrz/2026:09:00:"],
      // Nothing was asked before the time was up.
      ["Error: it is no line of an access log", "203.0.113.12 - - [01/Mar/2026:09:00:"],
      // Cut off.
      ["Error: it is no line of an access log", "203.0.113.12 - - [01/Mar/2026:09:00:"],
    ]);
  });
});
