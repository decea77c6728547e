/** What the console asks for, and which of its pickers helps. */
type PlainType =
  | "text"
  | "boolean"
  | "number"
  | "read-bucket"
  | "write-bucket"
  | "read-file"
  | "write-file"
  | "read-folder"
  | "write-folder"
  | "topic"
  | "subscription"
  | "table"
  | "javascript-file"
  | "service-account"
  | "machine-type"
  | "encryption-key"
  | "worker-region"
  | "worker-zone"
  | "kafka-read-topic"
  | "kafka-write-topic";

interface ParameterOf<Type> {
  readonly name: string;
  readonly label: string;
  readonly helpText: string;
  /** @default false: a job without it is refused */
  readonly isOptional?: boolean;
  /** Regular expressions, all of which its value must match. */
  readonly regexes?: readonly string[];
  /** @default "text" */
  readonly type?: Type;
  /** What the console fills in. A job that is not told the parameter is told nothing. @default none */
  readonly default?: string;
  /** A heading of the console that it stands under. @default none */
  readonly group?: string;
  /** The console shows it only where another parameter has one of these values, or any. @default always */
  readonly shownWith?: { readonly parameter: string; readonly values?: readonly string[] };
  /** The console does not show it. @default false */
  readonly hidden?: boolean;
}

/** One of the values of a parameter of type "enum". */
export interface TemplateParameterOption {
  readonly value: string;
  /** @default the value */
  readonly label?: string;
  /** @default none */
  readonly description?: string;
}

/**
 * What a job of a template can be told.
 * @see https://cloud.google.com/dataflow/docs/reference/rest/v1b3/GetTemplateResponse#ParameterMetadata
 */
export type TemplateParameter =
  | ParameterOf<PlainType>
  | (ParameterOf<"enum"> & {
      readonly type: "enum";
      /** What it is one of. */
      readonly options: readonly (string | TemplateParameterOption)[];
    });

const paramTypes: { readonly [Type in PlainType | "enum"]: string } = {
  text: "TEXT",
  boolean: "BOOLEAN",
  number: "NUMBER",
  enum: "ENUM",
  "read-bucket": "GCS_READ_BUCKET",
  "write-bucket": "GCS_WRITE_BUCKET",
  "read-file": "GCS_READ_FILE",
  "write-file": "GCS_WRITE_FILE",
  "read-folder": "GCS_READ_FOLDER",
  "write-folder": "GCS_WRITE_FOLDER",
  topic: "PUBSUB_TOPIC",
  subscription: "PUBSUB_SUBSCRIPTION",
  table: "BIGQUERY_TABLE",
  "javascript-file": "JAVASCRIPT_UDF_FILE",
  "service-account": "SERVICE_ACCOUNT",
  "machine-type": "MACHINE_TYPE",
  "encryption-key": "KMS_KEY_NAME",
  "worker-region": "WORKER_REGION",
  "worker-zone": "WORKER_ZONE",
  "kafka-read-topic": "KAFKA_READ_TOPIC",
  "kafka-write-topic": "KAFKA_WRITE_TOPIC",
};

/** A parameter as a template's file describes it. */
export function parameterMetadata(parameter: TemplateParameter): object {
  const { name, label, helpText, isOptional, regexes, type, group, shownWith, hidden } = parameter;
  return {
    name,
    label,
    helpText,
    isOptional,
    regexes,
    paramType: type && paramTypes[type],
    enumOptions: parameter.type === "enum" ? parameter.options.map(optionOf) : undefined,
    defaultValue: parameter.default,
    groupName: group,
    parentName: shownWith?.parameter,
    parentTriggerValues: shownWith?.values,
    hiddenUi: hidden,
  };
}

const optionOf = (option: string | TemplateParameterOption): TemplateParameterOption =>
  typeof option === "string" ? { value: option } : option;

/** The values that a parameter is one of; undefined where it may be anything. */
export const optionsOf = (parameter: TemplateParameter): readonly string[] | undefined =>
  parameter.type === "enum" ? parameter.options.map((option) => optionOf(option).value) : undefined;

/** What a value must be that it is not: "true or false". Undefined where it fits. */
export function wants(parameter: TemplateParameter, value: string): string | undefined {
  const options = optionsOf(parameter);
  if (options !== undefined) return options.includes(value) ? undefined : `one of ${options.join(", ")}`;
  if (parameter.type === "boolean") return value === "true" || value === "false" ? undefined : "true or false";
  if (parameter.type === "number") return value.trim() !== "" && !Number.isNaN(Number(value)) ? undefined : "a number";
  const form = (parameter.regexes ?? []).find((regex) => compiled(regex)?.test(value) === false);
  return form && `something that ${form} matches`;
}

/** Dataflow reads them as Java does: what JavaScript cannot read is left to Dataflow. */
function compiled(regex: string): RegExp | undefined {
  try {
    return new RegExp(regex, "u");
  } catch {
    return undefined;
  }
}
