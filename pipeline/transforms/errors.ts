import {
  bytes,
  json,
  nullable,
  string,
  timestamp,
  type BytesField,
  type JsonField,
  type Nullable,
  type StringField,
  type TimestampField,
} from "../schema/field";

/** What is known of a row that a step refused. */
export type ErrorFields = {
  readonly error: StringField;
  readonly step: StringField;
  readonly reason: StringField<"parse" | "function" | "late" | "write">;
  readonly raw_data: Nullable<BytesField>;
  readonly row: Nullable<JsonField>;
  readonly attributes: JsonField<{ readonly [name: string]: string }>;
  readonly message_id: Nullable<StringField>;
  readonly event_time: Nullable<TimestampField>;
};

/** The fields of an error row: of `.errors`, and of the pipeline's own error output. */
export const errorFields: ErrorFields = {
  error: string({ description: "what is wrong" }),
  step: string({ description: "the step that refused the row, or the input" }),
  reason: string({
    values: ["parse", "function", "late", "write"],
    description:
      "parse: the message is no such event; function: a function threw or gave what its fields are not; late: beyond the allowed lateness; write: the destination refused it",
  }),
  raw_data: nullable(bytes({ description: "the message's data, where one message became the row" })),
  row: nullable(json({ description: "the row, where the message could be read" })),
  attributes: json({ description: "the message's attributes" }) as ErrorFields["attributes"],
  message_id: nullable(string({ description: "the message's id, where one message became the row" })),
  event_time: nullable(timestamp({ description: "the row's event time, where it has one" })),
};
