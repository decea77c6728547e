import { Construct } from "constructs";
import type { Grant, GrantOptions, Identity } from "../core/grants";
import { relays, uses } from "../core/uses";
import { accountName, ServiceAccount, type AnyServiceAccount } from "../iam/service-account";
import type { Invokable } from "../pubsub/push-subscription";
import { mayMakeTokens } from "../scheduler/token-maker";
import type { AnyTaskQueue } from "./task-queue";

export interface TaskTargetProps {
  readonly queue: AnyTaskQueue;
  /** What the tasks call. */
  readonly to: Invokable;
  /** Where at its URL. @default "/" */
  readonly path?: `/${string}`;
  /** The account whose token tasks carry; it may invoke the service and nothing else. @default one of its own */
  readonly as?: AnyServiceAccount;
}

/**
 * What tasks of a queue call, and as whom. Whoever makes such a task needs a right on the queue and one on the account:
 *
 *     const reports = new TaskTarget(this, "reports", { queue, to: service, path: "/report" });
 *     const shop = new CloudRunService(this, "shop", { image, env: reports.env("REPORTS") });
 *     reports.grantEnqueue(shop.identity);
 *
 * @see https://cloud.google.com/tasks/docs/creating-http-target-tasks#token
 */
export class TaskTarget extends Construct {
  readonly queue: AnyTaskQueue;
  /** The account whose token tasks carry. */
  readonly identity: AnyServiceAccount;
  readonly url: string;
  readonly audience: string;

  constructor(scope: Construct, id: string, { queue, to, path = "/", as }: TaskTargetProps) {
    super(scope, id);
    this.queue = queue;
    this.identity = as ?? new ServiceAccount(this, "identity", { name: accountName(`${id}-tasks`) });
    this.url = `${to.url}${path}`;
    this.audience = to.audience;
    to.grantInvoke(this.identity, { why: "Cloud Tasks calls as it" });
    mayMakeTokens(this, "tasks", this.identity, "identity");
    uses.tell(this, { member: this.identity.member, where: "target", text: this.url });
  }

  /**
   * What whoever makes tasks is told: REPORTS_QUEUE, REPORTS_URL, REPORTS_ACCOUNT (the account whose token a task
   * carries) and REPORTS_AUDIENCE (what the token is for).
   */
  env<Prefix extends string>(prefix: Prefix): { readonly [Name in `${Prefix}_${Told}`]: string } {
    const told = {
      [`${prefix}_QUEUE`]: this.queue.path,
      [`${prefix}_URL`]: this.url,
      [`${prefix}_ACCOUNT`]: this.identity.email,
      [`${prefix}_AUDIENCE`]: this.audience,
    };
    // TypeScript widens computed names to string.
    return told as { [Name in `${Prefix}_${Told}`]: string };
  }

  /** May make such tasks: roles/cloudtasks.enqueuer on the queue, and roles/iam.serviceAccountUser on the account. */
  grantEnqueue(to: Identity, options?: GrantOptions): readonly [queue: Grant, account: Grant] {
    // It is told the service's address for its tasks, and invokes nothing itself.
    relays.tell(this, { member: to.member, text: this.url });
    return [
      this.queue.grantEnqueue(to, options),
      this.identity.grantUse(to, { why: "makes tasks that carry this account's token", ...options }),
    ];
  }
}

type Told = "QUEUE" | "URL" | "ACCOUNT" | "AUDIENCE";
