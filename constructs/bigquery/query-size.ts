import type { Rule } from "../core/rules";

const LONGEST = 250_000;

/** Of a view's query. */
export const queryRule: Rule<{ readonly query: string }> = {
  id: "query-size",
  reads: ["query"],
  page: "https://cloud.google.com/bigquery/quotas#view_limits",
  broken({ query }) {
    if (query.trim() === "") return "query is empty";
    return query.length > LONGEST
      ? `query has ${query.length} characters: BigQuery takes at most ${LONGEST}`
      : undefined;
  },
};
