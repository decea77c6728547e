import { Runner } from "../../constructs";
import type { OrdersProps } from "./stack";

/** A stage is a plain object: put your own project in, or add one. */
export const stages = {
  /** Services that cost nothing without orders, and one machine of ours for each pipeline that remembers. */
  dev: {
    project: "acme-dev",
    region: "europe-west1",
    removal: "destroy",
    labels: { journey: "orders", stage: "dev" },
    email: "order-team@example.com",
  },
  /** Dataflow adds taxes, counts and remembers. A project of its own, and the images of the other. */
  dataflow: {
    project: "acme-dataflow",
    region: "europe-west1",
    removal: "destroy",
    labels: { journey: "orders", stage: "dataflow" },
    registry: "europe-west1-docker.pkg.dev/acme-dev/data-journey",
    email: "order-team@example.com",
    processing: Runner.dataflow({
      jobName: "order-processing-pipeline",
      maxWorkers: 10,
      autoscaling: "throughput",
    }),
    counting: Runner.dataflow({ maxWorkers: 2 }),
  },
} satisfies { readonly [stage: string]: OrdersProps };
