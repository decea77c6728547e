import { Refused, serve, Surroundings, type Request } from "../../../../handler";

const around = new Surroundings();
/** project.dataset.table: what the weekly report is about. */
const summary = process.env["SUMMARY"] ?? "";

/** What tasks, workflows and the clock call. Each of them calls at least once, so each call may be one of several. */
export const serving = serve(
  {
    "POST /process": (request) => {
      const work = bodyOf(request);
      around.log("INFO", "worked", { action: textOf(work["action"] ?? "process") });
      return { status: 200, body: { processed: work, environment: process.env["ENV"] ?? null } };
    },
    "POST /weekly-report": async (request) => {
      const { report_type } = bodyOf(request);
      if (report_type !== "weekly") throw new Refused(400, `there is no ${textOf(report_type)} report`);
      const rows = await lastWeek();
      around.log("INFO", "the weekly report", { categories: rows.length });
      return { status: 200, body: { report_type, rows } };
    },
  },
  { around },
);

const textOf = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value ?? null));

function bodyOf({ body }: Request): { readonly [name: string]: unknown } {
  let given: unknown;
  try {
    given = JSON.parse(Buffer.from(body).toString());
  } catch {
    throw new Refused(400, "the body is not JSON");
  }
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw new Refused(400, "the body is no JSON object");
  }
  return Object.fromEntries(Object.entries(given));
}

interface Answered {
  readonly jobComplete: boolean;
  readonly rows?: readonly { readonly f: readonly { readonly v: string | null }[] }[];
}

/** A minute that had late purchases has several rows: their sum is its amount. */
async function lastWeek(): Promise<readonly { readonly category: string | null; readonly amount: string | null }[]> {
  const [project] = summary.split(".");
  const query = `SELECT product_category, SUM(amount) AS amount FROM \`${summary}\`
    WHERE minute >= TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL 7 DAY) GROUP BY product_category ORDER BY amount DESC`;
  const answer = await around.fetch(`https://bigquery.googleapis.com/bigquery/v2/projects/${project}/queries`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query, useLegacySql: false, timeoutMs: 60_000 }),
  });
  if (!answer.ok) throw new Error(`BigQuery answers ${answer.status}: ${await answer.text()}`);
  const { jobComplete, rows = [] } = (await answer.json()) as Answered;
  if (!jobComplete) throw new Error("the query takes longer than a minute");
  return rows.map(({ f: [category, amount] }) => ({ category: category?.v ?? null, amount: amount?.v ?? null }));
}
