import { milliseconds } from "../../pipeline/duration";
import type { Shape } from "../../pipeline/flow";
import type { PipelineSpec } from "../../pipeline/spec";
import { FactKind, type JourneyRule } from "../core/facts";

/** A pipeline and what runs it. */
export const pipelines = new FactKind<{
  readonly spec: PipelineSpec;
  readonly shape: Shape;
  readonly runner: RunnerKind;
  /** How many run at once, where that is fixed. */
  readonly instances?: number;
  /** How long a message is the runner's without a word, where it says so. */
  readonly lease?: string;
}>(() => [windowsOnService, oneInstance, latenessAndLease]);

export type RunnerKind = "push-service" | "worker-pool" | "dataflow";

const windowsOnService: JourneyRule = {
  id: "windows-on-service",
  level: "error",
  page: "https://cloud.google.com/run/docs/about-instance-autoscaling",
  broken: (facts) =>
    facts
      .all(pipelines)
      .filter(({ shape, runner }) => runner === "push-service" && shape !== "row-wise")
      .map(({ at, spec }) => ({
        at,
        says: `${spec.name} keeps windows or state, and a service's instances come and go: Runner.workerPool() or Runner.dataflow()`,
      })),
};

const oneInstance: JourneyRule = {
  id: "one-instance",
  level: "error",
  page: "https://cloud.google.com/run/docs/configuring/workerpools/manual-scaling",
  broken: (facts) =>
    facts
      .all(pipelines)
      .filter(({ runner, instances = 1 }) => runner === "worker-pool" && instances > 1)
      .map(({ at, spec, instances }) => ({
        at,
        says: `${spec.name} runs in ${instances} instances: one owns its state, and the others only wait. Many machines: Runner.dataflow()`,
      })),
};

/** What a dead instance held comes back a lease later, and the watermark may have gone on. */
const latenessAndLease: JourneyRule = {
  id: "lateness-lease",
  level: "warning",
  page: "https://cloud.google.com/pubsub/docs/lease-management",
  broken: (facts) =>
    facts.all(pipelines).flatMap(({ at, spec, lease }) => {
      if (lease === undefined) return [];
      return spec.steps.flatMap((step) => {
        if (step.kind !== "window" || milliseconds(step.allowedLateness) >= 2 * milliseconds(lease)) return [];
        return [
          {
            at,
            says: `${spec.name}: ${step.id} allows rows to be ${step.allowedLateness} late, less than two leases of ${lease}: after a crash, what comes again may be too late`,
          },
        ];
      });
    }),
};
