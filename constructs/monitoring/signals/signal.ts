import { milliseconds, type Duration } from "../../../pipeline/duration";
import { kebab } from "../../core/text";
import type { Severity } from "../alert-props";
import type { Conditions } from "../condition";
import type { Level } from "../tile";

/** What an alert is by itself: who is told is said by whoever makes it. */
export interface Signal {
  /** "oldest-message" */
  readonly name: string;
  readonly title: string;
  readonly severity: Severity;
  readonly when: Conditions;
  readonly runbook: string;
}

/** A number, a length of time, or nothing that can be more or less. */
type Limit = number | Duration | undefined;

/** An alert as it is where nothing is said of it. */
export interface AlertDefault<Above extends Limit = Limit> {
  readonly above: Above;
  /** How long it must hold. */
  readonly for: Duration;
  readonly severity: Severity;
  readonly title: (above: Above) => string;
  readonly runbook: string;
}

export const alert = <Above extends Limit>(usual: AlertDefault<Above>): AlertDefault<Above> => usual;

/** An alert that is otherwise than usual. */
type AlertChange<Above extends Limit = Limit> = {
  readonly for?: Duration;
  readonly severity?: Severity;
  readonly runbook?: string;
} & (Above extends undefined ? object : { readonly above?: Above });

export type AlertDefaults = {
  readonly [name: string]: AlertDefault<number> | AlertDefault<Duration> | AlertDefault<undefined>;
};

/** Alerts by name: not at all, or otherwise than usual. */
export type AlertChanges<Defaults extends AlertDefaults> = {
  readonly [Name in keyof Defaults]?:
    | false
    | AlertChange<Defaults[Name] extends AlertDefault<infer Above> ? Above : never>;
};

/** Where an alert begins; a time in seconds. */
interface Start {
  readonly above: number;
  readonly for: Duration;
}

/** The alerts of one service, some of them changed. */
export class Alerts<Defaults extends AlertDefaults> {
  constructor(
    private readonly defaults: Defaults,
    private readonly changes: AlertChanges<Defaults>,
  ) {}

  /** An alert, unless it was switched off. */
  signal(name: keyof Defaults & string, when: (start: Start) => Conditions): readonly Signal[] {
    const alert = this.of(name);
    if (alert === undefined) return [];
    const { above, severity, runbook } = alert;
    return [
      {
        name: kebab(name),
        title: alert.title(above),
        severity,
        when: when({ above: numberOf(above), for: alert.for }),
        runbook,
      },
    ];
  }

  /** Where it begins, to be drawn in a chart of the same unit, or of one that is `times` as fine. */
  levels(name: keyof Defaults & string, times = 1): readonly Level[] {
    const alert = this.of(name);
    return alert === undefined ? [] : [{ value: numberOf(alert.above) * times, label: "alert" }];
  }

  private of(name: keyof Defaults & string): AlertDefault | undefined {
    const change = this.changes[name];
    const usual = this.defaults[name];
    if (change === false || usual === undefined) return undefined;
    // TypeScript does not see that a change is of its alert's kind of limit.
    const { above = usual.above, ...others } = (change ?? {}) as Partial<AlertDefault>;
    return { ...usual, ...defined(others), above } as AlertDefault;
  }
}

const numberOf = (limit: Limit): number => (typeof limit === "string" ? milliseconds(limit) / 1_000 : (limit ?? 0));

/** Without what is said to be undefined, which would take the place of a default. */
const defined = (options: object): object =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));

/** 0.05: "5 %". */
export const percent = (share: number): string => `${Math.round(share * 1_000) / 10} %`;

/** The names in Logging's language: ("a" OR "b"). */
export const anyOf = (names: readonly string[]): string =>
  `(${names.map((name) => JSON.stringify(name)).join(" OR ")})`;
