import { milliseconds, type Duration } from "../../pipeline/duration";
import { labelsRule } from "../core/labels";
import { limits, notADuration } from "../core/limits";
import type { Rule, Rules } from "../core/rules";
import type { AlertPolicyProps } from "./alert-props";
import { isLog, seriesConditionsOf, seriesOf, type Conditions, type SeriesCondition, type Share } from "./condition";
import { isAlignable } from "./metric";
import type { TimeSeries } from "./time-series";

const monitoring = limits("Monitoring");
const page = "https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.alertPolicies";
const LONGEST: Duration = "23.5h";
const MINUTE = 60_000;

type Alert = AlertPolicyProps & { readonly title: string };

/** A rule about the conditions: the first sentence about any of them. */
const ofConditions = (id: string, says: (when: Conditions) => string | undefined): Rule<Alert> => ({
  id: `when-${id}`,
  reads: ["when"],
  ofTokens: true,
  page,
  broken: ({ when }) => says(when),
});

const first = <T>(all: readonly T[], says: (each: T) => string | undefined): string | undefined =>
  all.map(says).find((sentence) => sentence !== undefined);

/** A sentence where a duration is out of its range or no multiple. */
function notWhole(name: string, value: Duration, [low, high]: readonly [Duration, Duration], step = MINUTE) {
  const wrong = notADuration(value, low, high);
  if (wrong) return `${name} ${wrong("Monitoring")}`;
  const unit = step === MINUTE ? "whole minutes" : `multiples of ${step / 1_000} s`;
  return milliseconds(value) % step === 0 ? undefined : `${name} is "${value}": Monitoring takes ${unit}`;
}

function lasting(condition: SeriesCondition): string | undefined {
  if ("absent" in condition) return notWhole("for", condition.for, ["2m", LONGEST]);
  if ("promql" in condition) {
    const { every } = condition;
    const wrong = condition.for && notADuration(condition.for, "0s", LONGEST);
    if (wrong) return `for ${wrong("Monitoring")}`;
    return every && notWhole("every", every, ["30s", "1d"], 30_000);
  }
  return (
    (condition.for && notWhole("for", condition.for, ["0m", LONGEST])) ??
    (condition.within && notWhole("within", condition.within, ["1h", "60h"]))
  );
}

function aligned({ metric, align, combine, by, every }: TimeSeries): string | undefined {
  const wrong = notADuration(every, "1m", "25h");
  if (wrong) return `every ${wrong("Monitoring")}`;
  if (!isAlignable(metric, align)) {
    return `align is "${align}", and ${metric.type} is a ${metric.kind} of ${metric.value}: Monitoring cannot align it so`;
  }
  if (combine !== undefined && align === "none")
    return `combine is "${combine}" of what is not aligned: series have no points in common`;
  return by.length > 0 && combine === undefined
    ? `by has ${by.join(" and ")}, and combine is not said: series that are not combined are all kept apart already`
    : undefined;
}

function shared(trigger: Share | undefined): string | undefined {
  if (trigger === undefined) return undefined;
  if ("count" in trigger) {
    return Number.isInteger(trigger.count) && trigger.count >= 1
      ? undefined
      : `trigger.count is ${trigger.count}: it is a number of series, at least 1`;
  }
  return trigger.percent > 0 && trigger.percent <= 100
    ? undefined
    : `trigger.percent is ${trigger.percent}: it is a part of the series, above 0 and at most 100`;
}

function divided(condition: SeriesCondition): string | undefined {
  if (!("series" in condition) || !("of" in condition.series)) return undefined;
  const { of, to } = condition.series;
  return of.every === to.every && labelsOf(of) === labelsOf(to)
    ? undefined
    : `the two series of a ratio have periods of ${of.every} and ${to.every}, by ${labelsOf(of)} and ${labelsOf(to)}: Monitoring divides what has the same`;
}

const labelsOf = ({ by }: TimeSeries): string => by.toSorted().join(", ") || "nothing";

