import { Construct } from "constructs";
import type { Fields } from "../../pipeline/schema/field";
import { json, nullable, string, timestamp } from "../../pipeline/schema/field";
import type { AnyDataset } from "../bigquery/dataset";
import { Table, type AnyTable } from "../bigquery/table";
import { View } from "../bigquery/view";
import { BigQuerySubscription } from "../pubsub/bigquery-subscription";
import type { SubscriptionProps } from "../pubsub/subscription-props";
import type { EventTopic } from "./event-topic";
import { unpack } from "./unpack";

export interface LandingOptions extends Pick<SubscriptionProps, "filter" | "maxDeliveryAttempts" | "backoff"> {
  /** The table, by name or one of yours. */
  readonly into: string | AnyTable;
  /** The subscription's name. @default "<topic>-raw" */
  readonly subscription?: string;
  /** A view of this name, with a column for each of the event's fields. @default none */
  readonly view?: string;
  /**
   * Columns with the message's id, its time and attributes, and a partition for each day. A message may be written
   * twice, and its id tells.
   * @default true
   */
  readonly metadata?: boolean;
}

export interface RawLandingProps extends LandingOptions {
  readonly events: EventTopic;
  readonly dataset: AnyDataset;
}

const data = { data: nullable(string({ description: "the message as it came" })) };

/** @see https://cloud.google.com/pubsub/docs/bigquery#write-metadata */
const withMetadata = {
  subscription_name: nullable(string()),
  message_id: nullable(string({ description: "the same for every copy of a message" })),
  publish_time: nullable(timestamp()),
  ...data,
  attributes: nullable(json()),
} satisfies Fields;

/**
 * Events in BigQuery as they came, without anything that runs: Pub/Sub writes them itself, at least once each. What an
 * event means is decided by a query, later.
 * @throws InvalidProps
 */
export class RawLanding extends Construct {
  readonly table: AnyTable;

  constructor(scope: Construct, id: string, props: RawLandingProps) {
    super(scope, id);
    const { events, dataset, into, view, metadata = true, ...delivery } = props;
    this.table = typeof into === "string" ? this.landing(dataset, into, metadata) : into;
    const name = props.subscription ?? `${events.topic.key}-raw`;
    new BigQuerySubscription(this, "subscription", {
      filter: delivery.filter,
      maxDeliveryAttempts: delivery.maxDeliveryAttempts,
      backoff: delivery.backoff,
      name,
      topic: events.topic,
      table: this.table,
      metadata,
      deadLetters: events.deadLetters,
    });
    if (view === undefined) return;
    const beside = metadata ? ["message_id", "publish_time"] : [];
    const description = `${events.event.name} by its fields`;
    const query = unpack(this.table.path, events.event.eventFields, beside);
    new View(this, "view", { dataset, name: view, query, description });
  }

  private landing(dataset: AnyDataset, name: string, metadata: boolean): Table {
    return new Table(this, "table", {
      dataset,
      name,
      columns: metadata ? withMetadata : data,
      partition: metadata ? { column: "publish_time" } : undefined,
    });
  }
}
