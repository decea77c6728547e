import { Fn, Token } from "cdktf";
import type { CloudTasksQueueHttpTarget } from "@cdktf/provider-google/lib/cloud-tasks-queue";
import type { Construct } from "constructs";
import { granted } from "../core/grants";
import { literal } from "../core/text";
import { uses } from "../core/uses";
import { nothing, type Waits } from "../core/waits";
import type { AnyServiceAccount } from "../iam/service-account";
import { calls } from "../scheduler/journey-rules";
import { mayMakeTokens } from "../scheduler/token-maker";
import type { QueueTarget } from "./task-queue-props";

const SCOPE = "https://www.googleapis.com/auth/cloud-platform";

/** Where a queue sends its tasks, and what must be there before. */
export function routingOf(
  owner: Construct,
  target: QueueTarget,
  identity: AnyServiceAccount | undefined,
): { readonly httpTarget: CloudTasksQueueHttpTarget; readonly waits: Waits } {
  const { method, headers = {}, query, when } = target;
  const url = urlOf(target);
  const { host, path } = partsOf(target);
  calls.tell(owner, { url, token: identity !== undefined });
  return {
    httpTarget: {
      httpMethod: method,
      headerOverrides: Object.entries(headers).map(([key, value]) => ({ header: { key, value: literal(value) } })),
      uriOverride: {
        scheme: "HTTPS",
        host,
        pathOverride: path === undefined ? undefined : { path },
        queryOverride: query === undefined ? undefined : { queryParams: query },
        uriOverrideEnforceMode: when === "if-missing" ? "IF_NOT_EXISTS" : "ALWAYS",
      },
      ...(identity && tokenOf(target, identity)),
    },
    waits: identity === undefined ? nothing : mayCall(owner, target, identity),
  };
}

function urlOf(target: QueueTarget): string {
  if ("to" in target) return `${target.to.url}${target.path ?? ""}`;
  return "api" in target ? target.api : target.url;
}

/** Cloud Tasks takes a URL in its parts. */
function partsOf(target: QueueTarget): { readonly host: string; readonly path: string | undefined } {
  if ("to" in target) return { host: hostOf(target.to.url), path: target.path };
  const [, host = "", path] = /^https:\/\/([^/]*)(\/.*)?$/.exec(urlOf(target)) ?? [];
  return { host, path };
}

/** Of a service whose URL is known only at apply, Terraform cuts the host out. */
const hostOf = (url: string): string =>
  Token.isUnresolved(url) ? Fn.trimprefix(url, "https://") : url.replace(/^https:\/\//, "");

/** For a queue, audience and scope have to be said. */
function tokenOf(target: QueueTarget, identity: AnyServiceAccount): Partial<CloudTasksQueueHttpTarget> {
  const serviceAccountEmail = identity.email;
  if ("api" in target) return { oauthToken: { serviceAccountEmail, scope: target.scope ?? SCOPE } };
  const audience = "to" in target ? target.to.audience : (target.audience ?? target.url);
  return { oidcToken: { serviceAccountEmail, audience } };
}

function mayCall(owner: Construct, target: QueueTarget, identity: AnyServiceAccount): Waits {
  uses.tell(owner, { member: identity.member, where: "target", text: urlOf(target) });
  const invoke = "to" in target ? target.to.grantInvoke(identity, { why: "Cloud Tasks calls as it" }) : undefined;
  const token = mayMakeTokens(owner, "tasks", identity, "api" in target ? "access" : "identity");
  const ready = granted(identity);
  return () => [...ready(), ...(invoke?.waits() ?? []), ...token.waits()];
}
