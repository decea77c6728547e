import type { AnyField, Fields, JsonField, Row, StringField, TimestampField } from "./field";
import { json, string, timestamp } from "./field";

/**
 * What Pub/Sub says of a message beside its data.
 * @see https://cloud.google.com/pubsub/docs/reference/rest/v1/PubsubMessage
 */
export type MetadataFields = {
  readonly message_id: StringField;
  readonly publish_time: TimestampField;
  readonly attributes: JsonField<{ readonly [name: string]: string }>;
};

/** The fields of F, and those of G over them. One mapped type: an intersection of many is too deep for the compiler. */
export type Merge<F extends Fields, G extends Fields> = {
  readonly [Name in keyof F | keyof G]: Name extends keyof G ? G[Name] : Name extends keyof F ? F[Name] : never;
};

/** What an event is: a name and its fields. `Event` are the fields of the message's data, where `F` has metadata too. */
export class Schema<F extends Fields, Event extends Fields = F> {
  constructor(
    readonly name: string,
    readonly fields: F,
    /** The fields of the message's data: all but the metadata. */
    readonly eventFields: Event,
    /** Names of the fields that come from the message and not from its data. */
    readonly metadata: readonly string[] = [],
  ) {}

  /**
   * The same event with what Pub/Sub says of each message: `message_id`, `publish_time` and `attributes`.
   * @throws Error where the event has a field of such a name.
   */
  withMetadata(): Schema<Merge<Event, MetadataFields>, Event> {
    const metadata = metadataFields();
    const names = Object.keys(metadata);
    for (const name of names) {
      if (Object.hasOwn(this.eventFields, name)) {
        throw new Error(`schema ${this.name}: withMetadata() adds "${name}", but the event has a field of that name`);
      }
    }
    const fields = { ...this.eventFields, ...metadata } as Merge<Event, MetadataFields>;
    return new Schema(this.name, fields, this.eventFields, names);
  }
}

/** The row of a schema: `RowOf<typeof Click>`. */
export type RowOf<S> = S extends Schema<infer F, Fields> ? Row<F> : never;

const metadataFields = (): MetadataFields => ({
  message_id: string({ description: "the id that Pub/Sub gave the message" }),
  publish_time: timestamp({ description: "when Pub/Sub received the message" }),
  attributes: json({ description: "the attributes of the message" }) as MetadataFields["attributes"],
});

/**
 * Declares an event. The name becomes that of the Avro record and the protobuf message.
 *
 *     export const Click = schema("click", { user: string(), at: timestamp() });
 *
 * @throws Error that lists every name, option and nesting that BigQuery, Avro or protobuf refuse.
 */
export function schema<F extends Fields>(name: string, fields: F): Schema<F> {
  const problems = [...schemaProblems(name), ...fieldProblems(fields)];
  if (problems.length > 0) {
    const count = problems.length === 1 ? "1 thing is" : `${problems.length} things are`;
    throw new Error(`schema ${name}: ${count} not valid\n  ${problems.join("\n  ")}`);
  }
  return new Schema(name, fields, fields);
}

const identifier = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** @see https://cloud.google.com/bigquery/docs/schemas#column_names */
const columns = "https://cloud.google.com/bigquery/docs/schemas";
const LONGEST_NAME = 300;
const LONGEST_DESCRIPTION = 1_024;
/** BigQuery takes records within records to this depth. */
const DEEPEST = 15;
const reserved =
  /^(_CHANGE_SEQUENCE_NUMBER$|_CHANGE_TYPE$|_CHANGE_TIMESTAMP$|_TABLE_|_FILE_|_PARTITION|_ROW_TIMESTAMP|__ROOT__|_COLIDENTIFIER)/i;

function schemaProblems(name: string): string[] {
  return identifier.test(name) ? [] : [`its name is "${name}": letters, digits and "_", and no digit first`];
}

/** What is wrong with some fields, each a sentence that begins with the field's path; none where all is well. */
export function fieldProblems(fields: Fields, within = "", depth = 0): string[] {
  const problems: string[] = [];
  const names = new Map<string, string>();
  if (Object.keys(fields).length === 0) problems.push(`${within || "the schema"} has no fields: declare one at least`);
  if (depth > DEEPEST) return [`${within} lies ${depth} records deep: BigQuery takes ${DEEPEST} (${columns})`];
  for (const [name, field] of Object.entries(fields)) {
    const path = within === "" ? name : `${within}.${name}`;
    problems.push(...nameProblems(name, path), ...optionProblems(field, path));
    const twin = names.get(name.toLowerCase());
    if (twin !== undefined)
      problems.push(`${path} and ${twin} are one column to BigQuery, which ignores case: rename one`);
    names.set(name.toLowerCase(), path);
    if (field.fields !== undefined) problems.push(...fieldProblems(field.fields, path, depth + 1));
  }
  return problems;
}

function nameProblems(name: string, path: string): string[] {
  if (name === "__proto__") return [`${path} is a name that JavaScript keeps for itself: choose another`];
  if (!identifier.test(name))
    return [`${path}: a field's name has letters, digits and "_", and no digit first (${columns})`];
  if (name.length > LONGEST_NAME)
    return [`${path.slice(0, 40)}... has ${name.length} characters: a name has at most ${LONGEST_NAME} (${columns})`];
  if (reserved.test(name))
    return [`${path} begins as names that BigQuery keeps for itself: choose another (${columns})`];
  return [];
}

function optionProblems({ options }: AnyField, path: string): string[] {
  const problems: string[] = [];
  const { description = "", values } = options;
  if (description.length > LONGEST_DESCRIPTION) {
    problems.push(
      `${path}: its description has ${description.length} characters, BigQuery takes ${LONGEST_DESCRIPTION}`,
    );
  }
  if (values !== undefined && values.length === 0)
    problems.push(`${path}: values is empty, so that nothing would be allowed`);
  if (values !== undefined && new Set(values).size < values.length)
    problems.push(`${path}: values names one value twice`);
  return problems;
}
