import { Construct } from "constructs";
import type { Fields } from "../../pipeline/schema/field";
import { json, nullable, string, timestamp } from "../../pipeline/schema/field";
import type { AnyDataset } from "../bigquery/dataset";
import { Table, type AnyTable } from "../bigquery/table";
import { View } from "../bigquery/view";
import { BigQuerySubscription } from "../pubsub/bigquery-subscription";
import { CloudStorageSubscription, type CloudStorageSubscriptionProps } from "../pubsub/cloud-storage-subscription";
import type { SubscriptionProps } from "../pubsub/subscription-props";
import type { EventTopic } from "./event-topic";
import { unpack } from "./unpack";

interface Delivered extends Pick<SubscriptionProps, "filter" | "maxDeliveryAttempts" | "backoff"> {
  /** The subscription's name. @default "<topic>-raw" */
  readonly subscription?: string;
}

interface TableLanding extends Delivered {
  /** The table, by name or one of yours. */
  readonly into: string | AnyTable;
  /** A view of this name, with a column for each of the event's fields. @default none */
  readonly view?: string;
  /**
   * Columns with the message's id, its time and attributes, and a partition for each day. A message may be written
   * twice, and its id tells.
   * @default true
   */
  readonly metadata?: boolean;
}

export interface FilesLanding extends Delivered {
  /** Files in a bucket, a line or a record for each message. */
  readonly into: Pick<
    CloudStorageSubscriptionProps,
    "bucket" | "prefix" | "suffix" | "datetimeFormat" | "format" | "file"
  >;
}

export type LandingOptions = TableLanding | FilesLanding;

interface TableProps extends TableLanding {
  readonly events: EventTopic;
  /** Where a table is made, and a view. */
  readonly dataset: AnyDataset;
}

interface FilesProps extends FilesLanding {
  readonly events: EventTopic;
}

export type RawLandingProps = TableProps | FilesProps;

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
 * Events in a table or in files as they came, without anything that runs: Pub/Sub writes them itself, at least once
 * each. What an event means is decided later.
 * @throws InvalidProps
 */
export class RawLanding extends Construct {
  /** Undefined where files are written. */
  readonly table: AnyTable | undefined;

  constructor(scope: Construct, id: string, props: RawLandingProps) {
    super(scope, id);
    const { events, filter, maxDeliveryAttempts, backoff } = props;
    const delivery = {
      filter,
      maxDeliveryAttempts,
      backoff,
      name: props.subscription ?? `${events.topic.key}-raw`,
      topic: events.topic,
      deadLetters: events.deadLetters,
    };
    if (isOfFiles(props)) new CloudStorageSubscription(this, "subscription", { ...delivery, ...props.into });
    else this.table = this.landInTable(props, delivery);
  }

  private landInTable(
    { events, into, view, metadata = true, dataset }: TableProps,
    delivery: SubscriptionProps,
  ): AnyTable {
    const table = typeof into === "string" ? this.landing(dataset, into, metadata) : into;
    new BigQuerySubscription(this, "subscription", { ...delivery, table, metadata });
    if (view === undefined) return table;
    const beside = metadata ? ["message_id", "publish_time"] : [];
    const description = `${events.event.name} by its fields`;
    const query = unpack(table.path, events.event.eventFields, beside);
    new View(this, "view", { dataset, name: view, query, description });
    return table;
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

/** Whether messages land in files, and not in a table. */
export const isOfFiles = <Options extends LandingOptions>(props: Options): props is Extract<Options, FilesLanding> =>
  typeof props.into === "object" && "bucket" in props.into;