export const alertRules: Rules<Alert> = [
  {
    id: "title-length",
    reads: ["title"],
    page,
    broken: ({ title }) =>
      title.length >= 1 && title.length <= 512
        ? undefined
        : `title has ${title.length} characters: Monitoring takes 1 to 512`,
  },
  {
    id: "runbook-length",
    reads: ["runbook"],
    page,
    broken({ runbook }) {
      if (runbook.trim() === "") return "runbook is empty: whoever is woken by this has to know what to do";
      const bytes = Buffer.byteLength(runbook);
      return runbook.length <= 8_192 && bytes <= 10_240
        ? undefined
        : `runbook has ${runbook.length} characters, ${bytes} bytes: Monitoring takes 8192 and 10240. Give a link to the rest of it`;
    },
  },
  {
    id: "links-form",
    reads: ["links"],
    page,
    broken({ links = {} }) {
      const all = Object.entries(links);
      if (all.length > 3) return `links has ${all.length}: Monitoring takes at most 3`;
      const wrong = all.find(([title, url]) => title.length > 63 || url.length > 2_083 || !/^https?:\/\//.test(url));
      return (
        wrong &&
        `links has "${wrong[0]}": "${wrong[1]}": Monitoring takes a title of 63 characters and an address of 2083`
      );
    },
  },
  ofConditions("count", (when) => {
    const { length } = seriesConditionsOf(when);
    return isLog(when) || (length >= 1 && length <= 6)
      ? undefined
      : `when has ${length} conditions: Monitoring takes 1 to 6`;
  }),
  ofConditions("duration", (when) => first(seriesConditionsOf(when), lasting)),
  ofConditions("missing", (when) =>
    first(seriesConditionsOf(when), (condition) =>
      "missing" in condition && condition.missing !== undefined && milliseconds(condition.for ?? "0m") < MINUTE
        ? `missing is "${condition.missing}", and for is not said: Monitoring judges missing data where it has to last, 1m at least`
        : undefined,
    ),
  ),
  ofConditions("aligner", (when) => first(seriesOf(when), aligned)),
  ofConditions("ratio", (when) => first(seriesConditionsOf(when), divided)),
  ofConditions("trigger", (when) =>
    first(seriesConditionsOf(when), (condition) => ("trigger" in condition ? shared(condition.trigger) : undefined)),
  ),
  {
    ...ofConditions("filter", (when) =>
      first(seriesOf(when), ({ filter }) =>
        filter.length <= 2_048
          ? undefined
          : `a filter has ${filter.length} characters: Monitoring takes 2048. Make several alerts, or say it by a prefix of the names`,
      ),
    ),
    // What a reference becomes is as long as it is.
    ofTokens: undefined,
  },
  ofConditions("log", (when) => {
    if (!isLog(when)) return undefined;
    if (when.log.trim() === "") return "log is empty: every log entry of the project would alarm";
    const quoted = Object.entries(when.labels ?? {}).find(([, { matching }]) => matching?.includes('"') === true);
    if (quoted) return `labels.${quoted[0]}.matching has a quote in it, which Logging cannot read: write "." for it`;
    const { notifyAtMostEvery } = when;
    const wrong = notifyAtMostEvery && notADuration(notifyAtMostEvery, "1m", "7d");
    return wrong && `notifyAtMostEvery ${wrong("Monitoring")}`;
  }),
  monitoring.lasts("autoClose", "30m", "7d", "https://cloud.google.com/monitoring/alerts/concepts-indepth"),
  monitoring.lasts("remindEvery", "30m", "1d", "https://cloud.google.com/monitoring/alerts/concepts-indepth"),
  {
    id: "remindEvery-nobody",
    reads: ["remindEvery"],
    page,
    broken: ({ remindEvery, channels = [] }) =>
      remindEvery !== undefined && channels.length === 0
        ? "remindEvery is said, and channels has nobody who could be reminded"
        : undefined,
  },
  labelsRule,
];
