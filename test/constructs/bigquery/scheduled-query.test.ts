import { describe, expect, test } from "vitest";
import { Dataset } from "../../../constructs/bigquery/dataset";
import { ScheduledQuery, type ScheduledQueryProps } from "../../../constructs/bigquery/scheduled-query";
import { Table } from "../../../constructs/bigquery/table";
import { withoutRule } from "../../../constructs/core/rules";
import { expectRefused, expectValid } from "../../../constructs/testing/expect";
import { aStack, messageOf, templateOf, warningsOf } from "../support";
import { examples } from "./examples";
import { click, clicks } from "./examples/support";

const byText = (a: string, b: string): number => (a < b ? -1 : 1);

const agent = "google_project_service_identity.bigquery-data-transfer";

test("a scheduled query of which nothing is said runs as an account of its own, which may run queries and no more", () => {
  const template = templateOf(examples.ScheduledQuery.minimal);
  expect(template.resource("google_bigquery_data_transfer_config.report")).toEqual({
    display_name: "report",
    data_source_id: "scheduled_query",
    location: "europe-west1",
    schedule: "every 15 minutes",
    params: { query: "INSERT INTO events.report SELECT 1" },
    service_account_name: "${google_service_account.report.email}",
    depends_on: ["time_sleep.apis", "time_sleep.scheduled-query-report"],
  });
  expect(template.resource("time_sleep.scheduled-query-report")["depends_on"]).toEqual([
    "google_project_iam_member.project-bigquery-jobUser-report",
    "google_service_account.report",
    "google_service_account_iam_member.report-iam-serviceAccountTokenCreator-bigquery-data-transfer-agent",
  ]);
  expect(
    template.resource(
      "google_service_account_iam_member.report-iam-serviceAccountTokenCreator-bigquery-data-transfer-agent",
    ),
  ).toMatchObject({ role: "roles/iam.serviceAccountTokenCreator", member: `\${${agent}.member}` });
  expect(template.journey["whys"]).toEqual({
    "google_project_iam_member.project-bigquery-jobUser-report": "runs its query",
    "google_service_account_iam_member.report-iam-serviceAccountTokenCreator-bigquery-data-transfer-agent":
      "runs the scheduled query report in its name",
  });
});

test("a scheduled query of which all is said", () => {
  const template = templateOf(examples.ScheduledQuery.maximal, { prefix: "alice", projectNumber: "123456789012" });
  expect(template.resource("google_bigquery_data_transfer_config.daily-report")).toEqual({
    display_name: "alice-daily report",
    data_source_id: "scheduled_query",
    project: "acme-dev",
    location: "europe-west1",
    destination_dataset_id: "${google_bigquery_dataset.reports.dataset_id}",
    schedule: "every day 08:57",
    schedule_options: { start_time: "2025-01-31T00:00:00Z", end_time: "2030-01-31T00:00:00Z" },
    params: {
      query:
        "SELECT user, '$${x}' AS x FROM `acme-dev.${google_bigquery_table.events-clicks.dataset_id}.${google_bigquery_table.events-clicks.table_id}`",
      destination_table_name_template: "report_{run_date}",
      write_disposition: "WRITE_TRUNCATE",
    },
    service_account_name: "${google_service_account.reporter.email}",
    notification_pubsub_topic: "${google_pubsub_topic.reports-made.id}",
    disabled: true,
    data_refresh_window_days: 0,
    encryption_configuration: {
      kms_key_name: "projects/acme-keys/locations/europe-west1/keyRings/ring/cryptoKeys/own",
    },
    depends_on: ["time_sleep.apis", "time_sleep.encryption-own-by-bigquery", "time_sleep.scheduled-query-daily-report"],
  });
  expect(template.resource("time_sleep.scheduled-query-daily-report")["depends_on"]).toEqual([
    "google_bigquery_dataset_iam_member.reports-bigquery-dataEditor-reporter",
    "google_bigquery_table_iam_member.events-clicks-bigquery-dataViewer-reporter",
    "google_project_iam_member.project-bigquery-jobUser-reporter",
    "google_pubsub_topic_iam_member.reports-made-pubsub-publisher-bigquery-data-transfer-agent",
    "google_service_account.reporter",
    "google_service_account_iam_member.reporter-iam-serviceAccountTokenCreator-bigquery-data-transfer-agent",
  ]);
  expect(Object.values(template.journey["whys"] as { readonly [address: string]: string }).toSorted(byText)).toEqual([
    "encrypts and decrypts with the key",
    "reads it in its query",
    "runs its query",
    "runs the scheduled query daily report in its name",
    "tells of the runs of daily report",
    "writes the rows of its query",
  ]);
});

