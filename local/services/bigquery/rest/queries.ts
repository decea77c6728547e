import { CloudError } from "../../../errors";
import type { RestMethod } from "../../../routes";
import type { Caller } from "../../../service";
import { queryStatistics, type Job } from "../jobs/job";
import { restRow, type TimestampFormat } from "../rows/rest-value";
import { restColumns } from "../schema/column";
import {
  bodyIn,
  bodyOf,
  checkProject,
  inPath,
  pageOf,
  queryFormat,
  timestampFormat,
  tokenFor,
  type Body,
} from "./exchange";
import { queryOf, type JobParts } from "./jobs";

/** How long an answer is waited for unless the request says so. @see https://cloud.google.com/bigquery/docs/reference/rest/v2/jobs/query#QueryRequest */
const PATIENCE = 10_000;

/** @see https://cloud.google.com/bigquery/docs/reference/rest/v2/jobs/query */
export function queryMethods({ parts, jobs }: JobParts, caller: Caller): readonly RestMethod[] {
  const { project, clock, access, engine } = parts;
  const start = (body: Body): Job => {
    const query = queryOf(body);
    return jobs.start(caller, {
      configuration: { jobType: "QUERY", query: { ...body, query: query.sql, useLegacySql: false } },
      work: async (running) => ({ query: await engine.run(query, caller, running) }),
      ...(typeof body.requestId === "string" ? { requestId: body.requestId } : {}),
      ...(typeof body.location === "string" ? { location: body.location } : {}),
    });
  };

  /** Until the job is done, or the caller does not want to wait longer. */
  const wait = async (job: Job, millis: number): Promise<void> => {
    await new Promise<void>((resolve) => {
      const takeBack = clock.after(millis, resolve);
      void job.done.then(() => {
        takeBack();
        resolve();
        return undefined;
      });
    });
  };

  return [
    {
      verb: "POST",
      path: "projects/{project}/queries",
      async answer(exchange) {
        checkProject(exchange, project);
        access.inProject(caller, "bigquery.jobs.create");
        const body = await bodyOf(exchange);
        if (body.dryRun === true) {
          const { columns } = (await engine.describe(queryOf(body), caller)).result;
          return {
            kind: "bigquery#queryResponse",
            schema: { fields: restColumns(columns) },
            jobComplete: true,
            totalBytesProcessed: "0",
          };
        }
        const job = start(body);
        await wait(job, Number(body.timeoutMs ?? PATIENCE));
        const page = pageOf({ maxResults: body.maxResults as number | undefined });
        return {
          kind: "bigquery#queryResponse",
          ...answerOf(job, page, timestampFormat(bodyIn(body, "formatOptions"))),
        };
      },
    },
    {
      verb: "GET",
      path: "projects/{project}/queries/{job}",
      async answer(exchange) {
        checkProject(exchange, project);
        const { query } = exchange;
        const job = jobs.find(caller, inPath(exchange, "job"));
        await wait(job, Number(query.get("timeoutMs") ?? PATIENCE));
        const page = pageOf({
          pageToken: query.get("pageToken"),
          startIndex: query.get("startIndex"),
          maxResults: query.get("maxResults"),
        });
        return {
          kind: "bigquery#getQueryResultsResponse",
          etag: job.reference.jobId,
          ...answerOf(job, page, queryFormat(query)),
        };
      },
    },
  ];
}

/** @throws what the job ended with. */
function answerOf(
  job: Job,
  { from, count }: { readonly from: number; readonly count: number },
  format: TimestampFormat,
): Body {
  const { reference } = job;
  const base = { jobReference: reference, queryId: reference.jobId, jobComplete: job.state === "DONE" };
  if (job.state !== "DONE") return base;
  const { result } = job;
  if (result === undefined) {
    throw new CloudError("INVALID_ARGUMENT", `Job ${reference.jobId} is no query: it has no rows`);
  }
  const rows = result.rows(from, count).map((values) => restRow(result.columns, values, format));
  const outcome = job.outcome?.query;
  const { numDmlAffectedRows, dmlStats } = outcome === undefined ? {} : queryStatistics(outcome);
  return {
    ...base,
    ...(result.columns.length === 0 ? {} : { schema: { fields: restColumns(result.columns) } }),
    totalRows: String(result.rowCount),
    rows,
    pageToken: tokenFor(from + rows.length, result.rowCount),
    totalBytesProcessed: "0",
    cacheHit: false,
    numDmlAffectedRows,
    dmlStats,
  };
}
