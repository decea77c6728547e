import type { MonitoringAlertPolicyConfig } from "@cdktf/provider-google/lib/monitoring-alert-policy";
import type { Duration } from "../../pipeline/duration";
import type { Labels } from "../core/labels";
import type { Overridable } from "../core/overridable";
import type { Conditions } from "./condition";
import type { AnyNotificationChannel } from "./notification-channel";

export type Severity = "critical" | "error" | "warning";

export interface AlertPolicyProps extends Overridable<MonitoringAlertPolicyConfig> {
  /** In addresses. @default the construct's id */
  readonly name?: string;
  /** What people are told, and see in lists. At most 512 characters. @default the name */
  readonly title?: string;
  /**
   * When it alarms.
   *
   *     { series: timeSeries(metrics.subscription.oldestUnackedMessageAge, { where }), above: 600, for: "5m" }
   *     { promql: `deriv(${promql(metrics.subscription.backlogBytes, where)}[30m]) > 0` }
   *     { log: 'severity>=ERROR AND resource.type="cloud_run_job"' }
   *     { all: [slow, busy], onOneResource: true }
   *
   * At most six conditions. Those in SQL, and in Monitoring's old query language, are left to `overrides`.
   */
  readonly when: Conditions;
  /**
   * What whoever is woken has to know and to do, in Markdown; at most 8,192 characters. It is told with every alarm,
   * with what it is about where the text asks for it: `${resource.label.subscription_id}`, `${metric.display_name}`.
   * @see https://cloud.google.com/monitoring/alerts/doc-variables
   */
  readonly runbook: string;
  /** The first line of a message. @default Monitoring's own, from title and resource */
  readonly subject?: string;
  /** More to read, by title; at most three. @default none */
  readonly links?: { readonly [title: string]: string };
  /** @default "error": something does not do what it is for */
  readonly severity?: Severity;
  /** Who is told. @default nobody: incidents are seen in the console */
  readonly channels?: readonly AnyNotificationChannel[];
  /** Tells the channels again while it lasts, every 30m to 24h. @default once */
  readonly remindEvery?: Duration;
  /** Also tells when it is over. Of a log entry there is no end. @default true */
  readonly tellsEnd?: boolean;
  /**
   * An incident without any more data is closed after this time, 30m to 7d.
   * @default "1d": somebody has seen it by then, and what is gone for good does not stay open for a week, as it would
   */
  readonly autoClose?: Duration;
  /** @default true */
  readonly enabled?: boolean;
  /** @default the stack's labels */
  readonly labels?: Labels;
}
