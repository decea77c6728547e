import { CloudError } from "../../../errors";
import type { Exchange, RestMethod } from "../../../routes";
import type { Caller } from "../../../service";
import { copy } from "../jobs/copy";
import { destinationOf, writeTo } from "../jobs/destination";
import { extract } from "../jobs/extract";
import { queryStatistics, type Job, type JobOutcome } from "../jobs/job";
import type { Jobs, NewJob } from "../jobs/jobs";
import { filesAt, load, type SourceFile } from "../jobs/load";
import type { Objects } from "../jobs/objects";
import type { Parts } from "../parts";
import type { Query } from "../query/prepared";
import type { QueryParameter } from "../query/parameters";
import { restColumns } from "../schema/column";
import { bodyIn, bodyOf, checkProject, inPath, isBody, pageOf, textIn, tokenFor, type Body } from "./exchange";

export interface JobParts {
  readonly parts: Parts;
  readonly jobs: Jobs;
  readonly objects: Objects | undefined;
}

/** @see https://cloud.google.com/bigquery/docs/reference/rest/v2/jobs */
export function jobMethods({ parts, jobs, objects }: JobParts, caller: Caller): readonly RestMethod[] {
  const { project } = parts;
  return [
    {
      verb: "POST",
      path: "projects/{project}/jobs",
      async answer(exchange) {
        checkProject(exchange, project);
        const body = await bodyOf(exchange);
        return insertJob({ parts, jobs, objects }, caller, body, exchange);
      },
    },
    {
      verb: "GET",
      path: "projects/{project}/jobs",
      answer(exchange) {
        checkProject(exchange, project);
        const all = jobs.list(caller, exchange.query.get("allUsers") === "true");
        const { from, count } = pageOf({
          pageToken: exchange.query.get("pageToken"),
          maxResults: exchange.query.get("maxResults"),
        });
        const page = all.slice(from, from + count).map((job) => summary(job, exchange));
        return {
          kind: "bigquery#jobList",
          etag: String(all.length),
          jobs: page,
          nextPageToken: tokenFor(from + count, all.length),
        };
      },
    },
    {
      verb: "GET",
      path: "projects/{project}/jobs/{job}",
      answer(exchange) {
        checkProject(exchange, project);
        return jobs.find(caller, inPath(exchange, "job")).resource(exchange.base);
      },
    },
    {
      verb: "POST",
      path: "projects/{project}/jobs/{job}/cancel",
      async answer(exchange) {
        checkProject(exchange, project);
        const job = jobs.find(caller, inPath(exchange, "job"));
        job.cancel();
        await job.done;
        return { kind: "bigquery#jobCancelResponse", job: job.resource(exchange.base) };
      },
    },
    {
      verb: "DELETE",
      path: "projects/{project}/jobs/{job}/delete",
      answer(exchange) {
        checkProject(exchange, project);
        jobs.delete(jobs.find(caller, inPath(exchange, "job")).reference.jobId);
        exchange.response.writeHead(204).end();
        return undefined;
      },
    },
  ];
}

const summary = (job: Job, { base }: Exchange): Body => {
  const resource = job.resource(base);
  return { ...resource, state: job.state, errorResult: bodyIn(resource, "status").errorResult };
};

/** @param upload what was sent with a load job */
export async function insertJob(
  { parts, jobs, objects }: JobParts,
  caller: Caller,
  body: Body,
  { base }: Exchange,
  upload?: SourceFile,
): Promise<unknown> {
  parts.access.inProject(caller, "bigquery.jobs.create");
  const configuration = bodyIn(body, "configuration");
  const reference = bodyIn(body, "jobReference");
  if (configuration.dryRun === true) return dryRun(parts, caller, configuration, base);
  const work = workOf({ parts, jobs, objects }, caller, configuration, upload);
  const job = jobs.start(caller, {
    configuration: { ...configuration, jobType: jobType(configuration) },
    work,
    ...(typeof reference.jobId === "string" ? { jobId: reference.jobId } : {}),
    ...(typeof reference.location === "string" ? { location: reference.location } : {}),
  });
  // An upload lies in memory until it is loaded, so its answer waits for that.
  if (upload !== undefined) await job.done;
  return job.resource(base);
}

const jobType = (configuration: Body): string =>
  ["query", "load", "copy", "extract"].find((name) => configuration[name] !== undefined)?.toUpperCase() ?? "UNKNOWN";

function workOf(
  { parts, objects }: JobParts,
  caller: Caller,
  configuration: Body,
  upload: SourceFile | undefined,
): NewJob["work"] {
  if (isBody(configuration.query)) {
    const config = configuration.query;
    const query = queryOf(config);
    if (isBody(config.destinationTable)) return () => queryInto(parts, caller, config, query);
    return async (running): Promise<JobOutcome> => ({ query: await parts.engine.run(query, caller, running) });
  }
  if (isBody(configuration.load)) {
    const config = configuration.load;
    return async () =>
      load(parts, caller, config, upload === undefined ? await filesAt(objects, caller, config.sourceUris) : [upload]);
  }
  if (isBody(configuration.copy)) {
    const config = configuration.copy;
    return () => copy(parts, caller, config);
  }
  if (isBody(configuration.extract)) {
    const config = configuration.extract;
    return () => extract(parts, objects, caller, config);
  }
  throw new CloudError(
    "INVALID_ARGUMENT",
    "Required parameter is missing: a job's configuration is query, load, copy or extract",
  );
}

/** Of a query's rows into a table; afterwards they are the result as well. */
async function queryInto(parts: Parts, caller: Caller, config: Body, query: Query): Promise<JobOutcome> {
  const { columns, insertInto } = parts.engine.selection(query, caller);
  const destination = destinationOf(
    parts.project,
    config.destinationTable,
    config.createDisposition,
    config.writeDisposition ?? "WRITE_EMPTY",
  );
  // Of a partition no query can read; its rows are those of this one.
  const own = destination.partition === undefined ? undefined : await parts.engine.run(query, caller);
  await writeTo(parts, caller, destination, columns, insertInto);
  if (own !== undefined) return { query: own };
  const all = `SELECT * FROM \`${destination.dataset}.${destination.id}\``;
  const outcome = await parts.engine.run({ sql: all }, caller);
  return { query: { ...outcome, statementType: "SELECT" } };
}

/** A query's or a request's own fields. @throws CloudError for legacy SQL */
export function queryOf(config: Body): Query {
  if (config.useLegacySql === true) {
    throw new CloudError(
      "INVALID_ARGUMENT",
      "Legacy SQL does not run here: set useLegacySql to false and write GoogleSQL",
    );
  }
  const { datasetId } = bodyIn(config, "defaultDataset");
  return {
    sql: textIn(config, "query"),
    parameters: (Array.isArray(config.queryParameters) ? config.queryParameters : []) as readonly QueryParameter[],
    ...(typeof datasetId === "string" ? { defaultDataset: datasetId } : {}),
  };
}

async function dryRun(parts: Parts, caller: Caller, configuration: Body, base: string): Promise<unknown> {
  const outcome = await parts.engine.describe(queryOf(bodyIn(configuration, "query")), caller);
  const { columns } = outcome.result;
  return {
    kind: "bigquery#job",
    configuration: { ...configuration, jobType: "QUERY" },
    jobReference: { projectId: parts.project, location: "US" },
    selfLink: `${base}/bigquery/v2/projects/${parts.project}/jobs`,
    status: { state: "DONE" },
    statistics: {
      totalBytesProcessed: "0",
      query: { ...queryStatistics(outcome), schema: { fields: restColumns(columns) } },
    },
  };
}
