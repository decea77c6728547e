import type { PaymentsProps } from "./stack";

/** A stage is a plain object: put your own project in, or add one. Real payments want `removal: "keep"`. */
export const stages = {
  dev: {
    project: "acme-dev",
    region: "europe-west1",
    removal: "destroy",
    onCall: "payments@example.com",
    labels: { journey: "payments", stage: "dev" },
  },
} satisfies { readonly [stage: string]: PaymentsProps };
