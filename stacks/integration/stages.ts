import { Runner } from "../../constructs";
import type { Rollout } from "./serving";
import type { IntegrationProps } from "./stack";

/**
 * A new revision of my-service, step by step: each is a deployment. A revision has to be there before it is given a
 * share, so the second one comes when the first is.
 */
export const rollout = {
  first: { revision: "v1" },
  second: {
    revision: "v2",
    traffic: [
      { revision: "v1", percent: 80 },
      { revision: "v2", percent: 20 },
    ],
  },
  third: { revision: "v2" },
} satisfies { readonly [step: string]: Rollout };

/** A stage is a plain object: put your own project in, or add one. */
export const stages = {
  /** Machines of ours sum up purchases. */
  dev: {
    project: "acme-dev",
    region: "europe-west1",
    removal: "destroy",
    labels: { journey: "integration", stage: "dev" },
    rollout: rollout.first,
    email: "data-team@example.com",
  },
  /** Dataflow does. A project of its own, and the images of the other. */
  dataflow: {
    project: "acme-dataflow",
    region: "europe-west1",
    removal: "destroy",
    labels: { journey: "integration", stage: "dataflow" },
    registry: "europe-west1-docker.pkg.dev/acme-dev/data-journey",
    rollout: rollout.first,
    email: "data-team@example.com",
    runners: {
      stream: Runner.dataflow({ maxWorkers: 1 }),
      batch: Runner.dataflow({ maxWorkers: 1 }),
    },
  },
} satisfies { readonly [stage: string]: IntegrationProps };
