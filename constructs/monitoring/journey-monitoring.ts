import { Construct } from "constructs";
import type { Labels } from "../core/labels";
import { check, type Rules } from "../core/rules";
import { AlertPolicy } from "./alert-policy";
import { Dashboard } from "./dashboard";
import { isEmpty, namesOf, type JourneyParts } from "./journey-parts";
import { LogMetric } from "./log-metric";
import { resources } from "./metrics";
import type { AnyNotificationChannel } from "./notification-channel";
import { cloudRunSignals, type cloudRunAlerts } from "./signals/cloud-run";
import { dataflowSignals, type dataflowAlerts } from "./signals/dataflow";
import { projectSignals, type projectAlerts } from "./signals/project";
import { pubsubSignals, type pubsubAlerts } from "./signals/pubsub";
import { schedulerSignals, type schedulerAlerts } from "./signals/scheduler";
import { anyOf, type AlertChanges, type Signal } from "./signals/signal";
import {
  processorLogMetrics,
  processorSignals,
  type processorAlerts,
  type ProcessorMetricName,
  type ProcessorMetrics,
  type WatchedProcessor,
} from "./signals/stream-processor";
import type { Tile } from "./tile";

/** The alerts of a journey by name, each switched off with `false`, or changed. */
export type JourneyAlerts = AlertChanges<
  typeof pubsubAlerts &
    typeof cloudRunAlerts &
    typeof dataflowAlerts &
    typeof processorAlerts &
    typeof schedulerAlerts &
    typeof projectAlerts
>;

export interface JourneyMonitoringProps extends JourneyParts {
  /** In addresses. @default the construct's id */
  readonly name?: string;
  /** What alerts and the dashboard begin with. @default the name */
  readonly title?: string;
  /** Who is told. Nobody is a choice that is to be written down: `[]`. */
  readonly channels: readonly AnyNotificationChannel[];
  /**
   * Alerts that are not wanted, or begin elsewhere: `{ oldestMessage: { above: "30m" }, atMaximum: false }`.
   * @default all of what there is, with thresholds that the tables of each service give reasons for
   */
  readonly alerts?: JourneyAlerts;
  /** @default true */
  readonly dashboard?: boolean;
  /** Of the alerts. @default the stack's labels */
  readonly labels?: Labels;
}

const rules: Rules<JourneyMonitoringProps> = [
  {
    id: "parts-none",
    reads: [],
    page: "https://cloud.google.com/monitoring/docs/monitoring-overview",
    broken: (props) =>
      isEmpty(props)
        ? "there is nothing to watch: name topics, subscriptions, services, processors, jobs, schedules or tables"
        : undefined,
  },
];

/**
 * What goes wrong in a journey is told, and what goes on is seen: an alert for each thing that can be wrong, not for
 * each resource, and a dashboard on which the data flows from left to right.
 *
 *     new JourneyMonitoring(this, "clicks", { topics: [topic], subscriptions: [landing], tables: [clicks], channels: [ops] });
 *
 * @throws InvalidProps
 * @see https://cloud.google.com/monitoring/docs/monitoring-overview
 */
export class JourneyMonitoring extends Construct {
  /** By their names: "oldest-message". */
  readonly alerts: ReadonlyMap<string, AlertPolicy>;
  /** Undefined where none is wanted. */
  readonly dashboard: Dashboard | undefined;

  constructor(scope: Construct, id: string, props: JourneyMonitoringProps) {
    super(scope, id);
    const key = props.name ?? id;
    check(this, props, rules);
    const { title = key, channels, labels, dashboard = true } = props;
    const { signals, columns, errors } = watched(this, key, props);
    this.alerts = new Map(
      signals.map(({ name, title: says, ...signal }) => [
        name,
        new AlertPolicy(this, `alert ${name}`, {
          ...signal,
          name: `${key}-${name}`,
          title: `${title}: ${says}`,
          channels,
          labels,
        }),
      ]),
    );
    this.dashboard = dashboard
      ? new Dashboard(this, "dashboard", {
          name: key,
          title,
          sections: [
            ...(this.alerts.size === 0
              ? []
              : [{ tiles: [{ incidents: [...this.alerts.values()], title: "What is wrong now" }] }]),
            ...(columns.length === 0 ? [] : [{ title: "From left to right, as the data flows", columns }]),
            ...(errors === undefined
              ? []
              : [{ title: "What was logged", tiles: [{ logs: errors, title: "Warnings and errors" }] }]),
          ],
        })
      : undefined;
  }
}

interface Watched {
  readonly signals: readonly Signal[];
  readonly columns: readonly { readonly title: string; readonly tiles: readonly Tile[] }[];
  /** The filter of log entries that are of interest, if anything here logs. */
  readonly errors: string | undefined;
}

function watched(scope: Construct, key: string, parts: JourneyMonitoringProps): Watched {
  const { alerts = {} } = parts;
  const names = namesOf(parts);
  const { ingest, services, workerPools, jobs, processors, dataflowJobs } = names;
  const pubsub = pubsubSignals(names, alerts);
  const run = cloudRunSignals({ services: [...ingest, ...services], workerPools, jobs }, alerts);
  const streams = processors.length === 0 ? undefined : processing(scope, key, processors, alerts);
  const flows = dataflowSignals(dataflowJobs, alerts);
  const project = projectSignals(names, alerts);
  const columns = [
    { title: "Comes in", tiles: cloudRunSignals({ services: ingest }, alerts).services },
    { title: "Topics", tiles: pubsub.topics },
    { title: "Subscriptions", tiles: pubsub.subscriptions },
    {
      title: "Processing",
      tiles: [
        ...(streams?.processors ?? []),
        ...run.workerPools,
        ...flows.jobs,
        ...cloudRunSignals({ services }, alerts).services,
        ...run.jobs,
      ],
    },
    { title: "Tables", tiles: project.tables },
  ];
  return {
    signals: [
      ...pubsub.alerts,
      ...run.alerts,
      ...(streams?.alerts ?? []),
      ...flows.alerts,
      ...schedulerSignals(names.schedules, alerts).alerts,
      ...project.alerts,
    ],
    columns: columns.filter(({ tiles }) => tiles.length > 0),
    errors: errorsOf({
      service_name: [...ingest, ...services].map(({ name }) => name),
      worker_pool_name: workerPools,
      job_name: [...jobs, ...dataflowJobs.map(({ name }) => name)],
      job_id: names.schedules,
    }),
  };
}

/** The metrics that processors' alerts and charts are of, made of their logs. */
function processing(scope: Construct, key: string, processors: readonly WatchedProcessor[], alerts: JourneyAlerts) {
  const said = processorLogMetrics(processors);
  const made = (name: ProcessorMetricName) =>
    new LogMetric(scope, `metric ${name}`, { ...said[name], name: `${key}-${name}` }).on(resources.workerPool);
  const metrics: ProcessorMetrics = {
    "watermark-age": made("watermark-age"),
    unwritten: made("unwritten"),
    "memory-short": made("memory-short"),
    errors: made("errors"),
    starts: made("starts"),
  };
  return processorSignals({ processors, metrics }, alerts);
}

function errorsOf(names: { readonly [label: string]: readonly string[] }): string | undefined {
  const of = Object.entries(names).flatMap(([label, all]) =>
    all.length === 0 ? [] : [`resource.labels.${label}=${anyOf(all)}`],
  );
  return of.length === 0 ? undefined : `severity>=WARNING AND (${of.join(" OR ")})`;
}
