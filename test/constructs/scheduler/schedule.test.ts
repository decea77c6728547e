import { expect, test } from "vitest";
import { services } from "../../../constructs/cloud-run/facts";
import { withoutRule } from "../../../constructs/core/rules";
import type { GcpStack } from "../../../constructs/core/stack";
import { ServiceAccount } from "../../../constructs/iam/service-account";
import { Topic } from "../../../constructs/pubsub/topic";
import { base64 } from "../../../constructs/scheduler/payload";
import { Schedule } from "../../../constructs/scheduler/schedule";
import type { ScheduleProps } from "../../../constructs/scheduler/schedule-props";
import type { ScheduleTarget } from "../../../constructs/scheduler/target";
import { Template } from "../../../constructs/testing/template";
import type { Duration } from "../../../pipeline/duration";
import { SomeJob, SomeService } from "../invokable";
import { aStack, messageOf, templateOf } from "../support";
import { examples } from "./examples";

const type = "google_cloud_scheduler_job";
const cron = "0 9 * * 1";
const url = "https://example.com/report";

const jobOf = (target: (stack: GcpStack) => ScheduleTarget) => {
  const template = templateOf((stack) => new Schedule(stack, "weekly", { cron, target: target(stack) }));
  return template.resource(`${type}.weekly`);
};
const decoded = (text: unknown): string => Buffer.from(String(text), "base64").toString();

test("a schedule of which nothing is said runs by UTC, and tries again", () => {
  const template = templateOf(examples.Schedule.minimal);
  expect(template.resource(`${type}.every-five-minutes`)).toEqual({
    name: "every-five-minutes",
    region: "europe-west1",
    schedule: "*/5 * * * *",
    time_zone: "Etc/UTC",
    paused: false,
    retry_config: { retry_count: 3 },
    pubsub_target: { topic_name: "${google_pubsub_topic.ticks.id}", attributes: { kind: "tick" } },
    depends_on: ["google_pubsub_topic_iam_member.ticks-pubsub-publisher-scheduler-agent", "time_sleep.apis"],
  });
});

test("a schedule of which all is said", () => {
  const template = templateOf(examples.Schedule.maximal, { prefix: "alice" });
  expect(template.resource(`${type}.weekly`)).toEqual({
    name: "alice-weekly",
    description: "the week's $${report}",
    region: "europe-west3",
    schedule: "0 9 * * 1",
    time_zone: "America/New_York",
    paused: true,
    attempt_deadline: "1800s",
    retry_config: {
      retry_count: 5,
      max_retry_duration: "3600s",
      min_backoff_duration: "10s",
      max_backoff_duration: "600s",
      max_doublings: 3,
    },
    http_target: {
      uri: "${google_cloud_run_v2_service.reports.uri}/weekly",
      http_method: "PUT",
      headers: { "Content-Type": "application/json", "X-Team": "growth" },
      body: Buffer.from('{"kind":"weekly","text":"${week}"}').toString("base64"),
      oidc_token: {
        service_account_email: "${google_service_account.caller.email}",
        audience: "https://some-service.internal",
      },
    },
    timeouts: { create: "10m" },
    depends_on: [
      "google_cloud_run_v2_service_iam_member.reports-run-invoker-caller",
      "google_service_account.caller",
      "google_service_account_iam_member.caller-iam-serviceAccountOpenIdTokenCreator-scheduler-agent",
      "time_sleep.apis",
    ],
  });
});

