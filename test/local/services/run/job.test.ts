import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LogEntry } from "../../../../local/service";
import { Job } from "../../../../local/services/run/job";
import { readJobSettings, readWorkload } from "../../../../local/services/run/workload";
import { HandClock } from "../../support/host";
import { crashed, done, FakeMachine, killed, settle } from "../../support/machine";

let homes: string;
beforeAll(() => {
  homes = mkdtempSync(join(tmpdir(), "job-"));
});
afterAll(() => rmSync(homes, { recursive: true }));

function setup(template: object = {}, task: object = {}) {
  const resource = {
    address: "google_cloud_run_v2_job.etl",
    type: "google_cloud_run_v2_job",
    name: "etl",
    config: { template: [{ ...template, template: [{ containers: [{ image: "etl", args: ["a"] }], ...task }] }] },
  };
  const machine = new FakeMachine();
  const clock = new HandClock();
  const logged: LogEntry[] = [];
  const job = new Job({
    workload: readWorkload(resource, "job", "default@x"),
    settings: readJobSettings(resource),
    resource: "run.googleapis.com/projects/p/locations/l/jobs/etl",
    folder: "etl",
    launch: ({ args, environment }, home) => {
      const folder = join(homes, home);
      mkdirSync(folder, { recursive: true });
      return { main: "main.js", args, environment, memory: 512, folder };
    },
    atOnce: 3,
    machine,
    clock,
    log: (entry) => logged.push(entry),
  });
  return { job, machine, clock, logged };
}

