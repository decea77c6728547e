/**
 * Where a pipeline's inputs come from and where its outputs go: beside its spec, all that whoever runs it is told.
 * The constructs write them, the images read them; the pipeline itself knows nothing of them.
 */
import { isPartitionBinding, type PartitionBinding, YESTERDAY } from "./partition";

/** How rows stand in files. A name that ends in ".gz" is a compressed file. */
export type FileFormat =
  /** A JSON object a line. */
  | { readonly type: "json-lines" }
  /** RFC 4180. With a header, fields are found by it; without one, by their order in the schema. */
  | { readonly type: "csv"; readonly header?: boolean; readonly delimiter?: string }
  /** A row a line: its text is the one field of the schema. */
  | { readonly type: "text"; readonly skipLines?: number }
  | { readonly type: "avro" }
  | { readonly type: "parquet" };

export type InputBinding =
  /** A stream: projects/P/subscriptions/S. Of what is pushed, the subscription that pushes. */
  | { readonly subscription: string }
  /** project.dataset.table */
  | { readonly table: string }
  /** GoogleSQL. */
  | { readonly query: string }
  /**
   * gs://bucket/path/*.json, or a path: "*" is any name, "**" any folders, "{yesterday}" the day before that on which
   * the run started ({@link filesOfRun}).
   */
  | { readonly files: string; readonly format: FileFormat };

export type OutputBinding =
  /**
   * project.dataset.table. "truncate" replaces all of it, or one partition, once, at the end: bounded pipelines only.
   * "upsert" keeps one row for each primary key of the table.
   */
  | {
      readonly table: string;
      readonly write?: "append" | "truncate" | "upsert";
      /** Of "truncate". */
      readonly partition?: PartitionBinding;
    }
  /** A table for each value of a field, made when it is needed: project.dataset.events_{region}. */
  | { readonly tables: string }
  /** projects/P/topics/T. Fields of the row become the ordering key and attributes. */
  | { readonly topic: string; readonly orderingKey?: string; readonly attributes?: readonly string[] }
  /** gs://bucket/prefix, or a path. Objects are `<files>-<window or run>-<shard>-of-<shards><suffix>`. */
  | {
      readonly files: string;
      readonly format: FileFormat;
      readonly suffix?: string;
      readonly shards?: number;
      /** Of a stream without windows: how long one file is written to. */
      readonly every?: string;
    }
  /** projects/P/instances/I/tables/T: a row for each value of the key fields, its columns in one family. */
  | { readonly bigtable: string; readonly family: string; readonly key: readonly string[] }
  /** projects/P/databases/D/documents/C: a document for each value of the key fields. */
  | { readonly documents: string; readonly key: readonly string[] }
  /** A kind of sink of one's own, by its name in the processor, and what it is told. */
  | { readonly sink: string; readonly options: { readonly [name: string]: string } };

/**
 * The files that a run reads: who runs it asks this once, when it starts. Of gs://logs/{yesterday}/a.gz, a run that
 * starts on the second of March reads gs://logs/2026-03-01/a.gz.
 *
 * @param started its day is UTC's
 * @param yesterday what the run is told instead
 */
export function filesOfRun(files: string, started: Date, yesterday = dayBefore(started)): string {
  return files.replaceAll(YESTERDAY, yesterday);
}

/** As 2024-01-31, in UTC. */
export const dayBefore = (started: Date): string =>
  new Date(started.getTime() - 24 * 60 * 60 * 1000).toISOString().slice(0, 10);

/** Input name to where it comes from. */
export interface InputBindings {
  readonly [input: string]: InputBinding;
}

/** Output name to where its rows go. */
export interface OutputBindings {
  readonly [output: string]: OutputBinding;
}

const SUBSCRIPTION = /^projects\/[^/]+\/subscriptions\/[^/]+$/;
const TOPIC = /^projects\/[^/]+\/topics\/[^/]+$/;
const TABLE = /^.+\.[^.]+\.[^.]+$/;
const TABLES = /^.+\.[^.]+\.[^.]*\{[^{}]+\}[^.]*$/;
const BIGTABLE = /^projects\/[^/]+\/instances\/[^/]+\/tables\/[^/]+$/;
const DOCUMENTS = /^projects\/[^/]+\/databases\/[^/]+\/documents\/[^/]+$/;
const FILES = /^(?:[^{}]|\{yesterday\})+$/;
const formats: readonly string[] = ["json-lines", "csv", "text", "avro", "parquet"] satisfies FileFormat["type"][];

