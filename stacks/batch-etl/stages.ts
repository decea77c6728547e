import type { BatchEtlProps } from "./stack";

/** A stage is a plain object: put your own project in, or add one. */
export const stages = {
  dev: {
    project: "acme-dev",
    projectNumber: "123456789012",
    region: "europe-west1",
    removal: "destroy",
    labels: { journey: "batch-etl", stage: "dev" },
    onCall: "data-on-call@example.com",
  },
} satisfies { readonly [stage: string]: BatchEtlProps };