describe("an execution of a job", () => {
  test("is one task with Cloud Run's defaults, and done when its process leaves with 0", async () => {
    const { job, machine, logged } = setup();
    expect(job.options.settings).toEqual({ tasks: 1, parallelism: undefined, retries: 3, timeout: 600_000 });
    const execution = job.run();
    expect(execution.name).toMatch(/^etl-[a-z2-9]{5}$/);
    expect(machine.last.launch).toMatchObject({
      args: ["a"],
      environment: {
        CLOUD_RUN_EXECUTION: execution.name,
        CLOUD_RUN_TASK_INDEX: "0",
        CLOUD_RUN_TASK_COUNT: "1",
        CLOUD_RUN_TASK_ATTEMPT: "0",
      },
    });
    expect(job.view().instances).toMatchObject([{ state: "running", pid: 101 }]);
    machine.last.say("half");
    machine.last.end(done);
    await execution.ended;
    expect(execution).toMatchObject({ state: "succeeded", problem: undefined });
    expect(job.counters()).toEqual({ executions: 1, running: 0, succeeded: 1, failed: 0 });
    expect(job.view().instances).toEqual([]);
    expect(logged).toContainEqual({
      severity: "INFO",
      source: "etl",
      message: "half",
      labels: {
        "run.googleapis.com/execution_name": execution.name,
        "run.googleapis.com/task_index": "0",
        "run.googleapis.com/task_attempt": "0",
      },
    });
  });

  test("leaves no folders of its processes behind", async () => {
    const { job, machine } = setup();
    const execution = job.run();
    const { folder } = machine.last.launch;
    expect(existsSync(folder)).toBe(true);
    machine.last.end(done);
    await execution.ended;
    expect(existsSync(folder)).toBe(false);
  });

  test("runs so many tasks at once as its parallelism says, each told its index", async () => {
    const { job, machine } = setup({ task_count: 5, parallelism: 2 });
    const execution = job.run();
    const indexes = () => machine.launched.map(({ launch }) => launch.environment["CLOUD_RUN_TASK_INDEX"]);
    expect(indexes()).toEqual(["0", "1"]);
    for (let ended = 0; ended < 5; ended += 1) {
      machine.launched[ended]?.end(done);
      await settle();
      expect(indexes()).toHaveLength(Math.min(5, ended + 3));
    }
    await execution.ended;
    expect(indexes()).toEqual(["0", "1", "2", "3", "4"]);
    expect(execution.state).toBe("succeeded");
  });

  test("runs no more at once than this machine has room for, and says so", () => {
    const { job, machine, logged } = setup({ task_count: 50 });
    const execution = job.run();
    expect(machine.launched).toHaveLength(3);
    expect(logged[0]?.message).toBe(`${execution.name} has 50 tasks at once in the cloud; this machine has room for 3`);
  });

  test("begins a task again that failed or was killed, until its retries are used up", async () => {
    const { job, machine } = setup({}, { max_retries: 2 });
    const execution = job.run();
    const attempts = () => machine.launched.map(({ launch }) => launch.environment["CLOUD_RUN_TASK_ATTEMPT"]);
    expect(job.kill("SIGKILL")).toBe(true);
    machine.last.end(killed);
    await settle();
    machine.last.end(crashed);
    await settle();
    expect(attempts()).toEqual(["0", "1", "2"]);
    machine.last.end(crashed);
    await execution.ended;
    expect(attempts()).toHaveLength(3);
    expect(execution.state).toBe("failed");
    expect(execution.problem).toBe(`task 0 of ${execution.name} failed: it exited with 1 at attempt 3`);
    expect(job.kill("SIGKILL")).toBe(false);
  });

  test("ends when a task failed for good: others are given ten seconds, and what waits is not begun", async () => {
    const { job, machine, clock } = setup({ task_count: 4, parallelism: 2 }, { max_retries: 0 });
    const execution = job.run();
    machine.launched[0]?.end(crashed);
    await settle();
    expect(machine.launched[1]?.signals).toEqual(["SIGTERM"]);
    clock.advance(10_000);
    expect(machine.launched[1]?.signals).toEqual(["SIGTERM", "SIGKILL"]);
    machine.launched[1]?.end(killed);
    await execution.ended;
    expect(machine.launched).toHaveLength(2);
    expect(execution.tasks.map(({ state }) => state)).toEqual(["failed", "cancelled", "cancelled", "cancelled"]);
    expect(execution.state).toBe("failed");
  });

  test("an attempt that takes longer than its timeout is stopped, and counts as failed", async () => {
    const { job, machine, clock, logged } = setup({}, { timeout: "60s", max_retries: 1 });
    const execution = job.run();
    clock.advance(59_999);
    expect(machine.last.signals).toEqual([]);
    clock.advance(1);
    expect(machine.last.signals).toEqual(["SIGTERM"]);
    machine.last.end({ how: "exited with 0", code: 143, signal: null });
    await settle();
    expect(machine.launched).toHaveLength(2);
    machine.last.end(done);
    await execution.ended;
    expect(execution.state).toBe("succeeded");
    expect(clock.waiting).toBe(0);
    expect(logged.map(({ message }) => message)).toContain("task 0 is stopped: it has its timeout of 60 s behind it");
  });

  test("is told otherwise by who runs it: arguments, variables, tasks and the timeout", async () => {
    const { job, machine, clock } = setup({}, { max_retries: 0 });
    const execution = job.run({ args: ["b"], environment: { DAY: "2026-03-02" }, tasks: 2, timeout: 1_000 });
    expect(machine.launched.map(({ launch }) => [launch.args, launch.environment["DAY"]])).toEqual([
      [["b"], "2026-03-02"],
      [["b"], "2026-03-02"],
    ]);
    clock.advance(1_000);
    expect(machine.last.signals).toEqual(["SIGTERM"]);
    for (const one of machine.launched) one.end(killed);
    await execution.ended;
    expect(execution.state).toBe("failed");
  });

  test("is given up when the cloud stops, and stays so", async () => {
    const { job, machine } = setup();
    const execution = job.run();
    const stopped = job.stop();
    expect(machine.last.signals).toEqual(["SIGTERM"]);
    machine.last.end(done);
    await stopped;
    expect(execution).toMatchObject({ state: "cancelled", problem: `${execution.name} was cancelled` });
    expect(machine.launched).toHaveLength(1);
  });
});
