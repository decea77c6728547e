import { Construct } from "constructs";
import type { Fields } from "../../pipeline/schema/field";
import type { Inputs } from "../../pipeline/inputs";
import type { FieldsOfOutputs, Pipeline } from "../../pipeline/pipeline";
import { Dataset, type AnyDataset } from "../bigquery/dataset";
import { snake } from "../core/text";
import { JourneyMonitoring } from "../monitoring/journey-monitoring";
import type { AnyNetwork } from "../network/network";
import { Bucket, type AnyBucket } from "../storage/bucket";
import { EventHandler, type HandlerOptions } from "./event-handler";
import { EventTopic, type EventTopicProps } from "./event-topic";
import { IngestProxy, type IngestOptions } from "./ingest-proxy";
import { partsOf, type MonitorOptions } from "./monitored";
import { isOfFiles, RawLanding, type LandingOptions } from "./raw-landing";
import type { StreamShape } from "./runner";
import { StreamPipeline, type ProcessOptions, type StreamPipelineProps } from "./stream-pipeline";

export interface DataJourneyProps<E extends Fields> extends EventTopicProps<E> {
  /** Where tables are made. @default one that is called as the event: "click_event" */
  readonly dataset?: AnyDataset;
  /** Where pipelines' specs and checkpoints are kept. @default "<project>-<topic>-pipelines" */
  readonly bucket?: AnyBucket;
  /** Needed for Dataflow. @default none */
  readonly network?: AnyNetwork;
}

/**
 * One kind of event and all that becomes of it: how it comes in, where it lands as it came, and what processes it.
 *
 *     const journey = new DataJourney(this, "journey", { event: ClickEvent });
 *     journey.ingest({ access: "public" });
 *     journey.landRaw({ into: "clicks_raw", view: "clicks" });
 *     journey.process(userActivity, { runner: Runner.workerPool(), into: { activity: "activity" } });
 *
 * @throws InvalidProps
 */
export class DataJourney<E extends Fields> extends Construct {
  readonly events: EventTopic<E>;
  private readonly network: AnyNetwork | undefined;
  private madeDataset: AnyDataset | undefined;
  private madeBucket: AnyBucket | undefined;
  private isMonitored = false;

  constructor(scope: Construct, id: string, props: DataJourneyProps<E>) {
    super(scope, id);
    const { dataset, bucket, network, ...events } = props;
    this.events = new EventTopic(this, "events", events);
    this.madeDataset = dataset;
    this.madeBucket = bucket;
    this.network = network;
  }

  /** Made when something is to be stored in it. */
  get dataset(): AnyDataset {
    return (this.madeDataset ??= new Dataset(this, "dataset", { name: snake(this.events.event.name) }));
  }

  /** Made when something is to be kept in it. */
  get bucket(): AnyBucket {
    return (this.madeBucket ??= new Bucket(this, "bucket", { name: `${this.events.topic.key}-pipelines` }));
  }

  /** A service that takes events by HTTP. */
  ingest(options: IngestOptions<E> = {}): IngestProxy {
    this.mayGrow("ingest");
    const id = options.name === undefined ? "ingest" : `ingest ${options.name}`;
    return new IngestProxy(this, id, { ...options, events: this.events });
  }

  /** Events in a table or in files as they came, written by Pub/Sub itself. */
  landRaw(options: LandingOptions): RawLanding {
    this.mayGrow("landRaw");
    const { events } = this;
    if (isOfFiles(options)) {
      const { bucket, prefix = "" } = options.into;
      return new RawLanding(this, `raw ${bucket.key} ${prefix}`.trim(), { ...options, events });
    }
    const { into } = options;
    const table = typeof into === "string" ? into : into.name;
    return new RawLanding(this, `raw ${table}`, { ...options, events, dataset: this.dataset });
  }

  /**
   * Your own code on each event: a container or a function.
   *
   *     journey.handle({ name: "created", image, filter: 'attributes.type = "order.created"', publishTo: results });
   */
  handle(options: HandlerOptions): EventHandler {
    this.mayGrow("handle");
    return new EventHandler(this, `handle ${options.name}`, { ...options, events: this.events });
  }

  /** A pipeline on the events. */
  process<I extends Inputs, O extends FieldsOfOutputs, S extends StreamShape>(
    pipeline: Pipeline<I, O, S>,
    options: ProcessOptions<E, I, O, S>,
  ): StreamPipeline<E, I, O, S> {
    this.mayGrow("process");
    const { dataset, bucket, events, network } = this;
    const props: StreamPipelineProps<E, I, O, S> = { ...options, pipeline, events, dataset, bucket, network };
    return new StreamPipeline(this, pipeline.name, props);
  }

  /**
   * Alerts on all that can be wrong with the journey, and a dashboard on which the data flows from left to right. Called
   * last: it watches what is there.
   *
   *     journey.monitor({ channels: [ops], alerts: { oldestMessage: { above: "30m" } } });
   *
   * @throws Error where it was called before
   */
  monitor({ also, beside, name = this.events.topic.key, ...options }: MonitorOptions): JourneyMonitoring {
    this.mayGrow("monitor");
    this.isMonitored = true;
    const parts = partsOf(this, this.events, { also, beside });
    return new JourneyMonitoring(this, "monitoring", { ...options, ...parts, name });
  }

  private mayGrow(by: string): void {
    if (!this.isMonitored) return;
    throw new Error(
      `${this.node.path}: ${by}() after monitor(), which watches what was there when it was called: call monitor() last`,
    );
  }
}
