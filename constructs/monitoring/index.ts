/** Cloud Monitoring and metrics of Cloud Logging: `data-journey/monitoring`. */
export { AlertPolicy } from "./alert-policy";
export type { AlertPolicyProps, Severity } from "./alert-props";
export type { Destination, NotificationChannelProps } from "./channel-props";
export type {
  AbsenceCondition,
  Conditions,
  Extract,
  LogCondition,
  PromqlCondition,
  SeriesCondition,
  ThresholdCondition,
} from "./condition";
export { Dashboard, type DashboardProps } from "./dashboard";
export { JourneyMonitoring, type JourneyAlerts, type JourneyMonitoringProps } from "./journey-monitoring";
export type { JourneyParts, Processor } from "./journey-parts";
export type { Columns, Row, Section } from "./layout";
export { LogMetric } from "./log-metric";
export type { Buckets, LogMetricProps, MetricLabel } from "./log-metric-props";
export type { Aligner, Metric, MonitoredResource, Reducer } from "./metric";
export { metrics, resources } from "./metrics";
export { NotificationChannel, type AnyNotificationChannel, type ExistingChannel } from "./notification-channel";
export { cloudRunAlerts, cloudRunSignals } from "./signals/cloud-run";
export { dataflowAlerts, dataflowSignals } from "./signals/dataflow";
export { projectAlerts, projectSignals } from "./signals/project";
export { pubsubAlerts, pubsubSignals } from "./signals/pubsub";
export { schedulerAlerts, schedulerSignals } from "./signals/scheduler";
export type { Signal } from "./signals/signal";
export { processorAlerts, processorLogMetrics, processorSignals } from "./signals/stream-processor";
export type { Tile } from "./tile";
export { promql, timeSeries, type Ratio, type TimeSeries } from "./time-series";
