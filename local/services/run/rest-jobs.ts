/**
 * Cloud Run's REST API, as far as jobs go: run one, look at what runs, give it up.
 * @see https://cloud.google.com/run/docs/reference/rest
 */
import { CloudError } from "../../errors";
import { restRoute, type Exchange, type RestMethod } from "../../routes";
import type { Access, Caller, Clock, HttpRoute } from "../../service";
import type { Execution } from "./execution";
import type { Job } from "./job";
import { executionMessage, jobMessage, operationMessage, pathOf, taskMessage } from "./job-messages";
import { readOverrides } from "./job-overrides";
import { seconds } from "./workload";

export interface JobsApi {
  readonly jobs: readonly Job[];
  readonly access: Access;
  readonly clock: Clock;
}

const location = "projects/{project}/locations/{location}";
/** Milliseconds that who waits for an operation waits at most, unless it says how long. */
const patience = 30_000;

export function jobsRoute({ jobs, access, clock }: JobsApi, caller: Caller): HttpRoute {
  const jobOf = (exchange: Exchange, name: string): Job => {
    const path = `${within(exchange)}/jobs/${name}`;
    const found = jobs.find((one) => pathOf(one) === path);
    if (found === undefined) throw new CloudError("NOT_FOUND", `Job ${path} does not exist in this stack`);
    return found;
  };
  const check = (permission: string, { options }: Job): void => access.check(caller, permission, options.resource);
  const operation = (exchange: Exchange, name: string) => {
    access.check(caller, "run.operations.get", `run.googleapis.com/${within(exchange)}`);
    for (const job of jobs) {
      const execution = job.executions.find((one) => one.name === name);
      if (execution !== undefined) return { job, execution };
    }
    throw new CloudError("NOT_FOUND", `Operation ${within(exchange)}/operations/${name} does not exist`);
  };

  const run = async (exchange: Exchange, name: string) => {
    const job = jobOf(exchange, name);
    const body = await exchange.json();
    const overrides = readOverrides(body);
    check("run.jobs.run", job);
    if (overrides !== undefined) check("run.jobs.runWithOverrides", job);
    return said(exchange, job, job.run(overrides));
  };
  const cancel = (exchange: Exchange, name: string) => {
    const job = jobOf(exchange, exchange.path["job"] as string);
    const execution = executionOf(job, name);
    check("run.executions.cancel", job);
    execution.cancel();
    return said(exchange, job, execution);
  };
  const wait = async (exchange: Exchange, name: string) => {
    const { job, execution } = operation(exchange, name);
    const { timeout } = (await exchange.json()) as { readonly timeout?: unknown };
    const limit = typeof timeout === "string" ? seconds(timeout) : undefined;
    await orAfter(execution.ended, Math.min(limit ?? patience, patience), clock);
    return said(exchange, job, execution);
  };

  const methods: readonly RestMethod[] = [
    get(`${location}/jobs`, (exchange) => {
      access.check(caller, "run.jobs.list", `run.googleapis.com/${within(exchange)}`);
      return { jobs: jobs.filter((one) => pathOf(one).startsWith(`${within(exchange)}/`)).map(jobMessage) };
    }),
    get(`${location}/jobs/{job}`, (exchange) => {
      const job = jobOf(exchange, exchange.path["job"] as string);
      check("run.jobs.get", job);
      return jobMessage(job);
    }),
    custom(`${location}/jobs/{call}`, { run }),
    get(`${location}/jobs/{job}/executions`, (exchange) => {
      const job = jobOf(exchange, exchange.path["job"] as string);
      check("run.executions.list", job);
      return { executions: job.executions.toReversed().map((one) => executionMessage(job, one)) };
    }),
    get(`${location}/jobs/{job}/executions/{execution}`, (exchange) => {
      const job = jobOf(exchange, exchange.path["job"] as string);
      check("run.executions.get", job);
      return executionMessage(job, executionOf(job, exchange.path["execution"] as string));
    }),
    custom(`${location}/jobs/{job}/executions/{call}`, { cancel }),
    get(`${location}/jobs/{job}/executions/{execution}/tasks`, (exchange) => {
      const job = jobOf(exchange, exchange.path["job"] as string);
      check("run.tasks.list", job);
      const execution = executionOf(job, exchange.path["execution"] as string);
      return { tasks: execution.tasks.map((task) => taskMessage(job, execution, task)) };
    }),
    get(`${location}/operations/{operation}`, (exchange) => {
      const { job, execution } = operation(exchange, exchange.path["operation"] as string);
      return said(exchange, job, execution);
    }),
    custom(`${location}/operations/{call}`, { wait }),
  ];
  return restRoute("/v2/", methods);
}

/** projects/P/locations/L */
const within = ({ path }: Exchange): string => `projects/${path["project"]}/locations/${path["location"]}`;

const said = (exchange: Exchange, job: Job, execution: Execution) =>
  operationMessage(`${within(exchange)}/operations/${execution.name}`, job, execution);

function executionOf(job: Job, name: string): Execution {
  const found = job.executions.find((one) => one.name === name);
  if (found === undefined) throw new CloudError("NOT_FOUND", `Execution ${name} of ${job.name} does not exist`);
  return found;
}

const get = (path: string, answer: RestMethod["answer"]): RestMethod => ({ verb: "GET", path, answer });

/** A POST whose last part is a name and, behind a colon, what is to be done: `jobs/user-traffic:run`. */
function custom(
  path: string,
  verbs: { readonly [verb: string]: (exchange: Exchange, name: string) => unknown },
): RestMethod {
  return {
    verb: "POST",
    path,
    answer(exchange) {
      const [name = "", verb = ""] = (exchange.path["call"] as string).split(":");
      const answer = Object.hasOwn(verbs, verb) ? verbs[verb] : undefined;
      if (answer !== undefined) return answer(exchange, name);
      const known = Object.keys(verbs).join(", ");
      throw new CloudError("UNIMPLEMENTED", `":${verb}" is not done here: there is ":${known}"`);
    },
  };
}

/** Whichever comes first. */
function orAfter(done: Promise<void>, limit: number, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.after(limit, resolve);
    void done.then(cancel).then(resolve);
  });
}
