import { Runner } from "../../constructs";
import type { GamingEventsProps } from "./stack";

/** A stage is a plain object: put your own project in, or add one. */
export const stages = {
  /** One machine of ours counts the clicks. */
  dev: {
    project: "acme-dev",
    region: "europe-west1",
    removal: "destroy",
    labels: { journey: "gaming-events", stage: "dev" },
  },
  /** Dataflow counts them: many machines, if it takes them. A project of its own, and the images of the other. */
  dataflow: {
    project: "acme-dataflow",
    region: "europe-west1",
    removal: "destroy",
    labels: { journey: "gaming-events", stage: "dataflow" },
    registry: "europe-west1-docker.pkg.dev/acme-dev/data-journey",
    runner: Runner.dataflow({
      maxWorkers: 1,
      jobName: "dataflow-job",
      template: "df_templates/dataflow_template.json",
    }),
  },
} satisfies { readonly [stage: string]: GamingEventsProps };