test("a service is called as an account of the schedule's own, which may invoke it and nothing else", () => {
  const template = templateOf(
    (stack) => new Schedule(stack, "weekly", { cron, target: { to: new SomeService(stack, "reports") } }),
  );
  expect(template.resource(`${type}.weekly`)["http_target"]).toEqual({
    uri: "${google_cloud_run_v2_service.reports.uri}/",
    http_method: "POST",
    headers: {},
    oidc_token: {
      service_account_email: "${google_service_account.weekly-schedule.email}",
      audience: "https://some-service.internal",
    },
  });
  const { member, ...grant } = template.resource(
    "google_cloud_run_v2_service_iam_member.reports-run-invoker-weekly-schedule",
  );
  expect(grant).toMatchObject({ role: "roles/run.invoker" });
  expect(member).toBe("${google_service_account.weekly-schedule.member}");
  expect(
    template.resource(
      "google_service_account_iam_member.weekly-schedule-iam-serviceAccountOpenIdTokenCreator-scheduler-agent",
    ),
  ).toMatchObject({
    role: "roles/iam.serviceAccountOpenIdTokenCreator",
    member: "${google_project_service_identity.scheduler.member}",
  });
  expect(template.allResources("google_project_iam_member")).toEqual({});
});

test("each right says what it is for", () => {
  const stack = aStack();
  new Schedule(stack, "weekly", { cron, target: { to: new SomeService(stack, "reports") } });
  new Schedule(stack, "nightly", { cron, target: { start: new SomeJob(stack, "load") } });
  new Schedule(stack, "often", { cron, target: { topic: new Topic(stack, "ticks"), data: "tick" } });
  const { whys } = (stack.toTerraform() as { "//": { journey: { whys: object } } })["//"].journey;
  const token = "makes the token that a call carries";
  expect(whys).toEqual({
    "google_cloud_run_v2_service_iam_member.reports-run-invoker-weekly-schedule": "Cloud Scheduler calls as it",
    "google_service_account_iam_member.weekly-schedule-iam-serviceAccountOpenIdTokenCreator-scheduler-agent": token,
    "google_cloud_run_v2_job_iam_member.load-run-invoker-nightly-schedule": "Cloud Scheduler starts it as this account",
    "google_service_account_iam_member.nightly-schedule-iam-serviceAccountTokenCreator-scheduler-agent": token,
    "google_pubsub_topic_iam_member.ticks-pubsub-publisher-scheduler-agent": "publishes what often sends",
  });
});

test("what is known only at apply is left to whoever applies it", () => {
  const stack = aStack();
  const late = new Topic(stack, "ticks").name;
  const long = late + "x".repeat(1_000_000);
  new Schedule(stack, "weekly", { cron, target: { url, body: long } });
  new Schedule(stack, "often", { cron, target: { topic: Topic.fromName(stack, "t", { name: "ticks" }), data: long } });
  new Schedule(stack, "late", {
    cron: late,
    timeZone: late,
    description: late,
    target: { url: `https://${late} `, headers: { a: long } },
  });
});

test("what Google's API starts is started with an access token", () => {
  const template = templateOf((stack) => {
    const start = new SomeJob(stack, "load");
    new Schedule(stack, "nightly", { cron, target: { start, body: { overrides: { taskCount: 2 } }, deadline: "60s" } });
  });
  const job = template.resource(`${type}.nightly`);
  expect(job["attempt_deadline"]).toBe("60s");
  expect(job["http_target"]).toEqual({
    uri: "https://run.googleapis.com/v2/${google_cloud_run_v2_job.load.id}:run",
    http_method: "POST",
    headers: { "Content-Type": "application/json" },
    body: Buffer.from('{"overrides":{"taskCount":2}}').toString("base64"),
    oauth_token: { service_account_email: "${google_service_account.nightly-schedule.email}" },
  });
  expect(job["depends_on"]).toEqual([
    "google_cloud_run_v2_job_iam_member.load-run-invoker-nightly-schedule",
    "google_service_account.nightly-schedule",
    "google_service_account_iam_member.nightly-schedule-iam-serviceAccountTokenCreator-scheduler-agent",
    "time_sleep.apis",
  ]);
});

test("Google's APIs take an access token too, of the scope that is asked for", () => {
  const api = "https://bigquery.googleapis.com/bigquery/v2/projects/p/jobs";
  const scope = "https://www.googleapis.com/auth/bigquery";
  expect(jobOf(() => ({ api, scope, method: "GET" }))["http_target"]).toEqual({
    uri: api,
    http_method: "GET",
    headers: {},
    oauth_token: { service_account_email: "${google_service_account.weekly-schedule.email}", scope },
  });
});

