import type { Construct } from "constructs";
import { BatchPipeline, Dataset, PullSubscription, Runner, Table, type AnyTopic } from "../../../constructs";
import { ClassicTemplate, ClassicTemplateJob, DataflowLaunch, GoogleTemplate } from "../../../constructs/dataflow";
import { LiveEvent } from "../pipelines/live-events";
import { upperCase } from "../pipelines/upper-case";
import type { Around } from "./around";

export interface TemplatesProps extends Around {
  readonly events: AnyTopic;
}

/** Jobs by their names, for whoever watches them. */
interface Launched {
  readonly batch: readonly { readonly name: string }[];
  readonly streaming: readonly { readonly name: string }[];
}

/** Jobs of templates: of our image, of a program that wrote its graph down, and Google's own. */
export function templates(scope: Construct, { input, samples, bucket, network, events }: TemplatesProps): Launched {
  const launched = { bucket, network, maxWorkers: 2 };
  new BatchPipeline(scope, "upper-case", {
    pipeline: upperCase,
    runner: Runner.dataflow({ template: "templates/my-flex-template.json", maxWorkers: 2 }),
    from: { lines: { bucket: input, files: "lines/*.txt", format: { type: "text", skipLines: 1 } } },
    into: { results: { files: "output/results", format: "text", suffix: ".txt", shards: 10 } },
    schedule: { cron: "0 4 * * *" },
    bucket,
    network,
  });

  // Written by a program that is run with --template_location: see the README.
  const classic = new DataflowLaunch(scope, "my-template", {
    ...launched,
    template: new ClassicTemplate({
      bucket,
      object: "templates/my-template",
      mode: "batch",
      language: "python",
      parameters: [
        { name: "input", label: "Input", helpText: "Files of lines", type: "read-file" },
        { name: "output", label: "Output", helpText: "What files of results begin with", type: "write-file" },
      ],
    }),
    parameters: { input: `${bucket.url}/output/results*`, output: `${bucket.url}/output/classic` },
    schedule: { cron: "0 5 * * *" },
  });

  const wordCount = new DataflowLaunch(scope, "google-word-count", {
    ...launched,
    template: GoogleTemplate.wordCount({
      inputFile: { bucket: samples, path: "shakespeare/kinglear.txt" },
      output: { bucket, path: "output/kinglear" },
    }),
    schedule: { cron: "10 5 * * *" },
  });
  const landed = new Dataset(scope, "landed", { name: "landed" });
  const load = new DataflowLaunch(scope, "google-text-to-bigquery", {
    ...launched,
    template: GoogleTemplate.textToBigQuery({
      inputFilePattern: { bucket: input, path: "live/*.jsonl" },
      table: new Table(scope, "landed text", { dataset: landed, name: "from_text", columns: LiveEvent.fields }),
    }),
    schedule: { cron: "20 5 * * *" },
  });
  const compress = new DataflowLaunch(scope, "google-bulk-compress", {
    ...launched,
    template: GoogleTemplate.bulkCompress({
      inputFilePattern: { bucket, path: "output/*.txt" },
      outputDirectory: { bucket, path: "compressed/" },
      outputFailureFile: { bucket, path: "compressed/failures.csv" },
      compression: "gzip",
    }),
    schedule: { cron: "0 6 * * *" },
  });
  // A subscription of its own, and not the topic: what comes between two jobs is kept for the next one.
  const stream = new ClassicTemplateJob(scope, "google-pubsub-to-bigquery", {
    ...launched,
    template: GoogleTemplate.pubsubSubscriptionToBigQuery({
      subscription: new PullSubscription(scope, "landing", {
        topic: events,
        name: "live-events-landing",
      }),
      table: new Table(scope, "landed events", { dataset: landed, name: "from_pubsub", columns: LiveEvent.fields }),
    }),
  });
  return { batch: [classic, wordCount, load, compress], streaming: [stream] };
}
