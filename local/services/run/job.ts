import { randomInt } from "node:crypto";
import { rmSync } from "node:fs";
import { CloudError } from "../../errors";
import type { Clock, LogEntry } from "../../service";
import type { WorkloadView } from "../../view";
import { Execution } from "./execution";
import { JobTask } from "./job-task";
import type { Launch, Machine } from "./machine";
import type { JobSettings, Workload } from "./workload";

/** What one execution is told otherwise. */
export interface Overrides {
  readonly args?: readonly string[];
  readonly environment?: { readonly [name: string]: string };
  readonly tasks?: number;
  /** Milliseconds. */
  readonly timeout?: number;
}

export interface JobOptions {
  readonly workload: Workload;
  readonly settings: JobSettings;
  /** run.googleapis.com/projects/P/locations/L/jobs/J */
  readonly resource: string;
  /** Of its image; undefined where that is not built from a folder. */
  readonly folder: string | undefined;
  /** What a process of it runs, in a folder of that name; or why there is nothing to run. */
  readonly launch: ((workload: Workload, home: string) => Launch) | string;
  /** Processes that this machine has room for at once. */
  readonly atOnce: number;
  readonly machine: Machine;
  readonly clock: Clock;
  readonly log: (entry: LogEntry) => void;
}

/** A job of Cloud Run: nothing runs of it until it is executed, as often as it is. */
export class Job {
  /** The newest last. They are not kept from run to run. */
  readonly executions: Execution[] = [];
  readonly createdAt: number;

  constructor(readonly options: JobOptions) {
    this.createdAt = options.clock.now();
  }

  get name(): string {
    return this.options.workload.name;
  }

  /**
   * Begins an execution.
   * @throws CloudError FAILED_PRECONDITION where it has no program that runs here
   */
  run(overrides: Overrides = {}): Execution {
    const { settings, launch, atOnce, clock, log } = this.options;
    if (typeof launch === "string") throw new CloudError("FAILED_PRECONDITION", `${this.name}: ${launch}`);
    const count = overrides.tasks ?? settings.tasks;
    const name = `${this.name}-${suffix()}`;
    const wanted = Math.min(settings.parallelism ?? count, count);
    if (wanted > atOnce) {
      const message = `${name} has ${wanted} tasks at once in the cloud; this machine has room for ${atOnce}`;
      log({ severity: "INFO", source: this.name, message });
    }
    const tasks = Array.from({ length: count }, (_, index) => this.taskOf(name, index, count, launch, overrides));
    const execution = new Execution({ name, tasks, parallelism: Math.min(wanted, atOnce), clock });
    this.executions.push(execution);
    log({ severity: "INFO", source: this.name, message: `${name} begins, ${count} task${count === 1 ? "" : "s"}` });
    void this.tellEnd(execution);
    return execution;
  }

  /** Gives up what runs; settles when no process is left. */
  async stop(): Promise<void> {
    for (const execution of this.executions) execution.cancel();
    await Promise.all(this.executions.map(({ ended }) => ended));
  }

  /** Ends its processes as something from outside would. False where none runs. */
  kill(signal: "SIGKILL" | "SIGTERM"): boolean {
    return this.executions.map((execution) => execution.kill(signal)).includes(true);
  }

  view(): WorkloadView {
    const { address, name, kind, account } = this.options.workload;
    const tasks = this.executions.flatMap((execution) => execution.tasks);
    return {
      address,
      name,
      kind,
      identity: `serviceAccount:${account}`,
      folder: this.options.folder,
      url: undefined,
      instances: tasks.filter(({ state }) => state === "running").map((task) => task.view()),
    };
  }

  counters(): { readonly [counter: string]: number } {
    const of = (state: Execution["state"]): number => this.executions.filter((one) => one.state === state).length;
    return {
      executions: this.executions.length,
      running: of("running"),
      succeeded: of("succeeded"),
      failed: of("failed") + of("cancelled"),
    };
  }

  private async tellEnd(execution: Execution): Promise<void> {
    await execution.ended;
    const message = execution.problem ?? `${execution.name} succeeded`;
    this.options.log({ severity: "INFO", source: this.name, message });
  }

  private taskOf(
    execution: string,
    index: number,
    count: number,
    launch: (workload: Workload, home: string) => Launch,
    { args, environment, timeout }: Overrides,
  ): JobTask {
    const { workload, settings, machine, clock, log } = this.options;
    const told: Workload = {
      ...workload,
      args: args ?? workload.args,
      environment: { ...workload.environment, ...environment },
    };
    return new JobTask({
      name: this.name,
      index,
      retries: settings.retries,
      timeout: timeout ?? settings.timeout,
      machine: inFolders(machine),
      clock,
      launch: (attempt) => {
        const launched = launch(told, `${execution}-${index}`);
        return {
          ...launched,
          environment: { ...launched.environment, ...variables(execution, index, count, attempt) },
        };
      },
      log: (entry, attempt) => log({ ...entry, labels: labels(execution, index, attempt) }),
    });
  }
}

/** @see https://cloud.google.com/run/docs/container-contract#jobs-env-vars */
const variables = (execution: string, index: number, count: number, attempt: number) => ({
  CLOUD_RUN_EXECUTION: execution,
  CLOUD_RUN_TASK_INDEX: String(index),
  CLOUD_RUN_TASK_COUNT: String(count),
  CLOUD_RUN_TASK_ATTEMPT: String(attempt),
});

/** As Cloud Logging has them of a job's lines. */
const labels = (execution: string, index: number, attempt: number) => ({
  "run.googleapis.com/execution_name": execution,
  "run.googleapis.com/task_index": String(index),
  "run.googleapis.com/task_attempt": String(attempt),
});

/** Of a process that has ended for good nothing is left: there may be thousands. */
const inFolders = (machine: Machine): Machine => ({
  ...machine,
  launch(launch, onLine) {
    const running = machine.launch(launch, onLine);
    const exited = running.exited.finally(() => rmSync(launch.folder, { recursive: true, force: true }));
    return { ...running, exited };
  },
});

const letters = "bcdfghjklmnpqrstvwxz2456789";

/** As Cloud Run's: five letters and digits of which no word can be made. */
const suffix = (): string => Array.from({ length: 5 }, () => letters[randomInt(letters.length)]).join("");
