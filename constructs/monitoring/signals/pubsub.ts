import type { Duration } from "../../../pipeline/duration";
import { metrics } from "../metrics";
import type { Tile } from "../tile";
import { promql, timeSeries } from "../time-series";
import { alert, Alerts, percent, type AlertChanges, type AlertDefaults, type Signal } from "./signal";

/** The alerts on topics and subscriptions, as they are where nothing is said of them. */
export const pubsubAlerts = {
  /**
   * 10m for 5m: what reads here takes seconds, and a deployment or a restart of a reader a few minutes. The messages are
   * kept for a week, so there is time.
   */
  oldestMessage: alert<Duration>({
    above: "10m",
    for: "5m",
    severity: "error",
    title: (above) => `a message waits for more than ${above}`,
    runbook: `The oldest message of \${resource.label.subscription_id} has not been acknowledged for too long.

1. Is its reader there? A push service that answers errors, a job that was stopped, a table that refuses rows.
2. Is it one message or all? Messages that rise in number too: the reader is too slow or stands. If not, one message is refused again and again: see the reader's log, and whether it has dead letters.
3. Nothing is lost until the subscription's retention is over (7 days, where nothing else is said).`,
  }),
  /** 1,000 more in half an hour, by the trend of it: fewer are a moment's, and what goes on like this is never done. */
  backlogRising: alert<number>({
    above: 1_000,
    for: "10m",
    severity: "warning",
    title: (above) => `a backlog grows by more than ${above} messages in 30 minutes`,
    runbook: `\${resource.label.subscription_id} gets more than its reader takes.

1. Does more come in than usual? See the topic's chart.
2. Is the reader at its limit: instances, workers, CPU, or what it writes to?
3. Give it more instances or workers; a reader that keeps state has one, and needs more CPU.`,
  }),
  /** A single one: whatever is set aside was to be processed, and waits for a person. */
  deadLetters: alert<number>({
    above: 0,
    for: "1m",
    severity: "warning",
    title: (above) => (above === 0 ? "messages are set aside" : `more than ${above} messages are set aside`),
    runbook: `Messages could not be processed and are dead letters (\${resource.label.subscription_id}).

1. Look at one: \`gcloud pubsub subscriptions pull NAME --limit=1\` leaves it where it is.
2. Is it the message that is wrong, or was the reader not able to? Mend the one or the other.
3. Publish them again to the topic they came from, or throw them away. They go by themselves when their retention is over.`,
  }),
  /** 5 % for 5m: single failures are tried again and come through. */
  pushFailures: alert<number>({
    above: 0.05,
    for: "5m",
    severity: "error",
    title: (above) => `more than ${percent(above)} of deliveries fail`,
    runbook: `Deliveries of \${resource.label.subscription_id} fail, and are tried again more and more slowly.

1. The chart of deliveries says how: remote_server_4xx is a refusal (a token, a right, a schema), remote_server_5xx a fault of the service, deadline_exceeded a service that is too slow, unreachable a wrong address.
2. See the log of the service that they go to.`,
  }),
  /** 1 % for 5m: clients try again by themselves, and a service that gets many errors loses what it cannot hold. */
  publishErrors: alert<number>({
    above: 0.01,
    for: "5m",
    severity: "error",
    title: (above) => `more than ${percent(above)} of publishing fails`,
    runbook: `Publishing to \${resource.label.topic_id} fails.

1. response_code in the topic's chart: permission_denied is a right that was taken away, invalid_argument a message that the topic's schema refuses, resource_exhausted a quota.
2. What came in by HTTP was answered with an error: whoever sent it has to send it again.`,
  }),
} satisfies AlertDefaults;

export interface PubsubWatch {
  /** Names of topics. */
  readonly topics?: readonly string[];
  /** Names of subscriptions that somebody reads. */
  readonly subscriptions?: readonly string[];
  /** Names of subscriptions of dead letters. */
  readonly deadLetters?: readonly string[];
}

const TREND = "30m";
const TREND_SECONDS = 1_800;

/** What to alarm of topics and subscriptions, and what to look at. */
export function pubsubSignals(
  { topics = [], subscriptions = [], deadLetters = [] }: PubsubWatch,
  changes: AlertChanges<typeof pubsubAlerts> = {},
): { readonly alerts: readonly Signal[]; readonly topics: readonly Tile[]; readonly subscriptions: readonly Tile[] } {
  const alerts = new Alerts(pubsubAlerts, changes);
  const ofTopics = topics.length === 0 ? [] : publishing(alerts, topics);
  const ofSubscriptions = subscriptions.length === 0 ? [] : reading(alerts, subscriptions);
  return {
    alerts: [...ofTopics, ...ofSubscriptions, ...settingAside(alerts, subscriptions, deadLetters)],
    topics: topics.length === 0 ? [] : topicTiles(topics),
    subscriptions: [
      ...(subscriptions.length === 0 ? [] : subscriptionTiles(alerts, subscriptions)),
      ...(deadLetters.length === 0 ? [] : [deadLetterTile(alerts, deadLetters)]),
    ],
  };
}