test("a schedule waits for what its account is granted later", () => {
  const template = templateOf((stack) => {
    const api = "https://pubsub.googleapis.com/v1/projects/acme-dev/topics/ticks:publish";
    const { identity } = new Schedule(stack, "weekly", { cron, target: { api } });
    if (identity) new Topic(stack, "ticks").grantPublish(identity);
  });
  expect(template.resource(`${type}.weekly`)["depends_on"]).toContain(
    "google_pubsub_topic_iam_member.ticks-pubsub-publisher-weekly-schedule",
  );
});

test("an address that is not Google's is called with a token that says so", () => {
  expect(jobOf(() => ({ url, audience: "reports" }))["http_target"]).toMatchObject({
    uri: url,
    oidc_token: { service_account_email: "${google_service_account.weekly-schedule.email}", audience: "reports" },
  });
  expect(jobOf(() => ({ url }))["http_target"]).toMatchObject({
    oidc_token: { service_account_email: "${google_service_account.weekly-schedule.email}" },
  });
});

test("as nobody, no token is sent, no account made and no agent asked", () => {
  const template = templateOf((stack) => {
    const target = { url, as: "nobody", headers: { authorization: "Basic ${x}" } } as const;
    expect(new Schedule(stack, "weekly", { cron, target }).identity).toBeUndefined();
  });
  expect(template.resource(`${type}.weekly`)).toMatchObject({
    http_target: { uri: url, http_method: "POST", headers: { authorization: "Basic $${x}" } },
    depends_on: ["time_sleep.apis"],
  });
  expect(template.allResources("google_service_account")).toEqual({});
  expect(template.allResources("google_project_service_identity")).toEqual({});
});

test.each([
  ["text", { "Content-Type": "text/plain; charset=utf-8" }, "text"],
  [{ a: [1] }, { "Content-Type": "application/json" }, '{"a":[1]}'],
  [["a"], { "Content-Type": "application/json" }, '["a"]'],
])("a body %j says what it is", (body, headers, sent) => {
  const { http_target } = jobOf(() => ({ url, body }));
  expect(http_target).toMatchObject({ headers });
  expect(decoded((http_target as { body: string }).body)).toBe(sent);
});

test("a kind that is given stands, however it is spelled", () => {
  const headers = { "content-type": "application/xml" };
  expect(jobOf(() => ({ url, body: "<a/>", headers }))["http_target"]).toMatchObject({ headers });
  expect(
    Object.keys((jobOf(() => ({ url, body: "<a/>", headers }))["http_target"] as { headers: object }).headers),
  ).toEqual(["content-type"]);
});

test("a message has its data as it is, and its attributes", () => {
  const job = jobOf((stack) => ({ topic: new Topic(stack, "ticks"), data: { a: "${b}" }, attributes: { c: "${d}" } }));
  expect(job["pubsub_target"]).toEqual({
    topic_name: "${google_pubsub_topic.ticks.id}",
    data: Buffer.from('{"a":"${b}"}').toString("base64"),
    attributes: { c: "$${d}" },
  });
  expect(job["attempt_deadline"]).toBeUndefined();
});

test("Cloud Scheduler's agent may publish to the one topic", () => {
  const template = templateOf(examples.Schedule.minimal);
  expect(template.resource("google_pubsub_topic_iam_member.ticks-pubsub-publisher-scheduler-agent")).toMatchObject({
    topic: "${google_pubsub_topic.ticks.name}",
    role: "roles/pubsub.publisher",
    member: "${google_project_service_identity.scheduler.member}",
  });
});

test("what is known only at apply is encoded by Terraform, the rest of the text as it was", () => {
  const job = jobOf((stack) => ({
    url,
    body: { topic: new Topic(stack, "ticks").name, says: '"${a}" %{b}\\\n' },
  }));
  expect((job["http_target"] as { body: string }).body).toBe(
    '${base64encode("{\\"topic\\":\\"${google_pubsub_topic.ticks.name}\\",\\"says\\":\\"\\\\\\"$${a}\\\\\\" %%{b}\\\\\\\\\\\\n\\"}")}',
  );
  expect(base64("plain")).toBe("cGxhaW4=");
});

