import type { Construct } from "constructs";
import { EventHandler, EventTopic } from "../../constructs";
import {
  AlertPolicy,
  LogMetric,
  resources,
  timeSeries,
  type AnyNotificationChannel,
} from "../../constructs/monitoring";
import { Notice } from "./events";
import { sized, source } from "./images";

/** What is well and what changes is told on a topic, and written to the log by a function. */
export function notices(scope: Construct): EventTopic<typeof Notice.fields> {
  const events = new EventTopic(scope, "notices", { event: Notice, name: "monitoring" });
  new EventHandler(scope, "report-health", {
    ...sized,
    name: "report-health",
    events,
    source: source("report-health"),
    entryPoint: "reportHealth",
  });
  return events;
}

/** Silence is what is wrong: somebody is told where no notice came for a quarter of an hour, of three that were due. */
export function silence(scope: Construct, onCall: AnyNotificationChannel): void {
  const said = new LogMetric(scope, "notices-reported", {
    filter: 'resource.labels.service_name="report-health" AND jsonPayload.message="a notice"',
    title: "Notices that were reported",
  });
  new AlertPolicy(scope, "no-notices", {
    title: "No notice has come for a quarter of an hour",
    when: { absent: timeSeries(said.on(resources.revision), { combine: "sum" }), for: "15m" },
    channels: [onCall],
    runbook:
      "The schedule `my-pubsub-job` publishes to `monitoring` every five minutes, and the function `report-health` logs it. Look whether the schedule runs, then at the function's log, then at the dead letters in `monitoring-dead-letters-kept`.",
  });
}
