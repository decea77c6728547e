import type { Duration } from "../../pipeline/duration";
import type { Json } from "../../pipeline/spec";
import type { Grant, GrantOptions, Identity } from "../core/grants";
import type { AnyServiceAccount } from "../iam/service-account";
import type { Invokable } from "../pubsub/push-subscription";
import type { AnyTopic } from "../pubsub/topic";
import type { Payload } from "./payload";

/** What a request to one of Google's APIs starts, and knows who may send it: a Cloud Run job, a workflow. */
export interface Startable {
  /** Where a POST starts it: https://run.googleapis.com/v2/projects/P/locations/L/jobs/J:run */
  readonly startUrl: string;
  grantStart(to: Identity, options?: GrantOptions): Grant;
}

/** A body goes with these methods, and with no other. */
type Content =
  | {
      /** @default "POST" */
      readonly method?: "POST" | "PUT" | "PATCH";
      /**
       * Text is sent as text/plain, anything else as application/json, unless `headers` say otherwise.
       * @default none
       */
      readonly body?: Payload;
    }
  | { readonly method: "GET" | "HEAD" | "DELETE" | "OPTIONS"; readonly body?: never };

interface Request {
  /** @default what the body's kind asks for */
  readonly headers?: { readonly [name: string]: string };
  /**
   * How long one attempt may take, 15s to 30m.
   * @default "180s", as Google does. Give more to who works longer before it answers
   */
  readonly deadline?: Duration;
}

/** A service or function, which takes an OIDC token of an account that may invoke it and nothing else. */
export type InvokeTarget = Request &
  Content & {
    readonly to: Invokable;
    /** Where at its URL. @default "/" */
    readonly path?: `/${string}`;
    /** The account whose token the request carries. @default one of the schedule's own */
    readonly as?: AnyServiceAccount;
  };

/** A Cloud Run job or a workflow, started through Google's API as an account that may start it and nothing else. */
export type StartTarget = Request & {
  readonly start: Startable;
  /** What the API takes beside: a job's overrides, a workflow's `argument`. @default none */
  readonly body?: { readonly [name: string]: Json };
  /** @default one of the schedule's own */
  readonly as?: AnyServiceAccount;
};

/** Anything else of Google's, which takes an OAuth token: give the schedule's `identity` the right to it. */
export type ApiTarget = Request &
  Content & {
    readonly api: `https://${string}.googleapis.com/${string}`;
    /** @default one of the schedule's own */
    readonly as?: AnyServiceAccount;
    /** @default "https://www.googleapis.com/auth/cloud-platform": what the account may do is a matter of its grants */
    readonly scope?: string;
  };

/** An address that is not Google's, or that somebody else gave the account the right to. */
export type UrlTarget = Request &
  Content & {
    readonly url: `https://${string}`;
    /**
     * The account whose OIDC token the request carries, so that who is called can tell it from anybody else.
     * @default one of the schedule's own. "nobody": no token, for whom a header is enough
     */
    readonly as?: AnyServiceAccount | "nobody";
    /** What the token says it is for. @default the URL, as Google does */
    readonly audience?: string;
  };

/** A message, which has data or an attribute at least. Cloud Scheduler's agent may publish to this topic. */
export type TopicTarget =
  | {
      /** In the stack's project: a schedule publishes to no other. */
      readonly topic: AnyTopic;
      /** Text, or anything else as JSON. */
      readonly data: Payload;
      readonly attributes?: { readonly [name: string]: string };
    }
  | {
      readonly topic: AnyTopic;
      readonly data?: Payload;
      readonly attributes: { readonly [name: string]: string };
    };

export type HttpTarget = InvokeTarget | StartTarget | ApiTarget | UrlTarget;
export type ScheduleTarget = HttpTarget | TopicTarget;

/** The address that is called. */
export function whereOf(target: HttpTarget): string {
  if ("to" in target) return `${target.to.url}${target.path ?? "/"}`;
  if ("start" in target) return target.start.startUrl;
  return "api" in target ? target.api : target.url;
}
