import type { Construct } from "constructs";
import type { FieldType } from "../../pipeline/spec";
import type { AnyTable } from "../bigquery/table";
import { settled } from "../core/propagation";
import type { Rules } from "../core/rules";
import { list } from "../core/text";
import { uses } from "../core/uses";
import type { AnyServiceAccount } from "../iam/service-account";
import { Subscription, type Delivery } from "./subscription";
import type { SubscriptionProps } from "./subscription-props";
import { Topic } from "./topic";
import { writerOf } from "./writer";

export interface BigQuerySubscriptionProps extends SubscriptionProps {
  readonly table: AnyTable;
  /**
   * What becomes of a message: "data": its text, in the column `data`; "topic-schema" or "table-schema": a column for
   * each field of the topic's schema, or of the table's.
   * @default "data"
   */
  readonly columns?: "data" | "topic-schema" | "table-schema";
  /**
   * Writes subscription_name, message_id, publish_time and attributes into columns of these names.
   * @default false
   */
  readonly metadata?: boolean;
  /** Passes over fields that the table has no column for. Not with columns: "data". @default false */
  readonly dropUnknownFields?: boolean;
  /** The account that writes. @default Pub/Sub's own agent, which needs no other right than that on the table */
  readonly as?: AnyServiceAccount;
}

const page = "https://cloud.google.com/pubsub/docs/bigquery";

/** The types of BigQuery's that Pub/Sub writes into a column of this name. */
const taken: { readonly [column: string]: readonly FieldType[] } = {
  data: ["STRING", "BYTES", "JSON"],
  subscription_name: ["STRING"],
  message_id: ["STRING"],
  publish_time: ["TIMESTAMP"],
  attributes: ["STRING", "JSON"],
};

const rules: Rules<BigQuerySubscriptionProps> = [
  {
    id: "dropUnknownFields-columns",
    reads: ["dropUnknownFields", "columns"],
    page,
    broken: ({ dropUnknownFields, columns = "data" }) =>
      dropUnknownFields === true && columns === "data"
        ? `dropUnknownFields needs columns: "topic-schema" or "table-schema": data is one text, whatever is in it`
        : undefined,
  },
  {
    id: "columns-schema",
    reads: ["columns"],
    page: `${page}#properties_subscription`,
    broken: ({ topic, columns }) =>
      columns === "topic-schema" && topic instanceof Topic && topic.schema === undefined
        ? `columns is "topic-schema", and the topic ${topic.key} has no schema: give it one, or take "table-schema"`
        : undefined,
  },
  {
    id: "table-columns",
    reads: ["columns", "metadata"],
    page,
    broken({ table, columns = "data", metadata = false }) {
      if (table.columns === undefined) return undefined;
      const types = new Map(table.columns.map(({ name, type }) => [name, type]));
      const needed = Object.entries(taken).filter(([name]) => (name === "data" ? columns === "data" : metadata));
      const wrong = needed.filter(([name, allowed]) => !allowed.some((type) => type === types.get(name)));
      if (wrong.length === 0) return undefined;
      const wanted = list(wrong.map(([name, types]) => `${name} (${types.join(" or ")})`));
      return `table ${table.name} lacks the columns that Pub/Sub writes: ${wanted}`;
    },
  },
];

/**
 * Messages that Pub/Sub writes into a table, at least once each. It writes as its service agent, or as an account of
 * yours, and is refused at creation until that one's right is obeyed.
 * @throws InvalidProps
 * @see https://cloud.google.com/pubsub/docs/bigquery
 */
export class BigQuerySubscription extends Subscription<BigQuerySubscriptionProps> {
  constructor(scope: Construct, id: string, props: BigQuerySubscriptionProps) {
    super(scope, id, props, write(scope, id, props));
    const { as, table } = props;
    if (as) uses.tell(this, { member: as.member, where: "table", text: table.path });
  }
}

function write(
  scope: Construct,
  id: string,
  { name = id, table, columns, metadata, dropUnknownFields, as }: BigQuerySubscriptionProps,
): Delivery<BigQuerySubscriptionProps> {
  const writer = writerOf(scope, name, as);
  const right = table.grantWrite(writer.identity, { why: `writes what ${name} delivers` });
  return {
    how: "bigquery",
    rules,
    into: table.dataset.fullName,
    config: {
      bigqueryConfig: {
        table: table.path,
        useTopicSchema: columns === "topic-schema" || undefined,
        useTableSchema: columns === "table-schema" || undefined,
        writeMetadata: metadata,
        dropUnknownFields,
        serviceAccountEmail: as?.email,
      },
    },
    waits: settled(scope, name, () => [...right.waits(), ...writer.waits()]),
  };
}
