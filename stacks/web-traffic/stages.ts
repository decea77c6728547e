import { Runner } from "../../constructs";
import type { WebTrafficProps } from "./stack";

/** A stage is a plain object: put your own project in, or add one. */
export const stages = {
  /** Jobs of Cloud Run, on the sample. */
  dev: {
    project: "acme-dev",
    region: "europe-west1",
    removal: "destroy",
    labels: { journey: "web-traffic", stage: "dev" },
    sample: "stacks/web-traffic/data/events.jsonl",
  },
  /** The same on Dataflow, for more events than one machine reads. A project of its own, and the images of the other. */
  dataflow: {
    project: "acme-dataflow",
    region: "europe-west1",
    removal: "destroy",
    labels: { journey: "web-traffic", stage: "dataflow" },
    registry: "europe-west1-docker.pkg.dev/acme-dev/data-journey",
    runner: Runner.dataflow({ maxWorkers: 10 }),
  },
} satisfies { readonly [stage: string]: WebTrafficProps };
