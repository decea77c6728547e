import type {
  CloudSchedulerJobConfig,
  CloudSchedulerJobHttpTarget,
} from "@cdktf/provider-google/lib/cloud-scheduler-job";
import type { Construct } from "constructs";
import { seconds } from "../../pipeline/duration";
import { granted, type Grant } from "../core/grants";
import { serviceAgent } from "../core/service-agents";
import { literal } from "../core/text";
import { uses } from "../core/uses";
import { nothing, type Waits } from "../core/waits";
import type { AnyServiceAccount } from "../iam/service-account";
import { calls } from "./journey-rules";
import { base64, textOf, type Payload } from "./payload";
import { whereOf, type HttpTarget, type ScheduleTarget, type TopicTarget } from "./target";
import { mayMakeTokens } from "./token-maker";

/** What of a job says where its turns go, and what must be there before. */
type Delivery = Pick<CloudSchedulerJobConfig, "httpTarget" | "pubsubTarget" | "attemptDeadline"> & {
  readonly waits: Waits;
};

/** Tells who calls what, and gives the rights that it takes. */
export function deliveryTo(
  owner: Construct,
  key: string,
  target: ScheduleTarget,
  identity: AnyServiceAccount | undefined,
): Delivery {
  return "topic" in target ? publish(owner, key, target) : call(owner, target, identity);
}

function publish(owner: Construct, key: string, { topic, data, attributes }: TopicTarget): Delivery {
  const grant = topic.grantPublish(serviceAgent(owner, "scheduler"), { why: `publishes what ${key} sends` });
  return {
    pubsubTarget: {
      topicName: topic.path,
      data: data === undefined ? undefined : base64(textOf(data)),
      attributes: attributes && literals(attributes),
    },
    waits: grant.waits,
  };
}

function call(owner: Construct, target: HttpTarget, identity: AnyServiceAccount | undefined): Delivery {
  const uri = whereOf(target);
  calls.tell(owner, { url: uri, token: identity !== undefined });
  const { body, headers, deadline } = target;
  const httpTarget: CloudSchedulerJobHttpTarget = {
    uri: literal(uri),
    // Always, as Google answers with the one it chose, which would be a change at each plan.
    httpMethod: "method" in target ? (target.method ?? "POST") : "POST",
    headers: literals({ ...contentType(body, headers), ...headers }),
    body: body === undefined ? undefined : base64(textOf(body)),
    ...(identity && tokenOf(target, identity)),
  };
  return {
    httpTarget,
    attemptDeadline: deadline && seconds(deadline),
    waits: identity === undefined ? nothing : mayCall(owner, target, identity),
  };
}

function tokenOf(target: HttpTarget, identity: AnyServiceAccount): Partial<CloudSchedulerJobHttpTarget> {
  const serviceAccountEmail = identity.email;
  if ("start" in target) return { oauthToken: { serviceAccountEmail } };
  if ("api" in target) return { oauthToken: { serviceAccountEmail, scope: target.scope } };
  const audience = "to" in target ? target.to.audience : target.audience;
  return { oidcToken: { serviceAccountEmail, audience } };
}

function mayCall(owner: Construct, target: HttpTarget, identity: AnyServiceAccount): Waits {
  const { member } = identity;
  // Of one of Google's APIs, what is named begins after its version.
  const text = whereOf(target).replace(/^https:\/\/[^/]+\.googleapis\.com\/(v\w+\/)?/, "");
  uses.tell(owner, { member, where: "target", text });
  const why = { why: "Cloud Scheduler calls as it" };
  const right = "to" in target ? target.to.grantInvoke(identity, why) : startRight(target, identity);
  const kind = "start" in target || "api" in target ? "access" : "identity";
  const token = mayMakeTokens(owner, "scheduler", identity, kind);
  const ready = granted(identity);
  return () => [...ready(), ...(right?.waits() ?? []), ...token.waits()];
}

function startRight(target: HttpTarget, identity: AnyServiceAccount): Grant | undefined {
  return "start" in target
    ? target.start.grantStart(identity, { why: "Cloud Scheduler starts it as this account" })
    : undefined;
}

function contentType(
  body: Payload | undefined,
  headers: HttpTarget["headers"] = {},
): { readonly [name: string]: string } {
  const said = Object.keys(headers).some((name) => name.toLowerCase() === "content-type");
  if (body === undefined || said) return {};
  return { "Content-Type": typeof body === "string" ? "text/plain; charset=utf-8" : "application/json" };
}

const literals = (texts: { readonly [name: string]: string }): { [name: string]: string } =>
  Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, literal(text)]));
