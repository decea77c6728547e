import type { EventarcTriggerConfig } from "@cdktf/provider-google/lib/eventarc-trigger";
import { Token } from "cdktf";
import { labelsRule, type Labels } from "../core/labels";
import type { Overridable } from "../core/overridable";
import { isRegion, sameLocation } from "../core/places";
import type { Rules } from "../core/rules";
import type { AnyServiceAccount } from "../iam/service-account";
import type { EventDestination } from "./event-destination";
import { filtersOf, hasWildcard, type EventSource } from "./event-source";
import { nameRule } from "./names";

export interface EventTriggerProps extends Overridable<EventarcTriggerConfig> {
  /** @default the construct's id */
  readonly name?: string;
  /**
   * Which events: of a bucket, a topic, an audit log, documents, or any other by its type.
   * @see https://cloud.google.com/eventarc/docs/reference/supported-events
   */
  readonly on: EventSource;
  /** What is called for each. */
  readonly to: EventDestination;
  /**
   * Where the events come to be: a region, a bucket's or a database's area ("eu"), or "global".
   * @default the bucket's or the database's, else the stack's region
   * @see https://cloud.google.com/eventarc/docs/understand-locations
   */
  readonly location?: string;
  /**
   * The account that receives the events and makes the calls; it may invoke what is called and nothing else.
   * @default one of its own
   */
  readonly identity?: AnyServiceAccount;
  /** How what an event carries is written. @default "json", as Eventarc does */
  readonly content?: "json" | "protobuf";
  /** @default the stack's labels */
  readonly labels?: Labels;
}

const locations = "https://cloud.google.com/eventarc/docs/understand-locations";
const patterns = "https://cloud.google.com/eventarc/docs/path-patterns";

export const triggerRules: Rules<EventTriggerProps> = [
  nameRule,
  labelsRule,
  {
    id: "on-type",
    reads: ["on"],
    page: "https://cloud.google.com/eventarc/docs/reference/supported-events",
    broken({ on }) {
      if (!("type" in on)) return undefined;
      if (!/^[a-z][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+){2,}$/.test(on.type)) {
        return `on.type is "${on.type}": types of events are as google.firebase.auth.user.v1.created`;
      }
      return on.attributes !== undefined && Object.hasOwn(on.attributes, "type")
        ? "on.attributes has type, which a trigger has once: on.type"
        : undefined;
    },
  },
  {
    id: "on-audit",
    reads: ["on"],
    page: "https://cloud.google.com/eventarc/docs/reference/supported-events#cloud-audit-logs",
    broken({ on }) {
      if (!("audit" in on)) return undefined;
      const { service, method } = on.audit;
      if (!/^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(service)) {
        return `on.audit.service is "${service}": audit logs name services as bigquery.googleapis.com`;
      }
      return !/\s/.test(method)
        ? undefined
        : `on.audit.method is "${method}": audit logs name methods as google.cloud.bigquery.v2.JobService.InsertJob`;
    },
  },
  {
    id: "on-pattern",
    reads: ["on"],
    page: patterns,
    broken({ on }) {
      for (const { attribute, value } of filtersOf(on).criteria) {
        // A name that is a reference is no pattern, however it is written.
        if (value === undefined || Token.isUnresolved(value)) continue;
        if (value === "") return `on says nothing of ${attribute}: Eventarc compares it with something`;
        const says = typeof value === "string" ? notExact(value) : notAPattern(value.pattern);
        if (says !== undefined) return `on says of ${attribute} ${says}`;
      }
      return undefined;
    },
  },
  {
    id: "location-source",
    reads: ["on", "location"],
    page: locations,
    broken({ on, location }) {
      if (location === undefined) return undefined;
      const there = filtersOf(on).location;
      if (there !== undefined && !sameLocation(location, there)) {
        return `location is "${location}", and what it waits for is in ${there}: a trigger is where its events come to be. Leave location away`;
      }
      if ("topic" in on && !isRegion(location))
        return `location is "${location}": messages come to a trigger in a region`;
      return "audit" in on && !isRegion(location) && location !== "global"
        ? `location is "${location}": audit logs come to a trigger in a region, or in "global" from everywhere`
        : undefined;
    },
  },
];

function notExact(value: string): string | undefined {
  return hasWildcard(value)
    ? `"${value}", letter by letter: where * and {} mean something, write { pattern: "${value}" }`
    : undefined;
}

function notAPattern(pattern: string): string | undefined {
  if (!hasWildcard(pattern)) return `the pattern "${pattern}", which matches one path: write it as text`;
  const wrong = pattern
    .split("/")
    .find((part) => part !== "**" && /\*\*|[{}]/.test(part) && !/^\{\w+(=\*\*?)?\}$/.test(part));
  return wrong === undefined
    ? undefined
    : `the pattern "${pattern}", in which "${wrong}" means nothing: a part of a path may be ** or {name}, and have * in it`;
}
