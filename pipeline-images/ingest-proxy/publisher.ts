import { status } from "@grpc/grpc-js";
import type { Outcome } from "./batcher";
import type { Clock } from "../../runtime/clock";
import { Failure, tryAgain } from "./failure";
import type { Log } from "../../runtime/log";
import { type Group, encodePublish } from "./messages";
import type { PublishCall } from "./topic";

export interface PublisherProps {
  readonly topic: string;
  readonly call: PublishCall;
  readonly clock: Clock;
  readonly log: Log;
  /** From 0 to 1: spreads the retries of many instances. */
  readonly random: () => number;
}

/** Whoever sends clicks rather hears 503 and comes again than waits longer. Below that, a failover passes unseen. */
const GIVE_UP_AFTER = 10_000;
const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 2_000;

/** What Google's publisher retries (https://cloud.google.com/pubsub/docs/retry-requests). */
const PASSING: ReadonlySet<number> = new Set([
  status.ABORTED,
  status.CANCELLED,
  status.DEADLINE_EXCEEDED,
  status.INTERNAL,
  status.RESOURCE_EXHAUSTED,
  status.UNAVAILABLE,
  status.UNKNOWN,
]);

/** Batches to Pub/Sub, with retries. A retry may publish an event twice: a journey's events carry an id for that. */
export class Publisher {
  constructor(private readonly props: PublisherProps) {}

  /**
   * One outcome a group, in their order; never rejects.
   * Pub/Sub refuses a batch as a whole for one event that does not fit the topic's schema, so a refused batch is
   * halved until the group that does not fit stands alone: the others are published.
   */
  async publish(groups: readonly Group[]): Promise<readonly Outcome[]> {
    try {
      const ids = await this.withRetries(encodePublish(this.props.topic, groups), groups.length);
      return share(ids, groups);
    } catch (error) {
      const failure = this.asFailure(error, groups.length);
      if (failure.status !== 400 || groups.length === 1) return groups.map(() => failure);
      const half = groups.length >> 1;
      const halves = await Promise.all([this.publish(groups.slice(0, half)), this.publish(groups.slice(half))]);
      return halves.flat();
    }
  }

  private async withRetries(request: Buffer, groups: number): Promise<readonly string[]> {
    const { call, clock, log, random } = this.props;
    const started = clock.now();
    for (let pause = FIRST_PAUSE; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
      try {
        return await call(request);
      } catch (error) {
        const wait = pause * (0.5 + random() / 2);
        if (!isPassing(error) || clock.now() + wait - started > GIVE_UP_AFTER) throw error;
        log("WARNING", "Pub/Sub did not take a batch: it is sent again", { code: codeOf(error), requests: groups });
        await new Promise<void>((resolve) => clock.after(wait, resolve));
      }
    }
  }

  private asFailure(error: unknown, requests: number): Failure {
    const code = codeOf(error);
    if (code === "INVALID_ARGUMENT" && isServiceError(error)) {
      // Its reason may quote the event: it is for the sender, not for the log.
      return new Failure(400, `Pub/Sub refuses the event: ${error.details}`);
    }
    const reason = error instanceof Error ? error.message : String(error);
    this.props.log("ERROR", `events are not published: ${reason}`, { code, requests, topic: this.props.topic });
    return tryAgain("The event was not taken. It is safe to send it again.");
  }
}

function share(ids: readonly string[], groups: readonly Group[]): Outcome[] {
  let at = 0;
  return groups.map(({ count }) => {
    const own = ids.slice(at, at + count);
    at += count;
    return own;
  });
}

const isServiceError = (error: unknown): error is { readonly code: number; readonly details: string } =>
  error instanceof Error && "code" in error && typeof error.code === "number" && "details" in error;

/** What is no answer of Pub/Sub's (no token, no connection) may pass as well. */
const isPassing = (error: unknown): boolean => !isServiceError(error) || PASSING.has(error.code);

const codeOf = (error: unknown): string => (isServiceError(error) ? (status[error.code] ?? "UNKNOWN") : "NO_ANSWER");
