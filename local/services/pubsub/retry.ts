import { millisOf } from "../../../pipeline/protobuf/message";
import type { RetryPolicy } from "./api/messages";
import { BACKOFF } from "./limits";

/**
 * How long a message waits after its delivery failed: twice as long after each failure, from the policy's
 * minimum to its maximum; at once where there is no policy.
 * @param failures deliveries of the message that failed so far, at least 1
 * @returns milliseconds
 * @see https://cloud.google.com/pubsub/docs/handling-failures#exponential_backoff
 */
export function backoff(policy: RetryPolicy | undefined, failures: number): number {
  if (policy === undefined) return 0;
  const least = policy.minimumBackoff === undefined ? BACKOFF.defaultLeast * 1000 : millisOf(policy.minimumBackoff);
  const most = policy.maximumBackoff === undefined ? BACKOFF.defaultMost * 1000 : millisOf(policy.maximumBackoff);
  return Math.min(least * 2 ** Math.min(failures - 1, 30), Math.max(least, most));
}
