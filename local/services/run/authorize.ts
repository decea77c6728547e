/**
 * Who may send requests to a service, decided as Cloud Run decides it.
 * @see https://cloud.google.com/run/docs/authenticating/overview
 */
import type { IncomingHttpHeaders } from "node:http";
import { anyone } from "../../access/members";
import { CloudError } from "../../errors";
import type { Access, Caller, Tokens } from "../../service";
import { callerOf } from "../iam/tokens";
import type { RequestSettings } from "./workload";

export type Verdict =
  | { readonly allowed: true; readonly headers: IncomingHttpHeaders }
  | { readonly allowed: false; readonly status: 401 | 403 | 404; readonly why: string };

export interface Entrance {
  /** http://127.0.0.1:port */
  readonly url: string;
  readonly settings: RequestSettings;
  /** run.googleapis.com/projects/P/locations/L/services/S */
  readonly resource: string;
}

/** Looked at before Authorization, and left to the platform, so that Authorization is the program's own. */
const platformHeader = "x-serverless-authorization";

/**
 * @param fromWithin the request comes from a service of the local cloud itself: Pub/Sub's pushes
 * @returns the headers as the program sees them, or the refusal
 */
export function authorize(
  { url, settings, resource }: Entrance,
  headers: IncomingHttpHeaders,
  fromWithin: boolean,
  access: Access,
  tokens: Tokens,
): Verdict {
  const name = headers[platformHeader] === undefined ? "authorization" : platformHeader;
  const token = bearer(headers[name]);
  const verified = token === undefined ? undefined : tokens.verify(token);
  // Only workloads of the project can get a token of one of its accounts, and they are within.
  const within =
    fromWithin || (verified !== undefined && callerOf(verified.email).member.startsWith("serviceAccount:"));
  if (settings.internal && !within) {
    return refuse(404, "its ingress is internal: only Pub/Sub and other services of the project reach it");
  }
  if (settings.open || access.allows(anyone, "run.routes.invoke", resource)) return { allowed: true, headers };
  if (token === undefined)
    return refuse(403, denied(access, anyone, resource) ?? "the request carries no identity token");
  if (verified === undefined) {
    return refuse(401, "the identity token was not signed by this run's metadata server, or has ended");
  }
  if (!isFor(verified.audience, url, settings.audiences)) {
    const audiences = [url, ...settings.audiences].join(" or ");
    return refuse(401, `the identity token is for ${verified.audience}, and this service takes those for ${audiences}`);
  }
  const why = denied(access, callerOf(verified.email), resource);
  if (why !== undefined) return refuse(403, why);
  return { allowed: true, headers: { ...headers, [name]: `Bearer ${withoutSignature(token)}` } };
}

/** The service's own URL with any path, for Pub/Sub names an endpoint with one; or a custom audience as it stands. */
function isFor(audience: string, url: string, custom: readonly string[]): boolean {
  return audience === url || audience.startsWith(`${url}/`) || custom.includes(audience);
}

/** The refusal in a sentence, kept among the denials; undefined where it is allowed. */
function denied(access: Access, caller: Caller, resource: string): string | undefined {
  try {
    access.check(caller, "run.routes.invoke", resource);
    return undefined;
  } catch (error) {
    if (error instanceof CloudError) return error.message;
    throw error;
  }
}

function refuse(status: 401 | 403 | 404, why: string): Verdict {
  return { allowed: false, status, why };
}

function bearer(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === "string" ? /^bearer\s+(\S+)$/i.exec(header)?.[1] : undefined;
}

/** The program cannot replay what it was sent: https://cloud.google.com/run/docs/troubleshooting#signature-removed */
function withoutSignature(token: string): string {
  return `${token.split(".").slice(0, 2).join(".")}.SIGNATURE_REMOVED_BY_GOOGLE`;
}
