import { StorageNotification, type StorageNotificationConfig } from "@cdktf/provider-google/lib/storage-notification";
import { Construct } from "constructs";
import { make } from "../core/make";
import type { Overridable } from "../core/overridable";
import { settled } from "../core/propagation";
import { check, type Rules } from "../core/rules";
import { serviceAgent } from "../core/service-agents";
import type { AnyTopic } from "../pubsub/topic";
import type { AnyBucket } from "./bucket";
import { notifications } from "./journey-rules";

export interface BucketNotificationProps extends Overridable<StorageNotificationConfig> {
  readonly bucket: AnyBucket;
  readonly topic: AnyTopic;
  /**
   * "finalized": an object is there, new or again; "metadata": what is said of it changed; "archived": the bucket keeps
   * versions, and another is the one that is read; "deleted".
   * @default all of them
   * @see https://cloud.google.com/storage/docs/pubsub-notifications#events
   */
  readonly events?: readonly ObjectEvent[];
  /** Only of objects whose names begin so: "incoming/". @default of all */
  readonly prefix?: string;
  /** Attributes that each message has, beside Cloud Storage's own. @default none */
  readonly attributes?: { readonly [name: string]: string };
  /** "json": what is known of the object. "none": the message's attributes say enough. @default "json" */
  readonly payload?: "json" | "none";
}

export type ObjectEvent = "finalized" | "metadata" | "archived" | "deleted";

const eventTypes: { readonly [event in ObjectEvent]: string } = {
  finalized: "OBJECT_FINALIZE",
  metadata: "OBJECT_METADATA_UPDATE",
  archived: "OBJECT_ARCHIVE",
  deleted: "OBJECT_DELETE",
};

/** Cloud Storage's own attributes of a message. */
const reserved = [
  "bucketId",
  "eventTime",
  "eventType",
  "notificationConfig",
  "objectGeneration",
  "objectId",
  "overwrittenByGeneration",
  "overwroteGeneration",
  "payloadFormat",
];
const MOST_ATTRIBUTES = 10;
const LONGEST_NAME = 256;
const LONGEST_VALUE = 1_024;
const page = "https://cloud.google.com/storage/docs/pubsub-notifications";

const rules: Rules<BucketNotificationProps> = [
  {
    id: "events-some",
    reads: ["events"],
    page: `${page}#events`,
    broken: ({ events }) =>
      events?.length === 0 ? "events is empty: nothing would be told. Leave it away to be told of all" : undefined,
  },
  {
    id: "attributes-form",
    reads: ["attributes"],
    page: `${page}#attributes`,
    broken({ attributes = {} }) {
      const all = Object.entries(attributes);
      if (all.length > MOST_ATTRIBUTES) {
        return `attributes has ${all.length}: Cloud Storage takes at most ${MOST_ATTRIBUTES}`;
      }
      const own = reserved.find((name) => attributes[name] !== undefined);
      if (own !== undefined) return `attributes has ${own}, which is one of Cloud Storage's own`;
      const long = all.find(([name, value]) => bytes(name) > LONGEST_NAME || bytes(value) > LONGEST_VALUE);
      return (
        long &&
        `attributes.${long[0].slice(0, 40)} is too long: Cloud Storage takes ${LONGEST_NAME} bytes of name and ${LONGEST_VALUE} of value`
      );
    },
  },
];

const bytes = (text: string): number => Buffer.byteLength(text);

/**
 * Messages about objects: Cloud Storage publishes one for each that comes, changes or goes, at least once. It does so as
 * its service agent, whose right is looked at when the notification is made.
 * @throws InvalidProps
 * @see https://cloud.google.com/storage/docs/pubsub-notifications
 */
export class BucketNotification extends Construct {
  readonly resource: StorageNotification;

  constructor(scope: Construct, id: string, props: BucketNotificationProps) {
    super(scope, id);
    check(this, props, rules);
    const { bucket, topic, prefix } = props;
    const right = topic.grantPublish(serviceAgent(this, "storage"), { why: `tells of the objects of ${bucket.key}` });
    const key = `${bucket.key}-${id}`;
    this.resource = make(
      this,
      "resource",
      StorageNotification,
      key,
      {
        bucket: bucket.name,
        topic: topic.path,
        eventTypes: props.events?.map((event) => eventTypes[event]),
        objectNamePrefix: prefix,
        customAttributes: props.attributes,
        payloadFormat: props.payload === "none" ? "NONE" : "JSON_API_V1",
        ...props.overrides,
      },
      settled(this, `notification-${key}`, right.waits),
    );
    notifications.tell(this, { bucket: bucket.fullName, topic: topic.fullName, prefix });
  }
}
