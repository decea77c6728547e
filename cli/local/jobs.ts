/** Jobs of the stack, executed one after the other, and what came of them. */
import { query, tableName } from "../../local/console/sql";
import { count } from "../../local/console/words";
import type { Job } from "../../local/services/run/job";
import type { Execution } from "../../local/services/run/execution";
import { CommandError } from "../command-error";
import type { LocalOptions, LocalRun } from "./run";

export interface JobsSummary {
  readonly stack: string;
  /** In the order in which they ran; after one that fails none does. */
  readonly executions: readonly {
    readonly job: string;
    readonly name: string;
    readonly state: Execution["state"];
    readonly tasks: number;
    /** Attempts of tasks that were begun again. */
    readonly retried: number;
    readonly seconds: number;
  }[];
  /** By table, as dataset.table. */
  readonly rows: { readonly [table: string]: number };
  readonly problems: readonly string[];
}

/** @throws CommandError where what is asked for beside jobs has another end */
export function checkJobs({ run = [], env = [], simulate, untilDrained }: LocalOptions): void {
  if (run.length === 0 && env.length > 0)
    throw new CommandError("--env is what a job is told: say which, --run <job>", 2);
  variablesOf(env);
  if (run.length === 0) return;
  if (untilDrained) throw new CommandError("--run ends when the job does, and --until-drained when a stream does", 2);
  if (simulate !== undefined) throw new CommandError("--run reads what is there: --simulate sends to a stream", 2);
}

/** As an execution in the cloud is told them. @throws CommandError where one is none */
function variablesOf(env: readonly string[] = []): { readonly [name: string]: string } {
  return Object.fromEntries(
    env.map((text) => {
      const [, name, value] = /^([A-Za-z_]\w*)=(.*)$/s.exec(text) ?? [];
      if (name === undefined || value === undefined) throw new CommandError(`--env ${text}: it is <name>=<value>`, 2);
      return [name, value] as const;
    }),
  );
}

/** @throws CommandError that names the jobs there are */
function jobOf(jobs: readonly Job[], name: string): Job {
  const found = jobs.find((one) => one.name === name);
  if (found !== undefined) return found;
  const there = jobs.length === 0 ? "the stack has none" : `there are ${jobs.map((one) => one.name).join(", ")}`;
  throw new CommandError(`no job is called "${name}": ${there}`, 2);
}

/** @param say what a job says while it runs */
export async function runJobs({ cloud, options }: LocalRun, say: (line: string) => void): Promise<JobsSummary> {
  const jobs = (options.run ?? []).map((name) => jobOf(cloud.parts.run.jobs, name));
  const named = new Set(jobs.map(({ name }) => name));
  const unfollow = cloud.logs.follow(({ entry: { severity, source, message } }) => {
    // Warnings and errors are told of all that runs.
    if (severity === "INFO" && named.has(source)) say(`${source}: ${message}`);
  });
  const executions: JobsSummary["executions"][number][] = [];
  const problems: string[] = [];
  try {
    for (const job of jobs) {
      const execution = job.run({ environment: variablesOf(options.env) });
      // The next one may read what this one wrote.
      await execution.ended;
      executions.push(outcomeOf(job, execution));
      if (execution.problem === undefined) continue;
      problems.push(execution.problem);
      break;
    }
  } finally {
    unfollow();
  }
  return { stack: cloud.stack.id, executions, rows: await rowsOf(cloud, jobs), problems };
}

/** What is in the tables that the jobs may write: all of it, for a run may replace what was there. */
async function rowsOf(cloud: LocalRun["cloud"], jobs: readonly Job[]): Promise<JobsSummary["rows"]> {
  const { nodes, edges } = cloud.graph;
  const written = new Set(
    jobs.flatMap(({ options }) =>
      edges.filter(({ from, kind }) => kind === "write" && from === options.workload.address).map(({ to }) => to),
    ),
  );
  const rows: { [table: string]: number } = {};
  for (const { id, label } of nodes.filter(({ id: address, kind }) => kind === "table" && written.has(address))) {
    // A few, at the end of a run.
    const answer = await query(cloud, `SELECT COUNT(*) FROM ${tableName(cloud, id)}`);
    rows[label] = Number(answer.rows[0]?.[0]);
  }
  return rows;
}

function outcomeOf({ name: job }: Job, { name, state, tasks, createdAt, endedAt }: Execution) {
  const retried = tasks.reduce((sum, { attempt }) => sum + attempt, 0);
  const seconds = Math.round(((endedAt ?? createdAt) - createdAt) / 100) / 10;
  return { job, name, state, tasks: tasks.length, retried, seconds };
}

export function jobsText({ executions, rows, problems }: JobsSummary): string {
  return [
    ...executions.map(({ name, state, tasks, retried, seconds }) => {
      const again = retried === 0 ? "" : `, ${count(retried)} retried`;
      return `${name} ${state} in ${seconds} s: ${count(tasks)} task${tasks === 1 ? "" : "s"}${again}`;
    }),
    ...Object.entries(rows).map(([table, many]) => `  ${table}: ${count(many)} rows`),
    ...problems,
  ].join("\n");
}
