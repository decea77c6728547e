/** Jobs through Cloud Run's REST API, at the doors of those who may and of those who may not. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LocalCloud } from "../../../../local/cloud";
import { fixtureStack } from "../../support/cloud";

const location = "projects/acme-dev/locations/europe-west1";
const schedule = "serviceAccount:schedule@acme-dev.iam.gserviceaccount.com";
const viewer = "serviceAccount:viewer@acme-dev.iam.gserviceaccount.com";

const container = { image: "task", env: [{ name: "GREETING", value: "hello" }] };
const job = (name: string, task: object = {}, template: object = {}) => ({
  name,
  location: "europe-west1",
  template: { ...template, template: { containers: [container], max_retries: 1, ...task } },
});
const grant = (role: string, member: string) => ({
  name: "${google_cloud_run_v2_job.etl.name}",
  location: "europe-west1",
  role,
  member,
});

let cloud: LocalCloud;
beforeAll(async () => {
  cloud = await LocalCloud.start({
    stack: fixtureStack({
      google_service_account: { etl: { account_id: "etl-runner" } },
      google_cloud_run_v2_job: {
        etl: job("etl", { service_account: "${google_service_account.etl.email}" }, { task_count: 2 }),
        failing: job("failing", { containers: [{ ...container, args: ["fail"] }] }),
        endless: job("endless", { containers: [{ ...container, args: ["wait"] }] }),
        foreign: job("foreign", { containers: [{ image: "docker.io/library/python" }] }),
      },
      google_cloud_run_v2_job_iam_member: {
        schedule: grant("roles/run.invoker", schedule),
        viewer: grant("roles/run.viewer", viewer),
      },
    }),
  });
});
afterAll(() => cloud.stop());

interface Body {
  readonly name: string;
  readonly done?: boolean;
  readonly error: { readonly message: string };
  readonly jobs: readonly { readonly name: string }[];
  readonly [field: string]: unknown;
}

interface Answer {
  readonly status: number;
  readonly body: Body;
}

async function ask(verb: "GET" | "POST", path: string, body?: object, member?: string): Promise<Answer> {
  const { http } = member === undefined ? cloud.owner : await cloud.door({ member });
  const sent = verb === "GET" ? {} : { method: verb, body: JSON.stringify(body ?? {}) };
  const answer = await fetch(`${http}/v2/${location}/${path}`, sent);
  return { status: answer.status, body: (await answer.json()) as Body };
}

const idOf = ({ body }: Answer): string => body.name.split("/").at(-1) ?? "";
/** An execution's operation, once it is done. */
async function done(begun: Answer): Promise<Answer["body"]> {
  expect(begun.status).toBe(200);
  for (;;) {
    const { body } = await ask("POST", `operations/${idOf(begun)}:wait`, { timeout: "30s" });
    if (body.done === true) return body;
  }
}

