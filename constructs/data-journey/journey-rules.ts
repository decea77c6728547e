import type { Construct } from "constructs";
import { milliseconds } from "../../pipeline/duration";
import type { Shape } from "../../pipeline/flow";
import { mapValues } from "../../pipeline/objects";
import type { PipelineSpec } from "../../pipeline/spec";
import { type Coming, unsupported, unsupportedOutputs } from "../../pipeline-images/stream-processor/unsupported";
import { FactKind, type JourneyRule } from "../core/facts";
import { warn } from "../core/warn";
import type { Task } from "./runner";

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

export type RunnerKind = "push-service" | "worker-pool" | "job" | "dataflow";

/**
 * What our engine does not run of a pipeline, or does not write, as a warning: said when the stack is synthesized, not
 * first by a container that will not start.
 */
export function noteUnsupported(
  scope: Construct,
  { pipeline, outputs, errors }: Pick<Task, "pipeline" | "outputs" | "errors">,
  coming?: Coming,
): void {
  const spec = pipeline.toJSON();
  const sinks = mapValues(outputs, ({ binding }) => binding);
  const sinksOfAll = { ...sinks, "what is refused": errors.binding };
  const problems = [unsupported(spec), unsupportedOutputs(spec, sinksOfAll, coming)];
  for (const problem of problems) if (problem !== undefined) warn(scope, problem);
}

/** Code of yours that takes messages of a topic, and what it publishes to. */
export const handlers = new FactKind<{
  readonly from: string;
  readonly to: string | undefined;
  /** It takes only some of the messages: what it publishes may be none of them. */
  readonly filtered: boolean;
}>(() => [handlerLoop]);

/** What a handler publishes comes back to it, through whatever others, and is published again. */
const handlerLoop: JourneyRule = {
  id: "handler-loop",
  level: "error",
  page: "https://cloud.google.com/pubsub/docs/publisher",
  broken(facts) {
    const all = facts.all(handlers).filter(({ filtered }) => !filtered);
    const next = new Map<string, string[]>();
    for (const { from, to } of all) if (to !== undefined) next.set(from, [...(next.get(from) ?? []), to]);
    return all.flatMap(({ at, from, to }) => {
      const way = to === undefined ? undefined : wayBetween(to, from, next);
      if (way === undefined) return [];
      return [
        {
          at,
          says: `publishes to ${way.join(", from where it is published to ")}, which it is subscribed to: one message would go round for ever. Give it a filter that its own messages do not pass, or another topic`,
        },
      ];
    });
  },
};

/** The topics from one to another, both among them; undefined where nothing leads there. */
function wayBetween(start: string, end: string, next: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const ways: string[][] = [[start]];
  const seen = new Set([start]);
  for (const way of ways) {
    const last = way.at(-1) as string;
    if (last === end) return way;
    for (const topic of next.get(last) ?? []) {
      if (seen.has(topic)) continue;
      seen.add(topic);
      ways.push([...way, topic]);
    }
  }
  return undefined;
}

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
