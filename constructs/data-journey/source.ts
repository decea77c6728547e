import { Token } from "cdktf";
import type { FileFormat, InputBinding } from "../../pipeline/bindings";
import type { Inputs } from "../../pipeline/inputs";
import type { Fields } from "../../pipeline/schema/field";
import type { Schema } from "../../pipeline/schema/schema";
import { AnyTable } from "../bigquery/table";
import type { AnyDataset } from "../bigquery/dataset";
import type { GrantOptions, Identity } from "../core/grants";
import type { Rule } from "../core/rules";
import { grantOnProject } from "../iam/project-grant";
import { AnySubscription } from "../pubsub/subscription";
import { AnyTopic } from "../pubsub/topic";
import type { AnyBucket } from "../storage/bucket";

/** A topic, of which a subscription is made; or a subscription that is there, for runners that pull. */
export type StreamSource = AnyTopic | AnySubscription | { readonly topic: AnyTopic } | StreamOptions;

interface StreamOptions {
  readonly topic: AnyTopic;
  /** @default "<pipeline>-<input>" */
  readonly subscription?: string;
  /** Which messages, by their attributes. @default all */
  readonly filter?: string;
}

/** Rows that are all there: of a bounded input or a side input. */
export type RowsSource = AnyTable | QuerySource | FilesSource;

interface QuerySource {
  /** GoogleSQL. Name tables by their path, in backticks. */
  readonly query: string;
  /** What it reads: the account that runs the query is given the right to. */
  readonly reads: readonly (AnyTable | AnyDataset)[];
}

export interface FilesSource {
  readonly bucket: AnyBucket;
  /**
   * In the bucket: "events/*.json". "*" is any name, "**" any folders; what ends in ".gz" is unpacked. "{yesterday}" is
   * the day before that on which a run starts, in UTC, as in "2026-03-01": what comes every day is read once.
   */
  readonly files: string;
  readonly format: FileFormat | FileFormat["type"];
}

/**
 * What in the names of files stands for something that nobody knows: of pipelines that never end, every day's files are
 * read once and no more, so that a day stands for nothing either.
 */
export const filesNamed = (
  pipelines: "that end" | "that never end",
): Rule<{ readonly from?: { readonly [input: string]: StreamSource | RowsSource } }> => ({
  id: "files-names",
  reads: [],
  page: "https://cloud.google.com/storage/docs/wildcards",
  broken({ from = {} }) {
    const known = pipelines === "that end" ? ["{yesterday}"] : [];
    for (const [input, source] of Object.entries(from)) {
      if (!("files" in source) || Token.isUnresolved(source.files)) continue;
      const unknown = source.files.match(/\{[^{}]*\}/g)?.find((word) => !known.includes(word));
      if (unknown === undefined) continue;
      const may = known.length === 0 ? "takes none" : `takes ${known.join(", ")}`;
      return `from.${input}.files is "${source.files}", with ${unknown} in it: a pipeline ${pipelines} ${may}`;
    }
    return undefined;
  },
});

/** Where each input comes from that is not a stream of the journey's own events. */
export type SourcesOf<I extends Inputs, E extends Fields> = {
  readonly [Name in keyof I as I[Name] extends Schema<Fields, E> ? never : Name]: I[Name] extends Schema<Fields, Fields>
    ? StreamSource
    : RowsSource;
};

/** As text, a format is one without options. */
export const formatOf = (format: FileFormat | FileFormat["type"]): FileFormat =>
  typeof format === "string" ? { type: format } : format;

/** A stream, as a runner takes it. */
export interface Stream {
  readonly topic: AnyTopic;
  /** A name for the subscription, or one that is there. */
  readonly subscription: string | AnySubscription;
  readonly filter: string | undefined;
}

/** Rows, as a runner takes them. */
export interface RowsInput {
  readonly binding: InputBinding;
  grant(to: Identity, options: GrantOptions): void;
}

/** @param name of the subscription, unless the source names one */
export function streamOf(source: StreamSource, name: string): Stream | AnySubscription {
  if (source instanceof AnySubscription) return source;
  const { topic, subscription, filter }: StreamOptions = source instanceof AnyTopic ? { topic: source } : source;
  return { topic, subscription: subscription ?? name, filter };
}

export function rowsInput(source: RowsSource): RowsInput {
  if (source instanceof AnyTable) {
    return { binding: { table: source.path }, grant: (to, options) => void source.grantRead(to, options) };
  }
  if ("query" in source) {
    return {
      binding: { query: source.query },
      grant(to, options) {
        grantOnProject("roles/bigquery.jobUser", to, { why: "runs the query of an input" });
        for (const read of source.reads) read.grantRead(to, options);
      },
    };
  }
  const { bucket, files, format } = source;
  return {
    binding: { files: `gs://${bucket.name}/${files}`, format: formatOf(format) },
    grant: (to, options) => void bucket.grantRead(to, options),
  };
}