type Given = { readonly [name: string]: unknown };
/** What must hold of each member of a binding. */
type Form = { readonly [member: string]: (value: unknown) => boolean };

const like =
  (form: RegExp) =>
  (value: unknown): boolean =>
    typeof value === "string" && form.test(value);
const isText = like(/./s);
const isName = like(/^.+$/);
const isNames = (value: unknown): boolean => Array.isArray(value) && value.length > 0 && value.every(isName);
const isTexts = (value: unknown): boolean =>
  typeof value === "object" && value !== null && Object.values(value).every((one) => typeof one === "string");
const isCount = (value: unknown): boolean => Number.isInteger(value) && (value as number) > 0;
const isFormat = (value: unknown): boolean =>
  typeof value === "object" && value !== null && formats.includes(String((value as Given)["type"]));
const optional =
  (holds: (value: unknown) => boolean) =>
  (value: unknown): boolean =>
    value === undefined || holds(value);
const oneOf =
  (...words: readonly unknown[]) =>
  (value: unknown): boolean =>
    words.includes(value);

const inputForms: readonly Form[] = [
  { subscription: like(SUBSCRIPTION) },
  { table: like(TABLE) },
  { query: isText },
  { files: like(FILES), format: isFormat },
];

const outputForms: readonly Form[] = [
  { table: like(TABLE), write: optional(oneOf("append", "truncate", "upsert")) },
  { table: like(TABLE), write: oneOf("truncate"), partition: isPartitionBinding },
  { tables: like(TABLES) },
  { topic: like(TOPIC), orderingKey: optional(isName), attributes: optional(isNames) },
  { files: isName, format: isFormat, suffix: optional(isText), shards: optional(isCount), every: optional(isName) },
  { bigtable: like(BIGTABLE), family: isName, key: isNames },
  { documents: like(DOCUMENTS), key: isNames },
  { sink: isName, options: isTexts },
];

/**
 * Reads the bindings of inputs from JSON.
 * @param say is told everything that is wrong, each in a sentence that begins with `name`
 */
export const readInputBindings = (name: string, text: string, say: (problem: string) => void): InputBindings =>
  read(name, text, inputForms, "input name to where it comes from", say) as InputBindings;

/** Reads the bindings of outputs from JSON. */
export const readOutputBindings = (name: string, text: string, say: (problem: string) => void): OutputBindings =>
  read(name, text, outputForms, "output name to where its rows go", say) as OutputBindings;

/** Reads the binding of one output from JSON. */
export function readOutputBinding(
  name: string,
  text: string,
  say: (problem: string) => void,
): OutputBinding | undefined {
  const given = parsed(text);
  if (fits(given, outputForms)) return given as OutputBinding;
  say(`${name} is ${shown(given, text)}: it is ${words(outputForms)}`);
  return undefined;
}

function read(
  name: string,
  text: string,
  forms: readonly Form[],
  what: string,
  say: (problem: string) => void,
): object {
  const given = parsed(text);
  if (given === undefined) {
    say(`${name} is "${text}": it is the JSON of an object, ${what}`);
    return {};
  }
  for (const [member, binding] of Object.entries(given)) {
    if (!fits(binding, forms)) say(`${name}.${member} is ${JSON.stringify(binding)}: it is ${words(forms)}`);
  }
  return given;
}

function parsed(text: string): object | undefined {
  try {
    const given: unknown = JSON.parse(text);
    return typeof given === "object" && given !== null && !Array.isArray(given) ? given : undefined;
  } catch {
    return undefined;
  }
}

const shown = (given: unknown, text: string): string => (given === undefined ? `"${text}"` : JSON.stringify(given));

/** Whether a binding has the members of one of the forms, each as it should be, and no others. */
function fits(binding: unknown, forms: readonly Form[]): boolean {
  if (typeof binding !== "object" || binding === null) return false;
  const given = binding as Given;
  return forms.some(
    (form) =>
      Object.entries(form).every(([member, holds]) => holds(given[member])) &&
      Object.keys(given).every((member) => member in form),
  );
}

/** The first members of the forms, which tell them apart. */
const words = (forms: readonly Form[]): string => {
  const kinds = [...new Set(forms.map((form) => `{ "${Object.keys(form)[0]}": ... }`))];
  return `${kinds.slice(0, -1).join(", ")} or ${kinds.at(-1)}, as pipeline/bindings.ts has it`;
};
