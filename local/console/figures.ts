/** The numbers on a node of the graph, the most telling first. */
import type { GraphNode } from "../graph";
import type { ProcessorStatus } from "../../pipeline-images/stream-processor/contract";
import type { WorkloadView } from "../view";
import { bytes, count, duration } from "./words";

export interface Figure {
  readonly label: string;
  readonly text: string;
  /** Something to look at. */
  readonly alarm?: true;
}

export interface NodeState {
  readonly counters: { readonly [counter: string]: number } | undefined;
  readonly workload: WorkloadView | undefined;
  readonly status: ProcessorStatus | undefined;
}

/** From this age on, a backlog is worth a look: two leases of the longest default. */
const OLD_BACKLOG_SECONDS = 60;

export function figuresOf({ kind }: GraphNode, state: NodeState): readonly Figure[] {
  const counters = state.counters ?? {};
  const of = (name: string): number => counters[name] ?? 0;
  switch (kind) {
    case "topic":
      return [{ label: "published", text: count(of("published")) }];
    case "dead-letters":
      return [alarmed("set aside", of("published"), of("published") > 0)];
    case "subscription": {
      const age = of("oldestUnacknowledgedSeconds");
      const backlog = alarmed("backlog", of("unacknowledged"), age >= OLD_BACKLOG_SECONDS);
      return age === 0 ? [backlog] : [backlog, { label: "oldest", text: duration(age) }];
    }
    case "table":
      return [{ label: "rows", text: count(of("rows")) }];
    case "bucket":
      return [
        { label: "objects", text: count(of("objects")) },
        { label: "size", text: bytes(of("bytes")) },
      ];
    case "service":
    case "worker-pool":
      return workloadFigures(state);
    case "job":
      return jobFigures(state);
    case "function":
    case "database":
    case "bigtable":
    case "workflow":
    case "queue":
    case "trigger":
    case "schedule":
      return inTheCloud;
    case "view":
      return [];
  }
}

const inTheCloud: readonly Figure[] = [{ label: "runs in the cloud", text: "" }];

/** A job of Dataflow's is no workload. */
function jobFigures({ counters = {}, workload }: NodeState): readonly Figure[] {
  if (workload === undefined) return inTheCloud;
  const { executions = 0, failed = 0 } = counters;
  const runs = { label: "executions", text: count(executions) };
  return failed > 0 ? [runs, alarmed("failed", failed, true)] : [runs];
}

function workloadFigures({ counters, status, workload }: NodeState): readonly Figure[] {
  const states = workload?.instances.map(({ state }) => state) ?? [];
  const ailing = states.find((state) => state !== "running");
  if (ailing !== undefined) return [{ label: "process", text: ailing, alarm: true }];
  if (status === undefined) return [{ label: "requests", text: count(counters?.["requests"] ?? 0) }];
  const messages = { label: "messages", text: count(status.messages) };
  if (status.problem !== null) return [messages, { label: "problem", text: status.state, alarm: true }];
  return status.unwritten > 0 ? [messages, { label: "unwritten", text: count(status.unwritten) }] : [messages];
}

function alarmed(label: string, value: number, alarm: boolean): Figure {
  return { label, text: count(value), ...(alarm && { alarm: true as const }) };
}