test("control characters stay what they are", () => {
  const job = jobOf((stack) => ({ url, body: `${new Topic(stack, "ticks").name}\n\u0007` }));
  expect((job["http_target"] as { body: string }).body).toBe(
    '${base64encode("${google_pubsub_topic.ticks.name}\\u000a\\u0007")}',
  );
});

test.each<[Partial<ScheduleProps>, string]>([
  [{ name: "a b" }, 'name is "a b": Cloud Scheduler takes 1 to 500 letters, digits, "-" and "_"'],
  [{ description: "x".repeat(501) }, "description has 501 characters: Cloud Scheduler takes 500"],
  [{ cron: "0 25 * * *" }, 'cron is "0 25 * * *": it has "25" as its hour: Cloud Scheduler takes 0 to 23'],
  [{ timeZone: "Berlin" }, 'timeZone is "Berlin": Cloud Scheduler takes names of the tz database'],
  [{ retry: { retries: 6 } }, "retry.retries is 6: Cloud Scheduler takes 0 to 5"],
  [{ retry: { retries: 0.5 } }, "retry.retries is 0.5: Cloud Scheduler takes 0 to 5"],
  [{ retry: { doublings: -1 } }, "retry.doublings is -1: Cloud Scheduler takes a whole number, 0 or more"],
  [{ retry: { within: "31d" } }, 'retry.within is "31d": a schedule takes 1s to 30d'],
  [{ retry: { backoff: { minimum: "0s" } } }, 'retry.backoff.minimum is "0s": a schedule takes 1s to 1d'],
  [{ retry: { backoff: { maximum: "2s" } } }, 'retry.backoff.minimum is "5s", above backoff.maximum, which is "2s"'],
  [{ retry: { backoff: { minimum: "2h" } } }, 'retry.backoff.minimum is "2h", above backoff.maximum, which is "1h"'],
  [{ target: { url, deadline: "10s" } }, 'deadline is "10s": Cloud Scheduler takes 15s to 30m'],
  [{ target: { url: "https://a b" } }, 'target is at "https://a b": a URL has no spaces'],
  [
    { target: { url: `https://${"x".repeat(2_076)}` } },
    "target is at a URL of 2084 characters: Cloud Scheduler takes 2083",
  ],
  [{ target: { url, headers: { Host: "a" } } }, "headers has Host, which Cloud Scheduler sets itself"],
  [
    { target: { url, headers: { Authorization: "a" } } },
    'headers has Authorization, in place of which the account\'s token is sent: leave it away, or say as: "nobody"',
  ],
  [
    { target: { url, headers: { a: "x".repeat(81_919) } } },
    "headers are 81920 bytes: Cloud Scheduler takes less than 80 KB",
  ],
  [{ target: { url, body: "x".repeat(999_001) } }, "what is sent is 999001 bytes: a schedule is at most 1 MB in all"],
])("a schedule %# that is not valid says why", (props, says) => {
  expect(messageOf(() => new Schedule(aStack(), "weekly", { cron, target: { url }, ...props }))).toContain(says);
});

test.each<[Partial<Extract<ScheduleTarget, { readonly topic: unknown }>>, string]>([
  [{ data: "" }, "target has no data and no attributes: Pub/Sub takes no empty message"],
  [{ attributes: { "": "a" } }, 'target has an attribute "": Pub/Sub takes names of 1 to 256 bytes'],
  [{ attributes: { a: "x".repeat(1_025) } }, "target's attribute a is 1025 bytes: Pub/Sub takes 1024"],
  [
    { attributes: Object.fromEntries(Array.from({ length: 101 }, (_, n) => [n, ""])) },
    "target has 101 attributes: Pub/Sub takes 100",
  ],
])("a message %# that is not valid says why", (more, says) => {
  const stack = aStack();
  const target = { topic: new Topic(stack, "ticks"), data: "tick", ...more };
  expect(messageOf(() => new Schedule(stack, "weekly", { cron, target }))).toContain(says);
});

