/** What the page is told, made of what the cloud shows. */
import type { JourneyGraph } from "../graph";
import type { CloudView, TimedEntry, WorkloadView } from "../view";
import type { DeadLetter } from "./dead-letters";
import { drawingOf } from "./drawing";
import { figuresOf } from "./figures";
import { flowsOf } from "./flow";
import type {
  DeadLettersMessage,
  JourneyMessage,
  LogMessage,
  PipelineMessage,
  RowsMessage,
  TickMessage,
  WorkloadMessage,
} from "./protocol";
import type { Snapshot } from "./snapshot";
import type { QueryResult } from "./sql";
import type { Statuses, ToldStatus } from "./statuses";

export function journeyMessage(view: CloudView): JourneyMessage {
  const { graph, owner, resources, stack, startedAt } = view;
  return {
    stack,
    startedAt,
    drawing: drawingOf(graph),
    tables: graph.nodes
      .filter(({ kind }) => kind === "table" || kind === "view")
      .map(({ id, label }) => ({ address: id, label })),
    notHere: resources.flatMap(({ address, notHere }) => (notHere === undefined ? [] : [{ address, reason: notHere }])),
    environment: owner.environment,
  };
}

export function tickMessage(snapshot: Snapshot, graph: JourneyGraph): TickMessage {
  const { at, counters, denials, statuses, totals, workloads } = snapshot;
  return {
    at,
    totals,
    denials,
    figures: Object.fromEntries(
      graph.nodes.map((node) => [
        node.id,
        figuresOf(node, {
          counters: counters[node.id],
          workload: workloads.find(({ address }) => address === node.id),
          status: statuses[node.id],
        }),
      ]),
    ),
    flows: flowsOf(graph, counters, statuses),
    workloads: workloads.map((workload) => workloadMessage(workload, statuses)),
  };
}

function workloadMessage(
  { address, identity, instances, kind, name, url }: WorkloadView,
  statuses: Statuses,
): WorkloadMessage {
  const status = statuses[address];
  return {
    address,
    label: name,
    kind,
    identity: identity.replace(/^serviceAccount:/, ""),
    url,
    processes: instances.map(({ controlUrl, lastExit, pid, restarts, state }) => ({
      state,
      pid,
      restarts,
      lastExit,
      controlUrl,
    })),
    pipeline: status && {
      name: status.pipeline,
      state: status.state,
      watermark: status.watermark,
      late: status.late,
      unwritten: status.unwritten,
      problem: status.problem,
      detail: detailOf(status),
    },
  };
}

function detailOf({ memory, steps, refused, checkpoints, outputs }: ToldStatus): PipelineMessage["detail"] {
  if (memory === undefined || steps === undefined || refused === undefined || outputs === undefined) return undefined;
  return { memory, steps, refused, checkpoints: checkpoints ?? null, outputs };
}

export const logMessage = ({ at, entry: { message, severity, source } }: TimedEntry): LogMessage => ({
  at,
  severity,
  source,
  message,
});

/** A cell is shown on a line: what is longer is cut. */
const LONGEST_CELL = 500;

export function rowsMessage({ columns, rows }: QueryResult): RowsMessage {
  return {
    columns: columns.map(({ name }) => name),
    rows: rows.map((row) => row.map((value, index) => cell(value, columns[index]?.type ?? ""))),
  };
}

function cell(value: unknown, type: string): string {
  if (value === null) return "";
  if (typeof value !== "string") return cut(JSON.stringify(value), LONGEST_CELL);
  return type === "TIMESTAMP" ? timestamp(value) : cut(value, LONGEST_CELL);
}

/** BigQuery's REST API writes a time as seconds with a fraction. */
function timestamp(seconds: string): string {
  const time = new Date(Number(seconds) * 1000);
  return Number.isNaN(time.getTime()) ? seconds : time.toISOString().replace("T", " ").replace("Z", "");
}

const LONGEST_PAYLOAD = 4000;

/** @returns the newest `limit` of them, newest first */
export function deadLetterMessages(letters: readonly DeadLetter[], limit: number): DeadLettersMessage {
  return letters
    .slice(-limit)
    .toReversed()
    .map(({ at, attributes, by, id, payload, reason }) => ({
      id,
      at,
      by,
      reason,
      payload: cut(payload.toString("utf8"), LONGEST_PAYLOAD),
      attributes,
    }));
}

const cut = (text: string, longest: number): string => (text.length > longest ? `${text.slice(0, longest)}…` : text);
