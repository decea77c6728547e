import type { CloudTasksQueueConfig } from "@cdktf/provider-google/lib/cloud-tasks-queue";
import type { Duration } from "../../pipeline/duration";
import type { Backoff } from "../core/backoff";
import type { Overridable } from "../core/overridable";
import type { AnyServiceAccount } from "../iam/service-account";
import type { Invokable } from "../pubsub/push-subscription";

interface Request {
  /** In place of the task's own. @default the task's */
  readonly method?: "POST" | "GET" | "HEAD" | "PUT" | "DELETE" | "PATCH" | "OPTIONS";
  /** Added to the task's own, or in their place. @default none */
  readonly headers?: { readonly [name: string]: string };
  /** What follows the "?". @default the task's */
  readonly query?: string;
  /**
   * "always", or "if-missing": where the task names an address of its own, it goes there.
   * @default "always": whoever enqueues can then send a task, and the token it carries, nowhere else
   */
  readonly when?: "always" | "if-missing";
}

/** Where all tasks of a queue go. */
export type QueueTarget =
  | (Request & {
      /** A service or function, which takes an identity token of an account that may invoke it and nothing else. */
      readonly to: Invokable;
      /** Where at its URL. @default the task's */
      readonly path?: `/${string}`;
      /** @default one of the queue's own */
      readonly as?: AnyServiceAccount;
    })
  | (Request & {
      /** An address that is not Google's: a host, and a path or the task's. */
      readonly url: `https://${string}`;
      /** @default one of the queue's own. "nobody": no token */
      readonly as?: AnyServiceAccount | "nobody";
      /** What the token says it is for. @default the URL */
      readonly audience?: string;
    })
  | (Request & {
      /** One of Google's APIs, which takes an access token: give the queue's `identity` the right to it. */
      readonly api: `https://${string}.googleapis.com${string}`;
      /** @default one of the queue's own */
      readonly as?: AnyServiceAccount;
      /** @default "https://www.googleapis.com/auth/cloud-platform": what the account may do is a matter of its grants */
      readonly scope?: string;
    });

/**
 * App Engine routing is left to `overrides`. A key of one's own is a setting of Cloud Tasks for a whole region, and
 * queues cannot have one; with it, `target` cannot be used.
 */
export interface TaskQueueProps extends Overridable<CloudTasksQueueConfig> {
  /**
   * It cannot be changed, and a name cannot be used again for a week after its queue was deleted.
   * @default the construct's id
   */
  readonly name?: string;
  /**
   * How fast tasks go out. The burst with which a full queue begins is Cloud Tasks' to choose, by `perSecond`.
   * @default up to 500 a second and 1000 at once, as Google does
   */
  readonly rate?: {
    /** More than 0, at most 500; "0.1" is one in ten seconds. */
    readonly perSecond?: number;
    /** Tasks that are being worked on, 1 to 5000. */
    readonly atOnce?: number;
  };
  /** What happens to a task that fails. One that is given up is deleted: there are no dead letters. */
  readonly retry?: {
    /** The first included, 1 or more. @default 100, as Google does */
    readonly attempts?: number | "unlimited";
    /** Goes on for so long at least, at most 31d, as tasks live no longer. @default until `attempts` are used up */
    readonly within?: Duration;
    /** The pause between attempts, 1s or more. @default 100ms to 1h, as Google does */
    readonly backoff?: Backoff;
    /** How often the pause is doubled before it grows evenly. @default 16, as Google does */
    readonly doublings?: number;
  };
  /**
   * The part of what happens to tasks that is logged, 0 to 1.
   * @default 1, all: of a task that was given up, its log is what is left. Take less for thousands of tasks a second
   */
  readonly logged?: number;
  /**
   * Where all tasks go, whatever they say, and as whom: whoever enqueues needs to know the queue and nothing else.
   * @default each task says it itself: see {@link TaskTarget}
   * @see https://cloud.google.com/tasks/docs/configuring-queues#routing
   */
  readonly target?: QueueTarget;
  /** Not all regions have Cloud Tasks. It cannot be changed. @default the stack's region */
  readonly region?: string;
}
