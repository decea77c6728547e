import type { Construct } from "constructs";
import {
  Bucket,
  DataJourney,
  Dataset,
  GcpStack,
  Network,
  PullSubscription,
  Runner,
  ServiceAccount,
  Topic,
  type GcpStackProps,
} from "../../constructs";
import { NotificationChannel } from "../../constructs/monitoring";
import { BigtableInstance, BigtableTable, type BigtableInstanceProps } from "../../constructs/bigtable";
import { iotMetrics, Reading } from "./pipeline";

export interface IotMetricsProps extends GcpStackProps {
  /**
   * What counts the readings. Another one takes over the subscription and its backlog, but not the minutes that are
   * still open.
   * @default Runner.workerPool(): one machine of ours
   */
  readonly runner?: Runner<"windowed">;
  /** Where each device's state is kept. @default one cluster of one node */
  readonly clusters?: BigtableInstanceProps["clusters"];
  /** Who is told when the pipeline falls behind. */
  readonly onCall: string;
}

/** What devices measure is counted for each type and minute; whoever measures too much is told of at once. */
export class IotMetrics extends GcpStack {
  constructor(scope: Construct, id: string, props: IotMetricsProps) {
    const { runner = Runner.workerPool(), clusters, onCall, ...site } = props;
    super(scope, id, site);
    const journey = new DataJourney(this, "journey", {
      event: Reading,
      name: "device-readings",
      dataset: new Dataset(this, "dataset", { name: "iot" }),
      bucket: new Bucket(this, "bucket", { name: "iot-pipelines" }),
      network: new Network(this, "network", { name: "iot" }),
    });

    // Gateways publish what their devices send, in batches. The proxy is for a device without a gateway: a request for
    // each reading costs more than all the rest of this stack.
    const gateway = new ServiceAccount(this, "gateway", { name: "device-gateway" });
    journey.events.topic.grantPublish(gateway, { why: "sends what devices measure" });
    journey.ingest({ name: "iot-ingest" }).service.grantInvoke(gateway, { why: "sends what single devices measure" });

    // Beside the journey, not in it: who registers devices writes here, and the pipeline reads.
    const registry = new Bucket(this, "registry", { name: "device-metadata", versioning: true });
    const alerts = new Topic(this, "alerts", { name: "device-alerts" });
    const pager = new ServiceAccount(this, "pager", { name: "device-pager" });
    new PullSubscription(this, "alerts-pager", { name: "device-alerts-pager", topic: alerts }).grantSubscribe(pager, {
      why: "tells whoever is on call",
    });
    const states = new BigtableTable(this, "states", {
      name: "device-state",
      instance: new BigtableInstance(this, "devices", { name: "iot-devices", clusters }),
      families: { state: { garbage: { maxVersions: 1 } } },
    });

    journey.process(iotMetrics, {
      runner,
      from: { devices: { bucket: registry, files: "devices/*.jsonl", format: "json-lines" } },
      into: {
        per_type: {
          table: "metrics_per_minute",
          write: "upsert",
          primaryKey: ["device_type", "minute"],
          partition: { column: "minute" },
          clustering: ["device_type"],
        },
        alerts: { topic: alerts, attributes: ["device_type", "site"] },
        latest: { bigtable: states, family: "state", key: "device_id" },
      },
    });

    journey.monitor({ channels: [new NotificationChannel(this, "on-call", { to: { email: onCall } })] });
  }
}
