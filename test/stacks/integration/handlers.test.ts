import { describe, expect, test, vi } from "vitest";
import { localServices } from "../../pipeline-images/stream-processor/support/local";
import { google, handler, logged, type Environment, type Sent } from "./support";

const topic = "projects/acme-dev/topics/requests";

const taskOf = ({ body }: Sent) =>
  (
    JSON.parse(body) as {
      readonly task: { readonly name: string; readonly scheduleTime: string; readonly httpRequest: { body: string } };
    }
  ).task;

describe("I1, I7: welcome", () => {
  const told = {
    WELCOME_QUEUE: "projects/acme-dev/locations/europe-west1/queues/my-queue",
    WELCOME_URL: "https://my-app/process",
    WELCOME_ACCOUNT: "welcome-tasks@acme-dev.iam.gserviceaccount.com",
    WELCOME_AUDIENCE: "https://my-app.internal",
  };
  const signup = {
    event_id: "e-001",
    event_type: "user_signup",
    user_id: "123",
    user_tier: "premium",
    occurred_at: "2026-03-02T08:00:05Z",
  };
  test("I7: a new premium user makes an HTTP task that is due in five minutes and carries a token", async () => {
    logged();
    const sent = google(() => undefined);
    const { push } = await handler("welcome", told);
    const before = Date.now();
    expect(await push(signup)).toMatchObject({ status: 204 });
    const [first] = sent;
    expect(first?.url).toBe(`https://cloudtasks.googleapis.com/v2/${told.WELCOME_QUEUE}/tasks`);
    const task = taskOf(first as Sent);
    expect(task).toMatchObject({
      name: `${told.WELCOME_QUEUE}/tasks/welcome-652d303031`,
      httpRequest: {
        httpMethod: "POST",
        url: told.WELCOME_URL,
        headers: { "Content-Type": "application/json" },
        oidcToken: { serviceAccountEmail: told.WELCOME_ACCOUNT, audience: told.WELCOME_AUDIENCE },
      },
    });
    expect(JSON.parse(atob(task.httpRequest.body))).toEqual({ user_id: "123", action: "send_email" });
    const due = Date.parse(task.scheduleTime) - 5 * 60_000;
    expect(due).toBeGreaterThanOrEqual(before);
    expect(due).toBeLessThanOrEqual(Date.now());
  });

  test("I1: a copy makes no second task, what is no event is refused, and an error has it come again", async () => {
    logged();
    let status = 409;
    google(() => Response.json({}, { status }));
    const { push } = await handler("welcome", told);
    expect(await push(signup)).toMatchObject({ status: 204 });
    expect(await push({ user_id: "no event" })).toMatchObject({ status: 422 });
    status = 503;
    expect(await push(signup)).toMatchObject({ status: 500 });
  });
});

describe("I4: my-app and my-service", () => {
  test("I4: does what it is asked, in its environment, and is well", async () => {
    logged();
    const { ask } = await handler("my-app", { ENV: "production" });
    expect(await ask("GET", "/")).toMatchObject({ status: 200 });
    const work = { user_id: "123", action: "send_email" };
    expect(await ask("POST", "/process", JSON.stringify(work))).toEqual({
      status: 200,
      body: { processed: work, environment: "production" },
    });
    for (const body of ["", "not JSON", "[]", "null"]) {
      expect(await ask("POST", "/process", body)).toMatchObject({ status: 400 });
    }
  });

  test("I8: reports by the week what was paid for each category", async () => {
    logged();
    const sent = google(() =>
      Response.json({
        jobComplete: true,
        rows: [{ f: [{ v: "books" }, { v: "12.8" }] }, { f: [{ v: "toys" }, { v: "0" }] }],
      }),
    );
    const { ask } = await handler("my-app", { SUMMARY: "acme-dev.dataset.purchase_summary" });
    expect(await ask("POST", "/weekly-report", '{"report_type":"weekly"}')).toEqual({
      status: 200,
      body: {
        report_type: "weekly",
        rows: [
          { category: "books", amount: "12.8" },
          { category: "toys", amount: "0" },
        ],
      },
    });
    expect(sent[0]?.url).toBe("https://bigquery.googleapis.com/bigquery/v2/projects/acme-dev/queries");
    expect(sent[0]?.body).toContain("`acme-dev.dataset.purchase_summary`");
    expect(await ask("POST", "/weekly-report", '{"report_type":"daily"}')).toMatchObject({ status: 400 });
  });
});

