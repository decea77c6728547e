import { alert, Alerts, anyOf, type AlertChanges, type AlertDefaults, type Signal } from "./signal";

/** The alerts on Cloud Scheduler, as they are where nothing is said of them. */
export const schedulerAlerts = {
  /** The first of them, told once an hour: an attempt that is tried again and succeeds is told too. */
  scheduleFailed: alert<undefined>({
    above: undefined,
    for: "0s",
    severity: "error",
    title: () => "a schedule could not call what it is for",
    runbook: `Cloud Scheduler got an error, or no answer, where it called something or started a job.

1. The entry in the log has the status: 403 is a right that was taken away, 404 something that is gone, 409 a Dataflow job that is still running, 429 a quota, 5xx a fault of what was called.
2. It is tried again as often as its retries say, and then not before its next time.
3. By hand: \`gcloud scheduler jobs run NAME --location=REGION\`. What it calls has to bear being called twice.`,
  }),
} satisfies AlertDefaults;

/**
 * What to alarm of schedules, by their names. There is no metric of Cloud Scheduler's: its log says it, also of a
 * Dataflow job that was never launched, of which Dataflow's metrics know nothing.
 * @see https://cloud.google.com/scheduler/docs/logging
 */
export function schedulerSignals(
  schedules: readonly string[],
  changes: AlertChanges<typeof schedulerAlerts> = {},
): { readonly alerts: readonly Signal[] } {
  if (schedules.length === 0) return { alerts: [] };
  return {
    alerts: new Alerts(schedulerAlerts, changes).signal("scheduleFailed", () => ({
      log: [
        `log_id("cloudscheduler.googleapis.com/executions")`,
        `resource.type="cloud_scheduler_job"`,
        `resource.labels.job_id=${anyOf(schedules)}`,
        `severity>=ERROR`,
      ].join(" AND "),
      labels: { schedule: { field: "resource.labels.job_id" } },
    })),
  };
}
