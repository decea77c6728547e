import { MonitoringAlertPolicy } from "@cdktf/provider-google/lib/monitoring-alert-policy";
import { Construct } from "constructs";
import { seconds } from "../../pipeline/duration";
import { make } from "../core/make";
import { check } from "../core/rules";
import { literal } from "../core/text";
import { alertRules } from "./alert-rules";
import type { AlertPolicyProps } from "./alert-props";
import { combinerOf, conditionsOf, isLog, seriesOf } from "./condition";
import { titled, userLabels } from "./titles";

/**
 * Tells people when something is wrong, and what to do about it.
 * @throws InvalidProps
 * @see https://cloud.google.com/monitoring/alerts
 */
export class AlertPolicy extends Construct {
  readonly resource: MonitoringAlertPolicy;
  /** projects/P/alertPolicies/ID, known when it is there. */
  readonly path: string;

  constructor(scope: Construct, id: string, props: AlertPolicyProps) {
    super(scope, id);
    const key = props.name ?? id;
    const { when, title = key, severity = "error", channels = [], links } = props;
    check(this, { ...props, title }, alertRules);
    const told = channels.map(({ path }) => path);
    const log = isLog(when);
    const { remindEvery } = props;
    // Asked now: a pause that is made when the stack is written down already would not be in it.
    const known = seriesOf(when).flatMap(({ metric }) => metric.waits?.() ?? []);
    this.resource = make(
      this,
      "resource",
      MonitoringAlertPolicy,
      key,
      {
        displayName: literal(titled(this, title)),
        combiner: combinerOf(when),
        conditions: conditionsOf(when, title),
        severity: severity.toUpperCase(),
        enabled: props.enabled,
        notificationChannels: told.length === 0 ? undefined : told,
        alertStrategy: {
          autoClose: seconds(props.autoClose ?? "1d"),
          notificationRateLimit: log ? { period: seconds(when.notifyAtMostEvery ?? "1h") } : undefined,
          notificationPrompts: props.tellsEnd === false && !log ? ["OPENED"] : undefined,
          notificationChannelStrategy: remindEvery && [
            { notificationChannelNames: told, renotifyInterval: seconds(remindEvery) },
          ],
        },
        documentation: {
          content: literal(props.runbook),
          mimeType: "text/markdown",
          subject: props.subject && literal(props.subject),
          links: links && Object.entries(links).map(([displayName, url]) => ({ displayName, url })),
        },
        userLabels: userLabels(this, props.labels),
        ...props.overrides,
      },
      () => known,
    );
    this.path = this.resource.name;
  }
}
