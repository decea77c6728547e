/**
 * Jobs, executions and tasks as Cloud Run's REST API writes them.
 * @see https://cloud.google.com/run/docs/reference/rest/v2/projects.locations.jobs
 */
import type { Execution } from "./execution";
import type { Job } from "./job";
import type { JobTask, TaskState } from "./job-task";

type Message = { readonly [field: string]: unknown };

const type = "type.googleapis.com/google.cloud.run.v2";
/** google.rpc.Code UNKNOWN: what went wrong is the program's, and no code of a service's. */
const unknown = 2;

/** projects/P/locations/L/jobs/J */
export const pathOf = ({ options }: Job): string => options.resource.slice(options.resource.indexOf("/") + 1);

/** What is done and what is not, as the operation that `:run` returns and that is asked for again. */
export function operationMessage(name: string, job: Job, execution: Execution): Message {
  const message = { "@type": `${type}.Execution`, ...executionMessage(job, execution) };
  const running = { name, metadata: message };
  if (execution.endedAt === undefined) return { ...running, done: false };
  const { problem } = execution;
  return problem === undefined
    ? { ...running, done: true, response: message }
    : { ...running, done: true, error: { code: unknown, message: problem } };
}

export function jobMessage(job: Job): Message {
  const { options, executions } = job;
  const { settings } = options;
  const newest = executions.at(-1);
  return {
    name: pathOf(job),
    uid: pathOf(job),
    generation: "1",
    createTime: time(job.createdAt),
    updateTime: time(job.createdAt),
    launchStage: "GA",
    template: {
      taskCount: settings.tasks,
      ...(settings.parallelism !== undefined && { parallelism: settings.parallelism }),
      template: taskTemplate(job),
    },
    observedGeneration: "1",
    terminalCondition: { type: "Ready", state: "CONDITION_SUCCEEDED", lastTransitionTime: time(job.createdAt) },
    executionCount: executions.length,
    ...(newest !== undefined && {
      latestCreatedExecution: {
        name: newest.name,
        createTime: time(newest.createdAt),
        ...(newest.endedAt !== undefined && { completionTime: time(newest.endedAt) }),
        completionStatus: completion[newest.state],
      },
    }),
    reconciling: false,
    etag: '"1"',
  };
}

const completion: { readonly [state in Execution["state"]]: string } = {
  running: "EXECUTION_RUNNING",
  succeeded: "EXECUTION_SUCCEEDED",
  failed: "EXECUTION_FAILED",
  cancelled: "EXECUTION_CANCELLED",
};

export function executionMessage(job: Job, execution: Execution): Message {
  const { createdAt, endedAt, state, tasks, problem } = execution;
  const of = (wanted: TaskState): number => tasks.filter((task) => task.state === wanted).length;
  return {
    name: `${pathOf(job)}/executions/${execution.name}`,
    uid: execution.name,
    generation: "1",
    createTime: time(createdAt),
    startTime: time(createdAt),
    ...(endedAt !== undefined && { completionTime: time(endedAt) }),
    updateTime: time(endedAt ?? createdAt),
    launchStage: "GA",
    job: job.name,
    parallelism: job.options.settings.parallelism ?? 0,
    taskCount: tasks.length,
    template: taskTemplate(job),
    reconciling: endedAt === undefined,
    conditions: [
      {
        type: "Completed",
        state: condition(endedAt === undefined ? "running" : state),
        ...(problem !== undefined && { message: problem }),
        lastTransitionTime: time(endedAt ?? createdAt),
        ...(state === "failed" && { executionReason: "NON_ZERO_EXIT_CODE" }),
        ...(state === "cancelled" && { executionReason: "CANCELLED" }),
      },
    ],
    observedGeneration: "1",
    runningCount: of("running"),
    succeededCount: of("succeeded"),
    failedCount: of("failed"),
    cancelledCount: of("cancelled"),
    retriedCount: tasks.reduce((sum, { attempt }) => sum + attempt, 0),
    etag: '"1"',
  };
}

export function taskMessage(job: Job, execution: Execution, task: JobTask): Message {
  const { startedAt, endedAt, lastExit, state } = task;
  const name = `${execution.name}-task${task.index}`;
  return {
    name: `${pathOf(job)}/executions/${execution.name}/tasks/${name}`,
    uid: name,
    generation: "1",
    createTime: time(execution.createdAt),
    ...(startedAt !== undefined && { startTime: time(startedAt) }),
    ...(endedAt !== undefined && { completionTime: time(endedAt) }),
    job: job.name,
    execution: execution.name,
    ...taskTemplate(job),
    index: task.index,
    retried: task.attempt,
    conditions: [{ type: "Completed", state: condition(state) }],
    ...(lastExit !== undefined && {
      lastAttemptResult: {
        status: lastExit.code === 0 ? {} : { code: unknown, message: `The container ${lastExit.how}.` },
        exitCode: lastExit.code ?? 0,
      },
    }),
    etag: '"1"',
  };
}

function condition(state: TaskState): string {
  if (state === "waiting") return "CONDITION_PENDING";
  if (state === "running") return "CONDITION_RECONCILING";
  return state === "succeeded" ? "CONDITION_SUCCEEDED" : "CONDITION_FAILED";
}

function taskTemplate({ options: { workload, settings } }: Job): Message {
  const env = Object.entries(workload.environment).map(([name, value]) => ({ name, value }));
  return {
    containers: [
      { image: workload.image, args: workload.args, env, resources: { limits: { memory: `${workload.memory}Mi` } } },
    ],
    serviceAccount: workload.account,
    maxRetries: settings.retries,
    timeout: `${settings.timeout / 1000}s`,
  };
}

const time = (milliseconds: number): string => new Date(milliseconds).toISOString();