type PubsubAlerts = Alerts<typeof pubsubAlerts>;

function publishing(alerts: PubsubAlerts, topic_id: readonly string[]): readonly Signal[] {
  const all = { where: { topic_id }, combine: "sum", by: ["topic_id"] } as const;
  return alerts.signal("publishErrors", (start) => ({
    series: {
      of: timeSeries(metrics.topic.publishRequests, { ...all, and: 'metric.labels.response_class != "success"' }),
      to: timeSeries(metrics.topic.publishRequests, all),
    },
    ...start,
  }));
}

function reading(alerts: PubsubAlerts, subscription_id: readonly string[]): readonly Signal[] {
  const all = { where: { subscription_id }, combine: "sum", by: ["subscription_id"] } as const;
  return [
    ...alerts.signal("oldestMessage", (start) => ({ series: oldest(subscription_id), ...start })),
    ...alerts.signal("backlogRising", ({ above, for: lasting }) => ({
      promql: `sum by (subscription_id) (deriv(${promql(metrics.subscription.undeliveredMessages, { subscription_id })}[${TREND}])) * ${TREND_SECONDS} > ${above}`,
      for: lasting,
    })),
    ...alerts.signal("pushFailures", (start) => ({
      series: {
        of: timeSeries(metrics.subscription.pushRequests, { ...all, and: 'metric.labels.response_class != "ack"' }),
        to: timeSeries(metrics.subscription.pushRequests, all),
      },
      ...start,
    })),
  ];
}

/** By what waits, and by what was just set aside: dead letters that are delivered somewhere do not wait. */
function settingAside(
  alerts: PubsubAlerts,
  subscriptions: readonly string[],
  deadLetters: readonly string[],
): readonly Signal[] {
  if (subscriptions.length + deadLetters.length === 0) return [];
  return alerts.signal("deadLetters", (start) => ({
    any: [
      ...(deadLetters.length === 0 ? [] : [{ name: "dead letters wait", series: waiting(deadLetters), ...start }]),
      ...(subscriptions.length === 0
        ? []
        : [
            {
              name: "messages were set aside",
              series: timeSeries(metrics.subscription.deadLetters, {
                where: { subscription_id: subscriptions },
                align: "sum",
                every: "10m",
                combine: "sum",
                by: ["subscription_id"],
              }),
              ...start,
            },
          ]),
    ],
  }));
}

const oldest = (subscription_id: readonly string[]) =>
  timeSeries(metrics.subscription.oldestUnackedMessageAge, {
    where: { subscription_id },
    align: "max",
    combine: "max",
    by: ["subscription_id"],
  });

const waiting = (subscription_id: readonly string[]) =>
  timeSeries(metrics.subscription.undeliveredMessages, {
    where: { subscription_id },
    align: "max",
    combine: "sum",
    by: ["subscription_id"],
  });

const topicTiles = (topic_id: readonly string[]): readonly Tile[] => [
  {
    chart: "Published, by answer",
    lines: [
      {
        series: timeSeries(metrics.topic.publishRequests, {
          where: { topic_id },
          combine: "sum",
          by: ["topic_id", "response_class"],
        }),
        as: "bars",
      },
    ],
  },
];

const subscriptionTiles = (alerts: PubsubAlerts, subscription_id: readonly string[]): readonly Tile[] => [
  {
    chart: "Oldest message that waits",
    lines: [{ series: oldest(subscription_id) }],
    levels: alerts.levels("oldestMessage"),
  },
  { chart: "Messages that wait", lines: [{ series: waiting(subscription_id), as: "area" }] },
  {
    chart: "Deliveries, by answer",
    lines: [
      {
        series: timeSeries(metrics.subscription.pushRequests, {
          where: { subscription_id },
          combine: "sum",
          by: ["subscription_id", "response_class"],
        }),
        as: "bars",
      },
    ],
  },
];

const deadLetterTile = (alerts: PubsubAlerts, subscription_id: readonly string[]): Tile => ({
  chart: "Dead letters that wait",
  lines: [{ series: waiting(subscription_id), as: "area" }],
  levels: alerts.levels("deadLetters"),
});
