import { Runner } from "../../constructs";
import type { IotMetricsProps } from "./stack";

/** A stage is a plain object: put your own project in, or add one. */
export const stages = {
  /** A few devices, and one machine of ours. */
  dev: {
    project: "acme-dev",
    region: "europe-west1",
    removal: "destroy",
    onCall: "devices@example.com",
    labels: { journey: "iot-metrics", stage: "dev" },
  },
  /** 100,000 readings a second: as many of Dataflow's workers as that takes, at most 50. */
  dataflow: {
    project: "acme-dataflow",
    region: "europe-west1",
    removal: "destroy",
    onCall: "devices@example.com",
    labels: { journey: "iot-metrics", stage: "dataflow" },
    registry: "europe-west1-docker.pkg.dev/acme-dev/data-journey",
    runner: Runner.dataflow({ maxWorkers: 50, workers: 5, autoscaling: "throughput", streamingEngine: true }),
    clusters: { "iot-devices-c1": { nodes: { minimum: 1, maximum: 5 } } },
  },
} satisfies { readonly [stage: string]: IotMetricsProps };
