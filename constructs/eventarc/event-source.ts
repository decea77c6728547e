import type { EventarcTriggerConfig } from "@cdktf/provider-google/lib/eventarc-trigger";
import type { AnyTopic } from "../pubsub/topic";
import type { ObjectEvent } from "../storage/bucket-notification";
import type { AnyBucket } from "../storage/bucket";
import type { AnyEventChannel } from "./event-channel";

/**
 * Objects of a bucket. They cannot be told apart by their names here: BucketNotification, with a push subscription, takes
 * those of one prefix.
 */
export interface ObjectEvents {
  readonly bucket: AnyBucket;
  /** @default "finalized": an object is there, new or again */
  readonly event?: ObjectEvent;
}

/**
 * Messages of a topic. Eventarc's own subscription gives up on a message after a day and sets nothing aside:
 * PushSubscription does.
 */
export interface MessageEvents {
  readonly topic: AnyTopic;
}

/** What somebody did, as a service's audit log has it. What only reads is logged where the project says so. */
export interface AuditLogEvents {
  readonly audit: {
    /** "bigquery.googleapis.com" */
    readonly service: string;
    /** "google.cloud.bigquery.v2.JobService.InsertJob" */
    readonly method: string;
    /** Of which resource: "projects/acme/jobs/nightly", or a pattern of such names. @default of all */
    readonly resource?: string | Pattern;
  };
}

/** Documents of Firestore. */
export interface DocumentEvents {
  /** A path with words in braces for what may be anything: "orders/{order}". */
  readonly document: string;
  /** @default "written": created, updated or deleted */
  readonly event?: "created" | "updated" | "deleted" | "written";
  /** @default "(default)", in the stack's region */
  readonly database?: { readonly name: string; readonly location: string };
  /** Of a database in Datastore mode. @default "(default)" */
  readonly namespace?: string;
  /** The event also says who changed the document. @default false */
  readonly authContext?: boolean;
}

/** Any other event, by its type and what else must be true of it. */
export interface OtherEvents {
  /** "google.firebase.auth.user.v1.created" */
  readonly type: string;
  /** What the event must say, but for its type. @default nothing */
  readonly attributes?: { readonly [name: string]: string | Pattern };
  /** Where the events of a partner come from: a channel, or the path of one. @default none: they are Google's */
  readonly channel?: AnyEventChannel | string;
}

/**
 * A pattern of paths: "*" is a part of a name, "**" any parts, "{name}" one part.
 * @see https://cloud.google.com/eventarc/docs/path-patterns
 */
export interface Pattern {
  readonly pattern: string;
}

export type EventSource = ObjectEvents | MessageEvents | AuditLogEvents | DocumentEvents | OtherEvents;

/** A source as Eventarc filters for it. */
interface Filters {
  readonly criteria: readonly { readonly attribute: string; readonly value: string | Pattern | undefined }[];
  readonly more?: Partial<Pick<EventarcTriggerConfig, "transport" | "channel">>;
  /** Where the events come to be, as far as it is known; where the trigger then has to be. */
  readonly location?: string;
}

const objectEvents: { readonly [event in ObjectEvent]: string } = {
  finalized: "finalized",
  metadata: "metadataUpdated",
  archived: "archived",
  deleted: "deleted",
};

export function filtersOf(source: EventSource): Filters {
  if ("bucket" in source) {
    const { bucket, event = "finalized" } = source;
    return {
      criteria: [
        typed(`google.cloud.storage.object.v1.${objectEvents[event]}`),
        { attribute: "bucket", value: bucket.name },
      ],
      location: bucket.location?.toLowerCase(),
    };
  }
  if ("topic" in source) {
    return {
      criteria: [typed("google.cloud.pubsub.topic.v1.messagePublished")],
      more: { transport: { pubsub: { topic: source.topic.path } } },
    };
  }
  if ("audit" in source) {
    const { service, method, resource } = source.audit;
    return {
      criteria: [
        typed("google.cloud.audit.log.v1.written"),
        { attribute: "serviceName", value: service },
        { attribute: "methodName", value: method },
        { attribute: "resourceName", value: resource },
      ],
    };
  }
  return "document" in source ? ofDocuments(source) : ofOthers(source);
}

function ofDocuments({ document, event = "written", database, namespace, authContext }: DocumentEvents): Filters {
  const suffix = authContext === true ? ".withAuthContext" : "";
  return {
    criteria: [
      typed(`google.cloud.firestore.document.v1.${event}${suffix}`),
      { attribute: "database", value: database?.name ?? "(default)" },
      { attribute: "namespace", value: namespace },
      { attribute: "document", value: hasWildcard(document) ? { pattern: document } : document },
    ],
    location: database?.location.toLowerCase(),
  };
}

function ofOthers({ type, attributes = {}, channel }: OtherEvents): Filters {
  const others = Object.entries(attributes).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return {
    criteria: [typed(type), ...others.map(([attribute, value]) => ({ attribute, value }))],
    more: { channel: typeof channel === "object" ? channel.path : channel },
  };
}

const typed = (value: string) => ({ attribute: "type", value });

/** What means something in a pattern, and stands for itself in a text. */
export const hasWildcard = (text: string): boolean => /[*{}]/.test(text);

/** As Terraform takes them. */
export const criteriaOf = ({ criteria }: Filters) =>
  criteria.flatMap(({ attribute, value }) => {
    if (value === undefined) return [];
    return typeof value === "string"
      ? [{ attribute, value: value }]
      : [{ attribute, value: value.pattern, operator: "match-path-pattern" }];
  });
