import { bigQueryToParquet } from "./google/bigquery";
import { bulkCompress, bulkDecompress, textToBigQuery, textToPubsub, wordCount } from "./google/files";
import { makeTemplate, type GoogleTemplateOf, type GoogleTemplateOptions as Options } from "./google/make-template";
import {
  pubsubSubscriptionToBigQuery,
  pubsubToAvro,
  pubsubToBigQuery,
  pubsubToPubsub,
  pubsubToText,
  pubsubTopicToBigQuery,
} from "./google/pubsub";
import { said } from "./google/values";
import type { TemplateKind, TemplateMode } from "./template";

interface OtherTemplateOptions<Kind extends TemplateKind, Mode extends TemplateMode> extends Options {
  readonly kind: Kind;
  readonly mode: Mode;
  /** As it is called in Google's bucket: "Kafka_to_BigQuery". */
  readonly name: string;
  /** What it is told. Rights on what these name are yours to give. */
  readonly parameters: { readonly [name: string]: string };
}

/** Any other of Google's templates, by its name. */
const other = <Kind extends TemplateKind, Mode extends TemplateMode>(
  options: OtherTemplateOptions<Kind, Mode>,
): GoogleTemplateOf<Kind, Mode> => {
  const parameters = Object.fromEntries(Object.entries(options.parameters).map(([name, value]) => [name, said(value)]));
  return makeTemplate({ ...options, parameters }, options);
};

/**
 * Google's templates, with their parameters: topics, tables and buckets are given as such, and the job gets its rights
 * on them. What a typed option is not about, a date's pattern for example, is told as a job's `parameters`.
 *
 *     new ClassicTemplateJob(this, "land", {
 *       template: GoogleTemplate.pubsubSubscriptionToBigQuery({ subscription, table, errors }), bucket, network });
 *
 * @see https://cloud.google.com/dataflow/docs/guides/templates/provided-templates
 */
export const GoogleTemplate = {
  wordCount,
  bulkCompress,
  bulkDecompress,
  textToBigQuery,
  textToPubsub,
  pubsubSubscriptionToBigQuery,
  pubsubTopicToBigQuery,
  pubsubToBigQuery,
  pubsubToPubsub,
  pubsubToText,
  pubsubToAvro,
  bigQueryToParquet,
  other,
};

export type GoogleTemplate<
  Kind extends TemplateKind = TemplateKind,
  Mode extends TemplateMode = TemplateMode,
> = GoogleTemplateOf<Kind, Mode>;