test("into a table, rows come beside others, and the right is on that table", () => {
  const template = templateOf((stack) => {
    const into = clicks(stack);
    new ScheduledQuery(stack, "report", { query: "SELECT 1 AS one", schedule: "every 24 hours", into });
  });
  expect(template.resource("google_bigquery_data_transfer_config.report")).toMatchObject({
    destination_dataset_id: "${google_bigquery_dataset.events.dataset_id}",
    params: { destination_table_name_template: "clicks", write_disposition: "WRITE_APPEND" },
  });
  expect(template.resource("google_bigquery_table_iam_member.events-clicks-bigquery-dataEditor-report")).toBeDefined();
});

test("a query that is run when somebody asks has no schedule", () => {
  const template = templateOf(
    (stack) => new ScheduledQuery(stack, "report", { query: "SELECT 1", schedule: "manual" }),
  );
  const written = template.resource("google_bigquery_data_transfer_config.report");
  expect(written["schedule_options"]).toEqual({ disable_auto_scheduling: true });
  expect(written).not.toHaveProperty("schedule");
});

const locationOf = (props: (stack: ReturnType<typeof aStack>) => Partial<ScheduledQueryProps>): unknown =>
  templateOf((stack) => {
    new ScheduledQuery(stack, "report", { query: "SELECT 1", schedule: "manual", ...props(stack) });
  }).resource("google_bigquery_data_transfer_config.report")["location"];

const eu = (stack: ReturnType<typeof aStack>) => ({
  dataset: new Dataset(stack, "reports", { location: "EU" }),
  table: "t",
});

/** A dataset of which nobody knows where it is. */
const elsewhere = (stack: ReturnType<typeof aStack>) => ({
  dataset: Dataset.fromName(stack, "theirs", { name: "theirs" }),
  table: "t",
});

describe("a scheduled query runs", () => {
  test("where it writes, where it says, or in the stack's region", () => {
    expect(locationOf((stack) => ({ into: eu(stack) }))).toBe("EU");
    expect(locationOf((stack) => ({ into: eu(stack), location: "eu" }))).toBe("eu");
    expect(locationOf((stack) => ({ into: elsewhere(stack), location: "US" }))).toBe("US");
    expect(locationOf(() => ({ location: "US" }))).toBe("US");
    expect(locationOf(() => ({}))).toBe("europe-west1");
  });

  test("and not elsewhere than it writes", () => {
    expect(messageOf(() => locationOf((stack) => ({ into: eu(stack), location: "US" })))).toContain(
      'location is "US", and what it writes into lies in EU: leave it away',
    );
  });

  test("nor than it reads", () => {
    const stack = aStack();
    const table = clicks(stack);
    const query = `SELECT user FROM \`${table.path}\``;
    new ScheduledQuery(stack, "report", { query, schedule: "manual", location: "EU", reads: [table] });
    expect(messageOf(() => expectValid(stack))).toContain(
      "joins what lies in several locations: itself (EU) and acme-dev.events (europe-west1)",
    );
  });
});

test("what it reads without a right is told", () => {
  const stack = aStack();
  const table = clicks(stack);
  const query = `SELECT user FROM \`${table.path}\``;
  const scheduled = new ScheduledQuery(stack, "report", { query, schedule: "manual" });
  expect(messageOf(() => expectValid(stack))).toContain(
    "test/report: query names acme-dev.events.clicks, on which this workload's account has no right: give it one (grantRead or grantWrite)",
  );
  expectRefused(stack, "use-without-right");
  table.grantRead(scheduled.identity);
  expectValid(stack);
});

