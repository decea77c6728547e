/** REST methods as values: a verb, a path with names in it, a handler that returns the answer's JSON. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { CloudError, type Code } from "./errors";
import { pathOf, queryOf, readJson, sendJson } from "./http";
import type { HttpRoute } from "./service";

/** One request, its answer, and what the path says. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The values of the path's names, decoded. */
  readonly path: { readonly [name: string]: string };
  readonly query: URLSearchParams;
  /** How the caller reaches us: http://127.0.0.1:port */
  readonly base: string;
  /** The request's body as JSON, 20 MB at most. */
  json(): Promise<unknown>;
}

export interface RestMethod {
  /** GET, POST, ... */
  readonly verb: string;
  /** b/{bucket}/o/{object}: each name stands for one encoded part. */
  readonly path: string;
  /** What is returned is sent as JSON with 200; nothing is sent for undefined: the handler has answered. */
  answer(exchange: Exchange): unknown;
}

/** An error with the `reason` that Google's REST clients read, where the code's own does not say it. */
export class RestError extends CloudError {
  constructor(
    code: Code,
    message: string,
    readonly reason: string,
    readonly location?: string,
    private readonly status?: number,
  ) {
    super(code, message);
  }

  override get httpStatus(): number {
    return this.status ?? super.httpStatus;
  }
}

const BODY_LIMIT = 20 * 1024 * 1024;

/** All methods below one prefix ("/storage/v1/"). */
export function restRoute(prefix: string, methods: readonly RestMethod[]): HttpRoute {
  const patterns = methods.map((method) => ({ method, parts: method.path.split("/") }));
  return {
    prefix,
    async handle(request, response) {
      try {
        const given = pathOf(request).slice(prefix.length).split("/").map(decoded);
        const found = patterns.filter(({ parts }) => matches(parts, given));
        const one = found.find(({ method }) => method.verb === request.method);
        if (one === undefined) {
          const what = `${request.method} ${pathOf(request)}`;
          if (found.length === 0) throw new CloudError("NOT_FOUND", `${what}: there is no such method`);
          const verbs = found.map(({ method }) => method.verb).join(", ");
          throw new RestError("UNIMPLEMENTED", `${what}: this takes ${verbs}`, "httpMethodNotAllowed", undefined, 405);
        }
        const body = await one.method.answer({
          request,
          response,
          path: Object.fromEntries(one.parts.flatMap((part, at) => nameOf(part, given[at] as string))),
          query: queryOf(request),
          base: `http://${request.headers.host ?? "127.0.0.1"}`,
          json: () => readJson(request, BODY_LIMIT),
        });
        if (body !== undefined) sendJson(response, 200, body);
      } catch (error) {
        sendRestError(request, response, error);
      }
    },
  };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new CloudError("INVALID_ARGUMENT", `the path has a part that is not percent-encoded UTF-8: ${part}`);
  }
}

const matches = (parts: readonly string[], given: readonly string[]): boolean =>
  parts.length === given.length &&
  parts.every((part, at) => (part.startsWith("{") ? given[at] !== "" : part === given[at]));

const nameOf = (part: string, value: string): [string, string][] =>
  part.startsWith("{") ? [[part.slice(1, -1), value]] : [];

/** @see https://cloud.google.com/bigquery/docs/error-messages */
const reasons: { readonly [code in Code]: string } = {
  CANCELLED: "stopped",
  INVALID_ARGUMENT: "invalid",
  DEADLINE_EXCEEDED: "timeout",
  NOT_FOUND: "notFound",
  ALREADY_EXISTS: "duplicate",
  PERMISSION_DENIED: "accessDenied",
  RESOURCE_EXHAUSTED: "rateLimitExceeded",
  FAILED_PRECONDITION: "failedPrecondition",
  ABORTED: "aborted",
  OUT_OF_RANGE: "invalid",
  UNIMPLEMENTED: "notImplemented",
  INTERNAL: "internalError",
  UNAVAILABLE: "backendError",
  UNAUTHENTICATED: "required",
};

/** An error as Google's REST APIs write it: `errors` of an answer, `errorResult` of a job. */
export function errorProto(error: unknown): { reason: string; message: string; location?: string } {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof RestError && error.location !== undefined) {
    return { reason: error.reason, location: error.location, message };
  }
  if (error instanceof RestError) return { reason: error.reason, message };
  return { reason: reasons[error instanceof CloudError ? error.code : "INTERNAL"], message };
}

function sendRestError(request: IncomingMessage, response: ServerResponse, error: unknown): void {
  // Too late for an answer: cutting the connection is the only way to say that it is not whole.
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const status = error instanceof CloudError ? error.httpStatus : 500;
  // A body that is still on its way is read and dropped: a client that is cut while it writes never sees the answer.
  request.resume();
  const proto = errorProto(error);
  sendJson(response, status, {
    error: {
      code: status,
      message: proto.message,
      errors: [{ ...proto, domain: "global" }],
      ...(error instanceof CloudError ? { status: error.code } : {}),
    },
  });
}
