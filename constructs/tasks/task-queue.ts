import { CloudTasksQueue } from "@cdktf/provider-google/lib/cloud-tasks-queue";
import { CloudTasksQueueIamMember } from "@cdktf/provider-google/lib/cloud-tasks-queue-iam-member";
import type { Construct } from "constructs";
import { seconds } from "../../pipeline/duration";
import { keyOfExisting, type Existing } from "../core/existing";
import { Grantable, ResourcePolicy, type Grant, type GrantOptions, type Identity, type Policy } from "../core/grants";
import { make } from "../core/make";
import { physicalName } from "../core/names";
import { reference } from "../core/reference";
import { guarded } from "../core/removal";
import { check } from "../core/rules";
import { Site } from "../core/site";
import { nothing } from "../core/waits";
import { accountName, ServiceAccount, type AnyServiceAccount } from "../iam/service-account";
import { queues } from "./journey-rules";
import { routingOf } from "./routing";
import { nameRule, rules } from "./rules";
import type { QueueTarget, TaskQueueProps } from "./task-queue-props";

/** A queue wherever it was made. */
export abstract class AnyTaskQueue extends Grantable {
  abstract readonly name: string;
  /** The name in addresses: without the stage's prefix. */
  abstract readonly key: string;
  /** projects/P/locations/L/queues/Q: a reference to the queue, as clients want it told. */
  abstract readonly path: string;
  /** The same as plain text, for what must not wait for the queue. */
  abstract readonly fullName: string;

  /**
   * May put tasks into it: roles/cloudtasks.enqueuer. Where tasks carry the token of an account, whoever makes them must
   * also be let use the account: {@link TaskTarget} gives both.
   */
  grantEnqueue(to: Identity, options?: GrantOptions): Grant {
    return this.policy.grant("roles/cloudtasks.enqueuer", to, options);
  }

  /** May read what is in it: roles/cloudtasks.viewer. */
  grantView(to: Identity, options?: GrantOptions): Grant {
    return this.policy.grant("roles/cloudtasks.viewer", to, options);
  }

  /** May delete tasks before they are run: roles/cloudtasks.taskDeleter. */
  grantDelete(to: Identity, options?: GrantOptions): Grant {
    return this.policy.grant("roles/cloudtasks.taskDeleter", to, options);
  }
}

/**
 * Requests that are sent later, at a pace, and again where they fail. A task is run at least once, and at times twice.
 * Where the stage keeps data, a queue cannot be destroyed by accident, and its tasks with it.
 * @throws InvalidProps
 * @see https://cloud.google.com/tasks/docs/dual-overview
 */
export class TaskQueue extends AnyTaskQueue {
  readonly resource: CloudTasksQueue;
  readonly name: string;
  readonly key: string;
  readonly path: string;
  readonly fullName: string;
  /** The account as which all tasks call, where the queue has a `target`. */
  readonly identity: AnyServiceAccount | undefined;
  protected readonly policy: Policy;

  constructor(scope: Construct, id: string, props: TaskQueueProps = {}) {
    super(scope, id);
    this.key = props.name ?? id;
    const name = physicalName(this, this.key);
    check(this, { ...props, name }, rules);
    const { project, region } = Site.of(this).settings;
    const location = props.region ?? region;
    const { target } = props;
    this.identity = target && this.identityFor(target);
    const { waits, httpTarget } = target
      ? routingOf(this, target, this.identity)
      : { waits: nothing, httpTarget: undefined };
    this.resource = make(
      this,
      "resource",
      CloudTasksQueue,
      this.key,
      {
        name,
        location,
        rateLimits: props.rate && {
          maxDispatchesPerSecond: props.rate.perSecond,
          maxConcurrentDispatches: props.rate.atOnce,
        },
        retryConfig: retryOf(props),
        stackdriverLoggingConfig: { samplingRatio: props.logged ?? 1 },
        httpTarget,
        lifecycle: guarded(this),
        ...props.overrides,
      },
      waits,
    );
    this.fullName = `projects/${project}/locations/${location}/queues/${name}`;
    this.name = reference(this.resource, "name", name);
    this.path = reference(this.resource, "id", this.fullName);
    this.policy = new ResourcePolicy(this, {
      key: this.key,
      fullName: this.fullName,
      verbs: "grantEnqueue",
      // A queue with a target comes after what it calls, which so cannot wait for the queue.
      tier: target === undefined ? "data" : "delivery",
      member: CloudTasksQueueIamMember,
      on: { name: this.name, location },
      resource: this.resource,
    });
    queues.tell(this, { queue: this.fullName });
  }

  /** A queue that is there already. */
  static fromName(scope: Construct, id: string, from: ExistingTaskQueueProps): AnyTaskQueue {
    return new ExistingTaskQueue(scope, id, from);
  }

  private identityFor({ as }: QueueTarget): AnyServiceAccount | undefined {
    if (as === "nobody") return undefined;
    return as ?? new ServiceAccount(this, "identity", { name: accountName(`${this.key}-tasks`) });
  }
}

const UNLIMITED = -1;

function retryOf({ retry }: TaskQueueProps) {
  if (retry === undefined) return undefined;
  const { attempts, within, backoff, doublings } = retry;
  return {
    maxAttempts: attempts === "unlimited" ? UNLIMITED : attempts,
    maxRetryDuration: within && seconds(within),
    minBackoff: backoff?.minimum && seconds(backoff.minimum),
    maxBackoff: backoff?.maximum && seconds(backoff.maximum),
    maxDoublings: doublings,
  };
}

export interface ExistingTaskQueueProps extends Existing {
  /** @default the stack's region */
  readonly region?: string;
}

class ExistingTaskQueue extends AnyTaskQueue {
  readonly name: string;
  readonly key: string;
  readonly path: string;
  readonly fullName: string;
  protected readonly policy: Policy;

  constructor(scope: Construct, id: string, from: ExistingTaskQueueProps) {
    super(scope, id);
    check(this, from, [nameRule]);
    const { settings } = Site.of(this);
    const { name, project = settings.project, region = settings.region } = from;
    this.name = name;
    this.key = keyOfExisting(from, settings.project);
    this.fullName = `projects/${project}/locations/${region}/queues/${name}`;
    this.path = this.fullName;
    this.policy = new ResourcePolicy(this, {
      key: this.key,
      fullName: this.fullName,
      verbs: "grantEnqueue",
      tier: "data",
      member: CloudTasksQueueIamMember,
      on: { name, location: region, project },
      grants: from.grants,
    });
  }
}
