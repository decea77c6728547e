import type { CloudSchedulerJobConfig } from "@cdktf/provider-google/lib/cloud-scheduler-job";
import type { Duration } from "../../pipeline/duration";
import type { Backoff } from "../core/backoff";
import type { Overridable } from "../core/overridable";
import type { ScheduleTarget } from "./target";

/** App Engine as a target is left to `overrides`. */
export interface ScheduleProps extends Overridable<CloudSchedulerJobConfig> {
  /** It cannot be changed: another name is another job. @default the construct's id */
  readonly name?: string;
  /** At most 500 characters. @default none */
  readonly description?: string;
  /**
   * When, as five fields: minute, hour, day of the month, month, day of the week. "0 9 * * MON" is Mondays at nine.
   * @see https://cloud.google.com/scheduler/docs/configuring/cron-job-schedules
   */
  readonly cron: string;
  /**
   * Where the clock is that `cron` is read by: "America/New_York".
   * @default "Etc/UTC": where clocks are put forward and back, a turn at night is left out once a year, and another
   * comes twice
   */
  readonly timeZone?: string;
  /** What is called, started or published. */
  readonly target: ScheduleTarget;
  /** What happens where it fails. A turn that is tried again never runs beside the next one. */
  readonly retry?: {
    /**
     * Attempts after the first, 0 to 5.
     * @default 3: Google's own 0 leaves a failed turn until the next one, of a weekly schedule for a week
     */
    readonly retries?: number;
    /** Goes on for so long at least, however many attempts that is. @default no longer than `retries` */
    readonly within?: Duration;
    /** The pause between attempts. @default 5s to 1h, as Google does */
    readonly backoff?: Backoff;
    /** How often the pause is doubled before it grows evenly. @default 5, as Google does */
    readonly doublings?: number;
  };
  /**
   * Keeps it from running.
   * @default false, also where somebody paused it by hand: what the stack says holds again at the next apply
   */
  readonly paused?: boolean;
  /** Where it runs from; not all regions have Cloud Scheduler. It cannot be changed. @default the stack's region */
  readonly region?: string;
}
