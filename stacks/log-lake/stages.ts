import type { LogLakeProps } from "./stack";

/** A stage is a plain object: put your own project in, or add one. */
export const stages = {
  dev: {
    project: "acme-dev",
    region: "europe-west1",
    removal: "destroy",
    labels: { journey: "log-lake", stage: "dev" },
  },
} satisfies { readonly [stage: string]: LogLakeProps };