describe("a job", () => {
  test("is run by who may, as an operation whose result is the execution", async () => {
    const begun = await ask("POST", "jobs/etl:run", {}, schedule);
    expect(begun.body).toMatchObject({
      name: expect.stringMatching(`^${location}/operations/etl-`),
      done: false,
      metadata: { "@type": "type.googleapis.com/google.cloud.run.v2.Execution", taskCount: 2, reconciling: true },
    });
    expect((await done(begun))["response"]).toMatchObject({
      name: `${location}/jobs/etl/executions/${idOf(begun)}`,
      job: "etl",
      succeededCount: 2,
      failedCount: 0,
      conditions: [{ type: "Completed", state: "CONDITION_SUCCEEDED" }],
    });
    const told = cloud.logs.recent().flatMap(({ entry }) => (entry["told"] === undefined ? [] : [entry["told"]]));
    expect(told).toContainEqual({
      GREETING: "hello",
      CLOUD_RUN_JOB: "etl",
      CLOUD_RUN_EXECUTION: idOf(begun),
      CLOUD_RUN_TASK_INDEX: "1",
      CLOUD_RUN_TASK_COUNT: "2",
      CLOUD_RUN_TASK_ATTEMPT: "0",
    });
  });

  test("is not run by who may only look, nor told otherwise by who may only run it", async () => {
    const denied = await ask("POST", "jobs/etl:run", {}, viewer);
    expect(denied).toMatchObject({ status: 403, body: { error: { status: "PERMISSION_DENIED" } } });
    expect(denied.body.error.message).toContain("run.jobs.run");
    const otherwise = await ask("POST", "jobs/etl:run", { overrides: { taskCount: 1 } }, schedule);
    expect(otherwise.body.error.message).toContain("run.jobs.runWithOverrides");
    expect((await ask("GET", "jobs/etl/executions", undefined, schedule)).status).toBe(403);
    expect((await ask("GET", "jobs/etl/executions", undefined, viewer)).status).toBe(200);
  });

  test("is told otherwise for one execution", async () => {
    const containerOverrides = [{ args: ["fail-once"], env: [{ name: "GREETING", value: "bye" }] }];
    const begun = await ask("POST", "jobs/etl:run", { overrides: { containerOverrides, taskCount: 1 } });
    expect((await done(begun))["response"]).toMatchObject({ taskCount: 1, succeededCount: 1, retriedCount: 1 });
    const { body } = await ask("GET", `jobs/etl/executions/${idOf(begun)}/tasks`);
    expect(body["tasks"]).toMatchObject([{ index: 0, retried: 1, lastAttemptResult: { exitCode: 0 } }]);
    const entry = cloud.logs.recent().find((one) => one.entry["ending"] === "fail-once")?.entry;
    expect(entry).toMatchObject({ source: "etl", told: { GREETING: "bye", CLOUD_RUN_TASK_ATTEMPT: "0" } });
  });

  test("that fails says which task and how", async () => {
    const begun = await ask("POST", "jobs/failing:run");
    const { error, metadata } = await done(begun);
    expect(error.message).toBe(`task 0 of ${idOf(begun)} failed: it exited with 3 at attempt 2`);
    expect(metadata).toMatchObject({
      failedCount: 1,
      conditions: [{ state: "CONDITION_FAILED", executionReason: "NON_ZERO_EXIT_CODE" }],
    });
  });

  test("is given up when somebody cancels its execution", async () => {
    const begun = await ask("POST", "jobs/endless:run");
    const path = `jobs/endless/executions/${idOf(begun)}`;
    expect((await ask("GET", path)).body).toMatchObject({ runningCount: 1 });
    expect(cloud.workloads().find(({ name }) => name === "endless")?.instances).toHaveLength(1);
    await ask("POST", `${path}:cancel`);
    expect((await done(begun)).error.message).toBe(`${idOf(begun)} was cancelled`);
    expect((await ask("GET", path)).body).toMatchObject({
      cancelledCount: 1,
      conditions: [{ executionReason: "CANCELLED" }],
    });
  });

  test("is listed with what came of it", async () => {
    const { body } = await ask("GET", "jobs");
    expect(body.jobs.map(({ name }) => name)).toEqual(
      ["etl", "failing", "endless", "foreign"].map((name) => `${location}/jobs/${name}`),
    );
    await done(await ask("POST", "jobs/etl:run"));
    const etl = await ask("GET", "jobs/etl");
    expect(etl.body).toMatchObject({
      template: { taskCount: 2, template: { serviceAccount: "etl-runner@acme-dev.iam.gserviceaccount.com" } },
      latestCreatedExecution: { completionStatus: "EXECUTION_SUCCEEDED" },
    });
  });

  test("that is not there, or has no program here, is refused with a reason", async () => {
    expect((await ask("POST", "jobs/elt:run")).body.error.message).toBe(
      `Job ${location}/jobs/elt does not exist in this stack`,
    );
    expect((await ask("POST", "jobs/etl:stop")).status).toBe(501);
    expect((await ask("POST", "jobs/foreign:run")).body.error.message).toMatch(
      /^foreign: its image docker.io\/library\/python is not built from a folder/,
    );
    const wrong = await ask("POST", "jobs/etl:run", { overrides: { taskCount: 0.5 } });
    expect(wrong.body.error.message).toBe("overrides.taskCount is 0.5: it is a whole number from 1 to 10,000");
  });
});
