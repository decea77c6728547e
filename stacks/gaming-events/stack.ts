import type { Construct } from "constructs";
import {
  Bucket,
  DataJourney,
  Dataset,
  GcpStack,
  Network,
  Runner,
  ServiceAccount,
  Topic,
  type GcpStackProps,
} from "../../constructs";
import { ClickEvent, cleanClicks, userActivity } from "./pipeline";

export interface GamingEventsProps extends GcpStackProps {
  /**
   * What counts the visitors' clicks. Another one takes over the subscription and its backlog, but not the counts of
   * windows that are still open.
   * @default Runner.workerPool(): one machine of ours
   */
  readonly runner?: Runner<"windowed">;
}

/** Clicks come in by HTTP and land three times: as they came, cleaned, and counted for each visitor and minute. */
export class GamingEvents extends GcpStack {
  constructor(scope: Construct, id: string, { runner = Runner.workerPool(), ...props }: GamingEventsProps) {
    super(scope, id, props);
    const journey = new DataJourney(this, "journey", {
      event: ClickEvent,
      topic: new Topic(this, "topic", { name: "dj-pubsub-topic" }),
      dataset: new Dataset(this, "dataset", { name: "data_journey" }),
      bucket: new Bucket(this, "bucket", { name: "gaming-events" }),
      network: new Network(this, "network", { name: "terraform-network" }),
    });
    journey.ingest({ name: "dj-run-service-proxy", access: "public" });
    journey.landRaw({ into: "pubsub_direct", subscription: "dj_subscription_bq_direct", view: "clicks" });
    journey.process(cleanClicks, {
      runner: Runner.pushService(),
      name: "dj-run-service-data-processing",
      into: { clicks: "cloud_run" },
      subscription: "dj-subscription_cloud_run",
    });
    journey.process(userActivity, {
      runner,
      into: { activity: "dataflow" },
      subscription: "dj_subscription_dataflow",
      identity: new ServiceAccount(this, "pipeline", { name: "data-journey-pipeline" }),
    });
  }
}
