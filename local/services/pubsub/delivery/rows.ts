/**
 * A message as a row of the table of a BigQuery subscription.
 * @see https://cloud.google.com/pubsub/docs/bigquery#subscription_properties
 */
import { CloudError } from "../../../errors";
import type { TableWriter } from "../../../service";
import type { BigQueryConfig, SchemaSettings } from "../api/messages";
import { parseExactly } from "../exact-json";
import { type StoredMessage, timeText } from "../message";

export type Columns = ReturnType<TableWriter["columns"]>;
export interface Row {
  readonly [column: string]: unknown;
}

/** Reads messages by a topic's schema. */
export interface RowSchemas {
  fieldNames(schema: string): readonly string[];
  /** @throws CloudError INVALID_ARGUMENT for data that does not fit. */
  read(settings: SchemaSettings, data: Uint8Array): Row;
}

/** A message that cannot be a row of this table, and why. */
export class NoRow extends Error {
  override readonly name = "NoRow";
}

const TEXT = ["STRING"];
const DATA = ["STRING", "BYTES", "JSON"];
const METADATA: { readonly [column: string]: readonly string[] } = {
  subscription_name: TEXT,
  message_id: TEXT,
  publish_time: ["TIMESTAMP"],
  attributes: ["STRING", "JSON"],
};

/**
 * What Pub/Sub checks of the table when the subscription is made.
 * @param ofTopic names of the fields of the topic's schema, where rows are made of them
 * @throws CloudError INVALID_ARGUMENT
 */
export function checkColumns(config: BigQueryConfig, columns: Columns, ofTopic: readonly string[] | undefined): void {
  const needed = new Map<string, readonly string[] | undefined>();
  if (config.writeMetadata) for (const [name, types] of Object.entries(METADATA)) needed.set(name, types);
  if (config.useTopicSchema) {
    if (!config.dropUnknownFields) for (const name of ofTopic ?? []) needed.set(name, undefined);
  } else if (!config.useTableSchema) needed.set("data", DATA);
  for (const [name, types] of needed) {
    const column = find(columns, name);
    if (column === undefined) throw misfit(config, `it has no column ${name}`);
    if (types !== undefined && !types.includes(column.type)) {
      throw misfit(config, `its column ${name} is ${column.type}, and should be ${types.join(" or ")}`);
    }
  }
  if (config.useTableSchema) return;
  const written = new Set([...needed.keys(), ...(ofTopic ?? [])].map((name) => name.toLowerCase()));
  for (const { name, mode } of columns) {
    if (mode === "REQUIRED" && !written.has(name.toLowerCase())) {
      throw misfit(config, `its column ${name} is REQUIRED, and the subscription does not write it`);
    }
  }
}

/** Makes rows of messages, for one table. */
export class RowWriter {
  constructor(
    private readonly subscription: string,
    private readonly config: BigQueryConfig,
    private readonly columns: Columns,
    private readonly schema: SchemaSettings | undefined,
    private readonly schemas: RowSchemas,
  ) {}

  /** @throws NoRow */
  row(message: StoredMessage): Row {
    const { data, attributes, messageId } = message.decode();
    return {
      ...this.payload(data),
      ...(this.config.writeMetadata && {
        subscription_name: this.subscription,
        message_id: messageId,
        publish_time: timeText(message.publishTime),
        attributes: JSON.stringify(attributes),
      }),
    };
  }

  private payload(data: Uint8Array): Row {
    if (this.config.useTopicSchema && this.schema !== undefined) return this.known(this.fields(data, this.schema));
    if (this.config.useTableSchema) return this.known(jsonObject(data));
    const column = find(this.columns, "data");
    if (column?.type === "BYTES") return { data: Buffer.from(data).toString("base64") };
    const content = text(data);
    if (column?.type === "JSON") parse(content);
    return { data: content };
  }

  private fields(data: Uint8Array, schema: SchemaSettings): Row {
    try {
      return this.schemas.read(schema, data);
    } catch (error) {
      if (error instanceof CloudError) throw new NoRow(error.message);
      throw error;
    }
  }

  /** Without the fields that have no column, where they may be dropped. */
  private known(row: Row): Row {
    const entries = Object.entries(row);
    const unknown = entries.filter(([name]) => find(this.columns, name) === undefined);
    if (unknown.length === 0) return row;
    if (!this.config.dropUnknownFields) {
      throw new NoRow(`the table ${this.config.table} has no column ${unknown.map(([name]) => name).join(", ")}`);
    }
    return Object.fromEntries(entries.filter((entry) => !unknown.includes(entry)));
  }
}

/** BigQuery tells columns apart without their case. */
function find(columns: Columns, name: string): Columns[number] | undefined {
  return columns.find((column) => column.name.toLowerCase() === name.toLowerCase());
}

function jsonObject(data: Uint8Array): Row {
  const value = parse(text(data));
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new NoRow("the data is not a JSON object");
  return value as Row;
}

function parse(content: string): unknown {
  try {
    // Integers that a number cannot hold go on as text: a table takes both.
    return parseExactly(content, (digits) => digits);
  } catch (error) {
    throw new NoRow(`the data is not JSON: ${(error as Error).message}`);
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function text(data: Uint8Array): string {
  try {
    return utf8.decode(data);
  } catch {
    throw new NoRow("the data is not UTF-8");
  }
}

function misfit({ table }: BigQueryConfig, why: string): CloudError {
  return new CloudError("INVALID_ARGUMENT", `The table ${table} does not fit the subscription: ${why}.`);
}
