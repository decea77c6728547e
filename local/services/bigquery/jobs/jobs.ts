/** Jobs: queries, loads, extracts and copies, by their ids. */
import { randomUUID } from "node:crypto";
import type { DuckDBConnection } from "@duckdb/node-api";
import { CloudError } from "../../../errors";
import type { Caller } from "../../../service";
import type { Parts } from "../parts";
import { Job, type JobOutcome } from "./job";

/** Jobs that are kept, and rows of results: what is older than either allows is forgotten. */
const KEPT_JOBS = 100;
const KEPT_ROWS = 2_000_000;

export interface NewJob {
  readonly jobId?: string;
  readonly location?: string;
  /** A request that is sent again starts nothing: its job is the first one's. */
  readonly requestId?: string;
  readonly configuration: { readonly [name: string]: unknown };
  readonly work: (running: (connection: DuckDBConnection) => void) => Promise<JobOutcome>;
}

export class Jobs {
  private readonly byId = new Map<string, Job>();
  private readonly byRequest = new Map<string, Job>();

  constructor(private readonly parts: Pick<Parts, "project" | "clock" | "access">) {}

  /** @throws CloudError ALREADY_EXISTS: an id that is given makes a job happen once. */
  start(caller: Caller, { jobId, location = "US", requestId, configuration, work }: NewJob): Job {
    const { project, clock } = this.parts;
    const request = requestId === undefined ? undefined : `${caller.member} ${requestId}`;
    const known = request === undefined ? undefined : this.byRequest.get(request);
    if (known !== undefined) return known;
    const id = jobId ?? `job_${randomUUID().replaceAll("-", "")}`;
    if (!/^[A-Za-z0-9_-]{1,1024}$/.test(id)) {
      throw new CloudError(
        "INVALID_ARGUMENT",
        `Invalid job ID "${id}": letters, digits, _ and - are taken, at most 1024`,
      );
    }
    if (this.byId.has(id)) throw new CloudError("ALREADY_EXISTS", `Already Exists: Job ${project}:${location}.${id}`);
    const reference = { projectId: project, jobId: id, location };
    const job = new Job(reference, caller, configuration, clock.now(), () => clock.now(), work);
    this.byId.set(id, job);
    if (request !== undefined) this.byRequest.set(request, job);
    void job.done.then(() => this.forget());
    return job;
  }

  /** @throws CloudError NOT_FOUND; PERMISSION_DENIED where it is somebody else's and the caller may not see those */
  find(caller: Caller, id: string): Job {
    const job = this.byId.get(id);
    const { project, access } = this.parts;
    if (job === undefined) throw new CloudError("NOT_FOUND", `Not found: Job ${project}:${id}`);
    if (job.caller.member !== caller.member) access.inProject(caller, "bigquery.jobs.get");
    return job;
  }

  /** The newest first. */
  list(caller: Caller, all: boolean): readonly Job[] {
    if (all) this.parts.access.inProject(caller, "bigquery.jobs.listAll");
    return [...this.byId.values()].filter((job) => all || job.caller.member === caller.member).toReversed();
  }

  delete(id: string): void {
    const job = this.byId.get(id);
    this.byId.delete(id);
    for (const [request, one] of this.byRequest) if (one === job) this.byRequest.delete(request);
  }

  cancelAll(): Promise<unknown> {
    const running = [...this.byId.values()].filter(({ state }) => state === "RUNNING");
    for (const job of running) job.cancel();
    return Promise.all(running.map(({ done }) => done));
  }

  /** The oldest that are done, but never the newest: its rows are about to be read. */
  private forget(): void {
    const done = [...this.byId.values()].filter(({ state }) => state === "DONE");
    let rows = done.reduce((sum, job) => sum + job.rows, 0);
    for (const job of done.slice(0, -1)) {
      if (this.byId.size <= KEPT_JOBS && rows <= KEPT_ROWS) return;
      rows -= job.rows;
      this.delete(job.reference.jobId);
    }
  }
}