test("I4: a task of process-data takes what the subscription holds, keeps it, and ends", async () => {
  const lines = logged();
  const batches = [
    [
      { ackId: "a", message: { messageId: "1", data: btoa('{"event_id":"e-001"}') } },
      { ackId: "b", message: { messageId: "2" } },
    ],
    [],
  ];
  const sent = google(({ url }) =>
    url.endsWith(":pull") ? Response.json({ receivedMessages: batches.shift() ?? [] }) : undefined,
  );
  await job({
    SUBSCRIPTION: "projects/acme-dev/subscriptions/process-data",
    BUCKET: "kept",
    CLOUD_RUN_TASK_INDEX: "3",
  });
  const at = "https://pubsub.googleapis.com/v1/projects/acme-dev/subscriptions/process-data";
  const into = "https://storage.googleapis.com/upload/storage/v1/b/kept/o?uploadType=media&name=events/";
  expect(sent).toEqual([
    { url: `${at}:pull`, method: "POST", body: '{"maxMessages":100}' },
    { url: `${into}1.json`, method: "POST", body: '{"event_id":"e-001"}' },
    { url: `${into}2.json`, method: "POST", body: "" },
    { url: `${at}:acknowledge`, method: "POST", body: '{"ackIds":["a","b"]}' },
    { url: `${at}:pull`, method: "POST", body: '{"maxMessages":100}' },
  ]);
  expect(lines.at(-1)).toMatchObject({ message: "done", kept: 2, task: "3" });
  expect(process.exitCode).toBeUndefined();
});

test("I4: a task of process-data that fails acknowledges nothing, and says so to Cloud Run", async () => {
  const lines = logged();
  const sent = google(({ url }) =>
    url.endsWith(":pull")
      ? Response.json({ receivedMessages: [{ ackId: "a", message: { messageId: "1" } }] })
      : new Response("no room", { status: 507 }),
  );
  await job({ SUBSCRIPTION: "projects/acme-dev/subscriptions/process-data", BUCKET: "kept" });
  expect(process.exitCode).toBe(1);
  process.exitCode = undefined;
  expect(sent.map(({ url }) => url)).not.toContainEqual(expect.stringContaining(":acknowledge"));
  expect(lines.at(-1)).toMatchObject({ severity: "ERROR", message: expect.stringContaining("no room") });
});

async function job(environment: Environment): Promise<void> {
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  vi.resetModules();
  const { done } = await import("../../../stacks/integration/handlers/process-data/main.js");
  await done;
}

test("I10: service A publishes what it is asked in the order of each user, and service B keeps it, once", async () => {
  logged();
  const { apply, environment, pubsub } = await localServices();
  await apply("google_pubsub_topic", { name: "requests" });
  await apply("google_pubsub_subscription", { name: "requests", topic, enable_message_ordering: true });
  await apply("google_storage_bucket", { name: "kept", location: "europe-west1" });
  const local = environment as Environment;

  const a = await handler("service-a", { ...local, PUBLISH_TO: topic });
  const request = { request_id: "r-1", user_id: "anna", text: "hello" };
  expect(await a.ask("POST", "/requests", JSON.stringify(request))).toMatchObject({ status: 202 });
  for (const body of ["", "{", "null", "{}", JSON.stringify({ ...request, user_id: "a/b" })]) {
    expect(await a.ask("POST", "/requests", body)).toMatchObject({ status: 400 });
  }
  const [published, ...others] = pubsub.peek("projects/acme-dev/subscriptions/requests", 10);
  expect(others).toEqual([]);
  expect(published?.orderingKey).toBe("anna");

  const b = await handler("service-b", { ...local, BUCKET: "kept" });
  const data = Buffer.from(published?.data ?? new Uint8Array()).toString();
  expect(await b.push(data)).toMatchObject({ status: 204 });
  // A copy, though somebody changed it: the first one stays.
  expect(await b.push({ ...request, text: "bye" })).toMatchObject({ status: 204 });
  expect(await b.push({ ...request, request_id: "../r" })).toMatchObject({ status: 422 });
  const kept = await fetch(
    `${local["STORAGE_EMULATOR_HOST"]}/storage/v1/b/kept/o/${encodeURIComponent("requests/anna/r-1.json")}?alt=media`,
  );
  expect(await kept.json()).toEqual(request);
});
