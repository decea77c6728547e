import type { Duration } from "../../pipeline/duration";
import type { Expression, Reference, Value } from "./expression";

/** What an HTTP request is made of. */
export interface HttpRequest {
  readonly url: string | Expression;
  readonly headers?: { readonly [name: string]: Value };
  readonly query?: { readonly [name: string]: Value };
  /** A map is sent as JSON. */
  readonly body?: Value;
  /**
   * The token of the workflow's account: "OIDC" for services and functions, "OAuth2" for Google's APIs.
   * @default none
   */
  readonly auth?:
    | "OIDC"
    | "OAuth2"
    | { readonly type: "OIDC"; readonly audience: Value }
    | { readonly type: "OAuth2"; readonly scopes: Value };
  /** At most 30m. @default 5m, as Google does */
  readonly timeout?: Duration;
}

/** What a call was answered with. */
export type HttpAnswer = Reference<{ readonly body: unknown; readonly code: number; readonly headers: unknown }>;

/** What is known of a failure. `code`, `headers` and `body` are there where it is HTTP's. */
export type WorkflowError = Reference<{
  readonly message: string;
  readonly code: number;
  readonly tags: readonly string[];
  readonly headers: unknown;
  readonly body: unknown;
}>;

/** What a loop goes over: a list, or whole numbers from one to another, both included. */
export type Over = (
  | { readonly in: Value }
  | { readonly range: readonly [first: number | Expression, last: number | Expression] }
) & {
  /** The variable's name. @default "item" */
  readonly as?: string;
};

export interface ParallelOptions {
  /** Variables from outside that branches may change. They may read all of them. @default none */
  readonly shared?: readonly Reference[];
  /** How many run at once, at most 20. @default as many as Workflows lets */
  readonly concurrency?: number;
  /**
   * "continue" lets the others go on where one fails, and fails at the end.
   * @default "stop"
   */
  readonly onError?: "stop" | "continue";
}

/**
 * Whether, how often and after which pause a step that failed is tried again. "idempotent": as Workflows does by default
 * for what may be sent twice (429, 502, 503, 504, connection errors); "non-idempotent": only where it was surely not done.
 */
export type Retry<Predicate> =
  | "idempotent"
  | "non-idempotent"
  | {
      /** What is worth another attempt. @default "idempotent" */
      readonly when?: "idempotent" | "non-idempotent" | "always" | Predicate;
      /** Attempts after the first. */
      readonly retries: number;
      readonly backoff: {
        readonly initial: Duration;
        readonly maximum: Duration;
        /** 1 or more. @default 2 */
        readonly multiplier?: number;
      };
    };

/** Of a parameter that whoever calls has to give. */
export const given: unique symbol = Symbol("given");

/** Parameters and their defaults, or {@link given} for those that have none. */
export interface Parameters {
  readonly [name: string]: Value | typeof given;
}

/** What is given for them: those without a default have to be. */
export type Arguments<P extends Parameters> = {
  readonly [Name in keyof P as P[Name] extends typeof given ? Name : never]: Value;
} & { readonly [Name in keyof P as P[Name] extends typeof given ? never : Name]?: Value };