test("what it is said to read it may read, whether its query names it or a view does", () => {
  const stack = aStack();
  const table = clicks(stack);
  const other = new Table(stack, "other", { dataset: table.dataset, columns: click });
  new ScheduledQuery(stack, "report", { query: "SELECT 1", schedule: "manual", reads: [table], into: other });
  expectValid(stack);
});

const warnings = (schedule: string, props: Partial<ScheduledQueryProps> = {}, waived = false): string[] => {
  const stack = aStack();
  if (waived) withoutRule(stack, "schedule-hour", "its rows are merged");
  new ScheduledQuery(stack, "report", { query: "SELECT 1", schedule, ...props });
  return warningsOf(stack);
};

describe("on the full hour, a query may be run twice", () => {
  test("which is warned of", () => {
    expect(warnings("every day 09:00")).toEqual([
      'test/report: schedule is "every day 09:00": on the full hour, a query may be run twice, and its rows be there twice. Take another minute, such as :57 [schedule-hour] (https://cloud.google.com/bigquery/docs/scheduling-queries#limitations)',
    ]);
    expect(warnings("every day 09:00", {}, true)).toEqual([]);
  });

  test("and does no harm where its rows are put in the place of others", () => {
    const stack = aStack();
    new ScheduledQuery(stack, "report", {
      query: "SELECT 1",
      schedule: "every day 09:00",
      into: clicks(stack),
      write: "truncate",
    });
    expect(warningsOf(stack)).toEqual([]);
  });

  test.each(["every day 08:57", "every 2 hours", "every 60 minutes", "manual"])("and not: %s", (schedule) => {
    expect(warnings(schedule)).toEqual([]);
  });
});

describe("a schedule", () => {
  test.each([
    "every 5 minutes",
    "every 5 mins",
    "Every 1 Hours",
    "every 15 minutes from 08:03 to 17:03",
    "every 2 hours synchronized",
    "every day 8:57",
    "every monday 08:57",
    "every mon,wednesday,fri 23:59",
    "1st monday of month 15:33",
    "first,third sunday of quarter 00:07",
    "2nd,4th tue,thu of january,jul 13:15",
    "every wed,fri of jan,jun 13:15",
    "1,15,31 of month 04:05",
    "1 of jan,april 04:05",
    "every day of sep 04:05",
    "manual",
  ])('may be "%s"', (schedule) => {
    expect(() => new ScheduledQuery(aStack(), "report", { query: "SELECT 1", schedule })).not.toThrow();
  });

  test.each<[string, string]>([
    ["0 9 * * 1", 'schedule is "0 9 * * 1": write it as in "every 15 minutes", "every day 08:57"'],
    ["every day", 'schedule is "every day": write it as in'],
    ["every 4 minutes", 'schedule is "every 4 minutes": BigQuery takes 5 minutes at least'],
    ["every 0 hours", 'schedule is "every 0 hours": BigQuery takes 5 minutes at least'],
    ["at every day 08:57", "write it as in"],
    ["every day 08:57 o'clock", "write it as in"],
    ["in every 5 minutes", "write it as in"],
    ["every 5 minutes or so", "write it as in"],
    ["0,15 of month 08:57", "write it as in"],
  ])('"%s" is not one', (schedule, says) => {
    expect(messageOf(() => new ScheduledQuery(aStack(), "report", { query: "SELECT 1", schedule }))).toContain(says);
  });
});

test.each<[Partial<ScheduledQueryProps>, string]>([
  [{ name: " " }, "name has 1 characters: BigQuery takes 1 to 1024"],
  [{ query: "" }, "query is empty"],
  [{ write: "append" }, 'write is "append" and nothing says where: into, or a query that writes by itself'],
  [{ start: "tomorrow" }, 'start is "tomorrow": write a time, as in "2025-01-31T00:00:00Z"'],
  [{ end: "2025-01-31" }, 'end is "2025-01-31": write a time'],
  [
    { start: "2025-01-31T00:00:00Z", end: "2025-01-30T00:00:00Z" },
    "start is 2025-01-31T00:00:00Z and end 2025-01-30T00:00:00Z: it would never run",
  ],
])("a scheduled query with %j is not valid", (props, says) => {
  const report = { query: "SELECT 1", schedule: "manual", ...props };
  expect(messageOf(() => new ScheduledQuery(aStack(), "report", report))).toContain(says);
});