test("limits are good to the last", () => {
  const most: ScheduleProps = {
    name: "x".repeat(500),
    description: "x".repeat(500),
    cron,
    retry: { retries: 5, doublings: 0, within: "30d", backoff: { minimum: "1s", maximum: "1d" } },
    target: {
      url: `https://${"x".repeat(2_075)}`,
      deadline: "15s",
      body: "x".repeat(999_000),
      headers: { a: "x".repeat(81_850) },
    },
  };
  const attributes = {
    ...Object.fromEntries(Array.from({ length: 99 }, (_, n) => [n, ""])),
    ["x".repeat(256)]: "x".repeat(1_024),
  };
  const stack = aStack();
  new Schedule(stack, "weekly", most);
  new Schedule(stack, "daily", {
    cron,
    retry: { retries: 0 },
    target: { topic: new Topic(stack, "ticks"), attributes },
  });
});

test("a topic of another project is not published to", () => {
  const stack = aStack();
  const topic = Topic.fromName(stack, "theirs", { name: "ticks", project: "shop" });
  expect(messageOf(() => new Schedule(stack, "weekly", { cron, target: { topic, data: "a" } }))).toContain(
    "target is a topic of shop: Cloud Scheduler publishes in its own project, acme-dev, only",
  );
});

/** A stack with a service at an address, and a schedule that calls it by URL. */
function byUrl(open: boolean, as?: "nobody", at: `https://${string}` = "https://reports.run.app/weekly"): GcpStack {
  const stack = aStack();
  const service = "projects/acme-dev/locations/europe-west1/services/reports";
  services.tell(stack, { url: "https://reports.run.app", service, open });
  new Schedule(stack, "weekly", { cron, target: { url: at, as } });
  return stack;
}

test("a private service is called with a token", () => {
  expect(() => Template.fromStack(byUrl(false, "nobody"))).toThrow(
    "test/weekly: calls a service that nobody may invoke without a token, and carries none. Give the target the service itself: to [call-without-token]",
  );
  for (const stack of [byUrl(true, "nobody"), byUrl(false), byUrl(false, "nobody", "https://example.com/")]) {
    expect(Template.fromStack(stack).addresses).toContain(`${type}.weekly`);
  }
  const waived = byUrl(false, "nobody");
  withoutRule(waived, "call-without-token", "its gateway has a list of addresses");
  expect(Template.fromStack(waived).addresses).toContain(`${type}.weekly`);
});

test("a service named by its URL is one that the account needs a right on", () => {
  const stack = aStack();
  const service = new SomeService(stack, "reports");
  const as = new ServiceAccount(stack, "caller");
  new Schedule(stack, "weekly", { cron, target: { url: service.url as `https://${string}`, as } });
  expect(() => Template.fromStack(stack)).toThrow(
    "target names projects/acme-dev/locations/europe-west1/services/reports, on which this workload's account has no right: give it one (grantInvoke)",
  );
});

test.each(["to", "start"])("an account that does more than %s has no right too many", (kind) => {
  const stack = aStack();
  const as = new ServiceAccount(stack, "caller");
  const target =
    kind === "to" ? { to: new SomeService(stack, "reports"), as } : { start: new SomeJob(stack, "load"), as };
  new Schedule(stack, "weekly", { cron, target });
  expect(Template.fromStack(stack).addresses).toContain(`${type}.weekly`);
});

test("what is named at one of Google's APIs needs its right too", () => {
  const stack = aStack();
  new Topic(stack, "ticks");
  const api = "https://pubsub.googleapis.com/v1/projects/acme-dev/topics/ticks:publish";
  new Schedule(stack, "weekly", { cron, target: { api } });
  expect(() => Template.fromStack(stack)).toThrow("target names projects/acme-dev/topics/ticks");
});

test("a duration is text", () => {
  const retry = { within: "soon" as Duration };
  expect(messageOf(() => new Schedule(aStack(), "weekly", { cron, target: { url }, retry }))).toContain(
    'retry.within is "soon": write a number and a unit',
  );
});
