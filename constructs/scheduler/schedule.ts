import { CloudSchedulerJob } from "@cdktf/provider-google/lib/cloud-scheduler-job";
import { Construct } from "constructs";
import { seconds } from "../../pipeline/duration";
import { make } from "../core/make";
import { physicalName } from "../core/names";
import { check } from "../core/rules";
import { Site } from "../core/site";
import { literal } from "../core/text";
import { accountName, ServiceAccount, type AnyServiceAccount } from "../iam/service-account";
import { deliveryTo } from "./delivery";
import { checked, RETRIES, rules } from "./rules";
import type { ScheduleProps } from "./schedule-props";
import type { ScheduleTarget } from "./target";

/**
 * Calls a service, starts a job or a workflow, or publishes a message, again and again. It is tried at least once a
 * turn and at times twice: what it calls has to bear that.
 * @throws InvalidProps
 * @see https://cloud.google.com/scheduler/docs/creating
 */
export class Schedule extends Construct {
  readonly resource: CloudSchedulerJob;
  /** The account that it calls as. Undefined where it publishes, which Cloud Scheduler does itself, or calls as nobody. */
  readonly identity: AnyServiceAccount | undefined;

  constructor(scope: Construct, id: string, props: ScheduleProps) {
    super(scope, id);
    const key = props.name ?? id;
    const name = physicalName(this, key);
    const { target, retry = {} } = props;
    const { project, region } = Site.of(this).settings;
    check(this, checked(props, name, project), rules);
    this.identity = this.identityFor(key, target);
    const { waits, ...delivery } = deliveryTo(this, key, target, this.identity);
    this.resource = make(
      this,
      "resource",
      CloudSchedulerJob,
      key,
      {
        name,
        region: props.region ?? region,
        description: props.description && literal(props.description),
        schedule: props.cron,
        timeZone: props.timeZone ?? "Etc/UTC",
        paused: props.paused ?? false,
        retryConfig: {
          retryCount: retry.retries ?? RETRIES,
          maxRetryDuration: retry.within && seconds(retry.within),
          minBackoffDuration: retry.backoff?.minimum && seconds(retry.backoff.minimum),
          maxBackoffDuration: retry.backoff?.maximum && seconds(retry.backoff.maximum),
          maxDoublings: retry.doublings,
        },
        ...delivery,
        ...props.overrides,
      },
      waits,
    );
  }

  private identityFor(key: string, target: ScheduleTarget): AnyServiceAccount | undefined {
    if ("topic" in target || target.as === "nobody") return undefined;
    return target.as ?? new ServiceAccount(this, "identity", { name: accountName(`${key}-schedule`) });
  }
}
