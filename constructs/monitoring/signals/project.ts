import { metrics } from "../metrics";
import type { Tile } from "../tile";
import { timeSeries } from "../time-series";
import { alert, Alerts, percent, type AlertChanges, type AlertDefaults, type Signal } from "./signal";

/** The alerts on what Google counts by project and not by table or topic, as they are where nothing is said of them. */
export const projectAlerts = {
  /** At once: what is above a quota is refused. */
  quota: alert<number>({
    above: 0,
    for: "1m",
    severity: "error",
    title: () => "a quota is used up",
    runbook: `\${metric.label.quota_metric} of \${resource.label.service} is used up in this project, and what is above it is refused.

1. Who uses it? "IAM & Admin", "Quotas & System Limits" shows it by time.
2. Ask for more there; it takes hours to days. Until then let less be done at once.`,
  }),
  /** 5 % for 10m: streams are cut now and then, and whoever writes opens another. */
  bigqueryErrors: alert<number>({
    above: 0.05,
    for: "10m",
    severity: "error",
    title: (above) => `BigQuery refuses or fails more than ${percent(above)} of calls`,
    runbook: `BigQuery answers \${resource.label.method} with 429 (a quota, too many slots wanted) or with 5xx (a fault of its own).

1. status.cloud.google.com says whether it is a fault of BigQuery's.
2. 429: which quota? See "Quotas & System Limits", and INFORMATION_SCHEMA.JOBS for what is queued.
3. What was to be written waits in Pub/Sub, and is tried again.`,
  }),
} satisfies AlertDefaults;

export interface ProjectWatch {
  /** Services whose quotas are of interest: "pubsub", "bigquery". */
  readonly apis?: readonly string[];
  /** Names of datasets that are written to. */
  readonly datasets?: readonly string[];
}

const bigquery = ["bigquery.googleapis.com", "bigquerystorage.googleapis.com"];

/** What to alarm of quotas and of BigQuery, and what to look at. */
export function projectSignals(
  { apis = [], datasets = [] }: ProjectWatch,
  changes: AlertChanges<typeof projectAlerts> = {},
): { readonly alerts: readonly Signal[]; readonly tables: readonly Tile[] } {
  const alerts = new Alerts(projectAlerts, changes);
  return {
    alerts: [
      ...(apis.length === 0 ? [] : alerts.signal("quota", (start) => ({ series: exceeded(apis), ...start }))),
      ...(datasets.length === 0
        ? []
        : alerts.signal("bigqueryErrors", (start) => ({ series: { of: refused(), to: called() }, ...start }))),
    ],
    tables: datasets.length === 0 ? [] : tableTiles(alerts, datasets),
  };
}

const exceeded = (apis: readonly string[]) =>
  timeSeries(metrics.api.quotaExceeded, {
    where: { service: apis.map((api) => `${api}.googleapis.com`) },
    every: "5m",
    combine: "sum",
    by: ["service", "quota_metric"],
  });

const called = (and?: string) =>
  timeSeries(metrics.api.requests, { where: { service: bigquery }, and, combine: "sum", by: ["service", "method"] });

const refused = () => called('metric.labels.response_code = monitoring.regex.full_match("429|5..")');

function tableTiles(alerts: Alerts<typeof projectAlerts>, dataset_id: readonly string[]): readonly Tile[] {
  return [
    {
      chart: "Rows written, by table (up to 6 hours late)",
      lines: [
        {
          series: timeSeries(metrics.dataset.uploadedRows, {
            where: { dataset_id },
            every: "5m",
            combine: "sum",
            by: ["dataset_id", "table"],
          }),
          as: "bars",
        },
      ],
    },
    {
      chart: "Calls of BigQuery that fail (whole project)",
      lines: [{ series: { of: refused(), to: called() } }],
      levels: alerts.levels("bigqueryErrors"),
    },
  ];
}
